// A catalogue's CSV: what rows mean, which line and column is wrong, and that writing and reading are inverse.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CatalogRow, COLUMNS, EMPTY_ROW } from "../../../src/catalog/imports/csv/columns.ts";
import { entriesOfCatalog } from "../../../src/catalog/imports/csv/entries.ts";
import { readCatalog } from "../../../src/catalog/imports/csv/read.ts";
import { columnsFor, csvHeader, csvRow } from "../../../src/catalog/imports/csv/write.ts";
import { Problem } from "../../../src/kernel/problems.ts";
import { CORPUS_CSV } from "./messages.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const entries = (text: string) => entriesOfCatalog(readCatalog(encode(text)));
const notes = (text: string) =>
  entries(text).flatMap((entry) =>
    entry.notes.map(({ code, line, path, message }) => `${code} ${line} ${path}: ${message}`),
  );

function written(rows: readonly CatalogRow[]): string {
  const columns = columnsFor(rows);
  return csvHeader(columns) + rows.map((row) => csvRow(row, columns)).join("");
}

function refusal(text: string): string {
  try {
    readCatalog(encode(text));
  } catch (error) {
    if (error instanceof Problem) return `${error.code}: ${error.detail}`;
    throw error;
  }
  throw new Error("was not refused");
}

describe("the corpus", () => {
  it("comes out as it says", () => {
    const read = entries(CORPUS_CSV);
    expect(read.flatMap(({ notes: each }) => each)).toEqual([]);
    expect(
      read.map(({ release, recordings, works }) => [
        release?.said.catalogNumber,
        release?.said.title,
        recordings.length,
        works.length,
      ]),
    ).toEqual([
      ["GH001", "Night Swims", 3, 3],
      ["MP002", "Static Bloom", 3, 3],
      ["YU003", "波止場 EP", 2, 2],
      ["GH004", "Undertow (Remixes)", 1, 1],
    ]);
    expect(read[1]?.recordings[2]).toMatchObject({
      line: 7,
      said: { title: 'Ghost "Bus"', isrc: "DEZ652500106", durationMs: 192_000 },
      artists: [{ name: "Møth Párade", role: "MainArtist", party: null }],
    });
    expect(read[2]?.release).toMatchObject({
      said: { upc: "4560123450039", label: "Lantern Works", releaseAt: { mode: "local_midnight", date: "2025-11-28" } },
      tracks: [
        { disc: 1, sequence: 1, recording: 0 },
        { disc: 1, sequence: 2, recording: 1 },
      ],
    });
    expect(read.flatMap(({ works }) => works.map(({ said }) => said.iswc))).toContain("T3452478961");
  });

  it("is written as it was read, byte for byte but for its line ends", () => {
    const rows = readCatalog(encode(CORPUS_CSV)).rows.map(({ row }) => row);
    expect(written(rows).replaceAll("\r\n", "\n")).toBe(CORPUS_CSV.replaceAll("\r\n", "\n"));
  });
});

describe("any catalogue", () => {
  // What a cell can hold: no blanks around it, and no NUL or half letter, for which the writer puts a sign.
  const piece = fc.oneof(
    fc.constantFrom(
      ..."=+-@'\",;\t\r\n|!%",
      "\r\n",
      "'=",
      "''",
      "=cmd|' /C calc'!A0",
      "波",
      "💥",
      "\uFF1D",
      "\uFFFD",
      " ",
    ),
    fc.string({ unit: "grapheme", maxLength: 5 }),
  );
  const cell = fc
    .array(piece, { minLength: 1, maxLength: 8 })
    .map((parts) => parts.join("").replaceAll("\0", "").toWellFormed().trim())
    .map((text) => (text === "" ? null : text));
  const row = fc.record(
    Object.fromEntries(COLUMNS.map(({ field }) => [field, cell])),
  ) as unknown as fc.Arbitrary<CatalogRow>;

  it("reads back as what was written, however hostile its cells", () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 6 }), (rows) => {
        // A row that says nothing is a blank line in a file of one column, and there are more.
        expect(readCatalog(encode(written(rows))).rows.map((read) => read.row)).toEqual(rows);
      }),
      { numRuns: 300 },
    );
  });

  it("has no cell that begins a formula", () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 4 }), (rows) => {
        const cells = rows.flatMap((each) =>
          Object.values(each).map((text) => csvRow({ ...EMPTY_ROW, label: text }, ["label"])),
        );
        for (const text of cells) expect(text.replace(/^"/u, "")).not.toMatch(/^[=+\-@\t\uFF1D\uFF0B\uFF0D\uFF20]/u);
      }),
    );
  });

  it("is read the same with other delimiters, line ends, quotes, a byte order mark and columns in another order", () => {
    const plain = "track_title,release_title,isrc\nUndertow,Night Swims,QZAB12400101\n";
    const read = readCatalog(encode(plain)).rows;
    for (const other of [
      plain.replaceAll(",", ";"),
      plain.replaceAll(",", "\t"),
      plain.replaceAll("\n", "\r\n"),
      plain.replaceAll("\n", "\r"),
      `\uFEFF${plain}`,
      plain.replace("track_title", '"Track Title"'),
      plain.slice(0, -1),
      "isrc,track_title,release_title\nQZAB12400101,Undertow,Night Swims\n",
    ]) {
      expect(readCatalog(encode(other)).rows).toEqual(read);
    }
  });
});

