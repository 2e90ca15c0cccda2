// The home of signing in with Spotify, and of linking an account there to a person and taking the link away.

import { ConstraintError } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { BaseCtx } from "../../db/ctx.ts";
import type { SignedInCtx } from "../../http/call.ts";
import { Problem } from "../../kernel/problems.ts";
import type { AttemptPurpose } from "../attempts/model.ts";
import { type Attempt, getAttempt } from "../attempts/service.ts";
import { hashSecret, SESSION_LIFE_MS, TOKEN_BYTES, tokenFrom } from "../model.ts";
import type { OAuthTokens } from "../oauth/client.ts";
import { type Arrival, arrive, type Departing, type Departure, depart } from "../oauth/service.ts";
import { findSessionUser } from "../repository.ts";
import {
  fetchAccount,
  SIGN_IN_CALLBACK,
  type SpotifyAccount,
  type SpotifyApp,
  spotifyAppOf,
  spotifyOAuth,
} from "./provider.ts";
import {
  type AccountRow,
  findAccount,
  findAccountOf,
  firstSignInStatements,
  linkStatements,
  nextSignInStatements,
  unlinkStatements,
} from "./repository.ts";

const PROVIDER = "spotify";

/** None: who somebody is, Spotify says without being allowed anything. */
const SIGN_IN_SCOPES: readonly string[] = [];

/** What an authorization at Spotify needs beside its purpose. */
export interface DeparturePlan extends Omit<Departing, "redirectUri"> {
  readonly origin: string;
  readonly callback: string;
}

/** Begins an authorization at Spotify. @throws Problem `misconfigured` */
export function departToSpotify(ctx: BaseCtx, purpose: AttemptPurpose, plan: DeparturePlan): Promise<Departure> {
  const app = spotifyAppOf(ctx.settings, plan.origin, plan.callback);
  return depart(ctx, spotifyOAuth(app), purpose, { ...plan, redirectUri: app.redirectUri });
}

/**
 * Ends an authorization and learns who came back. Whatever happens, the same answer never counts again.
 *
 * @throws Problem `attempt_invalid`, `oauth_refused`, `spotify_app_user_cap`, `provider_unavailable`, `misconfigured`
 */
export async function arriveFromSpotify(
  ctx: BaseCtx,
  app: SpotifyApp,
  attempt: Attempt<unknown>,
  arrival: Arrival,
): Promise<{ tokens: OAuthTokens; account: SpotifyAccount }> {
  const place = { redirectUri: app.redirectUri, issuer: app.accountsUrl };
  const tokens = await arrive(ctx, spotifyOAuth(app), place, attempt, arrival);
  return { tokens, account: await fetchAccount(ctx, app, tokens.accessToken) };
}

interface SignInPayload {
  readonly returnTo: string | null;
}

/** Begins signing in. @throws Problem `misconfigured` */
export function startSignIn(ctx: BaseCtx, origin: string, returnTo: string | null): Promise<Departure> {
  return departToSpotify(ctx, "sign_in", signInPlan(origin, "", { returnTo }));
}

/**
 * Begins linking a Spotify account to the person whose session this is.
 *
 * @throws Problem `misconfigured`, `forbidden` for a key
 */
export async function startLink(ctx: SignedInCtx, origin: string, sessionToken: string | null): Promise<Departure> {
  if (sessionToken === null)
    throw new Problem("forbidden", { detail: "A key is no person; sign in to link an account." });
  return departToSpotify(ctx, "link", signInPlan(origin, hashSecret(sessionToken), { returnTo: null }));
}

function signInPlan(origin: string, starter: string, payload: SignInPayload): DeparturePlan {
  return { origin, callback: SIGN_IN_CALLBACK, scopes: SIGN_IN_SCOPES, starter, payload };
}

/** Where a person goes on to, with the session's token when one was opened. */
export interface Landing {
  readonly location: string;
  readonly token: string | null;
}

/**
 * Finishes signing in or linking.
 *
 * Nothing that Spotify handed out is kept: reading an artist's data there is allowed separately.
 * @param sessionToken the session this browser brought; signing in ends it, linking needs it
 * @throws Problem as {@link arriveFromSpotify} does, and `account_linked_elsewhere`, `conflict`
 */
