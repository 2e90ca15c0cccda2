// The home of the wire shapes of works.

import { z } from "zod";
import { PUBLISHER_ROLES, WRITER_ROLES } from "../contributions/model.ts";
import { creditInput, Language, lineOf } from "../contributions/schema.ts";
import { EXAMPLES } from "../examples.ts";
import { documentOf } from "../items/model.ts";
import type { ItemRow } from "../items/repository.ts";
import { itemShape, presentItem } from "../items/schema.ts";
import { workWarnings } from "./model.ts";

const Share = z
  .string()
  .max(20)
  .nullable()
  .default(null)
  .meta({ description: "Percent of the work as decimal text, at most four places; null while it is not agreed." });

const Writer = creditInput(WRITER_ROLES).extend({ share: Share }).meta({ id: "WorkWriter" });
const Publisher = creditInput(PUBLISHER_ROLES).extend({ share: Share }).meta({ id: "WorkPublisher" });

const fields = {
  title: lineOf(500),
  iswc: z.string().min(1).max(20).nullable().meta({ description: "As in `T-345.246.937-9`; kept without marks." }),
  alternativeTitles: z.array(lineOf(500)).max(50),
  language: Language.nullable(),
  writers: z.array(Writer).max(100).meta({ description: "Their shares make 100 percent, or none is said." }),
  publishers: z.array(Publisher).max(100).meta({ description: "Their shares make 100 percent at most." }),
};

export const WorkPatch = z
  .strictObject(fields)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, "names nothing to change")
  .meta({ id: "WorkPatch" });

export const WorkInput = z.strictObject(fields).partial().required({ title: true }).meta({ id: "WorkInput" });

export const Work = z.object({ ...fields, ...itemShape }).meta({ id: "Work", example: EXAMPLES.Work });

export function presentWork(row: ItemRow): unknown {
  return presentItem(row, workWarnings(documentOf(row)));
}
