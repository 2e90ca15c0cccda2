// The home of the verbs on invitations: invite, mail, revoke, look at, accept.

import { ConstraintError } from "../../db/client.ts";
import { commit, persist } from "../../db/commit.ts";
import type { BaseCtx, Ctx } from "../../db/ctx.ts";
import type { SignedInCtx } from "../../http/call.ts";
import { hashSecret, newToken, normaliseEmail } from "../../identity/index.ts";
import type { JobRequest } from "../../jobs/messages.ts";
import { ID_RANDOM_BYTES, makeId } from "../../kernel/id.ts";
import { Problem } from "../../kernel/problems.ts";
import { actorName, cutArtistScope } from "../../kernel/scope.ts";
import type { Instant } from "../../kernel/time.ts";
import { sendMailOnce } from "../../mail/index.ts";
import { findRole } from "../admission/repository.ts";
import { findMemberOf, joinStatements } from "../members/repository.ts";
import { refuseAbove, refuseSenseless } from "../members/service.ts";
import {
  type Access,
  INVITATION_LIFE_MS,
  INVITATION_WINDOW_MS,
  INVITATIONS_PER_WINDOW,
  invitationState,
  mayGrant,
  type Role,
} from "../model.ts";
import { findOrganisationMember } from "../organisations/repository.ts";
import { findKeyById } from "../repository.ts";
import { invitationMail } from "./letter.ts";
import {
  findInvitation,
  type InvitationHome,
  type InvitationRow,
  type InvitationTo,
  inviteStatements,
  joinOrganisationStatements,
  mailedStatements,
  revokeStatements,
  secretStatements,
  useStatements,
} from "./repository.ts";

/** Whom to invite, and to what. */
export interface Invite extends Access {
  readonly email: string;
}

/**
 * Invites somebody to a team. The mail is sent by a job, and its secret exists in it alone.
 *
 * @throws Problem `forbidden` above the caller's role, `already_member`, `rate_limited`, `invalid_request`
 */
export async function inviteMember(ctx: Ctx, input: Invite, origin: string): Promise<InvitationRow> {
  refuseAbove(ctx, input.role);
  refuseSenseless(input, ctx.now);
  const email = normaliseEmail(input.email);
  const artistId = ctx.scope.artistId;
  if ((await findMemberOf(ctx.db, artistId, { email }, ctx.now)) !== null) throw new Problem("already_member");
  const invitation = newInvitation(ctx, { ...input, email });
  const body = { artistId, invitationId: invitation.id, origin };
  await keep(ctx, { kind: "artist", id: artistId }, invitation, { kind: "mail.invitation", body });
  return invitation;
}

/** Makes an invitation, not yet kept. */
export function newInvitation(ctx: BaseCtx, input: Invite): InvitationRow {
  const { email, role, scope, until } = input;
  return {
    id: ctx.newId("invitation"),
    email,
    role,
    scope,
    until,
    invitedBy: actorName(ctx.actor),
    createdAt: ctx.now,
    expiresAt: ctx.now + INVITATION_LIFE_MS,
    mailedAt: null,
    acceptedAt: null,
    revokedAt: null,
  };
}

/** Keeps an invitation and asks for its mail. @throws Problem `rate_limited` */
export async function keep(
  ctx: BaseCtx,
  home: Pick<InvitationHome, "kind" | "id">,
  invitation: InvitationRow,
  job: JobRequest,
): Promise<void> {
  const { email, role, scope, until, expiresAt } = invitation;
  const windowStart = makeId("invitation", ctx.now - INVITATION_WINDOW_MS, new Uint8Array(ID_RANDOM_BYTES));
  try {
    await commit(ctx, "invitation.create", {
      writes: inviteStatements(ctx.db, home, invitation, windowStart),
      target: invitation.id,
      after: { email, role, scope, until, expiresAt },
      jobs: [job],
      result: invitation,
    });
  } catch (error) {
    if (!(error instanceof ConstraintError) || error.kind !== "guard") throw error;
    const detail = `At most ${INVITATIONS_PER_WINDOW} invitations a day.`;
    throw new Problem("rate_limited", { detail, retryAfterSeconds: 3600, cause: error });
  }
}

/**
 * Mails an invitation that has not been mailed yet.
 *
 * A mail that was sent but not noted is sent again with another secret, and the first one's link is dead.
 * @throws Problem as `sendMailOnce` does
 */
export async function mailInvitation(
  ctx: BaseCtx,
  by: { artistId: string; id: string } | { organisationId: string; id: string },
  origin: string,
): Promise<void> {
  const invitation = await findInvitation(ctx.db, by);
  if (invitation === null || invitation.mailedAt !== null) return;
  if (invitationState(invitation, ctx.now) !== "pending") return;
  await sendMailOnce(ctx, `invitation ${invitation.to.id} ${invitation.id}`, async () => {
    const { token, hash } = newToken(ctx.randomBytes);
    await persist(ctx, secretStatements(ctx.db, invitation, hash));
    const mail = invitationMail(invitation, `${origin}/api/auth/invitations/${token}`);
    return { mail, writes: mailedStatements(ctx.db, invitation, ctx.now) };
  });
}

