import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineProblemError } from "../../../src/statements/formats/format.ts";
import type { TextEncoding } from "../../../src/statements/reading/encoding.ts";
import { decoder, EncodingProbe, markBytes } from "../../../src/statements/reading/encoding.ts";
import { detectDelimiter, normaliseHeader, readHead } from "../../../src/statements/reading/header.ts";
import {
  BLOCK_BYTES,
  MAX_RECORD_BYTES,
  MIN_SLICE_BYTES,
  recordsOf,
  splitBlocks,
} from "../../../src/statements/reading/records.ts";
import { sniff } from "../../../src/statements/reading/sniff.ts";
import { utf8 } from "../read-file.ts";

function probe(bytes: Uint8Array, chunkBytes = bytes.length || 1): TextEncoding {
  const encoding = new EncodingProbe();
  for (let at = 0; at < bytes.length; at += chunkBytes) encoding.push(bytes.subarray(at, at + chunkBytes));
  return encoding.finish();
}

function wide(text: string, order: "le" | "be"): Uint8Array {
  const units = [...`\uFEFF${text}`].flatMap((letter) => letter.split("").map((unit) => unit.charCodeAt(0)));
  return Uint8Array.from(units.flatMap((unit) => (order === "le" ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255])));
}

describe("sniffing", () => {
  it.each([
    ["nothing", [], "empty"],
    ["a byte order mark alone", [0xef, 0xbb, 0xbf], "empty"],
    ["gzip", [0x1f, 0x8b, 8], "gzip"],
    ["zip", [0x50, 0x4b, 3, 4], "zip"],
    ["an empty zip", [0x50, 0x4b, 5, 6], "zip"],
    ["UTF-32", [0xff, 0xfe, 0, 0, 65, 0, 0, 0], "unreadable"],
    ["PDF", [...utf8("%PDF-1.7\n")], "unreadable"],
    ["PNG", [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13], "unreadable"],
    ["JPEG", [0xff, 0xd8, 0xff, 0xe0, 0, 16], "unreadable"],
    ["old Excel", [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0], "unreadable"],
    ["a NUL", [...utf8("a,b\n1,\0\n")], "unreadable"],
    ["control characters", [1, 2, 3, 4, 65], "unreadable"],
    ["text", [...utf8("a,b\r\n")], "text"],
    ["Latin-1", [0x4d, 0xf8, 0x74, 0x68], "text"],
    ["UTF-16", [0xff, 0xfe, 65, 0], "text"],
  ])("%s is %3$s", (_, bytes, kind) => {
    expect(sniff(Uint8Array.from(bytes)).kind).toBe(kind);
  });
});

describe("the encoding of a file", () => {
  it("is decided by its last byte as much as by its first, wherever the chunks are cut", () => {
    const ascii = "a,b\n".repeat(500);
    for (const size of [1, 2, 3, 7, 5000]) {
      expect(probe(utf8(`${ascii}夜é`), size).encoding).toBe("utf-8");
      expect(probe(Uint8Array.of(...utf8(`${ascii}夜é`), 0xe9), size).encoding).toBe("windows-1252");
      expect(probe(Uint8Array.of(...utf8(ascii), 0xe9, 0x41), size).encoding).toBe("windows-1252");
      expect(probe(Uint8Array.of(0xef, 0xbb, 0xbf, 0xe9, 0x41), size)).toMatchObject({
        encoding: "utf-8",
        bomBytes: 3,
      });
      expect(probe(wide("a\r\nਊ\r\n", "le"), size)).toMatchObject({
        encoding: "utf-16le",
        bomBytes: 2,
        crlf: 2,
        lf: 0,
      });
      expect(probe(wide("a\r\nਊ\n", "be"), size)).toMatchObject({ encoding: "utf-16be", bomBytes: 2, crlf: 1, lf: 1 });
    }
    expect(probe(new Uint8Array(0))).toMatchObject({ encoding: "utf-8", bomBytes: 0, newline: "\n" });
  });

  it("agrees with a strict decoder on any bytes in any chunks", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 3, maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (bytes, size) => {
        fc.pre(bytes[0] !== 0xff && bytes[0] !== 0xfe && bytes[0] !== 0xef);
        let expected = "utf-8";
        try {
          new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
        } catch {
          expected = "windows-1252";
        }
        expect(probe(bytes, size).encoding).toBe(expected);
        expect(probe(bytes, size).hasNul).toBe(bytes.includes(0));
      }),
    );
  });

  it("counts line ends alike in any chunks", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a\r\n]{0,40}$/u), fc.integer({ min: 1, max: 9 }), (text, size) => {
        const crlf = text.split("\r\n").length - 1;
        const lf = text.split("\n").length - 1 - crlf;
        const cr = text.split("\r").length - 1 - crlf;
        expect(probe(utf8(text), size)).toMatchObject({ crlf, lf, cr, newline: cr > crlf + lf ? "\r" : "\n" });
      }),
    );
  });

  it("windows-1252 gives the letters of its upper rows, and C1 controls for the five bytes without one", () => {
    const upper = decoder("windows-1252").decode(new Uint8Array(32).map((_, index) => 0x80 + index));
    expect(upper).toBe(
      "\u20AC\x81\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\x8D\u017D\x8F" +
        "\x90\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\x9D\u017E\u0178",
    );
  });
});

