import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  addMoney,
  compareMoney,
  formatNanos,
  MAX_INT64,
  type Money,
  negateMoney,
  parseNanos,
} from "../../src/kernel/money.ts";
import oracles from "./fixtures/money.json" with { type: "json" };

const amounts = fc.bigInt({ min: -MAX_INT64, max: MAX_INT64 });
const usd = (nanos: bigint): Money => ({ nanos, currency: "USD" });

describe("amounts as text", () => {
  it.each([
    ["0", 0n],
    ["-0", 0n],
    ["-0.000", 0n],
    ["12.345678901", 12_345_678_901n],
    ["-3.99", -3_990_000_000n],
    ["0.000000001", 1n],
    ["007.50", 7_500_000_000n],
    ["9223372036.854775807", MAX_INT64],
    ["-9223372036.854775807", -MAX_INT64],
  ])("reads %s", (text, nanos) => {
    expect(parseNanos(text)).toBe(nanos);
  });

  it.each([
    "",
    " ",
    "-",
    ".",
    ".5",
    "5.",
    "+5",
    "1e3",
    "1,5",
    "1 000",
    " 1",
    "1\n",
    "NaN",
    "Infinity",
    "0x10",
    "１",
    "0.0000000001",
    "9223372036.854775808",
    "-9223372036.854775808",
    "9".repeat(100_000),
  ])("refuses %j", (text) => {
    expect(() => parseNanos(text)).toThrow(RangeError);
  });

  it("come back as they went out, in one spelling each", () => {
    fc.assert(
      fc.property(amounts, (nanos) => {
        const text = formatNanos(nanos);
        expect(text).toMatch(/^(0|-?(?!0$|0\.0*$)(0|[1-9]\d*)(\.\d{0,8}[1-9])?)$/);
        expect(parseNanos(text)).toBe(nanos);
      }),
      { numRuns: 1000 },
    );
  });

  it("are written shortest", () => {
    expect(formatNanos(0n)).toBe("0");
    expect(formatNanos(-1n)).toBe("-0.000000001");
    expect(formatNanos(10_000_000_000n)).toBe("10");
    expect(formatNanos(-12_340_000_000n)).toBe("-12.34");
  });

  it("of the worked lines sum to the statement's total", () => {
    const sum = oracles.E1.lines.map(parseNanos).reduce((a, b) => a + b, 0n);
    expect(sum).toBe(BigInt(oracles.E1.nano));
    expect(formatNanos(sum)).toBe(oracles.E1.sum);
  });

  it("reach as far as 64 bits do", () => {
    expect(MAX_INT64 / 1_000_000_000n).toBe(BigInt(oracles.E18.int64_nano_units));
  });
});

describe("money", () => {
  it("adds, negates and compares like the integers it is", () => {
    fc.assert(
      fc.property(amounts, amounts, (a, b) => {
        expect(addMoney(usd(a), usd(b))).toEqual(usd(a + b));
        expect(addMoney(usd(a), negateMoney(usd(a)))).toEqual(usd(0n));
        expect(compareMoney(usd(a), usd(b))).toBe(a === b ? 0 : a < b ? -1 : 1);
      }),
      { numRuns: 500 },
    );
  });

  it("never mixes currencies", () => {
    const eur: Money = { nanos: 1n, currency: "EUR" };
    expect(() => addMoney(usd(1n), eur)).toThrow(RangeError);
    expect(() => compareMoney(usd(1n), eur)).toThrow(RangeError);
  });
});
