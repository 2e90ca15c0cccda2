// The home of the wire shapes of parties.

import { z } from "zod";
import { Language, lineOf } from "../contributions/schema.ts";
import { EXAMPLES } from "../examples.ts";
import { documentOf } from "../items/model.ts";
import type { ItemRow } from "../items/repository.ts";
import { itemShape, presentItem } from "../items/schema.ts";
import { partyWarnings } from "./model.ts";

const LocalName = z.strictObject({ language: Language, name: lineOf(200) }).meta({ id: "LocalName" });

const code = (description: string) => z.string().min(1).max(40).nullable().meta({ description });

const fields = {
  name: lineOf(200),
  ipi: code("IPI name number: nine to eleven digits; kept as eleven."),
  ipiBase: code("IPI base number, as in `I-001631070-4`."),
  isni: code("ISNI: sixteen characters, with or without spaces."),
  dpid: code("DDEX party id; a wrong check character only gives a warning."),
  localNames: z.array(LocalName).max(50).meta({ description: "The name in other languages or scripts." }),
};

export const PartyPatch = z
  .strictObject(fields)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, "names nothing to change")
  .meta({ id: "PartyPatch" });

export const PartyInput = z.strictObject(fields).partial().required({ name: true }).meta({ id: "PartyInput" });

export const Party = z.object({ ...fields, ...itemShape }).meta({ id: "Party", example: EXAMPLES.Party });

export function presentParty(row: ItemRow): unknown {
  return presentItem(row, partyWarnings(documentOf(row)));
}
