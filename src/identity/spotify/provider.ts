// The home of what is said to Spotify's accounts service, and of what its answers mean to us.

import { z } from "zod";
import type { BaseCtx, SpotifySettings } from "../../db/ctx.ts";
import { Problem } from "../../kernel/problems.ts";
import { askJson, type OAuthClient, unavailable } from "../oauth/client.ts";

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

/** Who somebody is at Spotify. */
export interface SpotifyAccount {
  /** The ids that stand for this account for good, the surest first: `account:…`, `user:…`. Never an address. */
  readonly subjects: readonly [string, ...string[]];
  readonly name: string;
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

/** The app as the exchange of codes and tokens needs it. */
export function spotifyOAuth({ clientId, clientSecret, accountsUrl }: SpotifyClient): OAuthClient {
  return {
    name: "Spotify",
    clientId,
    clientSecret,
    authorizeUrl: `${accountsUrl}/authorize`,
    tokenUrl: `${accountsUrl}/api/token`,
    secretIn: "header",
    settings: ["SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_SECRET"],
  };
}

const Me = z.object({
  id: z.string().min(1).max(200),
  account_id: z.string().min(1).max(200).optional(),
  display_name: z.string().nullish(),
});

/**
 * Asks who an access token belongs to. The first call after signing in: an app in development mode is refused here for
 * everyone who is not on its list.
 *
 * @throws Problem `spotify_app_user_cap`, `provider_unavailable`
 * @see https://developer.spotify.com/documentation/web-api/concepts/quota-modes checked 2026-11
 */
export async function fetchAccount(ctx: BaseCtx, app: SpotifyApp, accessToken: string): Promise<SpotifyAccount> {
  const headers = { authorization: `Bearer ${accessToken}` };
  const { response, json } = await askJson(ctx, "Spotify", `${app.apiUrl}/v1/me`, { headers });
  if (response.status === 403) {
    const detail =
      "Spotify knows this account but does not let this app use it. Whoever runs this service must add the account under User Management of the app at developer.spotify.com (five users in development mode), or apply for extended quota. Signing in by mail works meanwhile.";
    throw new Problem("spotify_app_user_cap", { detail });
  }
  const me = Me.safeParse(json);
  if (response.status !== 200 || !me.success) throw unavailable("Spotify", response, "no profile");
  const { id, account_id, display_name } = me.data;
  const name = display_name?.trim().slice(0, 200) || "Spotify listener";
  const user = `user:${id}`;
  return { subjects: account_id === undefined ? [user] : [`account:${account_id}`, user], name };
}