export async function finishSignIn(
  ctx: BaseCtx,
  origin: string,
  arrival: Arrival,
  sessionToken: string | null,
): Promise<Landing> {
  const app = spotifyAppOf(ctx.settings, origin, SIGN_IN_CALLBACK);
  const attempt = await getAttempt<SignInPayload>(ctx, ["sign_in", "link"], arrival.secret, arrival.state);
  const location = attempt.payload.returnTo ?? ctx.settings.homeUrl;
  const broughtHash = sessionToken === null ? null : hashSecret(sessionToken);
  if (attempt.purpose === "link") {
    const userId = broughtHash === attempt.starter ? await findSessionUser(ctx.db, broughtHash, ctx.now) : null;
    if (userId === null)
      throw new Problem("attempt_invalid", { detail: "Link an account in the session you began in." });
    const { account } = await arriveFromSpotify(ctx, app, attempt, arrival);
    await link(ctx, userId, account);
    return { location, token: null };
  }
  const { account } = await arriveFromSpotify(ctx, app, attempt, arrival);
  return { location, token: await openSession(ctx, account, broughtHash) };
}

const TRIES = 2;

/** Opens a session for whoever an account is; somebody new becomes a person without an address. */
async function openSession(ctx: BaseCtx, account: SpotifyAccount, broughtHash: string | null): Promise<string> {
  const token = tokenFrom(ctx.randomBytes(TOKEN_BYTES));
  const session = { tokenHash: hashSecret(token), id: ctx.newId("session"), expiresAt: ctx.now + SESSION_LIFE_MS };
  const change = { session, broughtHash };
  const [surest] = account.subjects;
  for (let attempt = 1; ; attempt += 1) {
    const known = await findAccount(ctx.db, PROVIDER, account.subjects);
    const person = { id: known?.userId ?? ctx.newId("user"), name: account.name };
    const writes =
      known === null
        ? firstSignInStatements(ctx.db, person, { provider: PROVIDER, subject: surest }, change, ctx.now)
        : nextSignInStatements(ctx.db, known, surest, change, ctx.now);
    try {
      const after = { provider: PROVIDER, userId: person.id, expiresAt: session.expiresAt };
      await commit(ctx, "session.open", { writes, target: session.id, after });
      return token;
    } catch (error) {
      // The same person signing in twice at once: who comes second finds the account that the first has made.
      if (!(error instanceof ConstraintError) || attempt === TRIES) throw error;
    }
  }
}

async function link(ctx: BaseCtx, userId: string, account: SpotifyAccount): Promise<void> {
  const [known, mine] = await Promise.all([
    findAccount(ctx.db, PROVIDER, account.subjects),
    findAccountOf(ctx.db, userId, PROVIDER),
  ]);
  if (known !== null && known.userId === userId) return;
  if (known !== null) throw linkedElsewhere();
  if (mine !== null) {
    throw new Problem("conflict", { detail: "You have linked another Spotify account; take that link away first." });
  }
  const row: AccountRow = { provider: PROVIDER, subject: account.subjects[0], userId, linkedAt: ctx.now };
  try {
    await commit({ ...ctx, actor: { kind: "user", userId: userId as `usr_${string}` } }, "sign_in.link_account", {
      writes: linkStatements(ctx.db, row),
      target: userId,
      after: { provider: PROVIDER },
    });
  } catch (error) {
    if (error instanceof ConstraintError) throw linkedElsewhere(error);
    throw error;
  }
}

function linkedElsewhere(cause?: unknown): Problem {
  const detail = "This Spotify account signs somebody else in. Sign in with it and take the link away there first.";
  return new Problem("account_linked_elsewhere", { detail, cause });
}

/** Says since when a person has had a Spotify account linked; null when they have none. @throws Problem `forbidden` for a key */
export async function getLink(ctx: SignedInCtx): Promise<number | null> {
  return (await findAccountOf(ctx.db, personOf(ctx), PROVIDER))?.linkedAt ?? null;
}

/**
 * Takes the link to a person's Spotify account away.
 *
 * @throws Problem `forbidden` for a key, `not_found` when nothing is linked, `last_sign_in` when there would be no way
 *   left to sign in
 */
export async function unlink(ctx: SignedInCtx): Promise<void> {
  const userId = personOf(ctx);
  if ((await findAccountOf(ctx.db, userId, PROVIDER)) === null) throw new Problem("not_found");
  try {
    await commit(ctx, "sign_in.unlink_account", {
      writes: unlinkStatements(ctx.db, userId, PROVIDER),
      target: userId,
      before: { provider: PROVIDER },
    });
  } catch (cause) {
    if (!(cause instanceof ConstraintError) || cause.kind !== "guard") throw cause;
    const detail = "Without it you could not sign in any more: there is no mail address for you here.";
    throw new Problem("last_sign_in", { detail, cause });
  }
}

function personOf({ caller }: SignedInCtx): string {
  if (caller.kind !== "user")
    throw new Problem("forbidden", { detail: "A key is no person and signs in with nothing." });
  return caller.userId;
}
