// The home of the moves of a release between its states.

import { Problem } from "../../kernel/problems.ts";
import type { DeliveryAction } from "../deliveries/model.ts";
import { RELEASE_STATUSES, type ReleaseStatus } from "../releases/model.ts";

/** Where a release may go from where it stands; there is no other way. */
export const RELEASE_MOVES: Readonly<Record<ReleaseStatus, readonly ReleaseStatus[]>> = {
  draft: ["in_review", "archived"],
  in_review: ["rejected", "scheduled"],
  rejected: ["draft"],
  // Back to the draft: its date or its contents may be changed again.
  scheduled: ["draft", "delivering"],
  delivering: ["live"],
  live: ["update_pending", "takedown_pending"],
  update_pending: ["live"],
  takedown_pending: ["taken_down"],
  taken_down: ["delivering", "archived"],
  archived: [],
};

/** Tells whether a text names a state of a release. */
export function isReleaseStatus(text: string): text is ReleaseStatus {
  return (RELEASE_STATUSES as readonly string[]).includes(text);
}

/** Where a release can be changed: nobody is looking at it, and nothing of it is on its way. */
const OPEN: readonly string[] = ["draft", "rejected", "live", "taken_down"] satisfies ReleaseStatus[];

/** Tells whether a release can be changed where it stands; what has no state always can. */
export function isOpen({ status }: { readonly status: string | null }): boolean {
  return status === null || OPEN.includes(status);
}

/** Refuses to change a release where it stands. @throws Problem `release_locked` */
export function requireOpen(release: { readonly status: string | null }): void {
  const { status } = release;
  if (isOpen(release)) return;
  const isUnlocked = status === "scheduled" ? " Move it back to draft first." : "";
  throw new Problem("release_locked", { detail: `It is ${status}.${isUnlocked}` });
}

/** What a move asks of the stores; null for one that asks nothing. */
export function asks(to: ReleaseStatus): DeliveryAction | null {
  if (to === "delivering") return "insert";
  if (to === "update_pending") return "update";
  return to === "takedown_pending" ? "takedown" : null;
}

/** Tells whether a move sends the release out as it stands: that is kept as a version, for good. */
export function sends(to: ReleaseStatus): boolean {
  return asks(to) === "insert" || asks(to) === "update";
}
