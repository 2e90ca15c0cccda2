// The home of the wire shapes of releases.

import { z } from "zod";
import { MilestoneMove } from "../calendar/schema.ts";
import { Language, lineOf, Reference, RightsLine } from "../contributions/schema.ts";
import { CalendarDay, Deal } from "../deals/schema.ts";
import { EXAMPLES } from "../examples.ts";
import { documentOf } from "../items/model.ts";
import type { ItemRow } from "../items/repository.ts";
import { itemShape, presentItem } from "../items/schema.ts";
import { PARENTAL_WARNINGS } from "../recordings/model.ts";
import { ArtistCredit, RecordingInput, recordingSaidIn } from "../recordings/schema.ts";
import {
  type NewRelease,
  RELEASE_STATUSES,
  RELEASE_TYPES,
  releaseWarnings,
  type SaidRelease,
  type SaidTrack,
} from "./model.ts";
import type { ChangedRelease as ChangedFacts } from "./service.ts";

const ReleaseAt = z
  .strictObject({
    mode: z.enum(["local_midnight", "fixed_instant"]).meta({
      description: "`local_midnight`: as the day begins wherever the listener is; `fixed_instant`: everywhere at once.",
    }),
    date: CalendarDay,
    time: z.string().max(5).optional().meta({ description: "Of a fixed instant, as in `18:00`." }),
    timeZone: z.string().max(64).optional().meta({ description: "Of a fixed instant, as in `Europe/Berlin`." }),
  })
  .meta({ id: "ReleaseAt" });

const place = {
  disc: z.int().min(1).max(100),
  sequence: z.int().min(1).max(1000),
};

const Track = z.strictObject({ ...place, recordingId: z.string() }).meta({ id: "Track" });

const TrackInput = z
  .strictObject({ ...place, recordingId: Reference, recording: RecordingInput })
  .partial()
  .refine(
    (track) => (track.recordingId === undefined) !== (track.recording === undefined),
    "needs one of recordingId and recording",
  )
  .meta({
    id: "TrackInput",
    description: "A recording that there is, or a new one. Without a place it follows the track before.",
  });

const fields = {
  title: lineOf(500),
  subtitle: lineOf(200).nullable().meta({ description: "As in `Deluxe Edition`." }),
  type: z.enum(RELEASE_TYPES),
  upc: z
    .string()
    .min(1)
    .max(20)
    .nullable()
    .meta({ description: "UPC or EAN with its check digit; leading zeros of a longer spelling are dropped." }),
  grid: z.string().min(1).max(30).nullable().meta({ description: "As in `A1-2425G-ABC1234002-M`." }),
  catalogNumber: lineOf(50).nullable(),
  artists: z.array(ArtistCredit).max(100),
  label: lineOf(200).nullable(),
  pLine: RightsLine.nullable(),
  cLine: RightsLine.nullable(),
  genres: z.array(lineOf(100)).max(10),
  language: Language.nullable(),
  parentalWarning: z.enum(PARENTAL_WARNINGS).nullable(),
  releaseAt: ReleaseAt.nullable(),
  originalReleaseOn: CalendarDay.nullable().meta({ description: "When it came out first, in whatever form." }),
  deals: z.array(Deal).max(200).meta({ description: "All that may be done with it; a deal not named does not hold." }),
};

const said = { ...fields, tracks: z.array(TrackInput).max(500) };

export const ReleasePatch = z
  .strictObject(said)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, "names nothing to change")
  .meta({ id: "ReleasePatch" });

export const ReleaseInput = z
  .strictObject(said)
  .partial()
  .required({ title: true, type: true })
  .meta({ id: "ReleaseInput" });

export const Release = z
  .object({ ...fields, tracks: z.array(Track), status: z.enum(RELEASE_STATUSES), ...itemShape })
  .meta({ id: "Release", example: EXAMPLES.Release });

/** A release as changed. */
export const ChangedRelease = Release.extend({
  moved: z.array(MilestoneMove).meta({ description: "The milestones that moved with its date." }),
}).meta({ id: "ChangedRelease", example: { ...EXAMPLES.Release, moved: [EXAMPLES.MilestoneMove] } });

/** What a request says of a release, with the instants of its recordings read. */
export function releaseSaidIn(input: z.output<typeof ReleaseInput>): NewRelease;
export function releaseSaidIn(input: z.output<typeof ReleasePatch>): SaidRelease;
export function releaseSaidIn({ tracks, ...more }: z.output<typeof ReleasePatch>): SaidRelease {
  return {
    ...more,
    tracks: tracks?.map(
      ({ recording, ...track }): SaidTrack => ({
        ...track,
        recording: recording === undefined ? undefined : recordingSaidIn(recording),
      }),
    ),
  };
}

export function presentChangedRelease({ row, moves }: ChangedFacts): unknown {
  return { ...(presentRelease(row) as object), moved: moves };
}

export function presentRelease(row: ItemRow): unknown {
  return { ...presentItem(row, releaseWarnings(documentOf(row))), status: row.status };
}
