// The home of visible support: whoever runs this service asks to look, the artist's side decides, and all see it.

import { ConstraintError } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import type { SignedInCtx } from "../../http/call.ts";
import { Problem } from "../../kernel/problems.ts";
import { findMemberOf, joinStatements, type MemberRow } from "../members/repository.ts";
import { WHOLE_ARTIST } from "../model.ts";
import { findArtist } from "../repository.ts";
import { hoursMs, isOperator, OPEN_REQUESTS, REQUEST_LIFE_MS } from "./model.ts";
import { decideStatements, listSupportRequests, requestStatements, type SupportRow } from "./repository.ts";

/** A request as it was made. */
export interface SupportRequest {
  readonly id: string;
  readonly reason: string;
  readonly hours: number;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/**
 * Asks an artist's side for a look at its dashboard. Only people named by SUPPORT_EMAILS may ask; nobody else learns
 * whether there is such an artist.
 *
 * @throws Problem `forbidden`, `not_found`, `already_member`, `conflict` when five requests are open
 */
export async function requestSupport(
  ctx: SignedInCtx,
  artistId: string,
  input: { reason: string; hours: number },
): Promise<SupportRequest> {
  const { caller } = ctx;
  if (caller.kind !== "user" || caller.email === null || !isOperator(caller.email, ctx.settings.supportEmails)) {
    throw new Problem("forbidden", { detail: "Only whoever runs this service may ask for support access." });
  }
  if ((await findArtist(ctx.db, artistId)) === null) throw new Problem("not_found");
  const { userId } = caller;
  if ((await findMemberOf(ctx.db, artistId, { userId }, ctx.now)) !== null) throw new Problem("already_member");
  const request: SupportRequest = {
    id: ctx.newId("supportRequest"),
    ...input,
    createdAt: ctx.now,
    expiresAt: ctx.now + REQUEST_LIFE_MS,
  };
  try {
    await commit(ctx, "support.request", {
      writes: requestStatements(ctx.db, { ...request, artistId, userId }),
      artistId,
      target: request.id,
      after: input,
      result: request,
    });
  } catch (error) {
    if (!(error instanceof ConstraintError) || error.kind !== "guard") throw error;
    throw new Problem("conflict", { detail: `At most ${OPEN_REQUESTS} requests may be open.`, cause: error });
  }
  return request;
}

/**
 * Lets support look, as a viewer, until an hour that is fixed from the start.
 *
 * @throws Problem `not_found`, `conflict` when it was decided meanwhile, `already_member`
 */
export async function approveSupport(ctx: Ctx, id: string): Promise<MemberRow> {
  const request = await getRequest(ctx, id);
  const { userId, name, email } = request;
  const access = { role: "viewer", scope: WHOLE_ARTIST, until: ctx.now + hoursMs(request.hours) } as const;
  const memberId = ctx.newId("membership");
  const member = { artistId: ctx.scope.artistId, id: memberId, userId, isSupport: 1, ...access };
  await decide(ctx, "support.approve", id, joinStatements(ctx.db, member, ctx.now), { userId, ...access });
  return {
    ...access,
    id: memberId,
    userId,
    name,
    email,
    version: 1,
    isSupport: true,
    createdAt: ctx.now,
    lastSeenAt: null,
    reviewedAt: null,
    offeredBy: null,
    offeredUntil: null,
  };
}

/** Declines a request. @throws Problem `not_found`, `conflict` when it was decided meanwhile */
export async function declineSupport(ctx: Ctx, id: string): Promise<void> {
  const { userId } = await getRequest(ctx, id);
  await decide(ctx, "support.decline", id, [], { userId });
}

async function getRequest(ctx: Ctx, id: string): Promise<SupportRow> {
  const requests = await listSupportRequests(ctx.db, ctx.scope, ctx.now);
  const request = requests.find((each) => each.id === id);
  if (request === undefined) throw new Problem("not_found");
  return request;
}

async function decide(
  ctx: Ctx,
  action: string,
  id: string,
  writes: ReturnType<typeof joinStatements>,
  after: object,
): Promise<void> {
  try {
    const decided = decideStatements(ctx.db, ctx.scope, id, ctx.now);
    await commit(ctx, action, { writes: [...decided, ...writes], target: id, after });
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    if (error.kind === "unique") throw new Problem("already_member", { cause: error });
    throw new Problem("conflict", { detail: "It was decided meanwhile.", cause: error });
  }
}
