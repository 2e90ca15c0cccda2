// The home of releases: what is brought out together under one barcode, its tracks in order, and when.

import { parseGrid } from "../../kernel/grid.ts";
import { parseGtin } from "../../kernel/gtin.ts";
import { type Day, isDay, isTimeZone } from "../../kernel/time.ts";
import { isTimeOfDay, type TimeOfDay } from "../../kernel/wall-time.ts";
import { type Contribution, displayedArtists, unidentified, type Warning } from "../contributions/model.ts";
import { type Deal, requireClearDeals } from "../deals/model.ts";
import { type ItemFacts, partyUses, readCode, refused, type Said, type Use, wordsOf } from "../items/model.ts";
import type { NewRecording, ParentalWarning, RightsLine } from "../recordings/model.ts";

/** The kinds of releases. */
export const RELEASE_TYPES = ["single", "ep", "album", "compilation"] as const;

/** One of {@link RELEASE_TYPES}. */
export type ReleaseType = (typeof RELEASE_TYPES)[number];

/** Where a release stands. */
export const RELEASE_STATUSES = [
  "draft",
  "in_review",
  "rejected",
  "scheduled",
  "delivering",
  "live",
  "update_pending",
  "takedown_pending",
  "taken_down",
  "archived",
] as const;

/** One of {@link RELEASE_STATUSES}. */
export type ReleaseStatus = (typeof RELEASE_STATUSES)[number];

/** When a release comes out: at midnight wherever the listener is, or at one instant everywhere. */
export type ReleaseAt =
  | { readonly mode: "local_midnight"; readonly date: Day }
  | { readonly mode: "fixed_instant"; readonly date: Day; readonly time: TimeOfDay; readonly timeZone: string };

/** A recording at its place on a release. */
export interface Track {
  readonly disc: number;
  readonly sequence: number;
  readonly recordingId: string;
}

/** What is kept of a release. */
export interface ReleaseDocument {
  readonly title: string;
  readonly subtitle: string | null;
  readonly type: ReleaseType;
  /** UPC or EAN, as {@link parseGtin} keeps it. */
  readonly upc: string | null;
  readonly grid: string | null;
  readonly catalogNumber: string | null;
  readonly artists: readonly Contribution[];
  readonly label: string | null;
  readonly pLine: RightsLine | null;
  readonly cLine: RightsLine | null;
  readonly genres: readonly string[];
  readonly language: string | null;
  readonly parentalWarning: ParentalWarning | null;
  readonly releaseAt: ReleaseAt | null;
  /** When it came out first, in whatever form. */
  readonly originalReleaseOn: Day | null;
  readonly deals: readonly Deal[];
  readonly tracks: readonly Track[];
}

/** A release of which only title and type are known. */
export const EMPTY_RELEASE: Omit<ReleaseDocument, "title" | "type"> = {
  subtitle: null,
  upc: null,
  grid: null,
  catalogNumber: null,
  artists: [],
  label: null,
  pLine: null,
  cLine: null,
  genres: [],
  language: null,
  parentalWarning: null,
  releaseAt: null,
  originalReleaseOn: null,
  deals: [],
  tracks: [],
};

/** A moment of release as a request says it: `time` and `timeZone` belong to a fixed instant alone. */
export interface SaidReleaseAt {
  readonly mode: ReleaseAt["mode"];
  readonly date: string;
  readonly time?: string | undefined;
  readonly timeZone?: string | undefined;
}

/** A track as a request says it: a recording that there is, or a new one; without a place it follows the one before. */
export interface SaidTrack {
  readonly disc?: number | undefined;
  readonly sequence?: number | undefined;
  readonly recordingId?: string | undefined;
  readonly recording?: NewRecording | undefined;
}

/** What a request says of a release. */
export type SaidRelease = Said<Omit<ReleaseDocument, "tracks" | "releaseAt">> & {
  readonly releaseAt?: SaidReleaseAt | null | undefined;
  readonly tracks?: readonly SaidTrack[] | undefined;
};

/** What must be said of a new release. */
export type NewRelease = SaidRelease & Pick<ReleaseDocument, "title" | "type">;

