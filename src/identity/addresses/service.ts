// The home of giving an address to a person who came by another service: they prove it by a mailed link.

import { ConstraintError } from "../../db/client.ts";
import { commit, persist } from "../../db/commit.ts";
import type { BaseCtx } from "../../db/ctx.ts";
import type { SignedInCtx } from "../../http/call.ts";
import { Problem } from "../../kernel/problems.ts";
import { sendMail } from "../../mail/index.ts";
import { hashSecret, LINK_LIFE_MS, LINK_WINDOW_MS, LINKS_PER_WINDOW, newToken, normaliseEmail } from "../model.ts";
import { countLinks, linkStatements } from "../repository.ts";
import { addressStatements, findAddressLink } from "./repository.ts";

/**
 * Asks for a link to an address. Nothing in the answer tells whether somebody else has it.
 *
 * @throws Problem `forbidden` for a key, `conflict` for who has an address already
 */
export async function requestAddress(ctx: SignedInCtx, email: string, origin: string): Promise<void> {
  const { userId, email: known } = personOf(ctx);
  if (known !== null) throw alreadyKnown();
  await persist(ctx, [], [{ kind: "mail.address", body: { userId, email: normaliseEmail(email), origin } }]);
}

/**
 * Makes a link and mails it. Its secret is made here and goes into the mail alone, never into a table or a queue.
 *
 * @throws Problem as `sendMail` does
 */
export async function mailAddressLink(
  ctx: BaseCtx,
  { userId, email, origin }: { userId: string; email: string; origin: string },
): Promise<void> {
  if ((await countLinks(ctx.db, email, ctx.now - LINK_WINDOW_MS)) >= LINKS_PER_WINDOW) return;
  const { token, hash: tokenHash } = newToken(ctx.randomBytes);
  const expiresAt = ctx.now + LINK_LIFE_MS;
  const link = { tokenHash, email, userId, createdAt: ctx.now, expiresAt };
  await commit(ctx, "address.link", {
    writes: linkStatements(ctx.db, link),
    target: userId,
    after: { email, expiresAt },
  });
  const url = `${origin}/api/me/email/${token}`;
  const [ask, otherwise] = [
    "Open this link in the browser in which you are signed in, to add this address to your account. It works once, for ten minutes.",
    "If you did not ask for it, ignore this mail: nothing happens then.",
  ];
  await sendMail(ctx, {
    to: email,
    subject: "Add this address to your account",
    text: `${ask}\n\n${url}\n\n${otherwise}`,
    html: `<p>${ask}</p><p><a href="${url}">${url}</a></p><p>${otherwise}</p>`,
  });
}

/** Tells whether a link still works, without using it up. */
export async function isAddressLinkLive(ctx: BaseCtx, token: string): Promise<boolean> {
  return (await findAddressLink(ctx.db, hashSecret(token), ctx.now)) !== null;
}

/**
 * Gives the address of a link to the person who asked for it, and uses the link up. It works for them alone: who was
 * only talked into opening it gives nobody their address.
 *
 * @throws Problem `forbidden` for a key, `link_expired` when it was used, has expired, never was, or is another person's,
 *   `conflict` when the person has an address already or somebody else has this one
 */
export async function confirmAddress(ctx: SignedInCtx, token: string): Promise<void> {
  const { userId, email: known } = personOf(ctx);
  const linkHash = hashSecret(token);
  const link = await findAddressLink(ctx.db, linkHash, ctx.now);
  if (link?.userId !== userId) throw new Problem("link_expired");
  if (known !== null) throw alreadyKnown();
  try {
    await commit(ctx, "address.confirm", {
      writes: addressStatements(ctx.db, linkHash, { id: userId, email: link.email }, ctx.now),
      target: userId,
      after: { email: link.email },
    });
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    if (error.kind !== "unique") throw new Problem("link_expired", { cause: error });
    const detail = "Somebody has an account with this address. Sign in with it, and link Spotify there.";
    throw new Problem("conflict", { detail, cause: error });
  }
}

function alreadyKnown(): Problem {
  return new Problem("conflict", { detail: "You have an address already." });
}

function personOf({ caller }: SignedInCtx) {
  if (caller.kind === "user") return caller;
  throw new Problem("forbidden", { detail: "A key is no person and has no address." });
}
