// The home of the wire shapes of guests.

import { z } from "zod";
import type { Instant } from "../../kernel/time.ts";
import { instantToIso } from "../../kernel/time.ts";
import { EXAMPLES } from "../examples.ts";
import { GUEST_STATUSES, statusOf } from "./model.ts";
import type { GuestRow } from "./repository.ts";

export const GuestInput = z.strictObject({ email: z.email().max(254) }).meta({ id: "GuestInput" });

export const Guest = z
  .object({
    id: z.string(),
    thread: z.string(),
    email: z.string(),
    userId: z.string().nullable(),
    status: z.enum(GUEST_STATUSES),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().meta({ description: "When the invitation ends if it is not accepted." }),
  })
  .meta({ id: "Guest", example: EXAMPLES.Guest });

/** Puts a guest on the wire, as they stand at a moment. */
export function presentGuest(row: GuestRow, now: Instant): z.input<typeof Guest> {
  const { id, email, userId } = row;
  return {
    id,
    thread: row.threadId,
    email,
    userId,
    status: statusOf(row, now),
    createdAt: instantToIso(row.createdAt),
    expiresAt: instantToIso(row.expiresAt),
  };
}
