// The home of what a release must have before it is looked at, and before it is sent out.

import type { FieldError } from "../../kernel/problems.ts";
import type { Contribution } from "../contributions/model.ts";
import type { RecordingDocument } from "../recordings/model.ts";
import type { ReleaseDocument, ReleaseStatus } from "../releases/model.ts";
import { sends } from "./model.ts";

/** A release with its recordings, as far as it is decided upon. */
export interface Reviewed {
  readonly release: ReleaseDocument;
  readonly recordings: readonly { readonly id: string; readonly document: RecordingDocument }[];
}

/**
 * Lists what is missing for a move, field by field; nothing for a move that asks for nothing.
 *
 * Who looks at a release needs to know what it is, whose and when; a store needs the codes beside that.
 */
export function missingFor(to: ReleaseStatus, { release, recordings }: Reviewed): FieldError[] {
  if (to !== "in_review" && !sends(to)) return [];
  const needed: [path: string, isThere: boolean][] = [
    ["release.artists", hasMainArtist(release.artists)],
    ["release.genres", release.genres.length > 0],
    ["release.pLine", release.pLine !== null],
    ["release.cLine", release.cLine !== null],
    ["release.releaseAt", release.releaseAt !== null],
    ["release.tracks", release.tracks.length > 0],
    ...recordings.map(({ id, document }): [string, boolean] => [`${id}.artists`, hasMainArtist(document.artists)]),
  ];
  if (sends(to)) {
    needed.push(["release.upc", release.upc !== null], ["release.deals", release.deals.length > 0]);
    needed.push(...recordings.map(({ id, document }): [string, boolean] => [`${id}.isrc`, document.isrc !== null]));
  }
  return needed
    .filter(([, isThere]) => !isThere)
    .map(([path]) => ({
      path,
      code: "required",
      message: MESSAGES[path.slice(path.indexOf(".") + 1)] ?? "is missing",
    }));
}

const MESSAGES: Readonly<Record<string, string>> = {
  artists: "names no main artist",
  genres: "names no genre",
  tracks: "has no track",
  deals: "allows no use anywhere",
};

function hasMainArtist(credits: readonly Contribution[]): boolean {
  return credits.some(({ role }) => role === "MainArtist" || role === "Artist");
}
