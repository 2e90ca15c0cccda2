// The home of the verbs on organisations: make one, see it, and who belongs to it.

import { ConstraintError } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { SignedInCtx } from "../../http/call.ts";
import { bindingOf, type Page, pageFrom, readCursor } from "../../http/page.ts";
import { refuseStale, type SeenVersion } from "../../http/version.ts";
import { normaliseEmail } from "../../identity/index.ts";
import type { Id } from "../../kernel/id.ts";
import { Problem } from "../../kernel/problems.ts";
import type { Instant } from "../../kernel/time.ts";
import { findInvitation, type InvitationRow, listOrganisationInvitations } from "../invitations/repository.ts";
import { keep, newInvitation, revoke } from "../invitations/service.ts";
import { recheckJob, refuseSenseless } from "../members/service.ts";
import { isLastingOwner, mayGrant, type Role, shrinks, WHOLE_ARTIST } from "../model.ts";
import { ARTISTS_PER_ORGANISATION, ORGANISATION_MATRIX } from "./model.ts";
import {
  findOrganisation,
  findOrganisationMember,
  lastingOwnerGuard,
  listLinkedArtists,
  listOrganisationMembers,
  listOrganisationsOf,
  listProposalsOf,
  memberStatements,
  type OrganisationMemberRow,
  type OrganisationRow,
  organisationStatements,
  type ProposalRow,
  removeMemberStatements,
} from "./repository.ts";

interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Gives the person who asks. @throws Problem `forbidden` for a key, which belongs to one artist and no organisation */
export function personOf(ctx: SignedInCtx): { userId: Id<"user"> } {
  if (ctx.caller.kind === "user") return ctx.caller;
  throw new Problem("forbidden", { detail: "A key belongs to one artist; only a person belongs to organisations." });
}

/**
 * Finds an organisation for one of its people who may do this.
 *
 * @throws Problem `not_found` for a stranger, as for one that does not exist; `forbidden` for a lower role, or a key
 */
export async function getOwn(ctx: SignedInCtx, id: string, operation: string): Promise<OrganisationRow> {
  const { userId } = personOf(ctx);
  const organisation = await findOrganisation(ctx.db, id, userId, ctx.now);
  if (organisation === null) throw new Problem("not_found");
  if (ORGANISATION_MATRIX[operation]?.includes(organisation.role) !== true) {
    throw new Problem("forbidden", { detail: `The role ${organisation.role} may not do this.` });
  }
  return organisation;
}

/** Makes an organisation; the person who asks becomes its owner. @throws Problem `forbidden` for a key */
export async function createOrganisation(ctx: SignedInCtx, input: { name: string }): Promise<OrganisationRow> {
  const { userId } = personOf(ctx);
  const organisation = { id: ctx.newId("organisation"), name: input.name, createdAt: ctx.now };
  const result: OrganisationRow = { ...organisation, role: "owner" };
  await commit(ctx, "organisation.create", {
    writes: organisationStatements(ctx.db, organisation, { id: ctx.newId("membership"), userId }),
    target: organisation.id,
    after: organisation,
    result,
  });
  return result;
}

/** Lists the organisations of the person who asks. @throws Problem `forbidden` for a key */
export async function listOrganisations(ctx: SignedInCtx, query: PageQuery): Promise<Page<OrganisationRow>> {
  const { userId } = personOf(ctx);
  const binding = bindingOf(null, "listOrganisations", { userId });
  const [after = ""] = readCursor(ctx, binding, query.cursor) ?? [];
  const rows = await listOrganisationsOf(ctx.db, userId, String(after), query.limit, ctx.now);
  return pageFrom(ctx, binding, rows, query.limit, ({ id }) => [id]);
}

/** An organisation with its people, whom it has invited, and what is proposed. */
export interface OrganisationFacts {
  readonly organisation: OrganisationRow;
  readonly members: readonly OrganisationMemberRow[];
  readonly invitations: readonly InvitationRow[];
  readonly proposals: readonly ProposalRow[];
  readonly now: Instant;
}

/** Shows an organisation to one of its people. @throws Problem `not_found` */
export async function getOrganisation(ctx: SignedInCtx, id: string): Promise<OrganisationFacts> {
  const organisation = await getOwn(ctx, id, "getOrganisation");
  const [members, invitations, proposals] = await Promise.all([
    listOrganisationMembers(ctx.db, id, ctx.now),
    listOrganisationInvitations(ctx.db, id, ctx.now),
    listProposalsOf(ctx.db, id),
  ]);
  return { organisation, members, invitations, proposals, now: ctx.now };
}

function refuseAbove(own: Role, role: Role): void {
  if (mayGrant(own, role)) return;
  throw new Problem("forbidden", { detail: `The role ${own} cannot give or change the role ${role}.` });
}

