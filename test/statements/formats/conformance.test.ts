// Over every registered format: its samples are claimed by it alone, and read the same however a program saved them.
import { describe, expect, it } from "vitest";
import { parseExact } from "../../../src/kernel/quantise.ts";
import { LineProblemError, type StatementLine } from "../../../src/statements/formats/format.ts";
import { FORMATS } from "../../../src/statements/formats/registry.ts";
import { decoder, EncodingProbe } from "../../../src/statements/reading/encoding.ts";
import {
  EXPECTED,
  type Expected,
  FIXTURES,
  fixture,
  givenFor,
  headOf,
  isDerived,
  plain,
  readFile,
  sum,
  sumByCurrency,
  utf8,
} from "../read-file.ts";

/** The files of a format that can be read whole, and those that must be refused. */
function fixturesOf(id: string): { readonly whole: readonly string[]; readonly refused: readonly string[] } {
  const own = FIXTURES.filter((name) => EXPECTED[name]?.format === id);
  return {
    whole: own.filter((name) => EXPECTED[name]?.data_rows !== undefined && EXPECTED[name].reject === undefined),
    refused: own.filter((name) => EXPECTED[name]?.reject !== undefined),
  };
}

/** The expected amounts by currency; null where the file holds none, or its currency is not known. */
function amountsOf({ amount_sum, currency }: Expected): Record<string, string> | null {
  if (amount_sum === undefined || (typeof amount_sum === "string" && (currency ?? null) === null)) return null;
  const amounts = typeof amount_sum === "string" ? { [currency ?? ""]: amount_sum } : amount_sum;
  return Object.fromEntries(Object.entries(amounts).map(([code, amount]) => [code, plain(amount)]));
}

/** A file's text, whatever it was written in. */
function textOf(bytes: Uint8Array): string {
  const probe = new EncodingProbe();
  probe.push(bytes);
  const { encoding, bomBytes } = probe.finish();
  return decoder(encoding).decode(bytes.subarray(bomBytes));
}

function utf16le(text: string): Uint8Array {
  const wide = new Uint8Array(2 + text.length * 2);
  const view = new DataView(wide.buffer);
  view.setUint16(0, 0xfeff, true);
  for (let at = 0; at < text.length; at += 1) view.setUint16(2 + at * 2, text.charCodeAt(at), true);
  return wide;
}

const lines = (text: string) => text.split(/\r\n|\r|\n/);

it("every format has an id of its own, and says what it reads", () => {
  expect(new Set(FORMATS.map(({ id }) => id)).size).toBe(FORMATS.length);
  for (const { id, source, reads, measures, summaryOf } of FORMATS) {
    expect(id).toMatch(/^[a-z0-9_]+(\.[a-z0-9_]+)+$/);
    expect(source).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(reads).toEqual(expect.arrayContaining(["period", measures === "money" ? "amount" : "units"]));
    if (summaryOf !== null) expect(FORMATS.map((format) => format.id)).toContain(summaryOf);
  }
});

it("every fixture has expectations, and every expectation its fixture", () => {
  expect(Object.keys(EXPECTED).sort()).toEqual([...FIXTURES].sort());
});

describe("every fixture of the project", () => {
  for (const name of FIXTURES) {
    it(`${name}: is claimed by its own format alone, or by none`, () => {
      const { head, recognised } = headOf(fixture(name));
      const claiming = FORMATS.filter((format) => format.identify(head)?.missing.length === 0).map(({ id }) => id);
      const expected = FORMATS.map(({ id }) => id).filter((id) => id === EXPECTED[name]?.format);
      expect(recognised.kind === "match" ? [recognised.format.id] : []).toEqual(expected);
      expect(claiming.length === 0).toBe(expected.length === 0);
      if (expected.length > 0) expect(claiming).toEqual(expect.arrayContaining(expected));
    });
  }
});

