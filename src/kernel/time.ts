// The home of time: instants, calendar days and months, and the arithmetic on them; it never asks what time it is.

/** A moment, in epoch milliseconds (UTC). */
export type Instant = number;

/** A calendar day, `YYYY-MM-DD`; whose day it is (UTC, a source's own) is said where it is used. */
export type Day = `${number}-${number}-${number}`;

/** A calendar month, `YYYY-MM`. */
export type Month = `${number}-${number}`;

const DAY_MS = 86_400_000;
const DAY_SHAPE = /^\d{4}-\d{2}-\d{2}$/;
const MONTH_SHAPE = /^\d{4}-(0[1-9]|1[0-2])$/;
// 1970-01-01 was a Thursday: days since the Monday before it.
const EPOCH_DAYS_AFTER_MONDAY = 3;
const FRIDAY_DAYS_AFTER_MONDAY = 4;
const MAX_KEPT_FORMATTERS = 64;

/** Tells whether a text is a real day of the calendar, written `YYYY-MM-DD`. */
export function isDay(text: string): text is Day {
  if (!DAY_SHAPE.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  // Engines differ on whether 30 February is refused or becomes 2 March, so the day must come back as it went in.
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

/** Tells whether a text is a month of the calendar, written `YYYY-MM`. */
export function isMonth(text: string): text is Month {
  return MONTH_SHAPE.test(text);
}

function dayNumber(day: Day): number {
  if (!isDay(day)) throw new RangeError(`not a day: ${day}`);
  return Date.parse(`${day}T00:00:00Z`) / DAY_MS;
}

function dayFromNumber(days: number): Day {
  const text = new Date(days * DAY_MS).toISOString().slice(0, 10);
  if (!isDay(text)) throw new RangeError("the day lies outside the years 0000 to 9999");
  return text;
}

function monthNumber(month: Month): number {
  if (!isMonth(month)) throw new RangeError(`not a month: ${month}`);
  return Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;
}

function monthFromNumber(months: number): Month {
  const year = String(Math.floor(months / 12)).padStart(4, "0");
  const text = `${year}-${String((months % 12) + 1).padStart(2, "0")}`;
  if (!isMonth(text)) throw new RangeError("the month lies outside the years 0000 to 9999");
  return text;
}

/**
 * Writes an instant as ISO 8601 in UTC: `2026-11-05T09:30:00.000Z`.
 *
 * @throws RangeError when it is not an instant
 */
export function instantToIso(instant: Instant): string {
  return new Date(instant).toISOString();
}

/** Gives the day of an instant in UTC. */
export function dayOf(instant: Instant): Day {
  return dayFromNumber(Math.floor(instant / DAY_MS));
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const kept = formatters.get(timeZone);
  if (kept !== undefined) return kept;
  const formatter = new Intl.DateTimeFormat("en-US", {
    calendar: "gregory",
    numberingSystem: "latn",
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  // A formatter is slow to make, and callers choose the spelling of zones, so what is kept is bounded.
  if (formatters.size >= MAX_KEPT_FORMATTERS) formatters.clear();
  formatters.set(timeZone, formatter);
  return formatter;
}

/**
 * Gives the day of an instant on the calendar of a time zone.
 *
 * @param timeZone an IANA name, `Europe/Berlin`
 * @throws RangeError when the zone is not known; ask {@link isTimeZone} first
 */
export function dayInZone(instant: Instant, timeZone: string): Day {
  const parts = new Map(
    formatterOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const text = `${parts.get("year")?.padStart(4, "0")}-${parts.get("month")}-${parts.get("day")}`;
  if (!isDay(text)) throw new RangeError(`no day for the instant ${instant} in ${timeZone}`);
  return text;
}

/** Tells whether a text is the name of a time zone this runtime knows; offsets such as `+02:00` are no names. */
export function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    formatterOf(text);
    return true;
  } catch {
    return false;
  }
}

/** Gives the month a day lies in. */
export function monthOf(day: Day): Month {
  const text = day.slice(0, 7);
  if (!isMonth(text)) throw new RangeError(`not a day: ${day}`);
  return text;
}

/** Moves a month by a number of months, back when negative. */
export function addMonths(month: Month, months: number): Month {
  return monthFromNumber(monthNumber(month) + months);
}

/** Moves a day by a number of days, back when negative. */
export function addDays(day: Day, days: number): Day {
  return dayFromNumber(dayNumber(day) + days);
}

/** Gives the first day of a month. */
export function firstDay(month: Month): Day {
  return dayFromNumber(Date.parse(`${monthFromNumber(monthNumber(month))}-01T00:00:00Z`) / DAY_MS);
}

/** Gives the last day of a month. */
export function lastDay(month: Month): Day {
  const last = new Date(`${firstDay(month)}T00:00:00Z`);
  // Day 0 of the month after is the last of this one, also in December 9999, whose next month is out of range.
  last.setUTCMonth(last.getUTCMonth() + 1, 0);
  return dayFromNumber(last.getTime() / DAY_MS);
}

/** Lists the days of a month, the first one first. */
export function daysOfMonth(month: Month): Day[] {
  return daysBetween(firstDay(month), lastDay(month));
}

/** Counts the days of a range, both ends included; 0 when it ends before it begins. */
export function countDays(from: Day, to: Day): number {
  return Math.max(0, dayNumber(to) - dayNumber(from) + 1);
}

/** Counts the months of a range, both ends included; 0 when it ends before it begins. */
export function countMonths(from: Month, to: Month): number {
  return Math.max(0, monthNumber(to) - monthNumber(from) + 1);
}

/** Lists the days of a range, both ends included. Check a caller's range with {@link countDays} first. */
export function daysBetween(from: Day, to: Day): Day[] {
  const first = dayNumber(from);
  return Array.from({ length: countDays(from, to) }, (_, i) => dayFromNumber(first + i));
}

/** Lists the months of a range, both ends included. Check a caller's range with {@link countMonths} first. */
export function monthsBetween(from: Month, to: Month): Month[] {
  const first = monthNumber(from);
  return Array.from({ length: countMonths(from, to) }, (_, i) => monthFromNumber(first + i));
}

/**
 * Gives the first day of the week a day lies in: ISO weeks begin on Monday, chart weeks on Friday.
 *
 * @see ISO 8601-1:2019 for Monday; release and chart weeks run Friday to Thursday, checked 2026-11
 */
export function weekStart(day: Day, startsOn: "mon" | "fri"): Day {
  const days = dayNumber(day);
  const offset = startsOn === "mon" ? 0 : FRIDAY_DAYS_AFTER_MONDAY;
  const sinceStart = (((days + EPOCH_DAYS_AFTER_MONDAY - offset) % 7) + 7) % 7;
  return dayFromNumber(days - sinceStart);
}
