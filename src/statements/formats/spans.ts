// The home of periods as files print them: each reader turns one or two cells into the days they cover.

import type { Day, Month } from "../../kernel/time.ts";
import { addMonths, countDays, daysOfMonth, firstDay, isDay, isMonth, lastDay, monthOf } from "../../kernel/time.ts";

/** The days a printed period covers, both ends included. */
export interface Span {
  readonly from: Day;
  readonly to: Day;
}

/** Reads the cells of a period, already trimmed; null where they are none. */
export type SpanReader = (...printed: readonly string[]) => Span | null;

/** Longer spans are no month that begins or ends a little off, but several months together. */
const MOST_DAYS_OF_ONE_MONTH = 45;

/**
 * The month a line of this span is booked in: a span of about a month (a fiscal one, say) counts for the month that has
 * most of its days, the later one at a tie; a longer span, whose months cannot be told apart, for the month it ends in.
 */
export function monthOfSpan({ from, to }: Span): Month {
  const last = monthOf(to);
  if (countDays(from, to) > MOST_DAYS_OF_ONE_MONTH) return last;
  let best = last;
  let most = 0;
  for (let month = last; month >= monthOf(from); month = addMonths(month, -1)) {
    const days = daysOfMonth(month).filter((day) => from <= day && day <= to).length;
    if (days > most) {
      best = month;
      most = days;
    }
  }
  return best;
}

/** Any other year is a slip of whoever wrote it; and at the calendar's ends months have no neighbours. */
const LIKELY_YEAR = /^(?:19|20|21)/u;

function month(text: string): Span | null {
  return isMonth(text) && LIKELY_YEAR.test(text) ? { from: firstDay(text), to: lastDay(text) } : null;
}

function months(from: string, to: string): Span | null {
  return between(month)(from, to);
}

function day(year: string, monthOfYear: string, dayOfMonth: string): Span | null {
  const text = `${fullYear(year)}-${monthOfYear.padStart(2, "0")}-${dayOfMonth.padStart(2, "0")}`;
  return isDay(text) && LIKELY_YEAR.test(text) ? { from: text, to: text } : null;
}

function fullYear(year: string): string {
  return year.length === 2 ? `20${year}` : year;
}

function matching(shape: RegExp, make: (...parts: string[]) => Span | null): SpanReader {
  return (printed = "") => {
    const match = shape.exec(printed);
    return match === null ? null : make(...match.slice(1).map((part) => part ?? ""));
  };
}

/** `2026-07`. */
export const ISO_MONTH: SpanReader = (printed = "") => month(printed);

/** `2026-07-31`, perhaps with a time behind it. */
export const ISO_DAY: SpanReader = matching(/^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?$/u, day);

/**
 * `2026-07-01`, meaning July: the first of a month stands for all of it. Any other day is not read: it would mean that
 * the file writes years, days and months in another order.
 */
export const FIRST_OF_MONTH: SpanReader = matching(/^(\d{4})[-/](\d{2})[-/]01(?:[T ].*)?$/u, (year = "", of = "") =>
  month(`${year}-${of}`),
);

/** `2026/07/31`. */
export const SLASHED_DAY: SpanReader = matching(/^(\d{4})\/(\d{1,2})\/(\d{1,2})$/u, day);

/** `7/31/2026` or `7/31/26`, perhaps with a time behind it; hyphens as well. */
export const AMERICAN_DAY: SpanReader = matching(
  /^(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})(?:\s.*)?$/u,
  (of = "", date = "", year = "") => day(year, of, date),
);

/** `31/07/2026`, perhaps with a time behind it; points and hyphens as well. */
export const EUROPEAN_DAY: SpanReader = matching(
  /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:\s.*)?$/u,
  (date = "", of = "", year = "") => day(year, of, date),
);

/** `20260731`. */
export const COMPACT_DAY: SpanReader = matching(/^(\d{4})(\d{2})(\d{2})$/u, day);

/** `202607`. */
export const COMPACT_MONTH: SpanReader = matching(/^(\d{4})(\d{2})$/u, (year = "", of = "") => month(`${year}-${of}`));

/** `2017M9` or `2017M09`. */
export const LETTERED_MONTH: SpanReader = matching(/^(\d{4})M(\d{1,2})$/iu, (year = "", of = "") =>
  month(`${year}-${of.padStart(2, "0")}`),
);