for (const format of FORMATS) {
  describe(format.id, () => {
    const { whole: samples, refused } = fixturesOf(format.id);

    it("has a fixture", () => {
      expect(samples).not.toEqual([]);
    });

    it("says that it has a sample if it has one", () => {
      // The samples of DDEX's reports are DDEX's own, cut out of larger ones: they contradict themselves, and are read
      // in dsr.test.ts.
      const isElsewhere = format.id === "ddex.dsr.flat";
      expect(isElsewhere || samples.some(isDerived)).toBe(format.sample);
    });

    for (const name of refused) {
      it(`${name}: is refused at a line of its own`, () => {
        expect(() => readFile(fixture(name), givenFor(name))).toThrow(LineProblemError);
      });
    }

    for (const name of samples) {
      const bytes = fixture(name);
      const text = textOf(bytes);
      const given = givenFor(name);
      const whole = readFile(bytes, given);
      const read = (saved: Uint8Array, slice?: number, block?: number) => readFile(saved, given, slice, block);

      it(`${name}: every row is read, and the lines sum to the exact totals`, () => {
        const { lines, apart } = whole;
        const expected = EXPECTED[name] ?? { format: null };
        const totals = apart.filter((row) => row.apart === "total").length;
        const records = apart.filter((row) => row.apart === "record").length;
        expect(lines.length + apart.length - totals - records).toBe(expected.data_rows);
        if ((expected.footer_rows ?? 0) > 0) expect(totals).toBe(expected.footer_rows);
        const amounts = amountsOf(expected);
        if (amounts !== null) expect(sumByCurrency(lines)).toEqual(amounts);
        else if (typeof expected.amount_sum === "string") expect(sum(lines)).toBe(plain(expected.amount_sum));
        const units = expected.units_sum ?? expected.streams_sum ?? expected.plays_sum;
        if (units !== undefined) expect(lines.reduce((total, line) => total + line.units, 0)).toBe(units);
        if (expected.negative_rows !== undefined) {
          expect(lines.filter((line) => line.exact < 0n)).toHaveLength(expected.negative_rows);
        }
        if (format.measures === "plays") {
          expect(lines.every((line) => line.exact === 0n && line.currency === "")).toBe(true);
        }
      });

      it(`${name}: what it states of itself is what its lines come to`, () => {
        const { lines, stated } = whole;
        const units = lines.reduce((total, line) => total + line.units, 0);
        for (const { what, stated: told, found } of stated) {
          const counted = { lines: BigInt(lines.length), units: BigInt(units), amount: parseExact(sum(lines)) };
          expect(found ?? counted[what as "lines" | "units" | "amount"]).toBe(told);
        }
      });

      it(`${name}: every cell of a line can be explained, and its details shown`, () => {
        const { head, recognised } = headOf(bytes);
        if (recognised.kind !== "match") throw new Error(recognised.kind);
        const { format: own, match } = recognised;
        const reader = own.reader(head, match, {
          filename: name,
          artist: "Glass Harbor",
          answers: given.answers ?? {},
        });
        const first = whole.lines.find(({ line }) => line <= head.lines.length);
        const cells = first === undefined ? undefined : head.lines[first.line - 1];
        if (first === undefined || cells === undefined || reader.memory !== null) return;
        const explained = reader.explain(cells, first.line);
        expect(explained).toHaveLength(reader.columns.length);
        for (const cell of explained) {
          if (cell.field === null) expect(cell.became).toBeNull();
          if (cell.note?.startsWith("personal data") === true) expect(cells).not.toContain(cell.printed);
        }
        expect(Object.values(reader.details(cells)).every((detail) => detail !== "")).toBe(true);
      });

      const again: Record<string, Uint8Array> = {
        "with \\n": utf8(lines(text).join("\n")),
        "with \\r\\n": utf8(lines(text).join("\r\n")),
        "with \\r": utf8(lines(text).join("\r")),
        "with a byte order mark": utf8(`\uFEFF${text}`),
        "in UTF-16": utf16le(text),
        "without its last line end": utf8(text.replace(/[\r\n]+$/, "")),
      };
      for (const [how, saved] of Object.entries(again)) {
        it(`${name}: reads the same saved ${how}`, () => {
          expect(read(saved)).toEqual(whole);
        });
      }

      it(`${name}: reads the same in slices of any size`, () => {
        for (const [slice, block] of [
          [64, 1],
          [257, 3],
          [4096, 1000],
        ] as const) {
          expect(read(bytes, slice, block)).toEqual(whole);
        }
      });

      it(`${name}: a file cut off at any byte is never read as something else`, () => {
        const shown = ({ line, exact, units }: StatementLine) => `${line} ${exact} ${units}`;
        const printed = whole.lines.map(shown);
        for (let at = 1; at < bytes.length; at += 37) {
          let cut: string[];
          try {
            cut = read(bytes.slice(0, at)).lines.map(shown);
          } catch {
            continue;
          }
          // The cell that the cut goes through may be the amount itself; all lines before it are as they were.
          expect(cut.slice(0, -1)).toEqual(printed.slice(0, Math.max(0, cut.length - 1)));
        }
      });
    }
  });
}