describe("what is wrong", () => {
  it.each([
    ["", "The catalogue has no header (line 1)."],
    ["a,b\n1,2\n", "The catalogue has no column release_title and no column track_title (line 1)."],
    ["release_title,track_title,isrc,isrc\n", "The catalogue has a column twice (line 1, isrc)."],
    [
      'release_title,track_title\nA,B\nC,"D\n\n',
      "The catalogue is no CSV: a quote is opened and never closed (line 3, track_title).",
    ],
    [
      'release_title,track_title,isrc\n"A"x,B,C\n',
      "The catalogue is no CSV: something follows the quote that ends the cell (line 2, release_title).",
    ],
  ])("with the whole file: %j", (text, words) => expect(refusal(text)).toBe(`file_unreadable: ${words}`));

  it("with a file that is no text", () => {
    expect(() => readCatalog(Uint8Array.of(0xff, 0xfe, 0x41, 0))).toThrow("not written in UTF-8");
  });

  const header =
    "release_title,upc_gtin,release_date,label,track_number,track_title,isrc,iswc,duration_s,release_type,disc_number";

  it("with cells, by line and column, and other releases stand", () => {
    const text = `${header}
Night Swims,193959000013,2024-13-15,Harbor,x,Undertow,QZ-AB1-24-00101,T345246937X,3:05,mixtape,0
Night Swims,193959000013,,Tapes,1,,,,,,
,193959000013,,,1,Second,,,,,
Other,193959000014,2024-01-01,,1,Fine,NOISRC,,61.5,EP,2
`;
    expect(notes(text)).toEqual([
      'refused 3 label: says "Tapes" where line 2 of the same release says "Harbor"',
      'code_invalid 2 iswc: "T345246937X" is no ISWC and is left out',
      'refused 2 duration_s: "3:05" is no number of seconds within a day',
      'refused 2 disc_number: "0" is no whole number from 1 to 100',
      'refused 2 track_number: "x" is no whole number from 1 to 1000',
      "refused 3 track_title: a recording needs a title",
      "refused 3 track_number: line 2 is track 1 of disc 1 of the same release",
      "refused 4 track_number: line 2 is track 1 of disc 1 of the same release",
      'refused 2 release_type: "mixtape" is none of single, ep, album, compilation',
      'refused 2 release_date: "2024-13-15" is no day written YYYY-MM-DD',
      'code_invalid 5 isrc: "NOISRC" is no ISRC and is left out',
      'code_invalid 5 upc_gtin: "193959000014" is no UPC or EAN and is left out',
    ]);
    const [, other] = entries(text);
    expect(other?.release).toMatchObject({ type: "ep", tracks: [{ disc: 2, sequence: 1 }] });
    expect(other?.recordings[0]?.said).toEqual({ title: "Fine", durationMs: 61_500 });
  });

  it("with columns nobody knows and cells beyond the header", () => {
    expect(notes("release_title,track_title,mood\nA,B,blue,more\n")).toEqual([
      "not_kept 1 mood: nothing is known of this column",
      "refused 2 : the row has 1 more cells than the header",
    ]);
  });

  it("with texts longer than what is kept", () => {
    const long = "x".repeat(501);
    expect(notes(`release_title,track_title\n${long},B\n`)).toEqual([
      "not_kept 2 release_title: has 501 characters, more than the 500 that are kept",
      "refused 2 release_title: a release needs a title",
    ]);
  });
});

describe("rows", () => {
  it("of one release may lie apart, and one recording may stand on it twice", () => {
    const read = entries(
      "release_title,upc_gtin,track_title,isrc\nA,193959000013,One,QZAB12400101\nB,193959000082,Two,QZAB12400102\nA,193959000013,One,QZ-AB1-24-00101\n",
    );
    expect(read.map(({ line, recordings, release }) => [line, recordings.length, release?.tracks])).toEqual([
      [
        2,
        1,
        [
          { disc: 1, sequence: 1, recording: 0 },
          { disc: 1, sequence: 2, recording: 0 },
        ],
      ],
      [3, 1, [{ disc: 1, sequence: 1, recording: 0 }]],
    ]);
  });

  it("may be a recording without a release, or a release without a recording", () => {
    const read = entries("release_title,track_title\n,Alone\nEmpty,\n");
    expect(
      read.map(({ release, recordings }) => [release?.said.title, recordings.map(({ said }) => said.title)]),
    ).toEqual([
      [undefined, ["Alone"]],
      ["Empty", []],
    ]);
  });
});
