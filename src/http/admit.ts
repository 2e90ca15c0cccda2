// The home of being let in: what a request shows of its caller, and that a browser's write comes from our own pages.

import { Problem } from "../kernel/problems.ts";
import type { Access, Call, Credentials, CtxOf } from "./call.ts";

/** The session cookie: `__Host-` binds it to this host, whole path, and HTTPS. */
export const SESSION_COOKIE = "__Host-session";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** Reads the API key or the session cookie off a request; a key wins. */
export function credentialsOf(request: Request): Credentials | null {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) {
    const [scheme, secret] = authorization.split(" ", 2);
    return scheme?.toLowerCase() === "bearer" && secret ? { kind: "apiKey", secret } : null;
  }
  const secret = cookieOf(request, SESSION_COOKIE);
  return secret === null ? null : { kind: "session", secret };
}

/** Reads one cookie off a request; null when there is none of that name. */
export function cookieOf(request: Request, name: string): string | null {
  for (const pair of request.headers.get("cookie")?.split(";") ?? []) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}

/**
 * Refuses a write that a browser sends with our cookie from another site's page.
 *
 * @throws Problem `origin_refused`
 */
export function refuseForeignOrigin(request: Request): void {
  if (SAFE_METHODS.has(request.method)) return;
  const origin = request.headers.get("origin");
  if (origin === null || origin !== new URL(request.url).origin) {
    throw new Problem("origin_refused", { detail: "A write with the session cookie needs this site's Origin header." });
  }
}

/**
 * Asks the doorman for the context that an operation's access calls for.
 *
 * @throws Problem as the doorman does, and `origin_refused`
 */
export async function admit<A extends Access>(
  call: Call,
  request: Request,
  access: A,
  operation: string,
): Promise<CtxOf[A]> {
  const ctx = await context(call, request, access, operation);
  return ctx as CtxOf[A];
}

async function context(call: Call, request: Request, access: Access, operation: string): Promise<CtxOf[Access]> {
  if (access === "public") return call.base;
  const credentials = credentialsOf(request);
  if (access === "signedIn") {
    const ctx = await call.doorman.signedIn(call.base, credentials);
    if (credentials?.kind === "session") refuseForeignOrigin(request);
    return ctx;
  }
  const ctx = await call.doorman.artist(call.base, credentials, request.headers.get("artist-id"), operation);
  if (credentials?.kind === "session") refuseForeignOrigin(request);
  return ctx;
}
