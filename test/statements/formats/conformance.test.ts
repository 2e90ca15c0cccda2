// Over every registered format: its samples are claimed by it alone, and read the same however a program saved them.
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseExact } from "../../../src/kernel/quantise.ts";
import type { StatementFormat, StatementLine } from "../../../src/statements/formats/format.ts";
import { FORMATS } from "../../../src/statements/formats/registry.ts";
import { decoder, EncodingProbe } from "../../../src/statements/reading/encoding.ts";
import { expectations, fixture, type Given, headOf, plain, readFile, sum, utf8 } from "../read-file.ts";

/** Where files written for a format without any sample lie, as seen from the samples. */
const WRITTEN = "../written";
const written = readdirSync(new URL("../fixtures/written", import.meta.url));
const EXPECTED = {
  ...expectations("EXPECTED.json"),
  ...Object.fromEntries(
    written
      .filter((name) => name.endsWith(".json"))
      .flatMap((name) => Object.entries(expectations(`${WRITTEN}/${name}`)))
      .map(([name, expected]) => [`${WRITTEN}/${name}`, expected]),
  ),
};
const files = [
  ...readdirSync(new URL("../fixtures/derived", import.meta.url)),
  ...written.map((name) => `${WRITTEN}/${name}`),
].filter((name) => !name.endsWith(".json"));

/** The whole files of a format that can be read. */
function samplesOf(id: string): string[] {
  return files.filter((name) => {
    const expected = EXPECTED[name];
    return expected?.["format"] === id && expected["data_rows"] !== undefined && expected["reject"] === undefined;
  });
}

/** What a person says of a file that does not tell everything. */
function givenOf(name: string, { asks }: StatementFormat): Given {
  const period = { from: "2026-10-01", to: "2026-10-28" } as const;
  return { filename: name.slice(name.lastIndexOf("/") + 1), answers: asks.includes("period") ? { period } : {} };
}

/** The sums of lines: of money by currency, of plays as they are. */
function sums(lines: readonly StatementLine[]): Record<string, string> {
  const by = Map.groupBy(lines, ({ currency }) => currency);
  return Object.fromEntries([...by].map(([currency, group]) => [currency, sum(group)]));
}

/** The same as expected: one sum, or several by currency. */
function expectedSums(name: string, lines: readonly StatementLine[]): Record<string, string> {
  const expected = EXPECTED[name]?.["amount_sum"];
  if (typeof expected !== "object" || expected === null) return { [lines[0]?.currency ?? ""]: plain(String(expected)) };
  return Object.fromEntries(Object.entries(expected).map(([currency, amount]) => [currency, plain(String(amount))]));
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
  for (const { id, source, reads, measures } of FORMATS) {
    expect(id).toMatch(/^[a-z0-9_]+(\.[a-z0-9_]+)+$/);
    expect(source).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(reads).toEqual(expect.arrayContaining(["period", measures === "plays" ? "units" : "amount"]));
  }
});

describe("every sample of the project", () => {
  for (const name of files) {
    it(`${name}: is claimed by its own format alone, or by none`, () => {
      const { head, recognised } = headOf(fixture(name));
      const claiming = FORMATS.filter((format) => format.identify(head)?.missing.length === 0).map(({ id }) => id);
      const expected = FORMATS.map(({ id }) => id).filter((id) => id === EXPECTED[name]?.["format"]);
      expect(recognised.kind === "match" ? [recognised.format.id] : []).toEqual(expected);
      expect(claiming.length === 0).toBe(expected.length === 0);
      if (expected.length > 0) expect(claiming).toEqual(expect.arrayContaining(expected));
    });
  }
});

for (const format of FORMATS) {
  describe(format.id, () => {
    const samples = samplesOf(format.id);

    it("has a sample if it says so", () => {
      expect(samples.some((name) => !name.startsWith(WRITTEN))).toBe(format.sample);
      expect(samples).not.toEqual([]);
    });

    for (const name of samples) {
      const bytes = fixture(name);
      const text = textOf(bytes);
      const given = givenOf(name, format);
      const whole = readFile(bytes, given);
      const read = (saved: Uint8Array, slice?: number, block?: number) => readFile(saved, given, slice, block);

      it(`${name}: every row is read or set apart, and the lines sum to the exact total`, () => {
        const { lines, apart } = whole;
        const expected = EXPECTED[name] ?? {};
        const rows = lines.length + apart.filter((row) => row.apart !== "total").length;
        expect(rows).toBe(expected["data_rows"]);
        const units = expected["units_sum"] ?? expected["streams_sum"] ?? expected["plays_sum"];
        if (units !== undefined) expect(lines.reduce((total, line) => total + line.units, 0)).toBe(units);
        if (format.measures === "money") expect(sums(lines)).toEqual(expectedSums(name, lines));
        else expect(lines.every((line) => line.exact === 0n && line.currency === "")).toBe(true);
      });

      it(`${name}: what it states of itself is what its lines come to`, () => {
        const { lines, stated } = whole;
        const units = lines.reduce((total, line) => total + line.units, 0);
        for (const { what, stated: told, found } of stated) {
          const counted = { lines: BigInt(lines.length), units: BigInt(units), amount: parseExact(sum(lines)) };
          expect(found ?? counted[what as "lines" | "units" | "amount"]).toBe(told);
        }
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
