// The home of the list of statement formats, and of the choice among them for a file.
import { APPLE_ITUNES_SALES, APPLE_MUSIC_FINANCIAL, APPLE_MUSIC_STREAMS } from "./apple.ts";
import { APPLE_FOR_ARTISTS_SONGS } from "./apple-music-for-artists.ts";
import { ASCAP_DOMESTIC, ASCAP_INTERNATIONAL } from "./ascap.ts";
import { BANDCAMP_V1, BANDCAMP_V2 } from "./bandcamp.ts";
import { BELIEVE } from "./believe.ts";
import { BMI } from "./bmi.ts";
import { CDBABY } from "./cdbaby.ts";
import { CLICKNCLEAR } from "./clicknclear.ts";
import { DISTROKID_V1, DISTROKID_V2 } from "./distrokid.ts";
import { DMP } from "./dmp.ts";
import { DDEX_DSR_FLAT, DDEX_DSR_USAGE } from "./dsr/formats.ts";
import type { FileHead, FormatMatch, StatementFormat } from "./format.ts";
import { FUGA } from "./fuga.ts";
import { IMUSICIAN_RELEASES, IMUSICIAN_SALES } from "./imusician.ts";
import { LANDR } from "./landr.ts";
import { MLC } from "./mlc.ts";
import { ORCHARD_V1, ORCHARD_V2 } from "./orchard.ts";
import { PRS } from "./prs.ts";
import { SACEM_RELEVE } from "./sacem.ts";
import { SECRETLY_DIGITAL, SECRETLY_PHYSICAL } from "./secretly.ts";
import { SOUNDCLOUD } from "./soundcloud.ts";
import {
  S4A_AUDIENCE_TIMELINE,
  S4A_AUDIENCE_TIMELINE_V2,
  S4A_SONG_TIMELINE,
  S4A_SONGS,
} from "./spotify-for-artists.ts";
import { STEM } from "./stem.ts";
import { SYMPHONIC } from "./symphonic.ts";
import { TUNECORE } from "./tunecore.ts";
import { YOUTUBE_ADS_ASSET_RAW, YOUTUBE_SUBSCRIPTION_ASSET } from "./youtube.ts";

/** Every statement format that can be read, in the order in which they are listed to people. */
export const FORMATS: readonly StatementFormat[] = [
  DISTROKID_V1,
  DISTROKID_V2,
  TUNECORE,
  CDBABY,
  BELIEVE,
  ORCHARD_V1,
  ORCHARD_V2,
  SYMPHONIC,
  FUGA,
  IMUSICIAN_SALES,
  IMUSICIAN_RELEASES,
  SOUNDCLOUD,
  SECRETLY_DIGITAL,
  SECRETLY_PHYSICAL,
  STEM,
  LANDR,
  BMI,
  PRS,
  DMP,
  ASCAP_DOMESTIC,
  ASCAP_INTERNATIONAL,
  MLC,
  BANDCAMP_V1,
  BANDCAMP_V2,
  APPLE_ITUNES_SALES,
  APPLE_MUSIC_STREAMS,
  APPLE_MUSIC_FINANCIAL,
  YOUTUBE_ADS_ASSET_RAW,
  YOUTUBE_SUBSCRIPTION_ASSET,
  SACEM_RELEVE,
  CLICKNCLEAR,
  S4A_AUDIENCE_TIMELINE,
  S4A_AUDIENCE_TIMELINE_V2,
  S4A_SONG_TIMELINE,
  S4A_SONGS,
  APPLE_FOR_ARTISTS_SONGS,
  DDEX_DSR_FLAT,
  DDEX_DSR_USAGE,
];

/** A format that has something of the head, and how much. */
export interface FormatCandidate {
  readonly format: StatementFormat;
  readonly match: FormatMatch;
}

/**
 * What the head of a file was recognised as. Without a match a person maps the columns by hand; `candidates`, best
 * first, tell what came close and what it lacked.
 */
export type Recognised =
  | { readonly kind: "match"; readonly format: StatementFormat; readonly match: FormatMatch }
  | { readonly kind: "ambiguous"; readonly candidates: readonly FormatCandidate[] }
  | { readonly kind: "none"; readonly candidates: readonly FormatCandidate[] };

/**
 * Finds the one format whose columns are all there; of several, the one with the larger share of its columns present.
 * A tie is never broken by guessing.
 *
 * @param formats the formats to choose among; all of them unless a test says otherwise
 */
export function recognise(head: FileHead, formats: readonly StatementFormat[] = FORMATS): Recognised {
  const candidates = formats
    .flatMap((format): FormatCandidate[] => {
      const match = format.identify(head);
      return match === null ? [] : [{ format, match }];
    })
    .sort((one, other) => other.match.score - one.match.score);
  const complete = candidates.filter((candidate) => candidate.match.missing.length === 0);
  const [first, second] = complete;
  if (first === undefined) return { kind: "none", candidates };
  if (second !== undefined && second.match.score === first.match.score) {
    const tied = complete.filter((candidate) => candidate.match.score === first.match.score);
    return { kind: "ambiguous", candidates: tied };
  }
  return { kind: "match", format: first.format, match: first.match };
}

/** The format with this id. @throws Error if there is none: ids come from our own rows */
export function formatOf(id: string): StatementFormat {
  const format = FORMATS.find((each) => each.id === id);
  if (format === undefined) throw new Error(`no statement format "${id}"`);
  return format;
}
