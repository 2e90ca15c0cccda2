// The home of the reference's numbers: printed decimals as whole numbers of 10^-30.

/** Digits behind the point of every amount here. */
const PLACES = 30;
const MOST_WHOLE_DIGITS = 12;
const LONGEST = 128;
const MOST_UNITS = 2n ** 53n - 1n;
const BLANKS = " \u00A0\u2009\u202F'\u2019";

/** The mark before the fraction; null where the file does not show it. */
export type Mark = "." | "," | null;

/**
 * An amount, or null where it is none: digits, thousands parted in threes by one and the same separator, a fraction; a
 * sign before it, a minus behind it, or parentheses around it.
 */
export function amountOf(printed: string, mark: Mark): bigint | null {
  const text = trimmed(printed);
  const signed = /^\((?<loss>.*)\)$/su.exec(text) ?? /^(?<sign>[-+\u2212])(?<body>.*)$/su.exec(text);
  const behind = /^(?<body>.*\d)[-\u2212]$/su.exec(text);
  const { loss, sign, body } = signed?.groups ?? behind?.groups ?? { body: text };
  const size = sizeOf(trimmedInside(loss) ?? body ?? "", mark);
  if (size === null) return null;
  const isLoss = loss !== undefined || sign === "-" || sign === "\u2212" || (signed === null && behind !== null);
  return isLoss ? -size : size;
}

function trimmedInside(text: string | undefined): string | null {
  return text === undefined ? null : trimmed(text);
}

function trimmed(text: string): string {
  const isBlank = (letter: string) => BLANKS.includes(letter) || letter.trim() === "";
  const letters = [...text];
  while (letters.length > 0 && isBlank(letters[0] ?? "")) letters.shift();
  while (letters.length > 0 && isBlank(letters.at(-1) ?? "")) letters.pop();
  return letters.join("");
}

function sizeOf(text: string, mark: Mark): bigint | null {
  if (mark !== null) return sizeBy(text, mark);
  const [point, comma] = [sizeBy(text, "."), sizeBy(text, ",")];
  if (point !== null && comma !== null) return point === comma ? point : null;
  return point ?? comma;
}

function sizeBy(text: string, mark: "." | ","): bigint | null {
  if (text.length > LONGEST) return null;
  const [mantissa = "", exponent, ...more] = text.split(/e/iu);
  if (more.length > 0 || (exponent !== undefined && !/^[-+]?\d{1,4}$/u.test(exponent))) return null;
  const [whole = "", fraction = "", ...marks] = mantissa.split(mark);
  if (marks.length > 0 || !/^\d*$/u.test(fraction) || whole + fraction === "") return null;
  const integer = wholeOf(whole, mark === "." ? "," : ".");
  if (integer === null || (exponent !== undefined && integer !== whole)) return null;
  return scaled(integer, fraction, Number(exponent ?? 0));
}

/** Digits, or digits parted in threes that do not begin with a nought. */
function wholeOf(text: string, other: "." | ","): string | null {
  if (/^\d*$/u.test(text)) return text;
  const separator = [...text].find((letter) => !/\d/u.test(letter)) ?? "";
  if (separator !== other && !BLANKS.includes(separator)) return null;
  const [first = "", ...threes] = text.split(separator);
  const isGrouped = /^[1-9]\d{0,2}$/u.test(first) && threes.every((three) => /^\d{3}$/u.test(three));
  return isGrouped ? first + threes.join("") : null;
}

function scaled(whole: string, fraction: string, exponent: number): bigint | null {
  const digits = BigInt(whole + fraction);
  if (digits === 0n) return 0n;
  const power = PLACES - fraction.length + exponent;
  if (power < -PLACES * 8 || power > PLACES * 8) return null;
  const value = power >= 0 ? digits * 10n ** BigInt(power) : digits / 10n ** BigInt(-power);
  if (power < 0 && value * 10n ** BigInt(-power) !== digits) return null;
  return value < 10n ** BigInt(PLACES + MOST_WHOLE_DIGITS) ? value : null;
}

/** A count: an amount without a fraction, or digits parted in threes by points or commas; null where it could be two. */
export function countOf(printed: string, mark: Mark): bigint | null {
  const amount = amountOf(printed, mark);
  const found = new Set<bigint>();
  if (amount !== null && amount % 10n ** BigInt(PLACES) === 0n) found.add(amount / 10n ** BigInt(PLACES));
  const text = printed.trim();
  if (/^-?[1-9]\d{0,2}(?:(?:,\d{3})+|(?:\.\d{3})+)$/u.test(text)) found.add(BigInt(text.replaceAll(/[.,]/gu, "")));
  if (/^[-+]?\d{1,15}$/u.test(text)) found.add(BigInt(text.replace("+", "")));
  const [count] = found;
  if (found.size !== 1 || count === undefined) return null;
  return count > MOST_UNITS || count < -MOST_UNITS ? null : count;
}

/** The mark that the numbers of a head show, all of them together; null where none does, or not the same. */
export function markOf(printed: readonly string[]): Mark {
  const shown = new Set(printed.map(shownBy).filter((mark) => mark !== null));
  const [mark] = shown;
  return shown.size === 1 ? (mark ?? null) : null;
}

/** A number that reads by one mark alone shows it, if it has a comma or point at all. */
function shownBy(printed: string): Mark {
  const text = printed.replaceAll(/[^\d.,]/gu, "");
  if (!/[.,]/u.test(text)) return null;
  const last = text.search(/[.,]\d*$/u);
  const mark = text[last] as "." | ",";
  const other = mark === "." ? "," : ".";
  const before = text.slice(0, last);
  // Twice the same: it parts thousands. Behind the other one: it is the mark.
  if (before.includes(mark)) return before.includes(other) ? null : other;
  if (before.includes(other)) return mark;
  return /^[1-9]\d{0,2}[.,]\d{3}$/u.test(text) ? null : mark;
}
