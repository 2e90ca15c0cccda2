// The home of the wire shapes of recordings.

import { z } from "zod";
import { instantToIso } from "../../kernel/time.ts";
import { CONTRIBUTOR_ROLES, DISPLAY_ROLES } from "../contributions/model.ts";
import { creditInput, Language, lineOf, Reference, RightsLine } from "../contributions/schema.ts";
import { EXAMPLES } from "../examples.ts";
import { documentOf } from "../items/model.ts";
import type { ItemRow } from "../items/repository.ts";
import { itemShape, presentItem } from "../items/schema.ts";
import {
  AI_PARTS,
  AI_SHARES,
  type NewRecording,
  PARENTAL_WARNINGS,
  RELATIONS,
  recordingWarnings,
  type SaidRecording,
} from "./model.ts";

/** An artist as displayed. */
export const ArtistCredit = creditInput(DISPLAY_ROLES).meta({ id: "ArtistCredit" });
const Contributor = creditInput(CONTRIBUTOR_ROLES).meta({ id: "ContributorCredit" });

const AiPart = z.enum(AI_SHARES).nullable().default(null);
const AiDisclosure = z
  .strictObject(
    Object.fromEntries(AI_PARTS.map((part) => [part, AiPart])) as Record<(typeof AI_PARTS)[number], typeof AiPart>,
  )
  .meta({ id: "AiDisclosure", description: "What a machine made; null where nothing was said." });

const LONGEST_MS = 24 * 60 * 60 * 1000;

const fields = {
  title: lineOf(500),
  versionTitle: lineOf(200).nullable().meta({ description: "As in `Radio Edit`." }),
  isrc: z
    .string()
    .min(1)
    .max(20)
    .nullable()
    .meta({ description: "With or without hyphens. Once delivered it stays: another sound is another recording." }),
  artists: z.array(ArtistCredit).max(100),
  contributions: z.array(Contributor).max(300),
  durationMs: z.int().min(0).max(LONGEST_MS).nullable(),
  derivedFrom: z
    .strictObject({ recordingId: Reference, relation: z.enum(RELATIONS) })
    .nullable()
    .meta({ description: "The recording this one was made from." }),
  ai: AiDisclosure.nullable(),
  pLine: RightsLine.nullable(),
  languages: z.array(Language).max(20),
  parentalWarning: z.enum(PARENTAL_WARNINGS).nullable(),
  workIds: z.array(Reference).max(50),
};

const DeliveredAt = z.iso
  .datetime()
  .nullable()
  .meta({ description: "When it was first delivered to a store, by whoever; from then on its ISRC stays." });

const said = { ...fields, deliveredAt: DeliveredAt };

export const RecordingPatch = z
  .strictObject({
    ...said,
    newRecording: z.literal(true).meta({ description: "Make a new recording of it, derived from this one." }),
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, "names nothing to change")
  .meta({ id: "RecordingPatch" });

export const RecordingInput = z.strictObject(said).partial().required({ title: true }).meta({ id: "RecordingInput" });

export const Recording = z
  .object({ ...fields, deliveredAt: DeliveredAt, ...itemShape })
  .meta({ id: "Recording", example: EXAMPLES.Recording });

/** What a request says of a recording, with its instant read. */
export function recordingSaidIn(input: z.output<typeof RecordingInput>): NewRecording;
export function recordingSaidIn(input: Omit<z.output<typeof RecordingPatch>, "newRecording">): SaidRecording;
export function recordingSaidIn({
  deliveredAt,
  ...more
}: Omit<z.output<typeof RecordingPatch>, "newRecording">): SaidRecording {
  return { ...more, deliveredAt: typeof deliveredAt === "string" ? Date.parse(deliveredAt) : deliveredAt };
}

export function presentRecording(row: ItemRow): unknown {
  const deliveredAt = row.deliveredAt === null ? null : instantToIso(row.deliveredAt);
  return { ...presentItem(row, recordingWarnings(documentOf(row))), deliveredAt };
}
