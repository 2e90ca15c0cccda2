// The home of the endpoints of reviews of access.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import type { Register } from "../../http/registry.ts";
import { presentReview, ReviewDecision, Reviews } from "./schema.ts";
import { decideReview, listReviews } from "./service.ts";

const tag = "Team";

const ListReviews = endpoint({
  operation: "listReviews",
  method: "get",
  path: "/api/dashboard/team/reviews",
  tag,
  summary: "List access that nobody uses",
  description: "Members and keys that were not seen for 90 days, and not confirmed since.",
  access: "artist",
  answers: { 200: { description: "Members first, then keys; at most 200 of each.", schema: Reviews } },
  handle: async ({ ctx }) => listReviews(ctx),
  present: (unused) => ({ status: 200, body: { data: unused.map(presentReview) } }),
});

const DecideReview = endpoint({
  operation: "decideReview",
  method: "post",
  path: "/api/dashboard/team/reviews/:id",
  tag,
  summary: "Keep access, or end it",
  description: "The id is the member's or the key's. `confirm` keeps it for another 90 days; `end` ends it at once.",
  access: "artist",
  idempotencyKey: false,
  params: z.strictObject({ id: z.string() }),
  body: ReviewDecision,
  answers: { 204: { description: "Decided." } },
  problems: ["last_owner", "stale"],
  example: { params: { id: "key_01k9v3m6s0n8w2e4r6t8y0b1c3" }, body: { decision: "end" } },
  handle: async ({ ctx, params, body }) => decideReview(ctx, params.id, body.decision),
  present: () => ({ status: 204 }),
});

/** Adds reviews of access to the API. */
export function registerReviews(register: Register): void {
  register(ListReviews);
  register(DecideReview);
}
