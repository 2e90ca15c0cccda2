// The home of the states of a release and of its deliveries, and of the moves between them.

/** Where a release can stand, from the first draft to its end. */
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

/** The moves at which what there is goes out to the stores, and is kept as a version for good. */
const SENDS: readonly ReleaseStatus[] = ["delivering", "update_pending"];

/** Tells whether a move sends the release out as it stands. */
export function sends(to: ReleaseStatus): boolean {
  return SENDS.includes(to);
}

/** What a store can be asked to do with a release. */
export const DELIVERY_ACTIONS = ["insert", "update", "takedown"] as const;

/** One of {@link DELIVERY_ACTIONS}. */
export type DeliveryAction = (typeof DELIVERY_ACTIONS)[number];

/** Where a delivery to one store can stand. */
export const DELIVERY_STATUSES = ["pending", "in_progress", "done", "hold", "error"] as const;

/** One of {@link DELIVERY_STATUSES}. */
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Where a delivery may go from where it stands. */
export const DELIVERY_MOVES: Readonly<Record<DeliveryStatus, readonly DeliveryStatus[]>> = {
  pending: ["in_progress"],
  in_progress: ["done", "hold", "error"],
  done: [],
  hold: ["pending"],
  error: ["pending"],
};

/** Tells whether a text names a state of a release. */
export function isReleaseStatus(text: string): text is ReleaseStatus {
  return (RELEASE_STATUSES as readonly string[]).includes(text);
}
