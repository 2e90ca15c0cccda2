// The home of the verbs on a team: see it, change what a member may do, end a membership, hand the artist over.

import { ConstraintError } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import type { SignedInCtx } from "../../http/call.ts";
import { bindingOf, type Page, pageFrom, readCursor } from "../../http/page.ts";
import { refuseStale, type SeenVersion } from "../../http/version.ts";
import type { JobRequest } from "../../jobs/messages.ts";
import { Problem } from "../../kernel/problems.ts";
import { cutArtistScope } from "../../kernel/scope.ts";
import type { Instant } from "../../kernel/time.ts";
import { sendMailOnce } from "../../mail/index.ts";
import { ownershipMail } from "../invitations/letter.ts";
import { type InvitationRow, listInvitations } from "../invitations/repository.ts";
import {
  type Access,
  INVITATION_LIFE_MS,
  isLastingOwner,
  isRole,
  type MemberScope,
  mayCallForOthers,
  mayGrant,
  type Role,
  shrinks,
} from "../model.ts";
import { listProposalsTo, type ProposalRow } from "../organisations/repository.ts";
import { listSupportRequests, type SupportRow } from "../support/repository.ts";
import {
  accessStatements,
  findMember,
  findMemberOf,
  findOwn,
  handOverStatements,
  lastingOwnerGuard,
  listMembers,
  listSharedMembers,
  type MemberRow,
  MOST_SHOWN,
  offerStatements,
  removeStatements,
  type SharedMember,
} from "./repository.ts";

/** Everybody who can see an artist, and everybody who has been asked or asks to. */
export interface Team {
  readonly artist: { readonly id: string; readonly name: string };
  readonly members: readonly MemberRow[];
  readonly invitations: readonly InvitationRow[];
  readonly shared: readonly SharedMember[];
  readonly proposals: readonly ProposalRow[];
  readonly supportRequests: readonly SupportRow[];
  readonly now: Instant;
}

/** Shows a team: one round trip beyond signing in. */
export async function getTeam(ctx: Ctx): Promise<Team> {
  const { db, scope, now, artist } = ctx;
  const [members, invitations, shared, proposals, supportRequests] = await Promise.all([
    listMembers(db, scope, now, { after: null, limit: MOST_SHOWN }),
    listInvitations(db, scope, now),
    listSharedMembers(db, scope, now),
    listProposalsTo(db, scope),
    listSupportRequests(db, scope, now),
  ]);
  return { artist, members, invitations, shared, proposals, supportRequests, now };
}

