// The home of embargoes: until when a release is secret, and what is secret with it.

import type { Instant } from "../../kernel/time.ts";

/** The last instant there is: of an embargo that does not end by itself. @see ECMA-262, time values, checked 2026-11 */
export const NEVER: Instant = 8_640_000_000_000_000;

/** Until when: the release comes out, a moment, or somebody says so. */
export type EmbargoUntil =
  | { readonly kind: "release" }
  | { readonly kind: "lift" }
  | { readonly kind: "instant"; readonly at: Instant };

/**
 * Gives the instant at which an embargo ends by itself.
 *
 * @param firstAt when the release comes out for its first listeners; null while it has no date
 */
export function liftsAt(until: EmbargoUntil, firstAt: Instant | null): Instant {
  if (until.kind === "instant") return until.at;
  return until.kind === "release" ? (firstAt ?? NEVER) : NEVER;
}

/** Something of the catalog that is secret, and the release for whose sake it is. */
export interface Secret {
  readonly id: string;
  readonly releaseId: string;
}
