// The home of the way back: where a browser goes on after signing in, kept by the browser itself and always on this site.

/** Holds the way back while somebody signs in; `__Host-` binds it to this host. */
export const RETURN_COOKIE = "__Host-return";

const LIFE_SECONDS = 15 * 60;
const RULES = "Path=/; Secure; HttpOnly; SameSite=Lax";
const LONGEST = 500;

/**
 * Tells whether a text is a path of this site that a browser may be sent to.
 *
 * Only letters, digits and a few signs: no second slash at the start, no backslash, no scheme, nothing encoded, so that
 * no reader of it, however lenient, can be led to another host.
 */
export function isReturnPath(text: string): boolean {
  return text.length <= LONGEST && /^\/(?![/])[\w\-./?=&#]*$/.test(text) && !text.includes("//");
}

/** Writes the cookie that remembers a path. Ask {@link isReturnPath} first. */
export function returnCookie(path: string): string {
  return `${RETURN_COOKIE}=${path}; Max-Age=${LIFE_SECONDS}; ${RULES}`;
}

/** Writes the cookie that forgets it. */
export const FORGET_RETURN = `${RETURN_COOKIE}=; Max-Age=0; ${RULES}`;

/** Reads the path a browser remembers; null when there is none that may be followed. */
export function returnPathOf(request: Request): string | null {
  for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
    const [name, value] = pair.trim().split(/=(.*)/s, 2);
    if (name === RETURN_COOKIE && value !== undefined && isReturnPath(value)) return value;
  }
  return null;
}
