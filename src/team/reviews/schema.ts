// The home of the wire shapes of reviews of access.

import { z } from "zod";
import { instantToIso } from "../../kernel/time.ts";
import { ROLES } from "../model.ts";
import type { Unused } from "./repository.ts";

const iso = (at: number | null) => (at === null ? null : instantToIso(at));

export const Reviews = z
  .object({
    data: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(["member", "key"]),
        name: z.string(),
        role: z.enum(ROLES),
        createdAt: z.iso.datetime(),
        lastSeenAt: z.iso.datetime().nullable(),
        reviewedAt: z.iso.datetime().nullable(),
      }),
    ),
  })
  .meta({
    id: "Reviews",
    example: {
      data: [
        {
          id: "key_01k9v3m6s0n8w2e4r6t8y0b1c3",
          kind: "key",
          name: "Old dashboard",
          role: "viewer",
          createdAt: "2026-01-01T12:00:00.000Z",
          lastSeenAt: "2026-02-01T08:00:00.000Z",
          reviewedAt: null,
        },
      ],
    },
  });

export function presentReview(row: Unused): unknown {
  return {
    ...row,
    createdAt: instantToIso(row.createdAt),
    lastSeenAt: iso(row.lastSeenAt),
    reviewedAt: iso(row.reviewedAt),
  };
}

export const ReviewDecision = z.strictObject({ decision: z.enum(["confirm", "end"]) }).meta({ id: "ReviewDecision" });
