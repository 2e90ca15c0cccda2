// The home of money: exact amounts of one currency, how they are read, written, added and compared.

import type { Currency } from "./currency.ts";

/** An exact amount: whole nanos (thousand-millionths of a unit, 0.000000001) of one currency. */
export interface Money {
  readonly nanos: bigint;
  readonly currency: Currency;
}

/** How many nanos make one unit of any currency. */
export const NANOS_PER_UNIT = 1_000_000_000n;

/** The largest integer a stored amount can hold, in nanos: 9,223,372,036.854775807 units. */
export const MAX_INT64 = 9_223_372_036_854_775_807n;

const FRACTION_DIGITS = 9;
// Longer than any amount that fits, so that a hostile megabyte of digits is refused before it is converted.
const MAX_AMOUNT_CHARACTERS = 64;
const AMOUNT = /^(-?)(\d+)(?:\.(\d{1,9}))?$/;

/**
 * Reads an amount as the API writes it, exactly.
 *
 * @param text units: digits, an optional leading minus, at most nine digits after the point; no exponent, no blanks
 * @returns nanos, within ±{@link MAX_INT64}
 * @throws RangeError when the text is not such an amount, or does not fit
 */
export function parseNanos(text: string): bigint {
  const match = text.length <= MAX_AMOUNT_CHARACTERS ? AMOUNT.exec(text) : null;
  if (match === null) throw new RangeError("not a decimal amount of at most nine fraction digits");
  const [, sign, units = "", fraction = ""] = match;
  const magnitude = BigInt(units + fraction.padEnd(FRACTION_DIGITS, "0"));
  if (magnitude > MAX_INT64) throw new RangeError("the amount does not fit in 64 bits of nanos");
  return sign === "-" ? -magnitude : magnitude;
}

/** Writes nanos as units: `12.345678901`; no exponent, no trailing zeros after the point, `0` for nought. */
export function formatNanos(nanos: bigint): string {
  const magnitude = nanos < 0n ? -nanos : nanos;
  const fraction = (magnitude % NANOS_PER_UNIT).toString().padStart(FRACTION_DIGITS, "0").replace(/0+$/, "");
  const units = (magnitude / NANOS_PER_UNIT).toString();
  return `${nanos < 0n ? "-" : ""}${units}${fraction === "" ? "" : `.${fraction}`}`;
}

function requireOneCurrency(left: Money, right: Money): void {
  if (left.currency !== right.currency) {
    throw new RangeError(`${left.currency} and ${right.currency} do not mix`);
  }
}

/**
 * Adds two amounts of one currency.
 *
 * @throws RangeError when the currencies differ
 */
export function addMoney(left: Money, right: Money): Money {
  requireOneCurrency(left, right);
  return { nanos: left.nanos + right.nanos, currency: left.currency };
}

/** Turns what is owed into what is owing: the same amount with the other sign. */
export function negateMoney(money: Money): Money {
  return { nanos: -money.nanos, currency: money.currency };
}

/**
 * Orders two amounts of one currency: below zero when the left is the smaller, zero when equal.
 *
 * @throws RangeError when the currencies differ
 */
export function compareMoney(left: Money, right: Money): -1 | 0 | 1 {
  requireOneCurrency(left, right);
  if (left.nanos === right.nanos) return 0;
  return left.nanos < right.nanos ? -1 : 1;
}
