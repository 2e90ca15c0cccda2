// The home of the verbs of guests: invite one into a thread, let them in by the mailed link, show them out.

import { ConstraintError } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { BaseCtx, Ctx } from "../../db/ctx.ts";
import type { SignedInCtx } from "../../http/call.ts";
import { bindingOf, type Page, pageFrom, readCursor } from "../../http/page.ts";
import { hashSecret } from "../../identity/index.ts";
import { Problem } from "../../kernel/problems.ts";
import { actorName } from "../../kernel/scope.ts";
import { linkMail, oneLine, sendMailOnce } from "../../mail/index.ts";
import { ask, callerOf, guestCaller, systemCaller, type Visible } from "../ask.ts";
import { SECRET_BYTES, secretFrom } from "../model.ts";
import type { HubCaller } from "../protocol.ts";
import { INVITATION_LIFE_MS, statusOf } from "./model.ts";
import {
  acceptStatements,
  endStatements,
  findGuest,
  findInvitation,
  findVisit,
  type GuestRow,
  guestStatements,
  listGuestRows,
  tokenStatements,
} from "./repository.ts";

/**
 * Invites a person from outside into one thread that the caller takes part in; a mail with a link is on its way.
 *
 * @throws Problem `not_found`
 */
export async function inviteGuest(
  ctx: Ctx,
  visible: Visible,
  input: { thread: string; email: string; origin: string },
): Promise<GuestRow> {
  await ask(ctx, await callerOf(ctx, visible), "getThread", input);
  const { artistId } = ctx.scope;
  const guest: GuestRow = {
    artistId,
    id: ctx.newId("guest"),
    threadId: input.thread,
    email: input.email.trim().toLowerCase(),
    tokenHash: null,
    userId: null,
    invitedBy: actorName(ctx.actor),
    createdAt: ctx.now,
    expiresAt: ctx.now + INVITATION_LIFE_MS,
    acceptedAt: null,
    endedAt: null,
  };
  const { id, threadId, email, expiresAt } = guest;
  await commit(ctx, "guest.invite", {
    writes: guestStatements(ctx.db, guest),
    target: id,
    after: { threadId, email, expiresAt },
    jobs: [{ kind: "mail.guest_invitation", body: { artistId, guestId: id, origin: input.origin } }],
    result: guest,
  });
  return guest;
}

/**
 * Mails an invitation its link, once. The token is made here and exists in the mail alone; it works as soon as the mail
 * has left, so that no invitation can be left without one.
 *
 * @throws Problem as `sendMailOnce` does
 */
export async function mailGuestInvitation(ctx: Ctx, guestId: string, origin: string): Promise<void> {
  const guest = await findGuest(ctx.db, ctx.scope, guestId);
  if (guest === null || guest.tokenHash !== null || statusOf(guest, ctx.now) !== "pending") return;
  const token = secretFrom(ctx.randomBytes(SECRET_BYTES));
  const url = `${origin}/api/messages/guest/invitations/${token}`;
  const words = `You are invited into a conversation with the team of ${ctx.artist.name}. Sign in with this address and open the link within seven days.`;
  await sendMailOnce(ctx, `guest ${ctx.scope.artistId} ${guestId}`, async () => ({
    mail: linkMail({
      to: guest.email,
      subject: `A conversation with the team of ${oneLine(ctx.artist.name)}`,
      words,
      url,
      end: "If you do not know them, ignore this mail.",
    }),
    writes: tokenStatements(ctx.db, ctx.scope, guestId, hashSecret(token)),
  }));
}

/** Lists the guests of a thread the caller takes part in, newest first. @throws Problem `not_found` */
export async function listGuests(
  ctx: Ctx,
  visible: Visible,
  { thread, limit, cursor }: { thread: string; limit: number; cursor?: string | undefined },
): Promise<Page<GuestRow>> {
  const binding = bindingOf(ctx.scope, "listGuests", { thread });
  const [before] = readCursor(ctx, binding, cursor) ?? [];
  await ask(ctx, await callerOf(ctx, visible), "getThread", { thread });
  const rows = await listGuestRows(ctx.db, ctx.scope, thread, before === undefined ? null : String(before), limit);
  return pageFrom(ctx, binding, rows, limit, ({ id }) => [id]);
}

/**
 * Shows a guest out, or takes an invitation back. Doing it again changes nothing.
 *
 * @throws Problem `not_found`
 */
export async function endGuest(ctx: Ctx, visible: Visible, input: { thread: string; guest: string }): Promise<void> {
  await ask(ctx, await callerOf(ctx, visible), "getThread", input);
  const guest = await findGuest(ctx.db, ctx.scope, input.guest);
  if (guest === null || guest.threadId !== input.thread) throw new Problem("not_found");
  const { artistId } = ctx.scope;
  const { userId, endedAt } = guest;
  if (endedAt === null) {
    await commit(ctx, "guest.end", {
      writes: endStatements(ctx.db, ctx.scope, guest.id, ctx.now),
      target: guest.id,
      before: { endedAt },
      after: { endedAt: ctx.now },
      jobs: [{ kind: "hub.recheck", body: { artistId, userId: userId as `usr_${string}` | null } }],
    });
  }
  if (userId !== null) await ask(ctx, systemCaller(artistId), "unseatGuest", { thread: input.thread, actor: userId });
}

/** The address an open invitation was mailed to. @throws Problem `link_expired` */
export async function invitedAddress(ctx: BaseCtx, token: string): Promise<string> {
  const guest = await findInvitation(ctx.db, hashSecret(token));
  if (guest === null || statusOf(guest, ctx.now) !== "pending") throw new Problem("link_expired");
  return guest.email;
}

/**
 * Accepts an invitation, for the person of the address it was mailed to. Their accepting it again changes nothing.
 *
 * @returns the thread they may enter
 * @throws Problem `forbidden` for a key, `link_expired` for an invitation that is used, ended, over or for another address
 */
export async function acceptInvitation(ctx: SignedInCtx, token: string): Promise<GuestRow> {
  const { caller } = ctx;
  if (caller.kind !== "user") throw new Problem("forbidden", { detail: "Only a person can be a guest." });
  const guest = await findInvitation(ctx.db, hashSecret(token));
  // Whoever finds a link that is not theirs learns nothing from it.
  if (guest === null || guest.email !== caller.email) throw new Problem("link_expired");
  const { artistId, id, threadId } = guest;
  const isAccepted = guest.userId === caller.userId && guest.endedAt === null;
  if (!isAccepted) {
    try {
      await commit(ctx, "guest.accept", {
        writes: acceptStatements(ctx.db, hashSecret(token), caller.userId, ctx.now),
        artistId,
        target: id,
        after: { threadId, userId: caller.userId },
      });
    } catch (error) {
      if (error instanceof ConstraintError && error.kind === "guard")
        throw new Problem("link_expired", { cause: error });
      throw error;
    }
  }
  await ask(ctx, systemCaller(artistId), "seatGuest", { thread: threadId, actor: caller.userId });
  return { ...guest, userId: caller.userId, acceptedAt: guest.acceptedAt ?? ctx.now };
}

/**
 * Lets a guest in at the door of the one thread they were invited to.
 *
 * @throws Problem `not_found` for anybody else, whether the thread exists or not
 */
export async function visitorOf(ctx: SignedInCtx, thread: string): Promise<HubCaller> {
  const { caller } = ctx;
  const visit = caller.kind === "user" ? await findVisit(ctx.db, caller.userId, thread) : null;
  if (visit === null || caller.kind !== "user") throw new Problem("not_found");
  return guestCaller(visit.artistId, caller.userId, thread);
}
