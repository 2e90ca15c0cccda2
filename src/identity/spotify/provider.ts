// The home of what is said to Spotify's accounts service, and of what its answers mean to us.
// Requests are sent with the door's fetch and a deadline: arctic's own have neither, and swallow `Retry-After`.

import { CodeChallengeMethod, OAuth2Client } from "arctic";
import { z } from "zod";
import type { BaseCtx, SpotifySettings } from "../../db/ctx.ts";
import { Problem } from "../../kernel/problems.ts";

/** Where Spotify sends a person back to after signing in. */
export const SIGN_IN_CALLBACK = "/api/auth/spotify/callback";

/** The app at Spotify, which must be there for anything to be asked. */
export interface SpotifyClient extends SpotifySettings {
  readonly clientId: string;
}

/** The app with the address that people come back to. */
export interface SpotifyApp extends SpotifyClient {
  readonly redirectUri: string;
}

/** What Spotify hands out for a code or for a refresh token. */
export interface SpotifyTokens {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  /** Null when the old one goes on being good. */
  readonly refreshToken: string | null;
  /** Null when Spotify does not say, which means: as asked. */
  readonly scopes: readonly string[] | null;
}

/** Who somebody is at Spotify. */
export interface SpotifyAccount {
  /** The ids that stand for this account for good, the surest first: `account:…`, `user:…`. Never an address. */
  readonly subjects: readonly [string, ...string[]];
  readonly name: string;
}

/** Spotify does not honour a code or a refresh token: used, expired, revoked, or never its own. */
export class GrantRefused extends Error {
  constructor() {
    super("Spotify answered invalid_grant");
    this.name = "GrantRefused";
  }
}

/** Gives the app. @throws Problem `misconfigured` saying what to set */
export function spotifyClientOf({ spotify }: BaseCtx["settings"]): SpotifyClient {
  const { clientId } = spotify;
  if (clientId !== null) return { ...spotify, clientId };
  const detail =
    "Spotify is not set up here. Make an app at developer.spotify.com, set SPOTIFY_CLIENT_ID (and SPOTIFY_CLIENT_SECRET, if it has one), and register this service's address followed by /api/auth/spotify/callback as its redirect URI.";
  throw new Problem("misconfigured", { detail });
}

/**
 * Gives the app with the redirect URI of one callback.
 *
 * @param origin where this deployment was asked
 * @throws Problem `misconfigured` saying which setting to make or correct
 */
export function spotifyAppOf(settings: BaseCtx["settings"], origin: string, callback: string): SpotifyApp {
  const client = spotifyClientOf(settings);
  const signIn = redirectUriOf(client.redirectUri ?? origin + SIGN_IN_CALLBACK);
  return { ...client, redirectUri: new URL(callback, signIn).href };
}

/**
 * Checks a redirect URI by Spotify's rules: HTTPS, or a loopback address written as an IP literal.
 *
 * @see https://developer.spotify.com/documentation/web-api/concepts/redirect_uri checked 2026-11
 */
function redirectUriOf(text: string): URL {
  const wrong = (why: string) => new Problem("misconfigured", { detail: `The redirect URI ${why}` });
  if (!URL.canParse(text)) throw wrong("is no address: correct SPOTIFY_REDIRECT_URI.");
  const url = new URL(text);
  if (/(?:^|\.)localhost\.?$/.test(url.hostname)) {
    throw wrong("says localhost, which Spotify refuses: open this service at http://127.0.0.1 and its port instead.");
  }
  const isLoopback = url.hostname === "127.0.0.1" || url.hostname === "[::1]";
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback)) {
    throw wrong("is not HTTPS, which Spotify demands of every address but http://127.0.0.1 and http://[::1].");
  }
  if (url.href !== url.origin + SIGN_IN_CALLBACK) {
    throw wrong(`does not end in ${SIGN_IN_CALLBACK}: correct SPOTIFY_REDIRECT_URI.`);
  }
  return url;
}

/** The address at Spotify where a person says yes: authorization code with PKCE, S256. */
export function authorizeUrl(app: SpotifyApp, state: string, verifier: string, scopes: readonly string[]): string {
  const client = new OAuth2Client(app.clientId, app.clientSecret, app.redirectUri);
  const endpoint = `${app.accountsUrl}/authorize`;
  return client.createAuthorizationURLWithPKCE(endpoint, state, CodeChallengeMethod.S256, verifier, [...scopes]).href;
}

/**
 * Exchanges the code that a person came back with.
 *
 * @throws GrantRefused; Problem `misconfigured`, `provider_unavailable`
 */
export function redeemCode(ctx: BaseCtx, app: SpotifyApp, code: string, verifier: string): Promise<SpotifyTokens> {
  const { redirectUri } = app;
  return askForTokens(ctx, app, {
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });
}