/** `2019.08`, perhaps with words behind it: `2019.08 Streams`. */
export const DOTTED_MONTH: SpanReader = matching(/^(\d{4})\.(\d{2})(?:\s.*)?$/u, (year = "", of = "") =>
  month(`${year}-${of}`),
);

/** `2026` and `7`, from two cells. */
export const YEAR_AND_MONTH: SpanReader = (year = "", of = "") =>
  /^\d{4}$/u.test(year) && /^\d{1,2}$/u.test(of) ? month(`${year}-${of.padStart(2, "0")}`) : null;

/** `2023Q1`, `Q1 2023`, `Q1 23` or `4Q2025`. */
export const QUARTER: SpanReader = (printed = "") => {
  for (const shape of QUARTERS) {
    const { year, quarter } = shape.exec(printed)?.groups ?? {};
    if (year === undefined || quarter === undefined) continue;
    const [from, to] = QUARTER_MONTHS[quarter] ?? [];
    return months(`${fullYear(year)}-${from}`, `${fullYear(year)}-${to}`);
  }
  return null;
};

/** `20254`, the fourth quarter of 2025. */
export const COMPACT_QUARTER: SpanReader = (printed = "") =>
  /^\d{5}$/u.test(printed) ? QUARTER(`${printed.slice(0, 4)}Q${printed.slice(4)}`) : null;

const QUARTERS = [
  /^(?<year>\d{4})[- ]?Q(?<quarter>[1-4])$/iu,
  /^Q(?<quarter>[1-4])[- ]?(?<year>\d{4}|\d{2})$/iu,
  /^(?<quarter>[1-4])Q[- ]?(?<year>\d{4})$/iu,
];
const QUARTER_MONTHS: Readonly<Record<string, readonly [string, string]>> = {
  1: ["01", "03"],
  2: ["04", "06"],
  3: ["07", "09"],
  4: ["10", "12"],
};

const NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** `April 2026`, `APR-26`, `Apr 26`, or two months, `JAN-FEB-18`. */
export const NAMED_MONTH: SpanReader = (printed = "") => {
  const match = /^([a-z]{3,9})\.?(?:-([a-z]{3,9})\.?)?[- ](\d{4}|\d{2})$/iu.exec(printed);
  if (match === null) return null;
  const [, first = "", second = first, year = ""] = match;
  const [from, to] = [numberOf(first), numberOf(second)];
  return from === null || to === null ? null : months(`${fullYear(year)}-${from}`, `${fullYear(year)}-${to}`);
};

function numberOf(name: string): string | null {
  const at = NAMES.indexOf(name.slice(0, 3).toLowerCase());
  return at === -1 ? null : String(at + 1).padStart(2, "0");
}

/**
 * The days between the two dates of a file's name, `songs_0000000000_2026-01-01_2026-10-31.csv`.
 *
 * @returns null where it has not exactly two: one date is when the file was made, and of three nobody knows which count
 */
export function spanOfName(filename: string): Span | null {
  const [from, to, ...more] = filename.match(/(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)/gu) ?? [];
  return from === undefined || to === undefined || more.length > 0 ? null : between(ISO_DAY)(from, to);
}

/** A day that stands for its month, as its first or its last. */
export function inMonth(read: SpanReader): SpanReader {
  return (...printed) => {
    const span = read(...printed);
    return span === null ? null : month(monthOf(span.to));
  };
}

/** The first of some readers that understands the cells. */
export function anyOf(...readers: readonly SpanReader[]): SpanReader {
  return (...printed) => {
    for (const reader of readers) {
      const span = reader(...printed);
      if (span !== null) return span;
    }
    return null;
  };
}

/** The first of some cells that is not blank: what the others say counts only where those before them are silent. */
export function firstFilled(read: SpanReader): SpanReader {
  return (...printed) => {
    const filled = printed.find((cell) => cell !== "");
    return filled === undefined ? null : read(filled);
  };
}

/** A beginning and an end, from two cells; the end may not lie before the beginning. */
export function between(read: SpanReader): SpanReader {
  return (first = "", second = "") => {
    const from = read(first)?.from;
    const to = read(second)?.to;
    return from === undefined || to === undefined || from > to ? null : { from, to };
  };
}