/** Revokes an invitation to a team; its link no longer works. Revoking it again changes nothing. @throws Problem `not_found` */
export async function revokeInvitation(ctx: Ctx, id: string): Promise<void> {
  const invitation = await findInvitation(ctx.db, { artistId: ctx.scope.artistId, id });
  if (invitation === null) throw new Problem("not_found");
  await revoke(ctx, invitation);
}

/** Revokes an invitation that has been read. */
export async function revoke(ctx: BaseCtx, invitation: InvitationTo): Promise<void> {
  if (invitationState(invitation, ctx.now) !== "pending") return;
  await commit(ctx, "invitation.revoke", {
    writes: revokeStatements(ctx.db, invitation, ctx.now),
    target: invitation.id,
    before: { status: "pending", email: invitation.email },
    after: { status: "revoked" },
  });
}

/** Finds the invitation a token stands for, if it can still be accepted. @throws Problem `invitation_closed` */
export async function getInvitation(ctx: BaseCtx, token: string): Promise<InvitationTo> {
  const invitation = await findInvitation(ctx.db, { tokenHash: hashSecret(token) });
  if (invitation === null || invitationState(invitation, ctx.now) !== "pending") throw new Problem("invitation_closed");
  return invitation;
}

/** A membership as it was just begun. */
export interface Joined extends Access {
  readonly id: string;
  readonly to: InvitationHome;
}

/**
 * Accepts an invitation: the person who is signed in becomes a member, once.
 *
 * @throws Problem `invitation_closed` when it was used, has expired or was revoked; `invitation_for_other` for another
 *   address than the one invited; `forbidden` when whoever invited may not give this role any more; `already_member`
 */
export async function acceptInvitation(ctx: SignedInCtx, token: string): Promise<Joined> {
  if (ctx.caller.kind !== "user") throw new Problem("forbidden", { detail: "A key cannot become a member." });
  const invitation = await getInvitation(ctx, token);
  const { caller } = ctx;
  if (caller.email !== invitation.email) {
    throw new Problem("invitation_for_other", { detail: "Sign in with the address the invitation was sent to." });
  }
  const inviter = await roleOfInviter(ctx, invitation);
  if (inviter === null || !mayGrant(inviter, invitation.role)) {
    throw new Problem("forbidden", { detail: "Whoever sent this invitation may not give that role any more." });
  }
  const { to, role, scope, until } = invitation;
  const joined: Joined = { id: ctx.newId("membership"), to, role, scope, until };
  const isArtist = to.kind === "artist";
  const { id } = joined;
  const join = isArtist
    ? joinStatements(ctx.db, { artistId: to.id, id, userId: caller.userId, role, scope, until }, ctx.now)
    : joinOrganisationStatements(ctx.db, { organisationId: to.id, id, userId: caller.userId, role, until }, ctx.now);
  try {
    await commit(ctx, "invitation.accept", {
      writes: [...useStatements(ctx.db, invitation, ctx.now), ...join],
      ...(isArtist ? { artistId: to.id } : {}),
      target: invitation.id,
      after: { membership: id, userId: caller.userId, role, scope, until },
      result: joined,
    });
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    if (error.kind === "guard") throw new Problem("invitation_closed", { cause: error });
    if (error.kind === "unique" && (await isMember(ctx, to, caller.userId))) {
      throw new Problem("already_member", { cause: error });
    }
    throw error;
  }
  return joined;
}

async function isMember(ctx: BaseCtx, to: InvitationHome, userId: string): Promise<boolean> {
  const found =
    to.kind === "artist"
      ? await findMemberOf(ctx.db, to.id, { userId }, ctx.now)
      : await findOrganisationMember(ctx.db, to.id, { userId }, ctx.now);
  return found !== null;
}

/** Finds the role that whoever sent an invitation has at this moment; null when none any more. */
async function roleOfInviter(ctx: BaseCtx, { to, invitedBy }: InvitationTo): Promise<Role | null> {
  const [kind, id = ""] = invitedBy.split(":", 2);
  if (to.kind === "organisation") {
    return (await findOrganisationMember(ctx.db, to.id, { userId: id }, ctx.now))?.role ?? null;
  }
  if (kind === "user") return findRole(ctx.db, to.id, id, ctx.now);
  const key = await findKeyById(ctx.db, cutArtistScope(to.id as `art_${string}`), id);
  return key !== null && isWorking(key, ctx.now) ? (key.role as Role) : null;
}

function isWorking(key: { revokedAt: Instant | null; expiresAt: Instant | null }, now: Instant): boolean {
  return key.revokedAt === null && (key.expiresAt === null || key.expiresAt > now);
}
