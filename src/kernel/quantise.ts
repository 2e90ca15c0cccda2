// The home of quantising: decimals as statements print them, exact, and their one way into nanos.

import { roundHalfEven } from "./round.ts";

/** How many digits after the point an exact value keeps: an exact value is the printed decimal × 10^30. */
export const EXACT_SCALE = 30;

const MAX_INTEGER_DIGITS = 12;
const MAX_DECIMAL_CHARACTERS = 128;
const EXACT_PER_NANO = 10n ** 21n;
const HALF_NANO = EXACT_PER_NANO / 2n;
const POWERS_OF_TEN: readonly bigint[] = Array.from({ length: EXACT_SCALE + 1 }, (_, i) => 10n ** BigInt(i));

const DECIMAL = /^([+-]?)(?=\.?\d)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,4}))?$/;

// 15 digits are always exact in a Number; one more may not be.
const MAX_NUMBER_DIGITS = 15;
const ZERO_CODE = 48;
const POINT_CODE = 46;
const MINUS_CODE = 45;

function scaleUp(value: bigint, powerOfTen: number): bigint {
  return value * (POWERS_OF_TEN[powerOfTen] ?? 10n ** BigInt(powerOfTen));
}

/** Reads the plain short decimals that nearly every cell holds; null means "ask the full grammar". */
function parseShort(text: string): bigint | null {
  const length = text.length;
  const start = text.charCodeAt(0) === MINUS_CODE ? 1 : 0;
  // Digits and a point: anything longer may not fit in a Number.
  if (length === start || length - start > MAX_NUMBER_DIGITS + 1) return null;
  let digits = 0;
  let point = -1;
  for (let i = start; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === POINT_CODE) {
      if (point !== -1) return null;
      point = i;
      continue;
    }
    const digit = code - ZERO_CODE;
    if (digit < 0 || digit > 9) return null;
    digits = digits * 10 + digit;
  }
  const integerDigits = (point === -1 ? length : point) - start;
  const fractionDigits = point === -1 ? 0 : length - point - 1;
  // Without a point, 16 characters are 16 digits: more than may stand before the point, so they end here too.
  if (integerDigits + fractionDigits === 0 || integerDigits > MAX_INTEGER_DIGITS) return null;
  return scaleUp(BigInt(start === 1 ? -digits : digits), EXACT_SCALE - fractionDigits);
}

function parseAny(text: string): bigint | null {
  const match = text.length <= MAX_DECIMAL_CHARACTERS ? DECIMAL.exec(text) : null;
  if (match === null) return null;
  const [, sign, integer = "", fraction = "", exponent = "0"] = match;
  const significant = (integer + fraction).replace(/^0+/, "");
  const digits = significant.replace(/0+$/, "");
  if (digits === "") return 0n;
  const droppedZeros = significant.length - digits.length;
  const fractionDigits = fraction.length - Number(exponent) - droppedZeros;
  if (fractionDigits > EXACT_SCALE || digits.length - fractionDigits > MAX_INTEGER_DIGITS) return null;
  const exact = scaleUp(BigInt(digits), EXACT_SCALE - fractionDigits);
  return sign === "-" ? -exact : exact;
}

/**
 * Reads a decimal as statements print it, losing nothing: `.021330`, `12.`, `+3`, `-0.5`, `1.2E-7`.
 *
 * Leading and trailing zeros do not count towards the limits. Separators of thousands, decimal commas, blanks and
 * words are a format's business to remove beforehand.
 *
 * @returns the value × 10^30, or null when the text is no such decimal, needs more than 30 digits after the point, or
 *   more than 12 before it. Twelve are more than 64 bits of nanos hold: whoever stores the nanos checks that.
 */
export function parseExact(text: string): bigint | null {
  return parseShort(text) ?? parseAny(text);
}

/** Writes an exact value as a decimal: no exponent, no trailing zeros after the point, `0` for nought. */
export function formatExact(exact: bigint): string {
  const digits = (exact < 0n ? -exact : exact).toString().padStart(EXACT_SCALE + 1, "0");
  const fraction = digits.slice(-EXACT_SCALE).replace(/0+$/, "");
  return `${exact < 0n ? "-" : ""}${digits.slice(0, -EXACT_SCALE)}${fraction === "" ? "" : `.${fraction}`}`;
}

/**
 * Turns the lines of one statement into nanos so that the stored lines sum to the file's own total: what rounding
 * takes from one line is handed to the next.
 *
 * After every line: `nanos` is `exact` rounded half to even, and is the sum of all that {@link ErrorFeedback.add} has
 * returned (and of what the constructor was given); each line is within one nano of its exact amount.
 *
 * @see error diffusion, as in cumulative rounding of a running total
 */
export class ErrorFeedback {
  #nanos: bigint;
  // What the rounded sum still owes the exact one, at most half a nano either way. Kept instead of the exact sum,
  // because a small number divides faster than a long running one: measured 180 ns a line against 230.
  #owed: bigint;

  /** @param runningExact the exact sum of the lines before, to go on where an earlier run stopped */
  constructor(runningExact = 0n) {
    this.#nanos = roundHalfEven(runningExact, EXACT_PER_NANO);
    this.#owed = runningExact - this.#nanos * EXACT_PER_NANO;
  }

  /**
   * Takes the next line.
   *
   * @param exact its amount as {@link parseExact} read it
   * @returns its nanos
   */
  add(exact: bigint): bigint {
    const open = this.#owed + exact;
    let line = open / EXACT_PER_NANO;
    let owed = open - line * EXACT_PER_NANO;
    // A tie is settled by the parity of the sum, not of the line: it is the sum that must be rounded half to even.
    if (owed > HALF_NANO || (owed === HALF_NANO && ((this.#nanos + line) & 1n) === 1n)) {
      line += 1n;
      owed -= EXACT_PER_NANO;
    } else if (owed < -HALF_NANO || (owed === -HALF_NANO && ((this.#nanos + line) & 1n) === 1n)) {
      line -= 1n;
      owed += EXACT_PER_NANO;
    }
    this.#owed = owed;
    this.#nanos += line;
    return line;
  }

  /** The exact sum so far, × 10^30. */
  get exact(): bigint {
    return this.#nanos * EXACT_PER_NANO + this.#owed;
  }

  /** The sum so far in nanos: {@link ErrorFeedback.exact} rounded half to even. */
  get nanos(): bigint {
    return this.#nanos;
  }
}
