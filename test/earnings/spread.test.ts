import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bucket, dayBuckets } from "../../src/earnings/model.ts";
import { spreadTable } from "../../src/kernel/allocate.ts";
import { daysOfMonth, firstDay, lastDay, type Month, monthOf, monthsBetween } from "../../src/kernel/time.ts";

const nanos = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
const weight = fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 10n ** 9n }));

describe("amounts spread over parts", () => {
  it("keep their sums both ways, and nobody is off by more than two nanos", () => {
    fc.assert(
      fc.property(
        fc.array(nanos, { maxLength: 12 }),
        fc.array(weight, { minLength: 1, maxLength: 31 }),
        (amounts, weights) => {
          const table = spreadTable(amounts, weights);
          const whole = weights.some((one) => one > 0n) ? weights : weights.map(() => 1n);
          const sum = whole.reduce((total, one) => total + one, 0n);
          const together = spreadTable([amounts.reduce((total, one) => total + one, 0n)], weights)[0] ?? [];
          for (const [at, row] of table.entries()) {
            expect(row.reduce((total, one) => total + one, 0n)).toBe(amounts[at]);
            for (const [part, value] of row.entries()) {
              const off = value * sum - (amounts[at] ?? 0n) * (whole[part] ?? 0n);
              expect(off < 0n ? -off : off).toBeLessThanOrEqual(2n * sum);
            }
          }
          for (const part of whole.keys()) {
            const column = table.reduce((total, row) => total + (row[part] ?? 0n), 0n);
            expect(column).toBe(amounts.length === 0 ? 0n : together[part]);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("divide a clawback the way the payment was", () => {
    fc.assert(
      fc.property(nanos, fc.array(weight, { minLength: 1, maxLength: 31 }), (amount, weights) => {
        const [paid = []] = spreadTable([amount], weights);
        const [clawed = []] = spreadTable([-amount], weights);
        expect(clawed.map((part) => -part)).toEqual(paid.map((part) => part));
      }),
    );
  });
});

const months = monthsBetween("2025-11", "2026-03");
const history = fc.record({
  cells: fc.array(fc.record({ month: fc.constantFrom(...months), key: fc.constantFrom("a", "b", "c", "d"), nanos }), {
    maxLength: 24,
  }),
  weighed: fc.array(fc.tuple(fc.constantFrom(...months), fc.array(weight, { minLength: 31, maxLength: 31 })), {
    maxLength: 5,
  }),
});

function bucket(period: string, key: string | null, reported: bigint): Bucket {
  return { period, key, label: null, estimated: null, reported, status: "final", sourcesMissing: [] };
}

function sumBy(buckets: readonly Bucket[], slot: (bucket: Bucket) => string): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const each of buckets) {
    const amount = each.estimated ?? each.reported ?? 0n;
    sums.set(slot(each), (sums.get(slot(each)) ?? 0n) + amount);
  }
  return sums;
}

describe("any history of months, seen by day and week", () => {
  it("days sum to months, weeks to the same days, and groups to the total, to the nano", () => {
    fc.assert(
      fc.property(history, ({ cells, weighed }) => {
        const weights = new Map(
          weighed.map(([month, days]) => [month as string, days.slice(0, daysOfMonth(month as Month).length)]),
        );
        const kept = new Map<string, bigint>();
        for (const { month, key, nanos: amount } of cells) {
          kept.set(`${month} ${key}`, (kept.get(`${month} ${key}`) ?? 0n) + amount);
        }
        const grouped = [...kept]
          .map(([slot, amount]) => bucket(slot.slice(0, 7), slot.slice(8), amount))
          .sort((left, right) => (`${left.period}${left.key}` < `${right.period}${right.key}` ? -1 : 1));
        const totals = sumBy(grouped, ({ period }) => period);
        const total = [...totals].map(([month, amount]) => bucket(month, null, amount));
        const range = { from: firstDay("2025-11"), to: lastDay("2026-03") };

        const days = dayBuckets(total, range, null, weights);
        expect(sumBy(days, ({ period }) => monthOf(period as never))).toEqual(totals);
        const groupDays = dayBuckets(grouped, range, null, weights);
        expect(sumBy(groupDays, ({ period }) => period)).toEqual(sumBy(days, ({ period }) => period));
        expect(sumBy(groupDays, ({ period, key }) => `${monthOf(period as never)} ${key}`)).toEqual(kept);
        for (const start of ["mon", "fri"] as const) {
          const weeks = dayBuckets(total, range, start, weights);
          expect(sumBy(weeks, () => "")).toEqual(sumBy(days, () => ""));
          const groupWeeks = dayBuckets(grouped, range, start, weights);
          expect(sumBy(groupWeeks, ({ period }) => period)).toEqual(sumBy(weeks, ({ period }) => period));
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
