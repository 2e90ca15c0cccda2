import { describe, expect, it } from "vitest";
import type { LineProblem, StatementLine } from "../../../src/statements/formats/format.ts";
import { LineProblemError } from "../../../src/statements/formats/format.ts";
import { FORMATS, formatOf, recognise } from "../../../src/statements/formats/registry.ts";
import { recordsOf } from "../../../src/statements/reading/records.ts";
import { expectations, fixture, headOf, plain, readLines, sum, utf8 } from "../read-file.ts";

const EXPECTED = expectations("EXPECTED.json");
const GROUPS = expectations("EXPECTED-GROUPS.json");
const READABLE = ["distrokid_csv_15col.csv", "distrokid_tsv_13col_latin1.tsv", "distrokid_tsv_15col_cr_only.tsv"];

function groups(lines: readonly StatementLine[], key: (line: StatementLine) => string): Record<string, string> {
  const by = Map.groupBy(lines, key);
  return Object.fromEntries([...by].map(([name, group]) => [name, sum(group)]));
}

function plainGroups(group: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(group as Record<string, string>).map(([k, v]) => [k, plain(v)]));
}

function problemOf(read: () => unknown): LineProblem {
  try {
    read();
  } catch (error) {
    if (error instanceof LineProblemError) return error.problem;
    throw error;
  }
  throw new Error("it was read");
}

const HEADER =
  "Reporting Date\tSale Month\tStore\tArtist\tTitle\tISRC\tUPC\tQuantity\tTeam Percentage\tSong/Album\t" +
  "Country of Sale\tSongwriter Royalties Withheld\tEarnings (USD)";
const LINE =
  "2023-02-02\t2022-05\tSpotify\tGlass Harbor\tUndertow\tQZAB12400101\t193959000013\t33\t100\tSong\tUS\t0\t0.5";

function lineWith(changes: Record<string, string>, header = HEADER): string {
  const names = header.split("\t");
  return LINE.split("\t")
    .map((cell, index) => changes[names[index] ?? ""] ?? cell)
    .join("\t");
}

function readOne(changes: Record<string, string>): StatementLine {
  const [line] = readLines(utf8(`${HEADER}\n${lineWith(changes)}\n`));
  if (line === undefined) throw new Error("no line");
  return line;
}

describe("DistroKid's fixtures", () => {
  for (const name of READABLE) {
    it(`${name}: lines and groups sum to the exact amounts`, () => {
      const expected = EXPECTED[name] ?? {};
      const lines = readLines(fixture(name));
      expect(headOf(fixture(name)).recognised).toMatchObject({ kind: "match", format: { id: expected.format } });
      expect(lines).toHaveLength(Number(expected.data_rows));
      expect(sum(lines)).toBe(plain(String(expected.amount_sum)));
      expect(lines.reduce((total, line) => total + line.units, 0)).toBe(expected.units_sum);
      expect(new Set(lines.map((line) => line.currency))).toEqual(new Set([expected.currency]));
      expect(groups(lines, (line) => line.period)).toEqual(plainGroups(GROUPS[name]?.month));
      expect(groups(lines, (line) => line.platform)).toEqual(plainGroups(GROUPS[name]?.platform));
      expect(groups(lines, (line) => line.territory)).toEqual(plainGroups(GROUPS[name]?.territory));
    });

    it(`${name}: every slice and block size gives the same lines`, () => {
      const whole = readLines(fixture(name));
      for (const slice of [64, 333, 1024]) expect(readLines(fixture(name), slice, 4)).toEqual(whole);
    });

    it(`${name}: letters beyond ASCII and quotes in titles come out right`, () => {
      const lines = readLines(fixture(name));
      expect(lines.map((line) => line.title)).toContain("Low Tide (feat. Ana Ünal)");
      expect(lines.map((line) => line.title)).toContain('Ghost "Bus"');
      expect(lines.map((line) => line.artist)).toContain("Møth Párade");
    });
  }

  it("a file cut off within a line stops at that line and names the first missing column", () => {
    const problem = problemOf(() => readLines(fixture("distrokid_truncated.tsv")));
    expect(problem).toMatchObject({ code: "cells_missing", line: 10, column: "Country of Sale" });
  });
});

