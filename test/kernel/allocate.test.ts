import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { allocate, spreadEvenly } from "../../src/kernel/allocate.ts";
import { parseNanos } from "../../src/kernel/money.ts";
import oracles from "./fixtures/money.json" with { type: "json" };

const totals = fc.oneof(fc.bigInt(-20n, 20n), fc.bigInt(-(2n ** 63n), 2n ** 63n));
const shares = fc
  .array(fc.oneof(fc.bigInt(0n, 5n), fc.bigInt(0n, 1_000_000n)), { minLength: 1, maxLength: 12 })
  .filter((weights) => weights.some((weight) => weight > 0n));
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n);
const big = (numbers: readonly number[]): bigint[] => numbers.map(BigInt);

describe("allocation", () => {
  it("always sums to the whole, each part within one of its exact portion", () => {
    fc.assert(
      fc.property(totals, shares, (total, weights) => {
        const parts = allocate(total, weights);
        const whole = sum(weights);
        expect(parts).toHaveLength(weights.length);
        expect(sum(parts)).toBe(total);
        parts.forEach((part, i) => {
          const error = part * whole - total * (weights[i] ?? 0n);
          expect(error > -whole && error < whole).toBe(true);
          if (weights[i] === 0n) expect(part).toBe(0n);
        });
      }),
      { numRuns: 2000 },
    );
  });

  it("divides a clawback as it divided the payment", () => {
    fc.assert(
      fc.property(totals, shares, (total, weights) => {
        expect(allocate(-total, weights)).toEqual(allocate(total, weights).map((part) => -part));
      }),
      { numRuns: 1000 },
    );
  });

  it("gives equal shares equal parts, but for one more to the earlier", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 12n), shares, (total, weights) => {
        const parts = allocate(total, weights);
        weights.forEach((weight, i) => {
          const twin = weights.indexOf(weight, i + 1);
          if (twin === -1) return;
          const difference = (parts[i] ?? 0n) - (parts[twin] ?? 0n);
          expect(difference === 0n || difference === 1n).toBe(true);
        });
      }),
      { numRuns: 1000 },
    );
  });

  it("depends on the proportions of the shares only", () => {
    fc.assert(
      fc.property(totals, shares, fc.bigInt(1n, 1000n), (total, weights, factor) => {
        expect(
          allocate(
            total,
            weights.map((weight) => weight * factor),
          ),
        ).toEqual(allocate(total, weights));
      }),
      { numRuns: 500 },
    );
  });

  it("refuses shares that divide nothing", () => {
    expect(() => allocate(1n, [])).toThrow(RangeError);
    expect(() => allocate(1n, [0n, 0n])).toThrow(RangeError);
    expect(() => allocate(1n, [2n, -1n])).toThrow(RangeError);
  });

  const { E4, E4b, E8, E9, E14b, E15, E15b, E16, E16b, E6b } = oracles;
  it.each([
    ["ten dollars in thirds, cents", 1000n, [1, 1, 1], E4.ten_dollars_thirds_cents],
    ["ten dollars in thirds, nanos", 10_000_000_000n, [1, 1, 1], E4.ten_dollars_thirds_nano],
    ["100.01 at 33.33/33.33/33.34", 10001n, [3333, 3333, 3334], E4.bps_10001_cents],
    ["one cent at 50/30/20", 1n, [50, 30, 20], E4.one_cent_503020],
    ["minus one cent at 50/30/20", -1n, [50, 30, 20], E4.minus_one_cent_503020],
    ["minus seven cents", -7n, [50, 30, 20], E4.minus_7c],
    ["seven cents", 7n, [50, 30, 20], E4.plus_7c],
    ["one nano", 1n, [1, 1, 1], E4.nano_1],
    ["one line at 60/25/15", parseNanos("0.00345678"), [60, 25, 15], E4.line],
    ["a share of zero", 100n, [0, 50, 50], E4.zero_weight],
    ["a million in thirds", 100_000_000n, [1, 1, 1], E4b.largest_remainder],
    ["a reserve released in halves", 3333n, [1, 1], E6b.reserve_33_33_released_cents],
    ["a reserve released in parts", 1000n, [33, 33, 34], E6b.reserve_10_00_33_33_34],
    ["a reserve on closing, 60/40", 1_300_000n, [60, 40], E8.on_close_60_40],
    ["what is left after recoupment, 50/30/20", 70_000n, [50, 30, 20], E9.rows[1]?.split ?? []],
    ["what was received for two of three writers", 6667n, [3334, 3333], E14b.split],
    ["a month by the sheet of its usage", 10_000n, [50, 50], E15.usage_basis],
    ["a month by the sheet of its posting", 10_000n, [60, 40], E15.posting_basis],
    ["a month divided by days", 100_000_000_000n, E15b.weights, E15b.nano],
    ["a line", 50_000_000n, [70, 30], E16.v1],
    ["its restatement", 47_500_000n, [70, 30], E16.v2],
    ["ten in thirds", 10n, [1, 1, 1], E16b.v1],
    ["eight in thirds", 8n, [1, 1, 1], E16b.v2],
    ["the difference in thirds, which is not the difference of the parts", -2n, [1, 1, 1], E16b.alloc_of_delta],
  ])("divides %s as worked", (_, total, weights, parts) => {
    expect(allocate(total, big(weights))).toEqual(big(parts));
  });

  it("carries the worked statement from lines to payees", () => {
    const { E17 } = oracles;
    const lines = big(E17.lines_nano);
    expect(sum(lines)).toBe(BigInt(E17.total_nano));
    const fees = lines.map((line) => allocate(line, [10n, 90n]));
    expect(fees.map(([fee]) => fee)).toEqual(big(E17.fee_lines));
    expect(fees.map(([, net]) => net)).toEqual(big(E17.net_lines));
    const parts = big(E17.net_lines).map((net) => allocate(net, [60n, 40n]));
    expect(parts.map(([a]) => a)).toEqual(big(E17.A_lines));
    expect(parts.map(([, b]) => b)).toEqual(big(E17.B_lines));
    expect(sum(parts.map(([a]) => a ?? 0n))).toBe(BigInt(E17.A));
    expect(sum(parts.map(([, b]) => b ?? 0n))).toBe(BigInt(E17.B));
  });
});

describe("spreading evenly", () => {
  it("is allocation to equal shares", () => {
    fc.assert(
      fc.property(totals, fc.integer({ min: 1, max: 40 }), (total, parts) => {
        expect(spreadEvenly(total, parts)).toEqual(
          allocate(
            total,
            Array.from({ length: parts }, () => 1n),
          ),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses a number of parts that is none", () => {
    for (const parts of [0, -1, 1.5, Number.NaN]) expect(() => spreadEvenly(1n, parts)).toThrow(RangeError);
  });
});
