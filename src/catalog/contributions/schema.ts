// The home of the wire shapes of credits and of the warnings about them.

import { z } from "zod";
import { WARNINGS } from "./model.ts";

/** A line of text a person wrote: trimmed, not empty. */
export function lineOf(longest: number) {
  return z.string().trim().min(1).max(longest);
}

/** The id of another thing of the catalog. */
export const Reference = z.string().min(1).max(40);

/** A credit line of rights: ℗ or ©. */
export const RightsLine = z
  .strictObject({ year: z.int().min(1860).max(2200), text: lineOf(500) })
  .meta({ id: "RightsLine", description: 'As in `{ "year": 2026, "text": "Harbor Tapes" }`.' });

/** A language as people and stores name it. */
export const Language = z
  .string()
  .regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, "is no language tag, as in `en` or `pt-BR`")
  .max(35)
  .meta({ description: "ISO 639 with a region if need be; `zxx` for music without words." });

/** What a request says of a credit. */
export function creditInput(roles: readonly string[]) {
  return z.strictObject({
    name: lineOf(200).meta({ description: "As it is to be printed." }),
    role: z.enum(roles as [string, ...string[]]).meta({ description: "As DDEX names it." }),
    partyId: Reference.nullable().default(null).meta({ description: "Who that is; without it there is a warning." }),
  });
}

export const CatalogWarning = z
  .object({ code: z.enum(WARNINGS), path: z.string(), message: z.string() })
  .meta({ id: "CatalogWarning" });