/** Lists the members of a team page by page. @throws Problem `bad_cursor` */
export async function listMembersPage(
  ctx: Ctx,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Page<MemberRow>> {
  const binding = bindingOf(ctx.scope, "listMembers", {});
  const [after] = readCursor(ctx, binding, cursor) ?? [];
  const place = after === undefined ? null : String(after);
  const rows = await listMembers(ctx.db, ctx.scope, ctx.now, { after: place, limit: limit + 1 });
  return pageFrom(ctx, binding, rows, limit, ({ id }) => [id]);
}

/**
 * Refuses to touch or to make access above the caller's own.
 *
 * @throws Problem `forbidden`
 */
export function refuseAbove(ctx: Ctx, role: Role): void {
  if (isRole(ctx.role) && mayGrant(ctx.role, role)) return;
  throw new Problem("forbidden", { detail: `The role ${ctx.role} cannot give or change the role ${role}.` });
}

/** Refuses access that would be over already, or an owner or admin of single releases. @throws Problem */
export function refuseSenseless(access: Access, now: Instant): void {
  if (access.until !== null && access.until <= now) throw invalid("until", "past", "must lie in the future");
  const isPowerful = access.role === "owner" || access.role === "admin";
  if (isPowerful && access.scope.kind !== "artist") {
    throw invalid("scope", "too_narrow", "of an owner or admin is the artist as a whole");
  }
}

function invalid(field: string, code: string, message: string): Problem {
  const error = { path: `body.${field}`, code, message };
  return new Problem("invalid_request", { detail: `body.${field} ${message}.`, errors: [error] });
}

/** Asks for the sockets of a person to be looked at again; null stands for anybody's. */
export function recheckJob(artistId: string, userId: string | null): JobRequest {
  return {
    kind: "hub.recheck",
    body: { artistId: artistId as `art_${string}`, userId: userId as `usr_${string}` | null },
  };
}

/** What of a member's access is to change. */
export interface MemberPatch {
  readonly role?: Role | undefined;
  readonly until?: Instant | null | undefined;
  readonly scope?: MemberScope | undefined;
}

/**
 * Changes what a member may do; it holds from their next request on.
 *
 * @throws Problem `not_found`, `stale`, `forbidden` above the caller's own role, `last_owner`, `invalid_request`
 */
export async function updateMember(ctx: Ctx, id: string, seen: SeenVersion, patch: MemberPatch): Promise<MemberRow> {
  const member = await getMember(ctx, id);
  refuseStale(seen, member.version);
  const { role = member.role, until = member.until, scope = member.scope } = patch;
  const after = { role, until, scope };
  refuseAbove(ctx, member.role);
  refuseAbove(ctx, role);
  refuseSenseless({ ...after, until: patch.until ?? null }, ctx.now);
  const next = { ...member, ...after, version: member.version + 1 };
  const writes = accessStatements(ctx.db, ctx.scope, member, after);
  await change(ctx, "member.update", member, {
    writes,
    endsOwner: isLastingOwner(member) && !isLastingOwner(after),
    jobs: shrinks(member, after) ? [recheckJob(ctx.scope.artistId, member.userId)] : [],
    after,
  });
  return next;
}

/**
 * Ends a membership; anybody may end their own.
 *
 * @throws Problem `not_found`, `stale`, `forbidden`, `last_owner`
 */
export async function removeMember(ctx: Ctx, id: string, seen: SeenVersion): Promise<void> {
  const member = await getMember(ctx, id);
  const isOwn = ctx.actor.kind === "user" && ctx.actor.userId === member.userId;
  if (!isOwn) {
    if (!mayCallForOthers(ctx.role, "removeMember")) {
      throw new Problem("forbidden", { detail: `The role ${ctx.role} may only leave.` });
    }
    refuseAbove(ctx, member.role);
  }
  refuseStale(seen, member.version);
  await endMember(ctx, isOwn ? "member.leave" : "member.remove", member);
}

/** Ends a membership that has been read, and whose end was decided. @throws Problem `last_owner`, `stale` */
export async function endMember(ctx: Ctx, action: string, member: MemberRow): Promise<void> {
  await change(ctx, action, member, {
    writes: removeStatements(ctx.db, ctx.scope, member),
    endsOwner: isLastingOwner(member),
    jobs: [recheckJob(ctx.scope.artistId, member.userId)],
  });
}

async function getMember(ctx: Ctx, id: string): Promise<MemberRow> {
  const member = await findMember(ctx.db, ctx.scope, id);
  if (member === null) throw new Problem("not_found");
  return member;
}

async function change(
  ctx: Ctx,
  action: string,
  member: MemberRow,
  {
    writes,
    endsOwner,
    jobs,
    after,
  }: { writes: ReturnType<typeof removeStatements>; endsOwner: boolean; jobs: JobRequest[]; after?: Access },
): Promise<void> {
  const guard = endsOwner ? [lastingOwnerGuard(ctx.db, ctx.scope.artistId)] : [];
  const { role, until, scope } = member;
  try {
    await commit(ctx, action, {
      writes: [...writes, ...guard],
      target: member.id,
      before: { userId: member.userId, role, until, scope },
      ...(after === undefined ? {} : { after }),
      jobs,
    });
  } catch (error) {
    if (!(error instanceof ConstraintError) || error.kind !== "guard") throw error;
    const present = await findMember(ctx.db, ctx.scope, member.id);
    if (present?.version !== member.version) throw new Problem("stale", { cause: error });
    throw new Problem("last_owner", {
      detail: "Make another member an owner without an end first, or hand the artist over.",
      cause: error,
    });
  }
}

/** An offer to hand an artist over. */
export interface OwnershipOffer {
  readonly member: MemberRow;
  readonly expiresAt: Instant;
}

/**
 * Offers the artist to a member, who is mailed so and has seven days to accept; another offer takes its place.
 *
 * @throws Problem `not_found`, `conflict` for a key, or for a member who is an owner already
 */
export async function offerOwnership(ctx: Ctx, id: string, origin: string): Promise<OwnershipOffer> {
  const member = await getMember(ctx, id);
  const { actor } = ctx;
  const own =
    actor.kind === "user" ? await findMemberOf(ctx.db, ctx.scope.artistId, { userId: actor.userId }, ctx.now) : null;
  if (own === null || own.role !== "owner") {
    throw new Problem("conflict", {
      detail: "Only a person who owns the artist can hand it over; a key owns nothing.",
    });
  }
  if (member.role === "owner" || member.isSupport) {
    const detail = member.isSupport ? "Support cannot own an artist." : "This member is an owner already.";
    throw new Problem("conflict", { detail });
  }
  const until = ctx.now + INVITATION_LIFE_MS;
  await commit(ctx, "ownership.offer", {
    writes: offerStatements(ctx.db, ctx.scope, id, { by: own.id, until }),
    target: id,
    after: { by: own.id, until },
    jobs: [{ kind: "mail.ownership_offer", body: { artistId: ctx.scope.artistId, membershipId: id, origin } }],
  });
  return { member, expiresAt: until };
}

/** Mails a member the offer that stands, once. @throws Problem as `sendMailOnce` does */
export async function mailOwnershipOffer(ctx: Ctx, id: string, origin: string): Promise<void> {
  const member = await findMember(ctx.db, ctx.scope, id);
  const { email = null, offeredBy = null, offeredUntil: until = null } = member ?? {};
  if (email === null || offeredBy === null || until === null || until <= ctx.now) return;
  const by = (await findMember(ctx.db, ctx.scope, offeredBy))?.name ?? "The owner";
  const { homeUrl } = ctx.settings;
  await sendMailOnce(ctx, `ownership ${ctx.scope.artistId} ${id} ${until}`, async () => ({
    mail: ownershipMail({ email, by, artist: ctx.artist.name, until }, new URL(homeUrl, origin).href),
    writes: [],
  }));
}

/** Takes an offer of ownership back. @throws Problem `not_found` when there is none */
export async function withdrawOwnership(ctx: Ctx, id: string): Promise<void> {
  const member = await getMember(ctx, id);
  if (member.offeredBy === null) throw new Problem("not_found");
  await commit(ctx, "ownership.withdraw", {
    writes: offerStatements(ctx.db, ctx.scope, id, null),
    target: id,
    before: { by: member.offeredBy, until: member.offeredUntil },
  });
}

/** A person's answer to an offer of ownership. */
export interface OwnershipAnswer {
  readonly member: MemberRow;
  readonly artist: { readonly id: string; readonly name: string };
}

/**
 * Answers an offer: accepting makes the person its owner for good, and whoever offered an admin.
 *
 * @param id the person's own membership
 * @throws Problem `not_found` when nothing is offered to them, `conflict` when who offered is no owner any more
 */
export async function answerOwnership(ctx: SignedInCtx, id: string, accepts: boolean): Promise<OwnershipAnswer> {
  const own = ctx.caller.kind === "user" ? await findOwn(ctx.db, ctx.caller.userId, id) : null;
  if (own === null) throw new Problem("not_found");
  const scope = cutArtistScope(own.artistId);
  const member = await findMember(ctx.db, scope, id);
  const { offeredBy, offeredUntil } = member ?? { offeredBy: null, offeredUntil: null };
  const isOpen = offeredUntil !== null && offeredUntil > ctx.now && (member?.until ?? ctx.now + 1) > ctx.now;
  if (member === null || offeredBy === null || !isOpen) throw new Problem("not_found");
  const artist = { id: own.artistId, name: own.artistName };
  if (!accepts) {
    const writes = offerStatements(ctx.db, scope, id, null);
    await commit(ctx, "ownership.decline", { writes, artistId: own.artistId, target: id });
    return { member, artist };
  }
  const from = await findMember(ctx.db, scope, offeredBy);
  try {
    await commit(ctx, "ownership.accept", {
      writes: [
        ...handOverStatements(ctx.db, own.artistId, id, offeredBy, ctx.now),
        lastingOwnerGuard(ctx.db, own.artistId),
      ],
      artistId: own.artistId,
      target: id,
      before: { owner: offeredBy, role: member.role },
      after: { owner: id, formerOwnerRole: "admin" },
      jobs: [recheckJob(own.artistId, from?.userId ?? null)],
    });
  } catch (error) {
    if (!(error instanceof ConstraintError) || error.kind !== "guard") throw error;
    throw new Problem("conflict", { detail: "Whoever offered it does not own the artist any more.", cause: error });
  }
  return { member: { ...member, role: "owner", until: null, version: member.version + 1 }, artist };
}
