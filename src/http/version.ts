// The home of the lost update: what has a version is changed only by someone who says which version they saw.

import { Problem } from "../kernel/problems.ts";

/** The version a caller says they saw; null for whichever there is (`If-Match: *`). */
export type SeenVersion = number | null;

/** Writes a version as the `ETag` it is sent back by. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * Reads `If-Match`.
 *
 * @throws Problem `if_match_required` without the header, `stale` when it can name no version of ours
 */
export function readIfMatch(request: Request): SeenVersion {
  const seen = request.headers.get("if-match")?.trim();
  if (seen === undefined) {
    throw new Problem("if_match_required", { detail: "Send the ETag of what you saw as If-Match, or * for any." });
  }
  if (seen === "*") return null;
  const version = /^"(\d{1,15})"$/.exec(seen)?.[1];
  if (version === undefined) throw new Problem("stale");
  return Number(version);
}

/** Refuses a change of another version than the one that was seen. @throws Problem `stale` */
export function refuseStale(seen: SeenVersion, present: number): void {
  if (seen !== null && seen !== present) {
    throw new Problem("stale", { detail: `It is at version ${present} by now; read it again.` });
  }
}
