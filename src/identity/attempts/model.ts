// The home of what an authorization under way is: one secret in one browser, and what is made of it.

import { hmac } from "@oslojs/crypto/hmac";
import { SHA256 } from "@oslojs/crypto/sha2";
import { encodeBase64urlNoPadding } from "@oslojs/encoding";

/** What an authorization is for; an answer for one purpose is worth nothing for another. */
export type AttemptPurpose = "sign_in" | "link" | "grant";

/** How long a person may take at the other service. */
export const ATTEMPT_LIFE_MS = 10 * 60 * 1000;

/** The cookie that binds an authorization to the browser it began in. */
export const ATTEMPT_COOKIE = "__Host-attempt";

/**
 * The `state` that travels through the other service and back.
 *
 * It and {@link verifierOf} follow from the cookie's secret, so that neither needs to be stored, and whoever sees the
 * one in an address learns nothing of the other.
 */
export function stateOf(secret: string): string {
  return derived(secret, "state");
}

/** The PKCE code verifier, 43 characters. @see https://www.rfc-editor.org/rfc/rfc7636 section 4.1, checked 2026-11 */
export function verifierOf(secret: string): string {
  return derived(secret, "verifier");
}

function derived(secret: string, purpose: string): string {
  const encoder = new TextEncoder();
  return encodeBase64urlNoPadding(hmac(SHA256, encoder.encode(secret), encoder.encode(purpose)));
}

const MAX_PATH_LENGTH = 500;

/**
 * Tells whether a person may be sent to a path after signing in: one on this very site, however it is decoded.
 *
 * Twice-encoded, backslashed and empty first segments are refused, because browsers and proxies read them as hosts.
 */
export function isOwnPath(path: string): boolean {
  if (path.length > MAX_PATH_LENGTH || !/^\/[\w\-.~!$&'()*+,;=:@/?%#]*$/.test(path)) return false;
  const [beforeQuery = ""] = path.split(/[?#]/, 1);
  if (beforeQuery.includes("//") || /%(?:2f|5c|25|[01][0-9a-f]|7f)/i.test(path)) return false;
  return URL.canParse(path, "https://own.invalid") && new URL(path, "https://own.invalid").host === "own.invalid";
}
