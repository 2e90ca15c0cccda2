import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { minorDigits } from "../../src/kernel/currency.ts";
import { formatNanos, parseNanos } from "../../src/kernel/money.ts";
import { roundHalfEven, truncateToMinor } from "../../src/kernel/round.ts";
import oracles from "./fixtures/money.json" with { type: "json" };

describe("rounding half to even", () => {
  it.each([
    [5n, 10n, 0n],
    [15n, 10n, 2n],
    [25n, 10n, 2n],
    [-5n, 10n, 0n],
    [-15n, 10n, -2n],
    [-25n, 10n, -2n],
    [26n, 10n, 3n],
    [-24n, 10n, -2n],
    [1n, 3n, 0n],
    [2n, 3n, 1n],
  ])("%d / %d is %d", (numerator, denominator, rounded) => {
    expect(roundHalfEven(numerator, denominator)).toBe(rounded);
  });

  it("gives the nearest whole number, the even one of two", () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 40n), 10n ** 40n), fc.bigInt(1n, 10n ** 22n), (numerator, denominator) => {
        const rounded = roundHalfEven(numerator, denominator);
        const distance = numerator - rounded * denominator;
        const twice = distance < 0n ? -2n * distance : 2n * distance;
        expect(twice <= denominator).toBe(true);
        if (twice === denominator) expect(rounded % 2n).toBe(0n);
        expect(roundHalfEven(-numerator, denominator)).toBe(-rounded);
      }),
      { numRuns: 1000 },
    );
  });

  it("rounds withheld tax to the cent as worked", () => {
    const cents = roundHalfEven(parseNanos(oracles.E11b.exact), 10_000_000n);
    expect(cents).toBe(BigInt(oracles.E11b.wht_cents_half_up));
  });

  it("refuses a denominator that is not above zero", () => {
    expect(() => roundHalfEven(1n, 0n)).toThrow(RangeError);
    expect(() => roundHalfEven(1n, -1n)).toThrow(RangeError);
  });
});

describe("cutting to what can be paid", () => {
  it("loses nothing and carries less than one minor unit, in both directions alike", () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.integer({ min: 0, max: 9 }), (nanos, digits) => {
        const { paid, carried } = truncateToMinor(nanos, digits);
        const unit = 10n ** BigInt(9 - digits);
        expect(paid + carried).toBe(nanos);
        expect(paid % unit).toBe(0n);
        expect(carried > -unit && carried < unit).toBe(true);
        expect(nanos < 0n ? paid >= nanos : paid <= nanos).toBe(true);
        expect(truncateToMinor(-nanos, digits)).toEqual({ paid: -paid, carried: -carried });
      }),
      { numRuns: 1000 },
    );
  });

  it("pays and carries from month to month as worked", () => {
    const threshold = parseNanos("25");
    let balance = 0n;
    for (const month of oracles.E13) {
      balance += parseNanos(month.accrued);
      const { paid, carried } = balance >= threshold ? truncateToMinor(balance, 2) : { paid: 0n, carried: balance };
      expect(paid).toBe(parseNanos(month.paid));
      expect(carried).toBe(parseNanos(month.carry));
      balance = carried;
    }
  });

  it("closes the worked statement as worked", () => {
    const { E17, E17_wht_cents: cents } = oracles;
    const cut = (nanos: bigint) => {
      const { paid, carried } = truncateToMinor(nanos, minorDigits("USD"));
      return [paid, carried];
    };
    expect(cut(BigInt(E17.closing_before_pay))).toEqual([BigInt(E17.paid), BigInt(E17.carry)]);
    expect(cut(BigInt(E17.B))).toEqual([parseNanos(E17.B_paid), parseNanos(E17.B_carry)]);
    expect(cut(parseNanos(cents.closing))).toEqual([parseNanos(cents.paid), parseNanos(cents.carry)]);
    expect(formatNanos(truncateToMinor(1_999_999_999n, minorDigits("JPY")).paid)).toBe("1");
  });

  it("refuses digits that nanos do not have", () => {
    for (const digits of [-1, 10, 1.5, Number.NaN]) expect(() => truncateToMinor(1n, digits)).toThrow(RangeError);
  });
});