describe("the head of a file", () => {
  it("has comparable names", () => {
    expect(normaliseHeader("\uFEFF Total  Royalty\u00A0Bearing Plays ")).toBe("total royalty bearing plays");
    expect(normaliseHeader('\u00EF\u00BB\u00BF"Reporting month"')).toBe("reporting month");
  });

  it.each([
    ["\t", ["a\tb\tc", "1\t2,5\t3", "1\t2,5\t3"]],
    [";", ["a;b;c", "1;2,5;0,1", "1;2,5;0,1"]],
    [",", ["a,b,c", '1,"x;y;z;",3', '2,"x;y;z;",3']],
    [",", ["Preamble", "a,b,c", "1,2,3", "1,2,3"]],
    [",", ["one", "column"]],
  ])("is delimited by %j", (delimiter, lines) => {
    expect(detectDelimiter(lines)).toBe(delimiter);
  });

  it("keeps blank lines, so that a line's number is its place", () => {
    const head = readHead("\uFEFFa\tb\r\n\r\nc\td\r\n", { encoding: "utf-8", newline: "\n" });
    expect(head.lines).toEqual([["a", "b"], [], ["c", "d"]]);
    expect(head.quoting).toBe(false);
  });
});

describe("the head of a file with quotes", () => {
  const linesOf = (text: string) => readHead(text, { encoding: "utf-8", newline: "\n" }).lines;

  it("has a record of several lines on its first one", () => {
    expect(linesOf('"a\nb",c\nd,e')).toEqual([["a\nb", "c"], [], ["d", "e"]]);
  });

  it("has nothing of a record that does not end in it", () => {
    expect(linesOf('a,b\n"c,d\ne,f')).toEqual([["a", "b"], [], []]);
  });
});

describe("byte order marks", () => {
  it.each([
    ["a", 0],
    ["\uFEFFa", 3],
    ["\u00EF\u00BB\u00BFa", 6],
    ["\uFEFF\uFEFFa", 6],
    ["a\uFEFF", 0],
    ["", 0],
  ])("%# of %j are %i bytes", (text, bytes) => {
    expect(markBytes(utf8(text))).toBe(bytes);
  });
});

