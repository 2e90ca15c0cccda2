import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numberCell, ROW_END, rowOf, textCell, unguarded } from "../../src/kernel/csv.ts";
import { recordsOf } from "../../src/statements/reading/records.ts";

const SHAPE = { newline: "\n", delimiter: ",", quoting: true } as const;

/** What a reader of the project makes of one row. */
function parsed(row: string): string[] {
  const records = recordsOf(row, SHAPE);
  expect(records).toHaveLength(1);
  return records[0]?.cells ?? [];
}

/** Texts made of what does harm: signs of formulas, quotes, line ends, blanks, NUL, halves of surrogates. */
const hostile = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(..."=+-@'\"',;\t\r\n \0|!%") },
      { weight: 1, arbitrary: fc.constantFrom(..."\uFF1D\uFF0B\uFF0D\uFF20\uFFFD\uFEFF\u2212\ud83d\udca5\u00a0") },
      { weight: 1, arbitrary: fc.constantFrom("\ud800", "\udc00", "💥", "\r\n", "''=", "'=", "cmd|' /C calc'!A0") },
      { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 4 }) },
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

const STARTS_A_FORMULA = /^[=+\-@\t\r\n\0\uFF1D\uFF0B\uFF0D\uFF20]/;

describe("a text cell", () => {
  it("of 10,000 hostile texts, each comes back as it was, and none begins a formula", () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 2, maxLength: 4 }), (texts) => {
        const cells = parsed(rowOf(texts.map(textCell)));
        for (const cell of cells) expect(cell).not.toMatch(STARTS_A_FORMULA);
        expect(cells.map(unguarded)).toEqual(texts.map((text) => text.toWellFormed().replaceAll("\0", "\uFFFD")));
      }),
      { numRuns: 10_000 },
    );
  });

  it("is guarded by one apostrophe where it begins a formula, or looks as if it had been", () => {
    const guarded = {
      "=1+1": "'=1+1",
      "+49": "'+49",
      "-Intro-": "'-Intro-",
      "@home": "'@home",
      "\tx": "'\tx",
      "＝1": "'＝1",
      "＋1": "'＋1",
      "－1": "'－1",
      "＠x": "'＠x",
      "'=1": "''=1",
      "''=1": "'''=1",
      "\0=1": "'\uFFFD=1",
      "\rx": `"'\rx"`,
      "\nx": `"'\nx"`,
      '=HYPERLINK("x","y")': `"'=HYPERLINK(""x"",""y"")"`,
    };
    for (const [text, cell] of Object.entries(guarded)) expect(textCell(text)).toBe(cell);
    for (const plain of ["", "Undertow", "'Round Midnight", "a=b", "Low Tide (feat. Ana Ünal)", "#1 & more", "  =1"]) {
      expect(textCell(plain)).toBe(plain);
      expect(unguarded(plain)).toBe(plain);
    }
  });

  it("is quoted where it holds a comma, a quote or a line end, and only there", () => {
    expect(textCell("a,b")).toBe('"a,b"');
    expect(textCell('12" Mix')).toBe('"12"" Mix"');
    expect(textCell("a\r\nb")).toBe('"a\r\nb"');
    expect(textCell("a;b\tc")).toBe("a;b\tc");
  });

  it("has U+FFFD for NUL and for half of a surrogate pair", () => {
    expect(textCell("a\0b\ud83dc")).toBe("a\uFFFDb\uFFFDc");
    expect(textCell("💥")).toBe("💥");
  });
});

describe("a number cell", () => {
  it("is left as it is when it is a number, also a negative one, and else guarded as a text", () => {
    const pattern = /^-?\d+(\.\d+)?$/;
    const shaped = fc.oneof(
      fc.string({ unit: fc.constantFrom(..."0123456789.-+=eE, '"), maxLength: 8 }),
      fc.bigInt().map(String),
      hostile,
    );
    fc.assert(
      fc.property(shaped, (text) => {
        expect(numberCell(text)).toBe(pattern.test(text) ? text : textCell(text));
      }),
      { numRuns: 10_000 },
    );
    for (const text of ["-0.5", "0", "12", "-3"]) expect(numberCell(text)).toBe(text);
    for (const text of ["-", "--1", "-1+1", "1.", ".5", "-.5", "1e5", "+1"])
      expect(numberCell(text)).toBe(textCell(text));
  });
});

it("rows end with CRLF", () => {
  expect(rowOf(["a", "b"])).toBe(`a,b${ROW_END}`);
  expect(ROW_END).toBe("\r\n");
});
