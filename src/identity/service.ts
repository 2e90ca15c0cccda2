// The home of signing in and out.

import { ConstraintError } from "../db/client.ts";
import { commit, persist } from "../db/commit.ts";
import type { BaseCtx } from "../db/ctx.ts";
import { Problem } from "../kernel/problems.ts";
import { linkMail, sendMail } from "../mail/index.ts";
import {
  hashSecret,
  LINK_LIFE_MS,
  LINK_WINDOW_MS,
  LINKS_PER_WINDOW,
  LONGEST_USER_AGENT,
  nameFromEmail,
  newToken,
  normaliseEmail,
  SESSION_LIFE_MS,
} from "./model.ts";
import { countLinks, endSessionStatements, findLiveLink, linkStatements, signInStatements } from "./repository.ts";

/** Asks for a sign-in link. Nothing in the answer or its timing tells whether the address is known. */
export async function requestSignIn(ctx: BaseCtx, email: string, origin: string): Promise<void> {
  const job = { kind: "mail.sign_in", body: { email: normaliseEmail(email), origin } } as const;
  await persist(ctx, [], [job]);
}

/**
 * Makes a link and mails it. Its secret is made here and goes into the mail alone, never into a table or a queue.
 *
 * @throws Problem as `sendMail` does
 */
export async function mailSignInLink(ctx: BaseCtx, email: string, origin: string): Promise<void> {
  if ((await countLinks(ctx.db, email, ctx.now - LINK_WINDOW_MS)) >= LINKS_PER_WINDOW) return;
  const { token, hash: tokenHash } = newToken(ctx.randomBytes);
  const expiresAt = ctx.now + LINK_LIFE_MS;
  const link = { tokenHash, email, createdAt: ctx.now, expiresAt };
  await commit(ctx, "sign_in.link", { writes: linkStatements(ctx.db, link), after: { email, expiresAt } });
  const url = `${origin}/api/auth/email/${token}`;
  const words = "Open this link to sign in. It works once, for ten minutes.";
  const end = "If you did not ask for it, ignore this mail.";
  await sendMail(ctx, linkMail({ to: email, subject: "Your sign-in link", words, url, end }));
}

/** Tells whether a link still works, without using it up. */
export async function isLinkLive(ctx: BaseCtx, token: string): Promise<boolean> {
  return (await findLiveLink(ctx.db, hashSecret(token), ctx.now)) !== null;
}

/**
 * Signs in with a link and uses it up.
 *
 * @param userAgent what the browser says it is, so that its person can tell their sessions apart
 * @returns the session's token, for the cookie
 * @throws Problem `link_expired` when it was used, has expired, or never was
 */
export async function signIn(ctx: BaseCtx, linkToken: string, userAgent: string | null): Promise<string> {
  const linkHash = hashSecret(linkToken);
  const link = await findLiveLink(ctx.db, linkHash, ctx.now);
  if (link === null) throw new Problem("link_expired");
  const { token, hash: tokenHash } = newToken(ctx.randomBytes);
  const person = { id: ctx.newId("user"), email: link.email, name: nameFromEmail(link.email) };
  const session = {
    tokenHash,
    id: ctx.newId("session"),
    expiresAt: ctx.now + SESSION_LIFE_MS,
    userAgent: userAgent?.slice(0, LONGEST_USER_AGENT) ?? null,
    lastSeenAt: ctx.now,
  };
  try {
    await commit(ctx, "session.open", {
      writes: signInStatements(ctx.db, linkHash, person, session, ctx.now),
      target: session.id,
      after: { email: link.email, expiresAt: session.expiresAt },
    });
  } catch (error) {
    if (error instanceof ConstraintError && error.kind === "guard") throw new Problem("link_expired", { cause: error });
    throw error;
  }
  return token;
}

/** Ends the session a cookie stands for, on the server. */
export async function signOut(ctx: BaseCtx, sessionToken: string, userId: `usr_${string}`): Promise<void> {
  await commit(ctx, "session.close", {
    writes: endSessionStatements(ctx.db, hashSecret(sessionToken)),
    jobs: [{ kind: "session.ended", body: { userId } }],
  });
}