describe("a DistroKid line", () => {
  it("is read field by field", () => {
    expect(readOne({})).toEqual({
      line: 2,
      period: "2022-05",
      day: null,
      platform: "Spotify",
      territory: "US",
      isrc: "QZAB12400101",
      upc: "193959000013",
      title: "Undertow",
      artist: "Glass Harbor",
      kind: "stream",
      units: 33,
      exact: 5n * 10n ** 29n,
      currency: "USD",
    });
  });

  it("keeps an identifier that is not valid, and says of an absent one that it is not there", () => {
    expect(readOne({ ISRC: "us-xyz-12", UPC: "123" })).toMatchObject({ isrc: "USXYZ12", upc: "123" });
    expect(readOne({ ISRC: " ", UPC: "" })).toMatchObject({ isrc: null, upc: null });
    expect(readOne({ ISRC: "qz-ab1-24-00101" })).toMatchObject({ isrc: "QZAB12400101" });
  });

  it("tells copies and other people's uploads from plays", () => {
    expect(readOne({ "Song/Album": "Album" }).kind).toBe("download");
    expect(readOne({ Store: "iTunes" }).kind).toBe("download");
    expect(readOne({ Store: "Facebook" }).kind).toBe("ugc");
    expect(readOne({ Store: "A Store Nobody Knows" }).kind).toBe("stream");
  });

  it("takes a type that every object has a property of for a word like any other", () => {
    expect(readOne({ "Song/Album": "constructor" }).kind).toBe("stream");
    expect(readOne({ "Song/Album": "__proto__" }).kind).toBe("stream");
  });

  it("keeps returns and zeros", () => {
    expect(readOne({ Quantity: "-1", "Earnings (USD)": "-0.000000000001" })).toMatchObject({
      units: -1,
      exact: -(10n ** 18n),
    });
    expect(readOne({ Quantity: "0" }).units).toBe(0);
  });

  it("puts an unknown territory under ZZ", () => {
    expect(readOne({ "Country of Sale": "Atlantis" }).territory).toBe("ZZ");
    expect(readOne({ "Country of Sale": "OU" }).territory).toBe("ZZ");
  });

  it("leaves quotes that belong to a title", () => {
    expect(readOne({ Title: '"Heroes"' }).title).toBe('"Heroes"');
    expect(readOne({ Title: '12" Mix' }).title).toBe('12" Mix');
    expect(readOne({ Title: '"12"" Mix"' }).title).toBe('12" Mix');
    expect(readOne({ Title: '""' }).title).toBe('""');
  });

  it.each([
    ["Earnings (USD)", "", "amount_unreadable"],
    ["Earnings (USD)", "0,5", "amount_unreadable"],
    ["Earnings (USD)", "n/a", "amount_unreadable"],
    ["Sale Month", "2022-13", "period_unreadable"],
    ["Sale Month", "May 2022", "period_unreadable"],
    ["Sale Month", "", "period_unreadable"],
    ["Quantity", "1.5", "units_unreadable"],
    ["Quantity", "", "units_unreadable"],
    ["Quantity", "-", "units_unreadable"],
    ["Quantity", "9999999999999999", "units_unreadable"],
    ["Store", " ", "platform_missing"],
  ])("stops at %s = %j", (column, cell, code) => {
    const problem = problemOf(() => readLines(utf8(`${HEADER}\n${LINE}\n${lineWith({ [column]: cell })}\n`)));
    expect(problem).toMatchObject({ line: 3, column, code });
  });

  it("stops at a cell too many, but not at a blank one", () => {
    expect(problemOf(() => readLines(utf8(`${HEADER}\n${LINE}\tx\n`)))).toMatchObject({ code: "cells_extra", line: 2 });
    expect(readLines(utf8(`${HEADER}\n${LINE}\t\n`))).toHaveLength(1);
  });

  it("explains every cell, and nets nothing", () => {
    const { head, recognised } = headOf(fixture("distrokid_csv_15col.csv"));
    if (recognised.kind !== "match") throw new Error(recognised.kind);
    const reader = recognised.format.reader(head, recognised.match, {
      filename: "bank.csv",
      artist: "Glass Harbor",
      answers: {},
    });
    const explained = reader.explain(head.lines[1] ?? [], 2);
    expect(explained).toHaveLength(15);
    expect(explained.find((cell) => cell.column === "Earnings (USD)")).toEqual({
      column: "Earnings (USD)",
      printed: "0.044884783538",
      field: "amount",
      became: "0.044884783538 USD",
    });
    expect(explained.find((cell) => cell.column === "Recoup (USD)")).toMatchObject({
      printed: "-0.022442391769",
      field: null,
      became: null,
      note: expect.stringContaining("never netted"),
    });
    expect(explained.find((cell) => cell.column === "Team Percentage")?.note).toContain("already applied");
    expect(reader.version).toBe("distrokid.v2@1");
  });
});

