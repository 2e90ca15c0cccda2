// The home of entries: what a file says of one release with all that belongs to it, whatever it was written in.

import type { Instant } from "../../kernel/time.ts";
import type { Said } from "../items/model.ts";
import type { PartyDocument } from "../parties/model.ts";
import type { RecordingDocument } from "../recordings/model.ts";
import type { ReleaseDocument, ReleaseType } from "../releases/model.ts";
import type { WorkDocument } from "../works/model.ts";

/** Something in a file that was not taken as it stands, and why. */
export interface ImportNote {
  readonly line: number;
  /** The column of a table, or the path in a message: `isrc`, `ReleaseId/GRid`. */
  readonly path: string;
  readonly code: "refused" | "code_invalid" | "not_kept" | "replaced" | "outdated" | "conflict";
  readonly message: string;
}

/** A credit; `party` is the place of its party among those of the entry. */
export interface EntryCredit {
  readonly name: string;
  readonly role: string;
  readonly party: number | null;
}

/** What every thing of an entry is known by beside its code. */
interface Known {
  readonly line: number;
  /** The id it has in the catalog that gave the file; null where it came from elsewhere. */
  readonly id: string | null;
  /** Names that its sender gave it. */
  readonly keys: readonly string[];
}

/** A party with a code that tells it apart. */
export interface EntryParty extends Known {
  readonly said: Said<PartyDocument> & Pick<PartyDocument, "name">;
}

/** A work. */
export interface EntryWork extends Known {
  readonly said: Said<Omit<WorkDocument, "writers" | "publishers">> & Pick<WorkDocument, "title">;
  /** Writers, whose shares nobody has said; none leaves those there are. */
  readonly writers: readonly EntryCredit[];
}

/** A recording; `works` are places among the works of the entry. */
export interface EntryRecording extends Known {
  readonly said: Said<Omit<RecordingDocument, "artists" | "contributions" | "workIds">> &
    Pick<RecordingDocument, "title">;
  readonly artists: readonly EntryCredit[];
  /** Whether its artists are only taken from the release: a recording that there is keeps its own, or none. */
  readonly isArtistAssumed: boolean;
  readonly contributions: readonly EntryCredit[];
  readonly works: readonly number[];
}

/** A place on a release, by the recording's place among those of the entry. */
export interface EntryTrack {
  readonly disc: number;
  readonly sequence: number;
  readonly recording: number;
}

/** A release. */
export interface EntryRelease extends Known {
  readonly said: Said<Omit<ReleaseDocument, "artists" | "tracks" | "type">> & Pick<ReleaseDocument, "title">;
  readonly type: ReleaseType | null;
  readonly artists: readonly EntryCredit[];
  readonly tracks: readonly EntryTrack[];
  /** Whether these are all its tracks, or others may stay beside them. */
  readonly isWhole: boolean;
}

/** A release and what belongs to it, or recordings that are on none: carried out together or not at all. */
export interface ImportEntry {
  readonly line: number;
  readonly action: "put" | "take_down";
  /** When it was true; what was said later stands against it. Null where nobody knows. */
  readonly saidAt: Instant | null;
  readonly release: EntryRelease | null;
  readonly recordings: readonly EntryRecording[];
  readonly works: readonly EntryWork[];
  readonly parties: readonly EntryParty[];
  /** One of code `refused` refuses the entry whole. */
  readonly notes: readonly ImportNote[];
}

/** The most tracks of a release, and how long its texts may be: what the API takes too. */
export const MOST_TRACKS = 500;
export const LONGEST_TITLE = 500;
export const LONGEST_NAME = 200;
export const LONGEST_CATALOG_NUMBER = 50;
export const LONGEST_DURATION_MS = 24 * 60 * 60 * 1000;

/** The type of a release by the number of its tracks, where nothing tells. @see Apple Music style guide, singles and EPs, 2026-11 */
export function typeByTracks(tracks: number): ReleaseType {
  if (tracks <= 3) return "single";
  return tracks <= 6 ? "ep" : "album";
}

/** The most credits of each kind that are kept of one thing. */
export const MOST_ARTISTS = 100;
export const MOST_CONTRIBUTORS = 300;
export const MOST_WRITERS = 100;

const LONGEST_KEY = 1000;

/** The names of a thing that can be kept. */
export function keptKeys({ keys }: { readonly keys: readonly string[] }): string[] {
  return keys.filter((key) => key.length <= LONGEST_KEY);
}
