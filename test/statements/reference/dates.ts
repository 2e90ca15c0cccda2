// The home of the reference's months: printed periods as the month in which a line counts.

/** Days since 1970-01-01, both ends included. */
interface Days {
  readonly from: number;
  readonly to: number;
}

const DAY_MS = 86_400_000;
const NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const LONGEST_MONTH_DAYS = 45;
/** Any other year is a slip. */
const [FIRST_YEAR, LAST_YEAR] = [1900, 2199];

function numbers(shape: RegExp, printed: string): number[] | null {
  const match = shape.exec(printed);
  return match === null ? null : match.slice(1).map((part) => Number(part ?? Number.NaN));
}

function century(year: number): number {
  return year < 100 ? 2000 + year : year;
}

function dayOf(year: number, month: number, day: number): number | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  const isReal =
    year >= FIRST_YEAR && year <= LAST_YEAR && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isReal ? date.getTime() / DAY_MS : null;
}

function monthsOf(year: number, first: number, last: number): Days | null {
  if (!(first >= 1 && first <= last && last <= 12)) return null;
  const from = dayOf(year, first, 1);
  return from === null ? null : { from, to: Date.UTC(year, last, 0) / DAY_MS };
}

function oneDay(day: number | null): Days | null {
  return day === null ? null : { from: day, to: day };
}

function monthText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 7);
}

/** The month with most of the days, the later one at a tie; of more than 45 days the last one. */
export function monthOf(days: Days | null): string | null {
  if (days === null || days.from > days.to) return null;
  if (days.to - days.from + 1 > LONGEST_MONTH_DAYS) return monthText(days.to);
  const counts = new Map<string, number>();
  for (let day = days.from; day <= days.to; day += 1) counts.set(monthText(day), (counts.get(monthText(day)) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return [...counts].findLast(([, count]) => count === most)?.[0] ?? null;
}

/** Reads one printed period. */
export type PeriodForm = (printed: string) => Days | null;

/** Year, month and day in this order, perhaps with a time behind them. */
export const YEAR_FIRST: PeriodForm = (printed) => {
  const [year = 0, month = 0, day = 0] = numbers(/^(\d{4})-(\d\d?)-(\d\d?)(?:[T ].*)?$/u, printed) ?? [];
  return oneDay(dayOf(year, month, day));
};
/** Month, day and year, as in America. */
export const MONTH_FIRST: PeriodForm = (printed) => {
  const [month = 0, day = 0, year = 0] = numbers(/^(\d\d?)[/-](\d\d?)[/-](\d{4}|\d\d)(?:\s.*)?$/u, printed) ?? [];
  return oneDay(dayOf(century(year), month, day));
};
/** Day, month and year, as in Europe. */
export const DAY_FIRST: PeriodForm = (printed) => {
  const [day = 0, month = 0, year = 0] = numbers(/^(\d\d?)[/.-](\d\d?)[/.-](\d{4})(?:\s.*)?$/u, printed) ?? [];
  return oneDay(dayOf(year, month, day));
};
/** `20260731`. */
export const DAY_DIGITS: PeriodForm = (printed) => {
  const [year = 0, month = 0, day = 0] = numbers(/^(\d{4})(\d\d)(\d\d)$/u, printed) ?? [];
  return oneDay(dayOf(year, month, day));
};

/** A month by a shape whose parts are year and month. */
function month(shape: RegExp): PeriodForm {
  return (printed) => {
    const [year = 0, of = 0] = numbers(shape, printed) ?? [];
    return monthsOf(year, of, of);
  };
}
/** `2026-07`. */
export const MONTH = month(/^(\d{4})-(\d\d)$/u);
/** `2026-07-01` for July. */
export const MONTH_BY_FIRST_DAY = month(/^(\d{4})[-/](\d\d)[-/]01(?:[T ].*)?$/u);
/** `202607`. */
export const MONTH_DIGITS = month(/^(\d{4})(\d\d)$/u);
/** `2026M7`. */
export const MONTH_LETTERED = month(/^(\d{4})M(\d\d?)$/iu);
/** `2026.07 Streams`. */
export const MONTH_DOTTED = month(/^(\d{4})\.(\d\d)(?:\s.*)?$/u);
/** `2026`, all of it. */
export const YEAR: PeriodForm = (printed) => {
  const [year = 0] = numbers(/^(\d{4})$/u, printed) ?? [];
  return monthsOf(year, 1, 12);
};
/** `2026 7`, from two cells. */
export const YEAR_MONTH = month(/^(\d{4}) (\d\d?)$/u);

/** `April 2026`, `APR-26`, `JAN-FEB-18`. */
export const MONTH_NAMES: PeriodForm = (printed) => {
  const match = /^([a-z]{3,9})\.?(?:-([a-z]{3,9})\.?)?[- ](\d{4}|\d\d)$/iu.exec(printed);
  if (match === null) return null;
  const [first = "", last = first] = match.slice(1, 3).map((name) => name?.slice(0, 3).toLowerCase());
  return monthsOf(century(Number(match[3])), NAMES.indexOf(first) + 1, NAMES.indexOf(last) + 1);
};

/** `2023Q1`, `Q1 2023`, `Q1 23`, `4Q2025`, `20254`. */
export const QUARTERS: PeriodForm = (printed) => {
  const year = numbers(/^(\d{4})(?:[- ]?Q)?([1-4])$/iu, printed);
  const quarter = numbers(/^Q([1-4])[- ]?(\d{4}|\d\d)$/iu, printed) ?? numbers(/^([1-4])Q[- ]?(\d{4})$/iu, printed);
  const [of = 0, in_ = 0] = year === null ? [quarter?.[1], quarter?.[0]] : year;
  return in_ === 0 ? null : monthsOf(century(of), in_ * 3 - 2, in_ * 3);
};

/** All of the month that a day lies in. */
export function wholeMonth(days: Days | null): Days | null {
  return days === null ? null : MONTH(monthText(days.from));
}

/** From the first day of one to the last of the other. */
export function fromTo(form: PeriodForm, first: string, last: string): Days | null {
  const [from, to] = [form(first)?.from, form(last)?.to];
  return from === undefined || to === undefined || from > to ? null : { from, to };
}
