import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatExact, parseExact } from "../../../src/kernel/quantise.ts";
import { type DecimalMark, decideMark, parseAmount, parseCount } from "../../../src/statements/formats/numbers.ts";

const MARKS = [".", ","] as const;
const NBSP = "\u00A0";
const NARROW = "\u202F";

/** What may part thousands in a file with this mark. */
const separatorsOf = (mark: DecimalMark) => [mark === "." ? "," : ".", " ", NBSP, "\u2009", NARROW, "'", "\u2019"];

const exacts = fc
  .tuple(fc.bigInt({ min: -(10n ** 12n - 1n), max: 10n ** 12n - 1n }), fc.bigInt({ min: 0n, max: 10n ** 30n - 1n }))
  .map(([whole, fraction]) => whole * 10n ** 30n + (whole < 0n ? -fraction : fraction));

/** Writes an exact value the way a file with this mark would, thousands parted by `separator`. */
function written(exact: bigint, mark: DecimalMark, separator: string): string {
  const [whole = "", fraction] = formatExact(exact < 0n ? -exact : exact).split(".");
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/gu, separator);
  return fraction === undefined ? grouped : `${grouped}${mark}${fraction}`;
}

const read = (printed: string, mark: DecimalMark | null) => {
  const exact = parseAmount(printed, mark);
  return exact === null ? null : formatExact(exact);
};

describe("an amount", () => {
  it("comes back as it was written, whatever the mark and whatever parts its thousands", () => {
    const forms = MARKS.flatMap((mark) => ["", ...separatorsOf(mark)].map((separator) => ({ mark, separator })));
    fc.assert(
      fc.property(exacts, fc.constantFrom(...forms), (exact, { mark, separator }) => {
        const size = written(exact, mark, separator);
        expect(parseAmount(exact < 0n ? `-${size}` : size, mark)).toBe(exact);
      }),
    );
  });

  it("is a loss in parentheses, and with a minus before it or behind it", () => {
    fc.assert(
      fc.property(exacts, fc.constantFrom(...MARKS), (exact, mark) => {
        const size = exact < 0n ? -exact : exact;
        const printed = written(size, mark, "");
        for (const loss of [`(${printed})`, `( ${printed} )`, `-${printed}`, `\u2212${printed}`, `${printed}-`]) {
          expect(parseAmount(loss, mark)).toBe(-size);
        }
      }),
    );
  });

  it("is never read as another number where the file's mark is not known", () => {
    fc.assert(
      fc.property(exacts, fc.constantFrom(...MARKS), fc.nat(6), (exact, mark, separatorAt) => {
        const printed = written(exact < 0n ? -exact : exact, mark, separatorsOf(mark)[separatorAt] ?? "");
        const guessed = parseAmount(printed, null);
        // A comma alone before three digits may be either mark; a single blank is never a mark.
        if (guessed !== null) expect([exact, -exact]).toContain(guessed);
      }),
    );
  });

  it.each([
    ["1234.5", ".", "1234.5"],
    ["1,234.5", ".", "1234.5"],
    ["1,234,567", ".", "1234567"],
    [".021330", ".", "0.02133"],
    [" 000000000000000000.78000", ".", "0.78"],
    [" -000000000000000000.19000", ".", "-0.19"],
    ["(0.01230000)", ".", "-0.0123"],
    ["0,123128", ",", "0.123128"],
    [",5", ",", "0.5"],
    ["-0,377535", ",", "-0.377535"],
    ["1.234,56", ",", "1234.56"],
    [`1${NBSP}234,56`, ",", "1234.56"],
    [`12${NARROW}345${NARROW}678,9`, ",", "12345678.9"],
    ["1'234.50", ".", "1234.5"],
    ["+3", ".", "3"],
    ["1,234.5", null, "1234.5"],
    ["1.234,5", null, "1234.5"],
    ["0,361", null, "0.361"],
    ["12,5", null, "12.5"],
    ["1234", null, "1234"],
    ["1,234,567", null, "1234567"],
  ] as const)("reads %j with the mark %j as %s", (printed, mark, amount) => {
    expect(read(printed, mark)).toBe(amount);
  });

  it.each([
    ["", "."],
    ["-", "."],
    ["n/a", "."],
    ["$1.00", "."],
    ["100.51Really?", "."],
    ["0,361", "."],
    ["0.361", ","],
    ["00,123", "."],
    ["1,23", "."],
    ["1.23", ","],
    ["1,2345", "."],
    ["12,34,567", "."],
    ["1,234'567", "."],
    ["1,234", null],
    ["1.234", null],
    ["-999,000", null],
    ["1,234.567.8", null],
    ["--1", "."],
    ["-1-", "."],
    ["(-1)", "."],
    ["(1", "."],
    ["- 1", "."],
  ] as const)("refuses %j with the mark %j", (printed, mark) => {
    expect(read(printed, mark)).toBeNull();
  });

  it("has no more digits than an exact value keeps", () => {
    expect(parseAmount(`0,${"1".repeat(30)}`, ",")).toBe(parseExact(`0.${"1".repeat(30)}`));
    expect(parseAmount(`0,${"1".repeat(31)}`, ",")).toBeNull();
    expect(parseAmount("1.000.000.000.000,0", ",")).toBeNull();
  });
});

describe("the mark of a file", () => {
  it.each([
    [["0.5", "12", ""], "."],
    [["0,5", "12"], ","],
    [["1.234,5"], ","],
    [["1,234.5"], "."],
    [["1.234.567"], ","],
    [["1,234"], null],
    [["12", "7"], null],
    [[], null],
    [["0.5", "0,5"], null],
    [["$0.50", "(1,20)"], null],
    [["(1,20)", "-3,4 EUR"], ","],
  ] as const)("of %j is %j", (printed, mark) => {
    expect(decideMark(printed)).toBe(mark);
  });

  it("is that of any number in it that can be read one way alone", () => {
    fc.assert(
      fc.property(fc.array(exacts, { minLength: 1, maxLength: 9 }), fc.constantFrom(...MARKS), (amounts, mark) => {
        const decided = decideMark(amounts.map((exact) => written(exact, mark, "")));
        expect([mark, null]).toContain(decided);
      }),
    );
  });
});

describe("a count", () => {
  it.each([
    ["1,200", ".", 1200],
    ["1,200", ",", 1200],
    ["1.200", ",", 1200],
    ["1.200", null, 1200],
    ["12.0", ".", 12],
    ["12,00", ",", 12],
    [`126${NARROW}321`, ",", 126321],
    ["-135", ".", -135],
    ["(3)", ".", -3],
    ["9007199254740991", ".", null],
    ["900719925474", ".", 900719925474],
    ["12,000", ",", null],
    ["12.000", ".", null],
    ["12,000", ".", 12000],
    ["12.5", ".", null],
    ["0,500", ".", null],
    ["0.500", ",", null],
    ["", ".", null],
    ["many", ".", null],
  ] as const)("reads %j with the mark %j as %j", (printed, mark, count) => {
    expect(parseCount(printed, mark)).toBe(count);
  });

  it("comes back as it was written", () => {
    const counts = fc.integer({ min: -999_999_999_999, max: 999_999_999_999 });
    fc.assert(
      fc.property(counts, fc.constantFrom("", ",", ".", " ", NARROW), (count, separator) => {
        const size = String(Math.abs(count)).replaceAll(/\B(?=(\d{3})+$)/gu, separator);
        const printed = count < 0 ? `-${size}` : size;
        expect(parseCount(printed, separator === "." ? "," : ".")).toBe(count);
      }),
    );
  });
});
