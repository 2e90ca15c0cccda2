// The home of allocation: dividing an amount so that the parts always sum to the whole.

import { roundHalfEven } from "./round.ts";

/**
 * Divides an amount among shares so that the parts always sum to the whole.
 *
 * To correct an earlier division, divide the new total and post the difference of the parts; dividing the difference
 * of the totals gives other parts.
 *
 * @param total nanos (or any smallest unit); may be negative: a clawback divides the way the payment did
 * @param shares weights in one common unit; order is kept; none below zero, at least one above
 * @returns one amount per share, each within one unit of its exact portion
 * @throws RangeError when a share is below zero or none is above
 * @see Hamilton's method (largest remainder); ties go to the earlier share
 */
export function allocate(total: bigint, shares: readonly bigint[]): bigint[] {
  let whole = 0n;
  for (const share of shares) {
    if (share < 0n) throw new RangeError("a share is below zero");
    whole += share;
  }
  if (whole === 0n) throw new RangeError("no share is above zero");
  const magnitude = total < 0n ? -total : total;
  const parts = shares.map((share) => {
    const product = magnitude * share;
    return { amount: product / whole, remainder: product % whole };
  });
  let left = parts.reduce((rest, part) => rest - part.amount, magnitude);
  // The sort is stable, which is what gives ties to the earlier share.
  const byRemainder = [...parts].sort((a, b) => (a.remainder === b.remainder ? 0 : a.remainder > b.remainder ? -1 : 1));
  for (const part of byRemainder) {
    if (left === 0n) break;
    part.amount += 1n;
    left -= 1n;
  }
  return parts.map((part) => (total < 0n ? -part.amount : part.amount));
}

/**
 * Spreads several amounts over the same parts, so that no way of adding up shows a difference: the parts of each amount
 * sum to it, and each part summed over the amounts is what their sum spread alone would have there.
 *
 * Largest remainders cannot do this: divided one by one, amounts differ from their divided sum by a nano here and
 * there. Rounding the running sums of both can.
 *
 * @param amounts nanos; any sign
 * @param weights one per part in one common unit, none below zero; all equal when none is above
 * @returns one row per amount, one value per part, each within two nanos of its exact portion
 * @throws RangeError when there are no parts or a weight is below zero
 */
export function spreadTable(amounts: readonly bigint[], weights: readonly bigint[]): bigint[][] {
  if (weights.length === 0) throw new RangeError("there are no parts to spread over");
  if (weights.some((weight) => weight < 0n)) throw new RangeError("a weight is below zero");
  const given = weights.some((weight) => weight > 0n) ? weights : weights.map(() => 1n);
  const whole = given.reduce((sum, weight) => sum + weight, 0n);
  let amountsBefore = 0n;
  let above = given.map(() => 0n);
  return amounts.map((amount) => {
    amountsBefore += amount;
    let weightsBefore = 0n;
    const here = given.map((weight) => {
      weightsBefore += weight;
      return roundHalfEven(amountsBefore * weightsBefore, whole);
    });
    const row = here.map((sum, at) => sum - (here[at - 1] ?? 0n) - (above[at] ?? 0n) + (above[at - 1] ?? 0n));
    above = here;
    return row;
  });
}

/**
 * Spreads an amount over equal parts, the days of a month for example; what does not divide goes to the earlier parts.
 *
 * @param total nanos (or any smallest unit); may be negative
 * @param parts how many; a whole number above zero
 * @returns one amount per part; they sum to the total and differ by one unit at most
 * @throws RangeError when there are no parts
 */
export function spreadEvenly(total: bigint, parts: number): bigint[] {
  if (!Number.isSafeInteger(parts) || parts < 1) throw new RangeError(`not a number of parts: ${parts}`);
  const count = BigInt(parts);
  const base = total / count;
  const rest = total % count;
  const larger = Number(rest < 0n ? -rest : rest);
  const unit = rest < 0n ? -1n : 1n;
  return Array.from({ length: parts }, (_, i) => (i < larger ? base + unit : base));
}
