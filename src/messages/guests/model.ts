// The home of what a guest is: a person from outside the team in one of its threads.

import type { Instant } from "../../kernel/time.ts";

/** How long an invitation may be accepted. */
export const INVITATION_LIFE_MS = 7 * 24 * 60 * 60 * 1000;

/** The states of a guest. */
export const GUEST_STATUSES = ["pending", "accepted", "expired", "ended"] as const;
export type GuestStatus = (typeof GUEST_STATUSES)[number];

/** Tells where a guest stands at a moment. */
export function statusOf(
  guest: { readonly expiresAt: Instant; readonly acceptedAt: Instant | null; readonly endedAt: Instant | null },
  now: Instant,
): GuestStatus {
  if (guest.endedAt !== null) return "ended";
  if (guest.acceptedAt !== null) return "accepted";
  return guest.expiresAt <= now ? "expired" : "pending";
}
