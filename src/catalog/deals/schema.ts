// The home of the wire shapes of deals.

import { z } from "zod";
import { type Day, isDay } from "../../kernel/time.ts";
import { COMMERCIAL_MODELS, USES } from "./model.ts";

/** A day of the calendar. */
export const CalendarDay = z
  .string()
  .refine((text): text is Day => isDay(text), "is no day written YYYY-MM-DD")
  .meta({ description: "YYYY-MM-DD." });

export const Deal = z
  .strictObject({
    territories: z
      .strictObject({
        include: z.array(z.string().length(2)).max(300).default([]),
        exclude: z.array(z.string().length(2)).max(300).default([]),
      })
      .default({ include: [], exclude: [] })
      .meta({ description: "ISO 3166-1: those it holds in, or those it does not; none named is everywhere." }),
    commercialModel: z.enum(COMMERCIAL_MODELS).meta({ description: "As DDEX names it." }),
    uses: z
      .array(z.enum(USES as [string, ...string[]]))
      .min(1)
      .max(60)
      .meta({ description: "As DDEX names them." }),
    startsOn: CalendarDay.nullable()
      .default(null)
      .meta({ description: "The first day; null for that of the release." }),
    endsOn: CalendarDay.nullable().default(null).meta({ description: "The last day; null for no end." }),
    isPreOrder: z.boolean().default(false),
  })
  .meta({ id: "Deal" });