/**
 * Reads what was said of a release beside its tracks: codes, deals, its moment.
 *
 * @throws Problem `upc_invalid`, `grid_invalid`, `deal_invalid`, `deals_overlap`, `release_at_invalid`
 */
export function readRelease(said: Omit<SaidRelease, "tracks">, at: string): Said<Omit<ReleaseDocument, "tracks">> {
  const { releaseAt, deals } = said;
  if (deals !== undefined) requireClearDeals(deals, `${at}.deals`);
  return {
    ...said,
    upc: readCode(said.upc, parseGtin, { name: "UPC or EAN", problem: "upc_invalid", path: `${at}.upc` }),
    grid: readCode(said.grid, parseGrid, { name: "GRid", problem: "grid_invalid", path: `${at}.grid` }),
    releaseAt: releaseAt ? readReleaseAt(releaseAt, `${at}.releaseAt`) : releaseAt,
  };
}

function readReleaseAt({ mode, date, time, timeZone }: SaidReleaseAt, at: string): ReleaseAt {
  const invalid = (field: string, message: string) => refused("release_at_invalid", `${at}.${field}`, message);
  if (!isDay(date)) throw invalid("date", `"${date}" is no day`);
  if (mode === "local_midnight") {
    if (time !== undefined || timeZone !== undefined) {
      const field = time === undefined ? "timeZone" : "time";
      throw invalid(field, "midnight of each place needs no time and no time zone");
    }
    return { mode, date };
  }
  if (time === undefined || !isTimeOfDay(time)) throw invalid("time", "say it as in 18:00");
  if (timeZone === undefined || !isTimeZone(timeZone)) throw invalid("timeZone", "say it as in Europe/Berlin");
  return { mode, date, time, timeZone };
}

/**
 * Gives every track its place: as it was said, else after the one before.
 *
 * @param recordingIds the recording of each
 * @throws Problem `track_repeated` when two have one place
 */
export function placeTracks(said: readonly SaidTrack[], recordingIds: readonly string[], path: string): Track[] {
  let [disc, sequence] = [1, 0];
  const tracks = said.map((track, at): Track => {
    sequence = track.sequence ?? ((track.disc ?? disc) === disc ? sequence + 1 : 1);
    disc = track.disc ?? disc;
    return { disc, sequence, recordingId: recordingIds[at] ?? "" };
  });
  const places = new Map<string, number>();
  for (const [at, track] of tracks.entries()) {
    const place = `${track.disc}.${track.sequence}`;
    const first = places.get(place);
    if (first !== undefined) {
      throw refused(
        "track_repeated",
        `${path}.${at}`,
        `tracks.${first} is track ${track.sequence} of disc ${track.disc}`,
      );
    }
    places.set(place, at);
  }
  return tracks.sort((one, other) => one.disc - other.disc || one.sequence - other.sequence);
}

/**
 * What is kept of a release beside its document.
 *
 * @param said the tracks as the request says them, if it does
 */
export function releaseFacts(
  id: string,
  document: ReleaseDocument,
  status: string,
  said: readonly SaidTrack[] = [],
): ItemFacts {
  const { title, subtitle, type, upc, grid, catalogNumber, artists, label, tracks } = document;
  const displayed = displayedArtists(artists);
  const recordings = tracks.map(({ recordingId }): Use => {
    const at = said.findIndex((track) => track.recordingId === recordingId);
    return { kind: "recording", id: recordingId, path: `body.tracks.${at}.recordingId` };
  });
  return {
    kind: "release",
    id,
    title: subtitle === null ? title : `${title} (${subtitle})`,
    artists: displayed,
    code: upc === null ? null : { value: upc, path: "body.upc" },
    type,
    status,
    words: wordsOf(title, subtitle, upc, grid, catalogNumber, displayed, label),
    document,
    deliveredAt: null,
    uses: [...recordings, ...partyUses("body.artists", artists)],
  };
}

/** Warns of credits without a party. */
export function releaseWarnings({ artists }: ReleaseDocument): Warning[] {
  return unidentified("artists", artists);
}
