// The home of what a file's credits, tracks and type become beside those that are there.

import { type Contribution, displayedArtists } from "../contributions/model.ts";
import type { ReleaseType, Track } from "../releases/model.ts";
import { type EntryCredit, type EntryRelease, typeByTracks } from "./entry.ts";

/**
 * The credits after an import: those that were said, in place of those there were, if any were said.
 *
 * Somebody whom the catalog knows stays known by the same name. One name that displays what is there already says nothing
 * new: tables print the artists in one line.
 */
export function credited(
  before: readonly Contribution[],
  said: readonly EntryCredit[],
  partyIds: readonly string[],
): readonly Contribution[] {
  const [only] = said;
  if (only === undefined) return before;
  if (said.length === 1 && only.party === null && displayedArtists(before) === only.name) return before;
  return said.map(({ name, role, party }) => {
    const own = party === null ? undefined : partyIds[party];
    return { name, role, partyId: own ?? before.find((credit) => credit.name === name)?.partyId ?? null };
  });
}

/** The tracks after an import, in order: all of a message, or those of a table beside the places it does not name. */
export function placed(before: readonly Track[], said: readonly Track[], isWhole: boolean): readonly Track[] {
  if (said.length === 0) return before;
  const places = new Set(said.map(({ disc, sequence }) => `${disc}.${sequence}`));
  const others = isWhole ? [] : before.filter(({ disc, sequence }) => !places.has(`${disc}.${sequence}`));
  return [...others, ...said].sort((one, other) => one.disc - other.disc || one.sequence - other.sequence);
}

/** The type of a new release: as said, else by the number of its tracks. */
export function typed({ type, tracks }: EntryRelease): ReleaseType {
  return type ?? typeByTracks(tracks.length);
}
