// The home of wall clocks: which instant a date and a time of day are in a time zone, also where the clocks change.

import type { Day, Instant } from "./time.ts";

/** A time of day, `HH:MM`, from 00:00 to 23:59. */
export type TimeOfDay = `${number}:${number}`;

const DAY_MS = 86_400_000;
const TIME_SHAPE = /^([01]\d|2[0-3]):[0-5]\d$/;
const MAX_KEPT_FORMATTERS = 64;

/** Tells whether a text is a time of day, written `HH:MM`. */
export function isTimeOfDay(text: string): text is TimeOfDay {
  return TIME_SHAPE.test(text);
}

/**
 * Gives the instant at which clocks in a time zone show a date and a time.
 *
 * Where clocks are put back it comes twice, and the first is meant. Where clocks are put forward it may not come at all;
 * then it is as long after the change as it would have been after the last minute before: 02:30 becomes 03:30, and a
 * midnight that does not come is the beginning of that day. Temporal calls this rule "compatible".
 *
 * @param timeZone an IANA name, `Europe/Berlin`
 * @throws RangeError when the zone is not known; ask `isTimeZone` of `time.ts` first
 * @see https://tc39.es/proposal-temporal/docs/ambiguity.html checked 2026-11
 */
export function instantAt(day: Day, time: TimeOfDay, timeZone: string): Instant {
  const shown = Date.parse(`${day}T${time}:00Z`);
  // No zone changes its clocks twice within two days, so these are the offsets before and after the one change there can be.
  const [before, after] = [offsetAt(shown - DAY_MS, timeZone), offsetAt(shown + DAY_MS, timeZone)];
  const possible = [shown - before, shown - after].filter((instant) => instant + offsetAt(instant, timeZone) === shown);
  return possible.length > 0 ? Math.min(...possible) : shown - before;
}

/**
 * Gives how far the clocks of a time zone are ahead of UTC at an instant, in milliseconds; behind when negative.
 *
 * @throws RangeError when the zone is not known
 */
export function offsetAt(instant: Instant, timeZone: string): number {
  const parts = formatterOf(timeZone).formatToParts(instant);
  const read = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  const day = `${read("year").padStart(4, "0")}-${read("month")}-${read("day")}`;
  const shown = Date.parse(`${day}T${read("hour")}:${read("minute")}:${read("second")}Z`);
  // Clocks show whole seconds, so the instant is taken without its milliseconds.
  return shown - Math.floor(instant / 1000) * 1000;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const kept = formatters.get(timeZone);
  if (kept !== undefined) return kept;
  const two = "2-digit";
  const formatter = new Intl.DateTimeFormat("en-US", {
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    timeZone,
    year: "numeric",
    month: two,
    day: two,
    hour: two,
    minute: two,
    second: two,
  });
  // A formatter is slow to make, and callers choose the spelling of zones, so what is kept is bounded.
  if (formatters.size >= MAX_KEPT_FORMATTERS) formatters.clear();
  formatters.set(timeZone, formatter);
  return formatter;
}
