// The home of who may ask for support access, and for how long.

/** An artist's side has seven days to answer a request. */
export const REQUEST_LIFE_MS = 7 * 24 * 60 * 60 * 1000;

/** The longest that support may look at an artist, in hours. */
export const MOST_HOURS = 72;

/** Requests an artist may have open at a time. */
export const OPEN_REQUESTS = 5;

const HOUR_MS = 60 * 60 * 1000;

/** Tells whether an address is of somebody who runs this service; an entry is an address, or `@domain`. */
export function isOperator(email: string, supportEmails: readonly string[]): boolean {
  return supportEmails.includes(email) || supportEmails.includes(email.slice(email.lastIndexOf("@")));
}

/** Turns hours into milliseconds. */
export function hoursMs(hours: number): number {
  return hours * HOUR_MS;
}
