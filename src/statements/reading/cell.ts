// The home of what a cell of a workbook says: numbers without their binary noise, dates, and escaped letters, as text.
import { unreadableWorkbook } from "./package.ts";

/** How a number cell is shown, where it is not as a number: as a day or time, or as hours that run past a day. */
export type DateKind = "date" | "elapsed";

/** The longest text of a cell. @see Excel specifications and limits, Microsoft, checked 2026-11 */
const MAX_LENGTH = 32_767;
/** Seven letters may be written for one, as in `_x000D_`. */
const MAX_WRITTEN_LENGTH = MAX_LENGTH * 7;

const DAY_SECONDS = 86_400;
const DAY_MS = 86_400_000;
/** Day 0 of either count, and 1899-12-31 for the days before the one that never was. */
const EPOCH_1904_MS = Date.UTC(1904, 0, 1);
const EPOCH_1900_MS = Date.UTC(1899, 11, 30);
const EARLY_EPOCH_1900_MS = Date.UTC(1899, 11, 31);
const FALSE_LEAP_DAY = 60;
const MAX_DATE_MS = Date.UTC(9999, 11, 31);

const DATE_FORMATS: readonly (readonly [first: number, last: number])[] = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
];
const ELAPSED_FORMAT = 46;

/**
 * Tells from its format whether a number is meant as a date.
 *
 * @param id   the format's number; those below 164 have a meaning without a code
 * @param code the format itself where the workbook states it. It is a date's where d, m, y, h or s stand in it outside
 * quotes and brackets
 * @see ECMA-376 part 1, sections 18.8.30 (numbers of formats) and 18.8.31 (codes), checked 2026-11
 */
export function dateKindOf(id: number, code: string | undefined): DateKind | null {
  if (code === undefined) {
    if (id === ELAPSED_FORMAT) return "elapsed";
    return DATE_FORMATS.some(([first, last]) => id >= first && id <= last) ? "date" : null;
  }
  const spoken = code.replaceAll(/"[^"]*"?|\\.|[_*]./gsu, "");
  if (/\[(?:h+|m+|s+)\]/iu.test(spoken)) return "elapsed";
  // Where digits are asked for, other than those of a second, letters are a currency that somebody forgot to quote.
  const letters = spoken.replaceAll(/\[[^\]]*\]?/gu, "").replaceAll(/s[.,]0+/giu, "s");
  return /[dmyhs]/iu.test(letters) && !/[#?0]/u.test(letters) ? "date" : null;
}

/**
 * A number as the person who typed it wrote it, never with an exponent.
 *
 * Excel keeps binary doubles and prints 17 digits of them, so 0.1 may stand in a file as 0.10000000000000001. A text
 * that is just what 17 digits of its double print becomes the shortest one that means the same double; every other
 * text has decimals of its own and keeps all of them. What is no number is given back as it stands.
 */
export function numberText(printed: string): string {
  const text = plain(printed);
  if (text === null) return printed;
  if (text.length <= 15) return text;
  const double = doubleOf(printed);
  const printedByDouble = plain(double.toPrecision(17));
  return printedByDouble !== null && withoutZeros(printedByDouble) === withoutZeros(text)
    ? (plain(String(double)) ?? text)
    : text;
}

/**
 * A number that is a date: `YYYY-MM-DD`, with ` HH:MM:SS` where it has a time, to the nearest second. A time without a
 * day (below 1) is `HH:MM:SS`, and so are elapsed hours, however many.
 *
 * In the 1900 system day 60 is 29 February 1900, which never was; it is given as 1 March, like day 61. A negative
 * number, and one beyond the year 9999, is no date and stays a number.
 *
 * @param isDate1904 whether days are counted from 1 January 1904
 * @see ECMA-376 part 1, section 18.17.4 (dates and times)
 */
export function dateText(printed: string, kind: DateKind, isDate1904: boolean): string {
  if (plain(printed) === null) return printed;
  const seconds = Math.round(doubleOf(printed) * DAY_SECONDS);
  const days = Math.floor(seconds / DAY_SECONDS);
  const epoch = isDate1904 ? EPOCH_1904_MS : days < FALSE_LEAP_DAY ? EARLY_EPOCH_1900_MS : EPOCH_1900_MS;
  const isLeapBug = !isDate1904 && days === FALSE_LEAP_DAY;
  const ms = epoch + (isLeapBug ? days + 1 : days) * DAY_MS;
  if (!(seconds >= 0) || ms > MAX_DATE_MS) return numberText(printed);
  if (kind === "elapsed" || days === 0) return clock(seconds);
  const day = new Date(ms).toISOString().slice(0, 10);
  return seconds % DAY_SECONDS === 0 ? day : `${day} ${clock(seconds % DAY_SECONDS)}`;
}

/** A date that a workbook holds as ISO 8601 already, in the form of {@link dateText}. */
export function isoDateText(printed: string): string {
  return printed.replace(/^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z?$/u, (_, day: string, time: string) =>
    time === "00:00:00" ? day : `${day} ${time}`,
  );
}

/**
 * A text with the letters that XML cannot hold put back: `_x0009_` is a tab, `_x005F_x0009_` is `_x0009_`.
 *
 * @see ECMA-376 part 1, section 22.9.2.19 (ST_Xstring)
 */
export function unescaped(text: string): string {
  if (!text.includes("_x")) return text;
  return text.replaceAll(/_x([\da-f]{4})_/giu, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** Gathers the text of one cell from its pieces. */
export class CellText {
  #text = "";

  /** @throws Problem `file_unreadable` where it is longer than a cell can be */
  add(piece: string): void {
    this.#text += piece;
    if (this.#text.length > MAX_WRITTEN_LENGTH) throw tooLong();
  }

  /**
   * The text, to be put into a line: a line break within it, and a NUL, becomes a space. The next cell may begin.
   *
   * @throws Problem `file_unreadable` where it is longer than a cell can be
   */
  take(): string {
    const text = unescaped(this.#text);
    this.#text = "";
    if (text.length > MAX_LENGTH) throw tooLong();
    return text.replaceAll(/\r\n|[\r\n\0]/gu, " ");
  }
}

function tooLong(): Error {
  return unreadableWorkbook(`A cell of the workbook holds more than ${MAX_LENGTH} characters.`);
}

function clock(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

/** The double that a workbook means by a number: its cells are doubles, and to read them as such loses nothing. */
function doubleOf(printed: string): number {
  return Number(printed);
}

/** A number with its exponent carried out; null for what is none, or has an exponent beyond any double's. */
function plain(printed: string): string | null {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?$/iu.exec(printed);
  if (found === null) return null;
  const [, sign, whole = "", fraction = "", exponent = "0"] = found;
  if (whole === "" && fraction === "") return null;
  const shift = Number.parseInt(exponent, 10);
  const digits = whole + fraction;
  const point = whole.length + shift;
  const front = point > 0 ? digits.slice(0, point).padEnd(point, "0") : "";
  const back = point > 0 ? digits.slice(point) : digits.padStart(digits.length - point, "0");
  const text = `${front.replace(/^0+(?=\d)/u, "") || "0"}${back === "" ? "" : `.${back}`}`;
  return sign === "-" && /[1-9]/u.test(text) ? `-${text}` : text;
}

/** A number without the zeros behind its point; a loop, because a pattern would try anew from every zero. */
function withoutZeros(text: string): string {
  if (!text.includes(".")) return text;
  let end = text.length;
  while (text[end - 1] === "0") end -= 1;
  return text.slice(0, text[end - 1] === "." ? end - 1 : end);
}
