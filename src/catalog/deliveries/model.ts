// The home of deliveries: what each store was asked to do, and what it has now.

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

/** Tells whether a text names a state of a delivery. */
export function isDeliveryStatus(text: string): text is DeliveryStatus {
  return (DELIVERY_STATUSES as readonly string[]).includes(text);
}

/** What of a delivery is decided upon. */
export interface DeliveryFacts {
  readonly store: string;
  readonly action: string;
  readonly status: string;
  readonly number: number;
}

/**
 * Says which version each store has, of all that it was ever asked.
 *
 * @param deliveries oldest first
 */
export function storesHaving(deliveries: readonly DeliveryFacts[]): Map<string, number> {
  const having = new Map<string, number>();
  for (const { store, action, status, number } of deliveries) {
    if (status !== "done") continue;
    if (action === "takedown") having.delete(store);
    else having.set(store, number);
  }
  return having;
}

/** The stores that still work on what they were asked. */
export function storesAtWork(deliveries: readonly DeliveryFacts[]): string[] {
  const open = deliveries.filter(({ status }) => status === "pending" || status === "in_progress");
  return [...new Set(open.map(({ store }) => store))].sort();
}
