// The home of tokens: how they are made, what of them is kept, and how long they live.

import { sha256 } from "@oslojs/crypto/sha2";
import { encodeBase64urlNoPadding, encodeHexLowerCase } from "@oslojs/encoding";
import { SESSION_COOKIE } from "../http/admit.ts";
import { ATTEMPT_COOKIE, ATTEMPT_LIFE_MS } from "./attempts/model.ts";

/** How long a mailed sign-in link works. */
export const LINK_LIFE_MS = 10 * 60 * 1000;

/** How long a session lasts after signing in. */
export const SESSION_LIFE_MS = 30 * 24 * 60 * 60 * 1000;

/** How many links one address may be sent in {@link LINK_WINDOW_MS}; further requests are answered alike and ignored. */
export const LINKS_PER_WINDOW = 5;
export const LINK_WINDOW_MS = 15 * 60 * 1000;

/** Characters kept of what a browser says it is. */
export const LONGEST_USER_AGENT = 300;

/** Random bytes in every token. */
export const TOKEN_BYTES = 32;

const COOKIE_RULES = "Path=/; Secure; HttpOnly; SameSite=Lax";

/** Writes the `Set-Cookie` that keeps a session in a browser, or with null ends it there. */
export function sessionCookie(token: string | null): string {
  return cookie(SESSION_COOKIE, token, SESSION_LIFE_MS);
}

/** Writes the `Set-Cookie` that binds an authorization to a browser, or with null unbinds it. */
export function attemptCookie(secret: string | null): string {
  return cookie(ATTEMPT_COOKIE, secret, ATTEMPT_LIFE_MS);
}

function cookie(name: string, value: string | null, lifeMs: number): string {
  return `${name}=${value ?? ""}; Max-Age=${value === null ? 0 : lifeMs / 1000}; ${COOKIE_RULES}`;
}

/** Writes random bytes as a token that fits a URL and a cookie. */
export function tokenFrom(random: Uint8Array): string {
  return encodeBase64urlNoPadding(random);
}

/** Gives what is stored of a secret: its SHA-256, which is enough for something that has 256 random bits. */
export function hashSecret(secret: string): string {
  return encodeHexLowerCase(sha256(new TextEncoder().encode(secret)));
}

/** Makes a token for a link or a cookie: what is handed out once, and what of it is kept. */
export function newToken(randomBytes: (count: number) => Uint8Array): { token: string; hash: string } {
  const token = tokenFrom(randomBytes(TOKEN_BYTES));
  return { token, hash: hashSecret(token) };
}

/** A new API key: the secret shown once, and what is kept of it. */
export interface ApiKeySecret {
  readonly key: string;
  readonly hash: string;
  readonly prefix: string;
  readonly last4: string;
}

const KEY_PREFIX = "ad_live_";

/**
 * Makes an API key: `ad_live_`, 43 characters of randomness, `_` and a checksum of 6, so that scanners for leaked
 * secrets can tell a real one.
 */
export function newApiKeySecret(random: Uint8Array): ApiKeySecret {
  const body = KEY_PREFIX + tokenFrom(random);
  const key = `${body}_${hashSecret(body).slice(0, 6)}`;
  return { key, hash: hashSecret(key), prefix: key.slice(0, KEY_PREFIX.length + 4), last4: key.slice(-4) };
}

/** Puts an e-mail address into the one form in which it is compared. */
export function normaliseEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** Names a person who has not said a name yet. */
export function nameFromEmail(email: string): string {
  return email.slice(0, email.indexOf("@"));
}
