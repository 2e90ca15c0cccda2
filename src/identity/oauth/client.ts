// The home of what is said to another service's OAuth endpoints, and of what its answers mean to us.
// Requests are sent with the door's fetch and a deadline: arctic's own have neither, and swallow `Retry-After`.

import { CodeChallengeMethod, OAuth2Client } from "arctic";
import { z } from "zod";
import type { BaseCtx } from "../../db/ctx.ts";
import { Problem } from "../../kernel/problems.ts";

/** Where a service says otherwise than RFC 6749 does. */
export interface OAuthDialect {
  /** Its word for `client_id`. */
  readonly clientId: string;
  /** What stands between scopes. */
  readonly between: string;
  /** Whether it knows PKCE as RFC 7636 has it. */
  readonly hasPkce: boolean;
}

const STANDARD: OAuthDialect = { clientId: "client_id", between: " ", hasPkce: true };

/** An app at another service, which must be there for anything to be asked. */
export interface OAuthClient {
  /** The service's name, for people. */
  readonly name: string;
  readonly clientId: string;
  /** Null: the exchange of codes is protected by PKCE alone. */
  readonly clientSecret: string | null;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  /** Where an app with a secret shows it. */
  readonly secretIn: "header" | "form";
  /** Which settings to look at when the service does not know the app. */
  readonly settings: readonly string[];
  /** Left out: it speaks as the standard does. */
  readonly dialect?: OAuthDialect;
}

/** What a service hands out for a code or for a refresh token. */
export interface OAuthTokens {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  /** Null when the old one goes on being good. */
  readonly refreshToken: string | null;
  /** Null when the service does not say, which means: as asked. */
  readonly scopes: readonly string[] | null;
}

/** A service does not honour a code or a refresh token: used, expired, revoked, or never its own. */
export class GrantRefused extends Error {
  constructor() {
    super("the service answered invalid_grant");
    this.name = "GrantRefused";
  }
}

/** The address where a person says yes: authorization code, with PKCE, S256, wherever it is known. */
export function authorizeAt(
  client: OAuthClient,
  redirectUri: string,
  asked: { state: string; verifier: string; scopes: readonly string[]; extra?: Readonly<Record<string, string>> },
): string {
  const { state, verifier, scopes, extra = {} } = asked;
  const { clientId, between, hasPkce } = client.dialect ?? STANDARD;
  const standard = new OAuth2Client(client.clientId, client.clientSecret, redirectUri);
  const at = client.authorizeUrl;
  const url = hasPkce
    ? standard.createAuthorizationURLWithPKCE(at, state, CodeChallengeMethod.S256, verifier, [...scopes])
    : standard.createAuthorizationURL(at, state, [...scopes]);
  url.searchParams.delete("client_id");
  url.searchParams.set(clientId, client.clientId);
  if (scopes.length > 0) url.searchParams.set("scope", scopes.join(between));
  for (const [name, value] of Object.entries(extra)) url.searchParams.set(name, value);
  return url.href;
}

/**
 * Exchanges the code that a person came back with.
 *
 * @throws GrantRefused; Problem `misconfigured`, `provider_unavailable`
 */
export function redeemCode(
  ctx: BaseCtx,
  client: OAuthClient,
  redirectUri: string,
  code: string,
  verifier: string,
): Promise<OAuthTokens> {
  return askForTokens(ctx, client, {
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
    ...((client.dialect ?? STANDARD).hasPkce ? { code_verifier: verifier } : {}),
  });
}

/**
 * Exchanges a refresh token, which may be spent by it.
 *
 * @throws GrantRefused; Problem `misconfigured`, `provider_unavailable`
 */
export function refreshTokens(ctx: BaseCtx, client: OAuthClient, refreshToken: string): Promise<OAuthTokens> {
  return askForTokens(ctx, client, { grant_type: "refresh_token", refresh_token: refreshToken });
}

const TIMEOUT_MS = 5000;
const MAX_ANSWER_BYTES = 64 * 1024;

const Tokens = z.object({
  access_token: z.string().min(1),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.int().positive().max(86_400),
  refresh_token: z.string().min(1).optional(),
  scope: z.string().optional(),
});
const OAuthError = z.object({ error: z.string().regex(/^[a-z_]{1,40}$/) });

/** @see https://www.rfc-editor.org/rfc/rfc6749 section 5 and https://www.rfc-editor.org/rfc/rfc7636, checked 2026-11 */
async function askForTokens(ctx: BaseCtx, client: OAuthClient, form: Record<string, string>): Promise<OAuthTokens> {
  const body = new URLSearchParams(form);
  const headers: Record<string, string> = {};
  const { clientId, clientSecret, name, dialect = STANDARD } = client;
  if (clientSecret === null || client.secretIn === "form") body.set(dialect.clientId, clientId);
  if (clientSecret !== null && client.secretIn === "form") body.set("client_secret", clientSecret);
  if (clientSecret !== null && client.secretIn === "header")
    headers["authorization"] = `Basic ${btoa(`${clientId}:${clientSecret}`)}`;
  const { response, json } = await askJson(ctx, name, client.tokenUrl, { method: "POST", headers, body });
  const refusal = OAuthError.safeParse(json);
  // Some refuse with status 200.
  if (response.status === 200 && !refusal.success) {
    const tokens = Tokens.safeParse(json);
    if (!tokens.success) throw unavailable(name, response, "something that is no token");
    const { access_token, expires_in, refresh_token, scope } = tokens.data;
    return {
      accessToken: access_token,
      expiresInSeconds: expires_in,
      refreshToken: refresh_token ?? null,
      scopes: scope === undefined ? null : scope.split(dialect.between).filter((each) => each !== ""),
    };
  }
  if ([200, 400, 401].includes(response.status) && refusal.success) {
    const { error } = refusal.data;
    if (error === "invalid_grant") throw new GrantRefused();
    if (error !== "server_error" && error !== "temporarily_unavailable") {
      const detail = `${name} refuses this app (${error}): check ${client.settings.join(", ")} and the redirect URIs registered at ${name}.`;
      throw new Problem("misconfigured", { detail });
    }
  }
  throw unavailable(name, response, "no token");
}

/**
 * Sends one request; an answer is read whole under a cap and a deadline, and nothing of it but its status is ever logged.
 *
 * @throws Problem `provider_unavailable`
 */
export async function askJson(
  ctx: BaseCtx,
  name: string,
  url: string,
  init: RequestInit,
): Promise<{ response: Response; json: unknown }> {
  try {
    const response = await ctx.fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { response, json: jsonOf(await textOf(response, MAX_ANSWER_BYTES)) };
  } catch (error) {
    // The name alone: a message may quote what was sent.
    const cause = new Error(`${name} could not be asked: ${error instanceof Error ? error.name : "unknown"}`);
    throw new Problem("provider_unavailable", { detail: `${name} does not answer.`, cause });
  }
}

/** Reads an answer whole. @throws RangeError when it is longer than it may be */
export async function textOf(response: Response, mostBytes: number): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw new RangeError("an answer without end");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Reads JSON; undefined when it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Says that a service did not give what it was asked for; `Retry-After` is passed on. */
export function unavailable(name: string, response: Response, gave: string): Problem {
  const seconds = /^\d{1,5}$/.exec(response.headers.get("retry-after") ?? "")?.[0];
  return new Problem("provider_unavailable", {
    detail: `${name} answered with status ${response.status} and ${gave}.`,
    ...(seconds === undefined ? {} : { retryAfterSeconds: Math.min(Number(seconds), 3600) }),
  });
}
