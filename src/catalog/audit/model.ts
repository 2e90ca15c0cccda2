// The home of what a catalog lacks: what is missing or does not agree in a release, a recording or a work, and how bad it is.

import type { Day } from "../../kernel/time.ts";
import { type Contribution, WRITER_ROLES } from "../contributions/model.ts";
import type { RecordingDocument } from "../recordings/model.ts";
import type { ReleaseDocument } from "../releases/model.ts";
import type { WorkDocument } from "../works/model.ts";

/** The kinds that are looked at. */
export const AUDITED_KINDS = ["release", "recording", "work"] as const;

/** One of {@link AUDITED_KINDS}. */
export type AuditedKind = (typeof AUDITED_KINDS)[number];

/** How bad it is: nothing can be delivered or earned without it, something is lost by it, or it would be better. */
export const SEVERITIES = ["blocking", "warning", "hint"] as const;

/** One of {@link SEVERITIES}. */
export type Severity = (typeof SEVERITIES)[number];

/** Everything that is looked for. */
export const FINDINGS = [
  "upc_missing",
  "isrc_missing",
  "iswc_missing",
  "artists_missing",
  "tracks_missing",
  "tracks_not_in_order",
  "type_unusual",
  "release_date_missing",
  "released_before_original",
  "deals_missing",
  "deals_over",
  "deal_before_release",
  "label_missing",
  "p_line_missing",
  "c_line_missing",
  "genres_missing",
  "language_missing",
  "parental_warning_missing",
  "parental_warning_too_mild",
  "duration_missing",
  "work_missing",
  "writers_missing",
  "shares_missing",
  "publishers_missing",
  "ai_disclosure_missing",
  "release_missing",
  "party_missing",
] as const;

/** Something that is missing or does not agree. */
export interface Finding {
  readonly code: (typeof FINDINGS)[number];
  readonly severity: Severity;
  /** The field to fix, dotted: `tracks.3`. */
  readonly path: string;
  readonly message: string;
}

/** A list of findings while it is made. */
class Findings {
  readonly list: Finding[] = [];

  add(severity: Severity, code: Finding["code"], path: string, message: string): void {
    this.list.push({ code, severity, path, message });
  }

  /** Says so if there is nothing in a field. */
  need(value: unknown, severity: Severity, code: Finding["code"], path: string, message: string): void {
    if (value === null || (Array.isArray(value) && value.length === 0)) this.add(severity, code, path, message);
  }

  /** Names who is credited without being known. */
  people(path: string, credits: readonly Contribution[]): void {
    const names = [...new Set(credits.flatMap(({ name, partyId }) => (partyId === null ? [name] : [])))];
    if (names.length === 0) return;
    const more = names.length > 3 ? ` and ${names.length - 3} others` : "";
    const named = names.slice(0, 3).join(", ");
    this.add(
      "hint",
      "party_missing",
      path,
      `Nobody can tell who ${named}${more} is; name a party with an IPI or ISNI.`,
    );
  }
}

/**
 * What a release lacks.
 *
 * @param today the day it is with the artist
 * @param recordings those of its tracks, where they were looked at
 */
export function releaseFindings(
  release: ReleaseDocument,
  today: Day,
  recordings: readonly RecordingDocument[] = [],
): Finding[] {
  const found = new Findings();
  const { upc, artists, tracks, releaseAt, originalReleaseOn, deals } = release;
  found.need(upc, "blocking", "upc_missing", "upc", "Without a UPC or EAN no store takes the release.");
  found.need(artists, "blocking", "artists_missing", "artists", "No artist is displayed.");
  found.need(tracks, "blocking", "tracks_missing", "tracks", "There is no recording on it.");
  found.need(releaseAt, "warning", "release_date_missing", "releaseAt", "Nobody knows when it comes out.");
  inOrder(release, found);
  if (releaseAt !== null && originalReleaseOn !== null && releaseAt.date < originalReleaseOn) {
    const message = `It comes out on ${releaseAt.date}, before its original release on ${originalReleaseOn}.`;
    found.add("warning", "released_before_original", "originalReleaseOn", message);
  }
  if (releaseAt !== null && deals.length === 0) {
    const message = "It has a date and no deal: no store may sell or play it.";
    found.add("blocking", "deals_missing", "deals", message);
  }
  if (deals.length > 0 && deals.every(({ endsOn }) => endsOn !== null && endsOn < today)) {
    found.add("warning", "deals_over", "deals", "Every deal is over: no store may sell or play it any more.");
  }
  for (const [at, { startsOn, isPreOrder }] of deals.entries()) {
    if (releaseAt === null || startsOn === null || isPreOrder || startsOn >= releaseAt.date) continue;
    const message = `The deal begins on ${startsOn}, before the release on ${releaseAt.date}.`;
    found.add("warning", "deal_before_release", `deals.${at}.startsOn`, message);
  }
  found.need(release.label, "warning", "label_missing", "label", "Stores show a label.");
  found.need(release.pLine, "warning", "p_line_missing", "pLine", "Nobody can tell who owns the recordings (℗).");
  found.need(release.cLine, "warning", "c_line_missing", "cLine", "Nobody can tell who owns the artwork and text (©).");
  found.need(release.genres, "warning", "genres_missing", "genres", "Stores file a release under a genre.");
  found.need(release.language, "hint", "language_missing", "language", "The language of the titles is not said.");
  warningOf(release, recordings, found);
  found.people("artists", artists);
  return found.list;
}

