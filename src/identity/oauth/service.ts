// The home of going to another service to authorise something, and of coming back.

import type { BaseCtx } from "../../db/ctx.ts";
import { Problem } from "../../kernel/problems.ts";
import { type AttemptPurpose, stateOf, verifierOf } from "../attempts/model.ts";
import { type Attempt, endAttempt, openAttempt } from "../attempts/service.ts";
import { authorizeAt, GrantRefused, type OAuthClient, type OAuthTokens, redeemCode } from "./client.ts";

/** Where a person is to be sent, and the secret that their browser must bring back. */
export interface Departure {
  readonly authorizeUrl: string;
  readonly secret: string;
}

/** What a person comes back with: the query of the callback, and the cookie of their browser. */
export interface Arrival {
  readonly secret: string | null;
  readonly state?: string | undefined;
  readonly code?: string | undefined;
  readonly error?: string | undefined;
  /** Which service says it answers; another's name is a mix-up. @see RFC 9207 */
  readonly iss?: string | undefined;
}

/** What an authorization needs beside its purpose. */
export interface Departing {
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly extra?: Readonly<Record<string, string>>;
  readonly starter: string;
  readonly payload: unknown;
}

/** Begins an authorization. */
export async function depart(
  ctx: BaseCtx,
  client: OAuthClient,
  purpose: AttemptPurpose,
  plan: Departing,
): Promise<Departure> {
  const secret = await openAttempt(ctx, purpose, plan.starter, plan.payload);
  const { scopes, extra = {} } = plan;
  const asked = { state: stateOf(secret), verifier: verifierOf(secret), scopes, extra };
  return { secret, authorizeUrl: authorizeAt(client, plan.redirectUri, asked) };
}

/**
 * Ends an authorization with what it gives. Whatever happens, the same answer never counts again.
 *
 * @param place `issuer`: the name the service gives itself, where it gives one
 * @throws Problem `attempt_invalid`, `oauth_refused`, `provider_unavailable`, `misconfigured`
 */
export async function arrive(
  ctx: BaseCtx,
  client: OAuthClient,
  place: { redirectUri: string; issuer: string },
  attempt: Attempt<unknown>,
  { code, error, iss }: Arrival,
): Promise<OAuthTokens> {
  await endAttempt(ctx, attempt);
  if (iss !== undefined && iss !== place.issuer) throw new Problem("attempt_invalid");
  if (error !== undefined || code === undefined) {
    const detail =
      error === "access_denied"
        ? `You did not agree at ${client.name}.`
        : `${client.name} sent you back without a code.`;
    throw new Problem("oauth_refused", { detail });
  }
  try {
    return await redeemCode(ctx, client, place.redirectUri, code, verifierOf(attempt.secret));
  } catch (cause) {
    if (!(cause instanceof GrantRefused)) throw cause;
    const detail = `${client.name} does not honour the code you came back with.`;
    throw new Problem("oauth_refused", { detail, cause });
  }
}