/**
 * Exchanges a refresh token. With PKCE the old one is spent by it.
 *
 * @throws GrantRefused; Problem `misconfigured`, `provider_unavailable`
 */
export function refreshTokens(ctx: BaseCtx, app: SpotifyClient, refreshToken: string): Promise<SpotifyTokens> {
  return askForTokens(ctx, app, { grant_type: "refresh_token", refresh_token: refreshToken });
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
const Me = z.object({
  id: z.string().min(1).max(200),
  account_id: z.string().min(1).max(200).optional(),
  display_name: z.string().nullish(),
});

/** @see https://developer.spotify.com/documentation/web-api/tutorials/code-pkce-flow checked 2026-11 */
async function askForTokens(ctx: BaseCtx, app: SpotifyClient, form: Record<string, string>): Promise<SpotifyTokens> {
  const body = new URLSearchParams(form);
  const headers: Record<string, string> = {};
  if (app.clientSecret === null) body.set("client_id", app.clientId);
  else headers["authorization"] = `Basic ${btoa(`${app.clientId}:${app.clientSecret}`)}`;
  const { response, json } = await ask(ctx, `${app.accountsUrl}/api/token`, { method: "POST", headers, body });
  if (response.status === 200) {
    const tokens = Tokens.safeParse(json);
    if (!tokens.success) throw unavailable(response, "something that is no token");
    const { access_token, expires_in, refresh_token, scope } = tokens.data;
    return {
      accessToken: access_token,
      expiresInSeconds: expires_in,
      refreshToken: refresh_token ?? null,
      scopes: scope === undefined ? null : scope.split(" ").filter((each) => each !== ""),
    };
  }
  const refusal = OAuthError.safeParse(json);
  if ((response.status === 400 || response.status === 401) && refusal.success) {
    const { error } = refusal.data;
    if (error === "invalid_grant") throw new GrantRefused();
    if (error !== "server_error" && error !== "temporarily_unavailable") {
      const detail = `Spotify refuses this app (${error}): check SPOTIFY_CLIENT_ID, SPOTIFY_CLIENT_SECRET and the redirect URIs registered at Spotify.`;
      throw new Problem("misconfigured", { detail });
    }
  }
  throw unavailable(response, "no token");
}

/**
 * Asks who an access token belongs to. The first call after signing in: an app in development mode is refused here for
 * everyone who is not on its list.
 *
 * @throws Problem `spotify_app_user_cap`, `provider_unavailable`
 * @see https://developer.spotify.com/documentation/web-api/concepts/quota-modes checked 2026-11
 */
export async function fetchAccount(ctx: BaseCtx, app: SpotifyApp, accessToken: string): Promise<SpotifyAccount> {
  const headers = { authorization: `Bearer ${accessToken}` };
  const { response, json } = await ask(ctx, `${app.apiUrl}/v1/me`, { headers });
  if (response.status === 403) {
    const detail =
      "Spotify knows this account but does not let this app use it. Whoever runs this service must add the account under User Management of the app at developer.spotify.com (five users in development mode), or apply for extended quota. Signing in by mail works meanwhile.";
    throw new Problem("spotify_app_user_cap", { detail });
  }
  const me = Me.safeParse(json);
  if (response.status !== 200 || !me.success) throw unavailable(response, "no profile");
  const { id, account_id, display_name } = me.data;
  const name = display_name?.trim().slice(0, 200) || "Spotify listener";
  const user = `user:${id}`;
  return { subjects: account_id === undefined ? [user] : [`account:${account_id}`, user], name };
}

/** Sends one request; an answer is read whole under a cap and a deadline, and nothing of it but its status is ever logged. */
async function ask(ctx: BaseCtx, url: string, init: RequestInit): Promise<{ response: Response; json: unknown }> {
  try {
    const response = await ctx.fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { response, json: jsonOf(await textOf(response)) };
  } catch (error) {
    // The name alone: a message may quote what was sent.
    const cause = new Error(`Spotify could not be asked: ${error instanceof Error ? error.name : "unknown"}`);
    throw new Problem("provider_unavailable", { detail: "Spotify does not answer.", cause });
  }
}

async function textOf(response: Response): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) throw new RangeError("an answer without end");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unavailable(response: Response, gave: string): Problem {
  const seconds = /^\d{1,5}$/.exec(response.headers.get("retry-after") ?? "")?.[0];
  return new Problem("provider_unavailable", {
    detail: `Spotify answered with status ${response.status} and ${gave}.`,
    ...(seconds === undefined ? {} : { retryAfterSeconds: Math.min(Number(seconds), 3600) }),
  });
}