function inOrder({ type, tracks }: ReleaseDocument, found: Findings): void {
  const next = new Map<number, number>();
  const at = tracks.findIndex(({ disc, sequence }) => {
    const expected = next.get(disc) ?? 1;
    next.set(disc, expected + 1);
    return sequence !== expected;
  });
  const track = tracks[at];
  if (track !== undefined) {
    const message = `Before track ${track.sequence} of disc ${track.disc} one is missing.`;
    found.add("warning", "tracks_not_in_order", `tracks.${at}`, message);
  }
  const most = type === "single" ? 3 : type === "ep" ? 6 : null;
  if (most !== null && tracks.length > most) {
    const message = `Stores take a release of ${tracks.length} tracks for more than ${type === "ep" ? "an EP" : "a single"}.`;
    found.add("hint", "type_unusual", "type", message);
  }
}

function warningOf(
  { parentalWarning }: ReleaseDocument,
  recordings: readonly RecordingDocument[],
  found: Findings,
): void {
  const message = "It is not said whether there is anything explicit.";
  found.need(parentalWarning, "warning", "parental_warning_missing", "parentalWarning", message);
  if (parentalWarning === null || parentalWarning === "Explicit") return;
  const explicit = recordings.find((recording) => recording.parentalWarning === "Explicit");
  if (explicit === undefined) return;
  const strict = `The release says ${parentalWarning}, and "${explicit.title}" on it is explicit.`;
  found.add("warning", "parental_warning_too_mild", "parentalWarning", strict);
}

/** What a recording lacks. */
export function recordingFindings(
  recording: RecordingDocument,
  works: readonly WorkDocument[],
  isOnRelease: boolean,
): Finding[] {
  const found = new Findings();
  const { isrc, artists, contributions, durationMs, workIds, ai } = recording;
  found.need(
    isrc,
    "blocking",
    "isrc_missing",
    "isrc",
    "Without an ISRC no store takes it, and no statement's line finds it.",
  );
  found.need(artists, "blocking", "artists_missing", "artists", "No artist is displayed.");
  if (durationMs === null || durationMs === 0) {
    found.add(
      "warning",
      "duration_missing",
      "durationMs",
      "How long it is decides whether a play counts, and matches it to claims.",
    );
  }
  found.need(
    workIds,
    "warning",
    "work_missing",
    "workIds",
    "No work is named: what it earns for writers cannot be claimed.",
  );
  const writes = [
    ...works.flatMap(({ writers }) => writers),
    ...contributions.filter(({ role }) => WRITER_ROLES.includes(role)),
  ];
  found.need(writes, "warning", "writers_missing", "workIds", "Nobody is named who wrote it.");
  if (works.some(({ writers }) => writers.some(({ share }) => share === null))) {
    found.add("warning", "shares_missing", "workIds", "The writers' shares of its work are not said.");
  }
  found.need(recording.pLine, "warning", "p_line_missing", "pLine", "Nobody can tell who owns the recording (℗).");
  const explicit = "It is not said whether it is explicit.";
  found.need(recording.parentalWarning, "warning", "parental_warning_missing", "parentalWarning", explicit);
  if (ai === null || Object.values(ai).includes(null)) {
    found.add("warning", "ai_disclosure_missing", "ai", "It is not said of every part whether a machine made it.");
  }
  found.need(
    recording.languages,
    "hint",
    "language_missing",
    "languages",
    "What it is sung in is not said; `zxx` is no words.",
  );
  if (!isOnRelease) found.add("hint", "release_missing", "", "It is on no release.");
  found.people("artists", artists);
  found.people("contributions", contributions);
  return found.list;
}

/** What a work lacks. */
export function workFindings({ iswc, writers, publishers }: WorkDocument): Finding[] {
  const found = new Findings();
  found.need(iswc, "warning", "iswc_missing", "iswc", "Without an ISWC societies match it by its title alone.");
  found.need(writers, "warning", "writers_missing", "writers", "Nobody is named who wrote it.");
  if (writers.some(({ share }) => share === null)) {
    found.add("warning", "shares_missing", "writers", "The writers' shares are not said.");
  }
  found.need(publishers, "hint", "publishers_missing", "publishers", "No publisher collects for it, or none is named.");
  found.people("writers", writers);
  found.people("publishers", publishers);
  return found.list;
}
