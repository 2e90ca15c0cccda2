// The reference reads every fixture as the expectations say, which were added up by other means than either.
import { describe, expect, it } from "vitest";
import { FORMATS } from "../../src/statements/formats/registry.ts";
import { EXPECTED, FIXTURES, fixture, givenFor, plain } from "./read-file.ts";
import { referenceFormats, referenceOf } from "./reference/reading.ts";

it("knows every format that is registered, and no other", () => {
  expect(referenceFormats().sort()).toEqual(FORMATS.map(({ id }) => id).sort());
});

describe("the reference reading", () => {
  for (const name of FIXTURES) {
    const expected = EXPECTED[name];
    const format = expected?.format ?? null;
    if (expected === undefined || format === null) continue;
    it(`of ${name} is what is expected of it`, () => {
      const reading = referenceOf(fixture(name), { format, ...givenFor(name) });
      if (expected.reject !== undefined || (expected.data_rows === undefined && expected.units_sum === undefined)) {
        expect(reading).toHaveProperty("refused");
        return;
      }
      if ("refused" in reading) throw new Error(reading.refused);
      const { lines } = reading;
      if (expected.units_sum !== undefined) {
        expect(lines.reduce((sum, { units }) => sum + units, 0n)).toBe(BigInt(expected.units_sum));
      }
      const { amount_sum, currency } = expected;
      if (amount_sum === undefined || (typeof amount_sum === "string" && (currency ?? null) === null)) return;
      const amounts = typeof amount_sum === "string" ? { [currency ?? ""]: amount_sum } : amount_sum;
      for (const [code, amount] of Object.entries(amounts)) {
        const own = lines.filter((line) => line.currency === code);
        expect(decimal(own.reduce((sum, { exact }) => sum + exact, 0n))).toBe(plain(amount));
      }
    });
  }
});

function decimal(exact: bigint): string {
  const digits = String(exact < 0n ? -exact : exact).padStart(31, "0");
  const text = `${digits.slice(0, -30)}.${digits.slice(-30)}`.replace(/\.?0+$/u, "");
  return exact < 0n ? `-${text}` : text;
}
