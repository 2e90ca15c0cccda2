// The home of numbers as files print them: decimal marks, thousands, parentheses, all exact or not read at all.

import { parseExact } from "../../kernel/quantise.ts";

/** The mark before the fraction. A file has one; `null` where its head does not show which. */
export type DecimalMark = "." | ",";

/**
 * How the numbers of a format are written: always with one mark; with one that the `file` shows; or with `either` in
 * any cell, which is only unambiguous where nothing parts thousands.
 */
export type NumberStyle = DecimalMark | "file" | "either";

// Blanks that part thousands: space, no-break space, thin space, narrow no-break space; and the apostrophe.
// A nought before the first mark parts nothing: `0,361` in a file of points is no 361 but a decimal comma gone astray.
const BLANKS = " \u00A0\u2009\u202F'\u2019";
const GROUPED = {
  ".": new RegExp(`^[1-9]\\d{0,2}(?:([,${BLANKS}])\\d{3})(?:\\1\\d{3})*(?:\\.\\d*)?$`, "u"),
  ",": new RegExp(`^[1-9]\\d{0,2}(?:([.${BLANKS}])\\d{3})(?:\\1\\d{3})*(?:,\\d*)?$`, "u"),
} as const;
const PLAIN_COMMA = /^\d*,\d*$/u;
const COULD_BE_EITHER = /^[1-9]\d{0,2}[.,]\d{3}$/u;
const SIGN_BEFORE = /^[-+\u2212]/u;
const MINUS_BEHIND = /\d[-\u2212]$/u;
const OUTER_BLANKS = new RegExp(`^[\\s${BLANKS}]+|[\\s${BLANKS}]+$`, "gu");

/**
 * Reads an amount: the file's own mark, thousands parted in threes, a sign before it, or a minus behind it or
 * parentheses around it for a loss.
 *
 * @param mark null where the file does not tell: then what could be either, like `1,234`, is not read
 * @returns the value × 10^30, or null where the text is no such number; never a guess
 */
export function parseAmount(printed: string, mark: DecimalMark | null): bigint | null {
  if (mark === ".") {
    const plain = parseExact(printed);
    if (plain !== null) return plain;
  }
  let text = printed.replace(OUTER_BLANKS, "");
  let isNegative = false;
  if (text.startsWith("(") && text.endsWith(")")) {
    isNegative = true;
    text = text.slice(1, -1).replace(OUTER_BLANKS, "");
  } else if (SIGN_BEFORE.test(text)) {
    isNegative = !text.startsWith("+");
    text = text.slice(1);
  } else if (MINUS_BEHIND.test(text)) {
    isNegative = true;
    text = text.slice(0, -1);
  }
  const size = parseSize(text, mark);
  return size === null ? null : isNegative ? -size : size;
}

function parseSize(text: string, mark: DecimalMark | null): bigint | null {
  // A sign was taken off already; a second one is no number.
  if (!/^[\d.,]/u.test(text)) return null;
  if (mark === null) {
    if (COULD_BE_EITHER.test(text)) return null;
    return parseSize(text, markOf(text) ?? ".");
  }
  const grouped = GROUPED[mark].exec(text);
  if (grouped !== null) return parseExact(text.replaceAll(grouped[1] ?? "", "").replace(",", "."));
  if (mark === ".") return parseExact(text);
  if (text.includes(".")) return null;
  return parseExact(PLAIN_COMMA.test(text) ? text.replace(",", ".") : text);
}

/** The mark a single number shows: a comma or point that cannot part thousands. Null where it shows none. */
function markOf(text: string): DecimalMark | null {
  const last = Math.max(text.lastIndexOf("."), text.lastIndexOf(","));
  if (last === -1) return null;
  const mark = text.charAt(last) as DecimalMark;
  const other = mark === "." ? "," : ".";
  const whole = text.slice(0, last);
  if (whole.includes(mark)) return whole.includes(other) ? null : other;
  if (whole.includes(other)) return mark;
  const fraction = text.length - last - 1;
  return fraction === 3 && /^[1-9]\d{0,2}$/u.test(whole) ? null : mark;
}

/**
 * Decides a file's decimal mark by numbers of its head.
 *
 * @returns null where they show none, or contradict one another
 */
export function decideMark(printed: readonly string[]): DecimalMark | null {
  const shown = new Set<DecimalMark>();
  for (const text of printed) {
    const mark = markOf(text.replaceAll(/[^\d.,]/gu, ""));
    if (mark !== null) shown.add(mark);
  }
  const [only] = shown;
  return shown.size === 1 && only !== undefined ? only : null;
}

const MOST_UNITS = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Reads a count that may have its thousands parted, or a fraction of nothing but noughts (`12.0`).
 *
 * @returns null where it is no whole number a JavaScript number holds, or could be two: `12,000` in a file of commas
 */
export function parseCount(printed: string, mark: DecimalMark | null): number | null {
  const amount = parseAmount(printed, mark);
  const marked = amount !== null && amount % WHOLE === 0n ? amount : null;
  const grouped = groupedCount(printed);
  if (marked !== null && grouped !== null && marked !== grouped) return null;
  const exact = marked ?? grouped;
  if (exact === null) return null;
  const count = exact / WHOLE;
  return count > MOST_UNITS || count < -MOST_UNITS ? null : safeNumber(count);
}

/** A count has no fraction, so `1,200` is twelve hundred whatever the file's mark. */
function groupedCount(printed: string): bigint | null {
  const text = printed.trim();
  return /^-?[1-9]\d{0,2}([.,])\d{3}(\1\d{3})*$/u.test(text) ? parseExact(text.replaceAll(/[.,]/gu, "")) : null;
}

const WHOLE = 10n ** 30n;

/** A whole number that was checked to fit. */
function safeNumber(count: bigint): number {
  return Number.parseInt(count.toString(), 10);
}
