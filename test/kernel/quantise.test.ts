import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { ErrorFeedback, EXACT_SCALE, formatExact, parseExact } from "../../src/kernel/quantise.ts";
import { roundHalfEven } from "../../src/kernel/round.ts";
import oracles from "./fixtures/money.json" with { type: "json" };

const PER_NANO = 10n ** 21n;
const LARGEST = 10n ** 42n - 1n;

function exact(text: string): bigint {
  const value = parseExact(text);
  if (value === null) throw new Error(`unreadable: ${text}`);
  return value;
}

/** The definition, word for word: the rounded running sum less the one before. */
function naive(lines: readonly bigint[]): bigint[] {
  let sum = 0n;
  return lines.map((line) => {
    const before = roundHalfEven(sum, PER_NANO);
    sum += line;
    return roundHalfEven(sum, PER_NANO) - before;
  });
}

function quantised(lines: readonly bigint[]): bigint[] {
  const feedback = new ErrorFeedback();
  return lines.map((line) => feedback.add(line));
}

describe("reading decimals", () => {
  it.each([
    ["0", 0n, 0],
    ["-0", 0n, 0],
    ["0.000", 0n, 0],
    ["0E-99", 0n, 0],
    [".021330", 21330n, 6],
    ["-.5", -5n, 1],
    ["12.", 12n, 0],
    ["+3", 3n, 0],
    ["+3.25", 325n, 2],
    ["0.044884783538", 44884783538n, 12],
    ["1.2E-7", 12n, 8],
    ["1.2e+3", 1200n, 0],
    ["12.e-1", 12n, 1],
    [".5E1", 5n, 0],
    ["-9.876543210987654321E-05", -9876543210987654321n, 23],
    ["999999999999", 999999999999n, 0],
    ["9.99999999999E11", 999999999999n, 0],
    ["000000000000000000012", 12n, 0],
    ["999999999999.99", 99999999999999n, 2],
    ["0.000000000000000000000000000001", 1n, 30],
    ["1E-30", 1n, 30],
    [`0.1${"0".repeat(40)}`, 1n, 1],
  ])("takes %s", (text, digits, fractionDigits) => {
    expect(parseExact(text)).toBe(digits * 10n ** BigInt(EXACT_SCALE - fractionDigits));
  });

  it.each([
    "",
    " ",
    ".",
    "-",
    "+",
    "-.",
    "e5",
    ".e5",
    "1e",
    "1e+",
    "1e5.0",
    "1e99999",
    "NaN",
    "Infinity",
    "null",
    "1,200",
    "1.200,00",
    "1.2.3",
    "..1",
    "--1",
    "+-1",
    "1-",
    " 1",
    "1 ",
    "1 200",
    "1_000",
    "0x10",
    "$1",
    "(1)",
    "１",
    "1\n",
    "1000000000000",
    "1E12",
    "1000000000000.5",
    "1E-31",
    "0.0000000000000000000000000000001",
    "9".repeat(100_000),
  ])("refuses %j", (text) => {
    expect(parseExact(text)).toBeNull();
  });

  it("loses nothing, and what is written is read back as it was", () => {
    fc.assert(
      fc.property(fc.bigInt(-LARGEST, LARGEST), (value) => {
        const text = formatExact(value);
        expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
        expect(text).not.toBe("-0");
        expect(parseExact(text)).toBe(value);
      }),
      { numRuns: 1000 },
    );
  });

  it("takes every spelling of a decimal for the same value", () => {
    const digits = fc.bigInt(0n, 10n ** 20n);
    const places = fc.integer({ min: 0, max: 22 });
    fc.assert(
      fc.property(digits, places, fc.boolean(), fc.integer({ min: -9, max: 8 }), (number, fraction, minus, shift) => {
        const sign = minus ? "-" : "";
        const plain = number.toString().padStart(fraction + 1, "0");
        const point = plain.length - fraction;
        const text = `${sign}${plain.slice(0, point)}.${plain.slice(point)}`;
        fc.pre(point <= 12);
        const value = (minus ? -number : number) * 10n ** BigInt(EXACT_SCALE - fraction);
        expect(parseExact(text)).toBe(value);
        expect(parseExact(`${text}00`)).toBe(value);
        expect(parseExact(`${sign}00${text.slice(sign.length)}`)).toBe(value);
        expect(parseExact(`${sign}${number}E${-fraction}`)).toBe(value);
        if (fraction - shift > EXACT_SCALE) return;
        const moved = (minus ? -number : number) * 10n ** BigInt(EXACT_SCALE - fraction + shift);
        if (moved >= -LARGEST && moved <= LARGEST) expect(parseExact(`${text}e${shift}`)).toBe(moved);
      }),
      { numRuns: 2000 },
    );
  });

  it("reads anything a Number prints as that Number", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e11, max: 1e11, noNaN: true }), (number) => {
        const value = parseExact(String(number));
        if (value !== null) expect(Number(formatExact(value)) === number).toBe(true);
        else expect(Math.abs(number)).toBeLessThan(1e-5);
      }),
      { numRuns: 1000 },
    );
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789.eE+- ,"), maxLength: 30 }), (text) => {
        const value = parseExact(text);
        if (value !== null) expect(Number(formatExact(value)) === Number(text)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("error feedback", () => {
  // Multiples of half a nano, so that ties are as common as they can be, beside values of every size.
  const amount = fc.oneof(
    fc.bigInt(-8n, 8n).map((halves) => (halves * PER_NANO) / 2n),
    fc.bigInt(-3n * PER_NANO, 3n * PER_NANO),
    fc.bigInt(-LARGEST, LARGEST),
  );
  const lines = fc.array(amount, { maxLength: 60 });

  it("is its definition, line by line", () => {
    fc.assert(
      fc.property(lines, (exacts) => {
        expect(quantised(exacts)).toEqual(naive(exacts));
      }),
      { numRuns: 3000 },
    );
  });

  it("makes the lines sum to the rounded total, each within one nano of its exact amount", () => {
    fc.assert(
      fc.property(lines, (exacts) => {
        const feedback = new ErrorFeedback();
        let sum = 0n;
        let total = 0n;
        for (const line of exacts) {
          const nanos = feedback.add(line);
          sum += nanos;
          total += line;
          const error = nanos * PER_NANO - line;
          expect(error >= -PER_NANO && error <= PER_NANO).toBe(true);
          expect(feedback.exact).toBe(total);
          expect(feedback.nanos).toBe(sum);
          expect(sum).toBe(roundHalfEven(total, PER_NANO));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("leaves lines of at most nine fraction digits as they are", () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt(-(10n ** 21n), 10n ** 21n)), (nanos) => {
        expect(quantised(nanos.map((line) => line * PER_NANO))).toEqual(nanos);
      }),
      { numRuns: 500 },
    );
  });

  it("goes on where an earlier run stopped", () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const first = new ErrorFeedback();
        for (const line of before) first.add(line);
        const second = new ErrorFeedback(first.exact);
        expect(second.nanos).toBe(first.nanos);
        expect(after.map((line) => second.add(line))).toEqual(naive([...before, ...after]).slice(before.length));
      }),
      { numRuns: 1000 },
    );
  });

  it("stores the worked lines as worked", () => {
    const { E3 } = oracles;
    expect(quantised(E3.lines.map(exact))).toEqual(E3.error_feedback.map(BigInt));
    expect(E3.lines.map((line) => roundHalfEven(exact(line), PER_NANO))).toEqual(E3.per_line_rounding.map(BigInt));
    const feedback = new ErrorFeedback();
    for (const line of E3.lines) feedback.add(exact(line));
    expect(feedback.nanos).toBe(BigInt(E3.nano_of_total));
    expect(formatExact(feedback.exact)).toBe("0.00123456959");
  });

  it("stores the worked converted lines as worked", () => {
    const { E12b } = oracles;
    const rate = exact(E12b.rate);
    const converted = E12b.lines.map((line) => (exact(line) * rate) / 10n ** BigInt(EXACT_SCALE));
    expect(converted).toEqual(E12b.exact.map(exact));
    expect(quantised(converted)).toEqual(E12b.nano_error_feedback.map(BigInt));
    expect(quantised(converted).reduce((a, b) => a + b)).toBe(BigInt(E12b.nano_total));
  });

  it("keeps a million lines exact to the last nano", () => {
    const { E2 } = oracles;
    const feedback = new ErrorFeedback();
    for (let i = 0; i < E2.count; i++) feedback.add(exact(E2.line));
    expect(feedback.nanos).toBe(BigInt(E2.nano));
    expect(formatExact(feedback.exact)).toBe(E2.exact);
  });
});
