// The home of plain rounding: half to even, and down to what can be paid with the rest carried.

import { NANOS_PER_UNIT } from "./money.ts";

/**
 * Rounds a fraction to a whole number without favouring either side: a half goes to the even neighbour.
 *
 * @param denominator above zero
 * @throws RangeError when the denominator is not above zero
 * @see IEEE 754-2019 roundTiesToEven
 */
export function roundHalfEven(numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) throw new RangeError("the denominator must be above zero");
  const truncated = numerator / denominator;
  const rest = numerator % denominator;
  const twice = rest < 0n ? -2n * rest : 2n * rest;
  const awayFromZero = twice > denominator || (twice === denominator && truncated % 2n !== 0n);
  if (!awayFromZero) return truncated;
  return rest < 0n ? truncated - 1n : truncated + 1n;
}

/**
 * Splits an amount into what can be paid in whole minor units and what is carried to the next payout.
 *
 * Cut toward zero, so that a payment is never above what is owed, nor a recovery above what is owing.
 *
 * @param nanos the amount
 * @param minorDigits digits after the point of the currency, 0 to 9
 * @returns both in nanos; together exactly `nanos`
 * @throws RangeError when `minorDigits` is not a whole number from 0 to 9
 */
export function truncateToMinor(nanos: bigint, minorDigits: number): { paid: bigint; carried: bigint } {
  if (!Number.isInteger(minorDigits) || minorDigits < 0 || minorDigits > 9) {
    throw new RangeError(`not a number of minor digits: ${minorDigits}`);
  }
  const carried = nanos % (NANOS_PER_UNIT / 10n ** BigInt(minorDigits));
  return { paid: nanos - carried, carried };
}
