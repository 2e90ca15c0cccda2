// Over every registered format: its samples are claimed by it alone, and read the same however a program saved them.
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FORMATS } from "../../../src/statements/formats/registry.ts";
import { decoder, EncodingProbe } from "../../../src/statements/reading/encoding.ts";
import { expectations, fixture, headOf, plain, readLines, sum, utf8 } from "../read-file.ts";

const EXPECTED = expectations("EXPECTED.json");
const files = readdirSync(new URL("../fixtures/derived", import.meta.url)).filter((name) => !name.endsWith(".json"));

/** The whole files of a format. */
function samplesOf(id: string): string[] {
  return files.filter((name) => EXPECTED[name]?.["format"] === id && EXPECTED[name]?.["amount_sum"] !== undefined);
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
  for (const { id, source, reads } of FORMATS) {
    expect(id).toMatch(/^[a-z0-9_]+(\.[a-z0-9_]+)*\.v\d+$/);
    expect(id.startsWith(`${source}.`)).toBe(true);
    expect(reads).toEqual(expect.arrayContaining(["period", "amount"]));
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
      expect(samples.length > 0).toBe(format.sample);
    });

    for (const name of samples) {
      const bytes = fixture(name);
      const text = textOf(bytes);
      const whole = readLines(bytes);

      it(`${name}: every line is read and they sum to the exact total`, () => {
        expect(whole).toHaveLength(Number(EXPECTED[name]?.["data_rows"]));
        expect(sum(whole)).toBe(plain(String(EXPECTED[name]?.["amount_sum"])));
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
          expect(readLines(saved)).toEqual(whole);
        });
      }

      it(`${name}: reads the same in slices of any size`, () => {
        for (const [slice, block] of [
          [64, 1],
          [257, 3],
          [4096, 1000],
        ] as const) {
          expect(readLines(bytes, slice, block)).toEqual(whole);
        }
      });

      it(`${name}: a file cut off at any byte is never read as something else`, () => {
        const printed = whole.map(({ line, exact }) => `${line} ${exact}`);
        for (let at = 1; at < bytes.length; at += 37) {
          let read: string[];
          try {
            read = readLines(bytes.slice(0, at)).map(({ line, exact }) => `${line} ${exact}`);
          } catch {
            continue;
          }
          // The cell that the cut goes through may be the amount itself; all lines before it are as they were.
          expect(read.slice(0, -1)).toEqual(printed.slice(0, Math.max(0, read.length - 1)));
        }
      });
    }
  });
}
