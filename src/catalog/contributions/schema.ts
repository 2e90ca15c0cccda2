// The home of the wire shapes of credits and of the warnings about them.

import { z } from "zod";

/** A line of text a person wrote: trimmed, not empty. */
export function lineOf(longest: number) {
  return z.string().trim().min(1).max(longest);
}

/** The id of another thing of the catalog. */
export const Reference = z.string().min(1).max(40);

/** What a request says of a credit. */
export function creditInput(roles: readonly string[]) {
  return z.strictObject({
    name: lineOf(200).meta({ description: "As it is to be printed." }),
    role: z.enum(roles as [string, ...string[]]).meta({ description: "As DDEX names it." }),
    partyId: Reference.nullable().default(null).meta({ description: "Who that is; without it there is a warning." }),
  });
}

/** A credit as it is shown. */
export const Credit = z
  .object({ name: z.string(), role: z.string(), partyId: z.string().nullable() })
  .meta({ id: "Credit" });

export const CatalogWarning = z
  .object({ code: z.enum(["unidentified_party", "dpid_check_failed"]), path: z.string(), message: z.string() })
  .meta({ id: "CatalogWarning" });

/** What everything in the catalog has beside its own facts. */
export const itemShape = {
  id: z.string(),
  version: z.int().meta({ description: "Also the ETag; say it with `If-Match` to change this." }),
  warnings: z.array(CatalogWarning).meta({ description: "What is allowed and should be looked at." }),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
};
