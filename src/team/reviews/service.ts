// The home of reviews of access: what nobody has used for a long time, and the decision to keep it or to end it.

import { commit } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import { isId } from "../../kernel/id.ts";
import { Problem } from "../../kernel/problems.ts";
import { findMember } from "../members/repository.ts";
import { endMember, refuseAbove } from "../members/service.ts";
import { REVIEW_MS, type Role } from "../model.ts";
import { findKeyById } from "../repository.ts";
import { revokeApiKey } from "../service.ts";
import { listUnused, reviewedStatements, type Unused } from "./repository.ts";

/** Lists members and keys that were not used for 90 days, and not confirmed since. */
export function listReviews(ctx: Ctx): Promise<Unused[]> {
  return listUnused(ctx.db, ctx.scope, ctx.now - REVIEW_MS, ctx.now);
}

/**
 * Keeps a member's or a key's access for another 90 days, or ends it.
 *
 * @throws Problem `not_found`, `forbidden` for access above the caller's own, `last_owner`
 */
export async function decideReview(ctx: Ctx, id: string, decision: "confirm" | "end"): Promise<void> {
  const kind = isId("apiKey", id) ? "key" : "member";
  const [key, member] = await Promise.all([
    kind === "key" ? findKeyById(ctx.db, ctx.scope, id) : null,
    kind === "member" ? findMember(ctx.db, ctx.scope, id) : null,
  ]);
  const role = (key ?? member)?.role as Role | undefined;
  if (role === undefined) throw new Problem("not_found");
  refuseAbove(ctx, role);
  if (decision === "confirm") {
    await commit(ctx, "access.confirm", {
      writes: reviewedStatements(ctx.db, ctx.scope, kind, id, ctx.now),
      target: id,
      after: { reviewedAt: ctx.now },
    });
  } else if (member !== null) {
    await endMember(ctx, "member.remove", member);
  } else {
    await revokeApiKey(ctx, id);
  }
}
