// The home of recordings: one performance as it was fixed, which an ISRC names wherever it is released.

import { parseIsrc } from "../../kernel/isrc.ts";
import { Problem } from "../../kernel/problems.ts";
import type { Instant } from "../../kernel/time.ts";
import { type Contribution, displayedArtists, unidentified, type Warning } from "../contributions/model.ts";
import { type ItemFacts, merged, partyUses, readCode, type Said, type Use, wordsOf } from "../items/model.ts";

/** What one recording is of another. @see DDEX allowed values of ERN 4.3, VersionType, checked 2026-11 */
export const RELATIONS = [
  "ACappellaVersion",
  "AlbumVersion",
  "AlternativeVersion",
  "CleanVersion",
  "DemoVersion",
  "EditedVersion",
  "InstrumentalVersion",
  "KaraokeVersion",
  "LiveVersion",
  "MixVersion",
  "MonoVersion",
  "RadioVersion",
  "RemixVersion",
  "SessionVersion",
  "SingleVersion",
  "StereoVersion",
  "UserDefined",
] as const;

/** One of {@link RELATIONS}. */
export type Relation = (typeof RELATIONS)[number];

/** What listeners are warned of. @see DDEX allowed values of ERN 4.3, ParentalWarningType, checked 2026-11 */
export const PARENTAL_WARNINGS = ["Explicit", "ExplicitContentEdited", "NotExplicit", "NoAdviceAvailable"] as const;

/** One of {@link PARENTAL_WARNINGS}. */
export type ParentalWarning = (typeof PARENTAL_WARNINGS)[number];

/** How much of a part was made by a machine. */
export const AI_SHARES = ["none", "some", "all"] as const;

/** The parts of a recording that are disclosed one by one. @see Spotify and DistroKid, AI credits, checked 2026-11 */
export const AI_PARTS = ["lyrics", "composition", "vocals", "instruments", "production"] as const;

/** What a machine made of each part; null where nothing was said, which does not mean none. */
export type AiDisclosure = Readonly<Record<(typeof AI_PARTS)[number], (typeof AI_SHARES)[number] | null>>;

/** A line of rights, ℗ or ©: the year, and who holds them. */
export interface RightsLine {
  readonly year: number;
  readonly text: string;
}

/** What is kept of a recording. */
export interface RecordingDocument {
  readonly title: string;
  /** As in "Radio Edit". */
  readonly versionTitle: string | null;
  readonly isrc: string | null;
  readonly artists: readonly Contribution[];
  readonly contributions: readonly Contribution[];
  readonly durationMs: number | null;
  readonly derivedFrom: { readonly recordingId: string; readonly relation: Relation } | null;
  readonly ai: AiDisclosure | null;
  readonly pLine: RightsLine | null;
  readonly languages: readonly string[];
  readonly parentalWarning: ParentalWarning | null;
  readonly workIds: readonly string[];
}

/** A recording of which only the title is known. */
export const EMPTY_RECORDING: Omit<RecordingDocument, "title"> = {
  versionTitle: null,
  isrc: null,
  artists: [],
  contributions: [],
  durationMs: null,
  derivedFrom: null,
  ai: null,
  pLine: null,
  languages: [],
  parentalWarning: null,
  workIds: [],
};

/** What a request says of a recording; when it was first delivered is kept beside its document. */
export type SaidRecording = Said<RecordingDocument> & { readonly deliveredAt?: Instant | null | undefined };

/** What must be said of a new recording. */
export type NewRecording = SaidRecording & Pick<RecordingDocument, "title">;

/**
 * Reads the code of a recording as it was said.
 *
 * @param at where the request says it, as in `body.tracks.0.recording`
 * @throws Problem `isrc_invalid`
 */
export function readRecording<T extends SaidRecording>(said: T, at: string): T {
  const isrc = readCode(said.isrc, parseIsrc, { name: "ISRC", problem: "isrc_invalid", path: `${at}.isrc` });
  return { ...said, isrc };
}

/** What is kept of a new recording. @throws Problem `isrc_invalid` */
export function newRecordingFacts(id: string, said: NewRecording, at = "body"): ItemFacts {
  const { deliveredAt = null, title, ...more } = readRecording(said, at);
  return recordingFacts(id, merged({ title, ...EMPTY_RECORDING }, more), deliveredAt, at);
}

/** What is kept of a recording beside its document. */
export function recordingFacts(
  id: string,
  document: RecordingDocument,
  deliveredAt: Instant | null,
  at = "body",
): ItemFacts {
  const { title, versionTitle, isrc, artists, contributions, derivedFrom, workIds } = document;
  const works = workIds.map((workId, index): Use => ({ kind: "work", id: workId, path: `${at}.workIds.${index}` }));
  const sources: Use[] =
    derivedFrom === null
      ? []
      : [{ kind: "recording", id: derivedFrom.recordingId, path: `${at}.derivedFrom.recordingId` }];
  const displayed = displayedArtists(artists);
  return {
    kind: "recording",
    id,
    title: versionTitle === null ? title : `${title} (${versionTitle})`,
    artists: displayed,
    code: isrc === null ? null : { value: isrc, path: `${at}.isrc` },
    type: null,
    status: null,
    words: wordsOf(title, versionTitle, isrc, displayed),
    document,
    deliveredAt,
    uses: [
      ...sources,
      ...works,
      ...partyUses(`${at}.artists`, artists),
      ...partyUses(`${at}.contributions`, contributions),
    ],
  };
}

/** Whether a change would give a delivered recording another ISRC: stores and statements know it by the one it has. */
export function touchesLock(before: RecordingDocument, deliveredAt: Instant | null, after: RecordingDocument): boolean {
  return deliveredAt !== null && before.isrc !== null && before.isrc !== after.isrc;
}

/** When a recording was first delivered, after a request that may say so. @throws Problem `isrc_locked` when it would be undone */
export function firstDelivery(before: Instant | null, said: Instant | null | undefined): Instant | null {
  if (said === undefined || said === before) return before;
  if (before === null) return said;
  const message = "The recording has been delivered; that stays.";
  throw new Problem("isrc_locked", {
    detail: message,
    errors: [{ path: "body.deliveredAt", code: "isrc_locked", message }],
  });
}

/** What a new recording is that comes of a change of sound: linked to the one it was made from, without its ISRC. */
export function derived(from: string, before: RecordingDocument, said: Said<RecordingDocument>): RecordingDocument {
  const derivedFrom = said.derivedFrom ?? { recordingId: from, relation: "AlternativeVersion" as const };
  return { ...merged({ ...before, isrc: null }, said), derivedFrom };
}

/** Warns of credits without a party. */
export function recordingWarnings({ artists, contributions }: RecordingDocument): Warning[] {
  return [...unidentified("artists", artists), ...unidentified("contributions", contributions)];
}