describe("a DistroKid header", () => {
  const identify = (header: string) => headOf(utf8(`${header}\n`)).recognised;

  it("may have its columns in any order, with others among them", () => {
    const names = [...HEADER.split("\t"), "Mood"].reverse();
    const cells = [...LINE.split("\t"), "blue"].reverse();
    const [line] = readLines(utf8(`${names.join("\t")}\r\n${cells.join("\t")}\r\n`));
    expect(line).toMatchObject({ title: "Undertow", units: 33, exact: 5n * 10n ** 29n });
  });

  it("may stand below other lines, in other case, with a byte order mark decoded or not", () => {
    const lines = readLines(utf8(`\uFEFFBank details\n\n\u00EF\u00BB\u00BF${HEADER.toUpperCase()}\n${LINE}\n`));
    expect(lines).toMatchObject([{ line: 4, title: "Undertow" }]);
  });

  it("says the currency, of the codes that are known", () => {
    expect(readLines(utf8(`${HEADER.replace("USD", "EUR")}\n${LINE}\n`))).toMatchObject([{ currency: "EUR" }]);
    expect(identify(HEADER.replace("(USD)", "(QQQ)")).kind).toBe("none");
    expect(identify(HEADER.replace(" (USD)", "")).kind).toBe("none");
  });

  it("is of the second version with either of its new columns, whatever the type column is called", () => {
    expect(identify(HEADER)).toMatchObject({ format: { id: "distrokid.v1" } });
    expect(identify(`Date Inserted\t${HEADER}`)).toMatchObject({ format: { id: "distrokid.v2" } });
    expect(identify(`${HEADER}\tRecoup (USD)`)).toMatchObject({ format: { id: "distrokid.v2" } });
  });

  it("is not matched where a needed column is absent or stands there twice, and says so", () => {
    const absent = identify(HEADER.replace("Quantity", "Anything"));
    expect(absent.kind === "none" && absent.candidates[0]?.match.missing).toEqual(["Quantity"]);
    expect(identify(`${HEADER}\tEarnings (EUR)`).kind).toBe("none");
  });

  it("with quoted cells in a tab file makes quotes wrap cells", () => {
    const quoted = (line: string) =>
      line
        .split("\t")
        .map((cell) => `"${cell}"`)
        .join("\t");
    const titled = quoted(LINE).replace("Undertow", 'One\nTwo\tThree ""Four""');
    const file = `${quoted(HEADER)}\n${titled}\n${quoted(LINE)}\n`;
    expect(readLines(utf8(file))).toMatchObject([
      { line: 2, title: 'One\nTwo\tThree "Four"' },
      { line: 4, title: "Undertow" },
    ]);
  });

  it("in UTF-16 is read like any other", () => {
    const text = `${HEADER}\r\n${lineWith({ Title: "夜の港" })}\r\n`;
    const wide = new Uint8Array([0xff, 0xfe, ...new Uint8Array(Uint16Array.from(text, (c) => c.charCodeAt(0)).buffer)]);
    expect(readLines(wide)).toMatchObject([{ title: "夜の港" }]);
  });
});

describe("the registry", () => {
  const head = headOf(utf8(`${HEADER}\n`)).head;
  const always = (id: string, score: number) => ({
    ...formatOf("distrokid.v1"),
    id,
    identify: () => ({ score, headerLine: 1, missing: [] }),
  });

  it("takes the larger share of a format's own columns, and leaves a tie to a person", () => {
    expect(recognise(head, [always("a", 0.5), always("b", 0.9)])).toMatchObject({ kind: "match", format: { id: "b" } });
    const tie = recognise(head, [always("a", 0.9), always("b", 0.9), always("c", 0.1)]);
    expect(tie).toMatchObject({ kind: "ambiguous", candidates: [{ format: { id: "a" } }, { format: { id: "b" } }] });
  });

  it("gives every format an id of its own", () => {
    expect(new Set(FORMATS.map((format) => format.id)).size).toBe(FORMATS.length);
    expect(() => formatOf("nobody.v1")).toThrow();
  });

  it("reads records alike with and without quotes around every cell", () => {
    const shape = { newline: "\n", delimiter: ",", quoting: true } as const;
    expect(recordsOf('"a","","b"\na,,b\n', shape).map((record) => record.cells)).toEqual([
      ["a", "", "b"],
      ["a", "", "b"],
    ]);
  });
});