/** Invites somebody into an organisation. @throws Problem as inviting to a team does */
export async function inviteToOrganisation(
  ctx: SignedInCtx,
  id: string,
  input: { email: string; role: Role; until: Instant | null },
  origin: string,
): Promise<InvitationRow> {
  const { role } = await getOwn(ctx, id, "inviteToOrganisation");
  refuseAbove(role, input.role);
  const access = { ...input, scope: WHOLE_ARTIST };
  refuseSenseless(access, ctx.now);
  const email = normaliseEmail(input.email);
  if ((await findOrganisationMember(ctx.db, id, { email }, ctx.now)) !== null) throw new Problem("already_member");
  const invitation = newInvitation(ctx, { ...access, email });
  const body = { organisationId: id, invitationId: invitation.id, origin };
  await keep(ctx, { kind: "organisation", id }, invitation, { kind: "mail.organisation_invitation", body });
  return invitation;
}

/** Revokes an invitation into an organisation. @throws Problem `not_found` */
export async function revokeOrganisationInvitation(ctx: SignedInCtx, id: string, invitationId: string): Promise<void> {
  await getOwn(ctx, id, "revokeOrganisationInvitation");
  const invitation = await findInvitation(ctx.db, { organisationId: id, id: invitationId });
  if (invitation === null) throw new Problem("not_found");
  await revoke(ctx, invitation);
}

/** Changes what a member may do in an organisation and with its artists. @throws Problem as `updateMember` does */
export async function updateOrganisationMember(
  ctx: SignedInCtx,
  id: string,
  memberId: string,
  seen: SeenVersion,
  patch: { role?: Role | undefined; until?: Instant | null | undefined },
): Promise<OrganisationMemberRow> {
  const { role: own } = await getOwn(ctx, id, "updateOrganisationMember");
  const member = await getMember(ctx, id, memberId);
  refuseStale(seen, member.version);
  const { role = member.role, until = member.until } = patch;
  refuseAbove(own, member.role);
  refuseAbove(own, role);
  const [before, after] = [member, { role, until }].map((access) => ({ ...access, scope: WHOLE_ARTIST }));
  if (before === undefined || after === undefined) throw new Problem("internal");
  refuseSenseless({ ...after, until: patch.until ?? null }, ctx.now);
  await change(ctx, id, "organisation_member.update", member, {
    writes: memberStatements(ctx.db, id, member, { role, until }),
    endsOwner: isLastingOwner(member) && !isLastingOwner({ role, until }),
    isLess: shrinks(before, after),
    after: { role, until },
  });
  return { ...member, role, until, version: member.version + 1 };
}

/** Ends a membership in an organisation; anybody may end their own. @throws Problem as `removeMember` does */
export async function removeOrganisationMember(
  ctx: SignedInCtx,
  id: string,
  memberId: string,
  seen: SeenVersion,
): Promise<void> {
  const { userId } = personOf(ctx);
  const member = await findOrganisationMember(ctx.db, id, { id: memberId }, ctx.now);
  const isOwn = member?.userId === userId;
  if (!isOwn) {
    const { role } = await getOwn(ctx, id, "removeOrganisationMember");
    if (member === null) throw new Problem("not_found");
    refuseAbove(role, member.role);
  }
  refuseStale(seen, member.version);
  await change(ctx, id, isOwn ? "organisation_member.leave" : "organisation_member.remove", member, {
    writes: removeMemberStatements(ctx.db, id, member),
    endsOwner: isLastingOwner(member),
    isLess: true,
  });
}

async function getMember(ctx: SignedInCtx, id: string, memberId: string): Promise<OrganisationMemberRow> {
  const member = await findOrganisationMember(ctx.db, id, { id: memberId }, ctx.now);
  if (member === null) throw new Problem("not_found");
  return member;
}

interface MemberChange {
  readonly writes: ReturnType<typeof memberStatements>;
  readonly endsOwner: boolean;
  readonly isLess: boolean;
  readonly after?: { role: Role; until: Instant | null };
}

async function change(
  ctx: SignedInCtx,
  id: string,
  action: string,
  member: OrganisationMemberRow,
  { writes, endsOwner, isLess, after }: MemberChange,
): Promise<void> {
  const artists = isLess ? await listLinkedArtists(ctx.db, id, "", ARTISTS_PER_ORGANISATION) : [];
  try {
    await commit(ctx, action, {
      writes: [...writes, ...(endsOwner ? [lastingOwnerGuard(ctx.db, id)] : [])],
      target: member.id,
      before: { organisation: id, userId: member.userId, role: member.role, until: member.until },
      ...(after === undefined ? {} : { after }),
      jobs: artists.map((artist) => recheckJob(artist.id, member.userId)),
    });
  } catch (error) {
    if (!(error instanceof ConstraintError) || error.kind !== "guard") throw error;
    const present = await findOrganisationMember(ctx.db, id, { id: member.id }, ctx.now);
    if (present?.version !== member.version) throw new Problem("stale", { cause: error });
    throw new Problem("last_owner", { detail: "Make another member an owner without an end first.", cause: error });
  }
}
