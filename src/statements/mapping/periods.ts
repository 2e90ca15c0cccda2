// The home of period formats: `YYYY-MM` and its like, as people write them, made into readers of periods.
import { ISO_DAY, ISO_MONTH, QUARTER, type SpanReader } from "../formats/spans.ts";

const MONTHS = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];

/** What each token stands for: the part it tells, and how that is printed. */
const TOKENS: Readonly<Record<string, readonly [part: "year" | "month" | "name" | "day" | "quarter", shape: string]>> =
  {
    YYYY: ["year", "\\d{4}"],
    YY: ["year", "\\d{2}"],
    MMMM: ["name", `(?:${MONTHS.join("|")})`],
    MMM: ["name", `(?:${MONTHS.map((name) => name.slice(0, 3)).join("|")}|sept)\\.?`],
    MM: ["month", "\\d{2}"],
    M: ["month", "\\d{1,2}"],
    DD: ["day", "\\d{2}"],
    D: ["day", "\\d{1,2}"],
    Q: ["quarter", "(?:Q?[1-4]|[1-4]Q)"],
  };

/** A year before recordings were sold is a misread one. */
const EARLIEST = "1900";

const PIECES = /YYYY|YY|MMMM|MMM|MM|M|DD|D|Q|\[[^\]]+\]|./gu;

/**
 * Makes a reader of periods out of a format: `YYYY`, `YY`, `MMMM` (July), `MMM` (Jul), `MM`, `M`, `DD`, `D`, `Q` (3, Q3
 * or 3Q), and between them marks, blanks and digits as printed; letters as printed stand in brackets, `YYYY[M]M`. Names
 * of months are the English ones. A time behind a day is passed over.
 *
 * @returns null where the format has other letters, a part twice, no year, or neither month nor quarter
 */
export function periodReader(format: string): SpanReader | null {
  const parts = new Set<string>();
  let shape = "";
  for (const piece of format.match(PIECES) ?? []) {
    const token = Object.hasOwn(TOKENS, piece) ? TOKENS[piece] : undefined;
    if (token === undefined) {
      const text = piece.startsWith("[") && piece.length > 2 ? piece.slice(1, -1) : piece;
      if (text === piece && /\p{L}/u.test(piece)) return null;
      shape += text.replaceAll(/[.*+?^${}()|[\]\\/]/gu, "\\$&");
      continue;
    }
    const part = token[0] === "name" ? "month" : token[0];
    if (parts.has(part)) return null;
    parts.add(part);
    shape += `(?<${token[0]}>${token[1]})`;
  }
  const hasDay = parts.has("day");
  if (!parts.has("year") || parts.has("month") === parts.has("quarter") || (hasDay && !parts.has("month"))) return null;
  const whole = new RegExp(`^${shape}${hasDay ? "(?:[T ]\\d.*)?" : ""}$`, "iu");
  return (printed = "") => {
    const { year, month, name, day, quarter } = whole.exec(printed)?.groups ?? {};
    if (year === undefined) return null;
    const fullYear = year.length === 2 ? `20${year}` : year;
    if (fullYear < EARLIEST) return null;
    if (quarter !== undefined) return QUARTER(`${fullYear}Q${quarter.replace(/q/iu, "")}`);
    const of = (month ?? numberOf(name ?? "")).padStart(2, "0");
    return day === undefined ? ISO_MONTH(`${fullYear}-${of}`) : ISO_DAY(`${fullYear}-${of}-${day}`);
  };
}

function numberOf(name: string): string {
  return String(MONTHS.findIndex((month) => month.startsWith(name.slice(0, 3).toLowerCase())) + 1);
}

/** The formats that a file's periods are tried against, before a person is asked. */
const USUAL = [
  "YYYY-MM",
  "YYYY-MM-DD",
  "YYYY/MM",
  "YYYY/MM/DD",
  "YYYY.MM.DD",
  "YYYYMM",
  "YYYYMMDD",
  "MM/YYYY",
  "MM.YYYY",
  "MM-YYYY",
  "DD.MM.YYYY",
  "D.M.YYYY",
  "DD/MM/YYYY",
  "D/M/YYYY",
  "MM/DD/YYYY",
  "M/D/YYYY",
  "M/D/YY",
  "DD-MM-YYYY",
  "MM-DD-YYYY",
  "MMM YYYY",
  "MMM-YYYY",
  "MMM YY",
  "MMM-YY",
  "MMMM YYYY",
  "MMMM-YYYY",
  "D MMM YYYY",
  "D-MMM-YYYY",
  "D MMMM YYYY",
  "YYYYQ",
  "YYYY Q",
  "YYYY-Q",
  "Q YYYY",
  "Q-YYYY",
  "Q/YYYY",
  "YYYY[M]M",
];

/**
 * Finds the format in which some periods are printed.
 *
 * @returns null where none reads them all, or where two do and mean different days, as with `03/04/2026`
 */
export function guessPeriodFormat(printed: readonly string[]): string | null {
  if (printed.length === 0) return null;
  let found: { format: string; meant: string } | null = null;
  for (const format of USUAL) {
    const read = periodReader(format);
    const spans = printed.map((text) => read?.(text) ?? null);
    if (spans.includes(null)) continue;
    const meant = JSON.stringify(spans);
    if (found !== null && found.meant !== meant) return null;
    found ??= { format, meant };
  }
  return found?.format ?? null;
}