const cell = fc.stringMatching(/^[ab ,"\n\té夜]{0,6}$/u);
const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 12 });
const written = (cells: readonly string[], always: boolean, delimiter: string): string =>
  cells.map((text) => (always || /["\n,\t]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(delimiter);

describe("records", () => {
  it("come back as they were written, by a writer that quotes all or only what it must", () => {
    fc.assert(
      fc.property(table, fc.boolean(), fc.constantFrom("\n", "\r\n"), fc.boolean(), (rows, always, end, closed) => {
        const text = rows.map((row) => written(row, always, ",")).join(end) + (closed ? end : "");
        const kept = rows.filter((row) => written(row, always, ",") !== "");
        const records = recordsOf(text, { newline: "\n", delimiter: ",", quoting: true });
        expect(records.map((record) => record.cells)).toEqual(kept);
      }),
    );
  });

  it("begin on the line counted, blank ones and those within quotes included", () => {
    const text = 'a,b\n\n"x\ny",2\r\n\r\nc,d';
    const records = recordsOf(text, { newline: "\n", delimiter: ",", quoting: true }, 1);
    expect(records).toEqual([
      { line: 1, cells: ["a", "b"], raw: "a,b" },
      { line: 3, cells: ["x\ny", "2"], raw: '"x\ny",2' },
      { line: 6, cells: ["c", "d"], raw: "c,d" },
    ]);
  });

  it("take a quote within a cell as a letter", () => {
    const read = (text: string) =>
      recordsOf(text, { newline: "\n", delimiter: ",", quoting: true }).map((r) => r.cells);
    expect(read('12" Mix,b\nc,d')).toEqual([
      ['12" Mix', "b"],
      ["c", "d"],
    ]);
    expect(read('"a"b"c,d\ne,f')).toEqual([
      ['ab"c', "d"],
      ["e", "f"],
    ]);
  });

  it("whose quote is never closed are a problem of the line where they begin", () => {
    const read = () => recordsOf('a,b\nc,"d\ne,f\n', { newline: "\n", delimiter: ",", quoting: true }, 1);
    expect(read).toThrow(LineProblemError);
    expect(read).toThrow(/line 2/u);
  });

  it("with hundreds of thousands of line ends in one cell take one pass", () => {
    const text = `a,"${'""\n'.repeat(80_000)}",b\n`;
    expect(recordsOf(text, { newline: "\n", delimiter: ",", quoting: true })).toHaveLength(1);
    expect(() => recordsOf(`"${"\n".repeat(200_000)}`, { newline: "\n", delimiter: ",", quoting: true })).toThrow();
  });
});

describe("blocks", () => {
  const shape = { newline: 10, delimiter: ",", quoting: true } as const;

  it("are the same for every slice size, without a gap, and their records are those of the whole", () => {
    const raw = fc.stringMatching(/^[ab,"\n]{0,80}$/u);
    fc.assert(
      fc.property(
        fc.oneof(
          table.map((rows) => rows.map((row) => written(row, false, ",")).join("\n")),
          raw,
        ),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        (text, sliceBytes, linesPerBlock, quoting) => {
          const bytes = utf8(text);
          const whole = splitBlocks(bytes, { ...shape, quoting, linesPerBlock, atEnd: true });
          const found: { start: number; end: number; lines: number }[] = [];
          let offset = 0;
          let size = sliceBytes;
          while (offset < bytes.length) {
            const atEnd = offset + size >= bytes.length;
            const slice = bytes.subarray(offset, offset + size);
            const blocks = splitBlocks(slice, { ...shape, quoting, linesPerBlock, atEnd });
            const complete = blocks.filter((block) => block.complete);
            for (const { start, end, lines } of complete) {
              found.push({ start: start + offset, end: end + offset, lines });
            }
            const last = complete.at(-1);
            if (last === undefined) size += sliceBytes;
            else offset += last.end;
          }
          expect(found).toEqual(whole.map(({ start, end, lines }) => ({ start, end, lines })));
          expect(whole.reduce((total, block) => total + block.lines, 0)).toBe(
            text === "" ? 0 : text.split("\n").length - (text.endsWith("\n") ? 1 : 0),
          );
          const textShape = { newline: "\n", delimiter: ",", quoting } as const;
          const all = (): unknown => recordsOf(text, textShape);
          const byBlock = (): unknown => {
            let line = 0;
            return whole.flatMap((block) => {
              const part = decoder("utf-8").decode(bytes.subarray(block.start, block.end));
              const records = recordsOf(part, textShape, line);
              line += block.lines;
              return records;
            });
          };
          const outcome = (read: () => unknown): unknown => {
            try {
              return read();
            } catch (error) {
              return error instanceof LineProblemError ? error.problem : error;
            }
          };
          expect(outcome(byBlock)).toEqual(outcome(all));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("end early when their lines are long, so that a slice of the stated size always holds one", () => {
    const bytes = utf8(`${"x".repeat(MAX_RECORD_BYTES - 1)}\n`.repeat(6));
    const [first] = splitBlocks(bytes.subarray(0, MIN_SLICE_BYTES), { ...shape, linesPerBlock: 1000, atEnd: false });
    expect(first).toMatchObject({ complete: true, lines: BLOCK_BYTES / MAX_RECORD_BYTES });
  });

  it("report a record that will not end, by the line where it begins", () => {
    const quote = utf8(`a,b\nc,"${"d\n".repeat(MAX_RECORD_BYTES)}`);
    expect(splitBlocks(quote, { ...shape, linesPerBlock: 1000, atEnd: false }).at(-1)).toMatchObject({
      complete: false,
      fault: { code: "quote_not_closed", line: 1 },
    });
    const long = utf8(`a\n${"x".repeat(MAX_RECORD_BYTES + 1)}`);
    expect(splitBlocks(long, { ...shape, quoting: false, linesPerBlock: 1, atEnd: true }).at(-1)).toMatchObject({
      fault: { code: "record_too_long", line: 1 },
    });
  });
});
