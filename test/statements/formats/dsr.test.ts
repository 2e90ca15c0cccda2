import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatExact, parseExact } from "../../../src/kernel/quantise.ts";
import { partOf, reportHeadOf } from "../../../src/statements/formats/dsr/head.ts";
import { joinedCells, listOf, unescaped } from "../../../src/statements/formats/dsr/record.ts";
import { MOST_SUMMARIES } from "../../../src/statements/formats/dsr/summaries.ts";
import {
  isApart,
  type LineProblem,
  LineProblemError,
  type LineReader,
  type StatedFact,
  type StatementLine,
} from "../../../src/statements/formats/format.ts";
import { formatOf } from "../../../src/statements/formats/registry.ts";
import { headOf, plain, readFile, readLines, sum, utf8 } from "../read-file.ts";

const FOLDERS = {
  corpus: new URL("../fixtures/ddex-dsr/", import.meta.url),
  written: new URL("../fixtures/written/", import.meta.url),
};
const WHOLE = "DSR_TEST_YouTube_AdSupport-music_2015-Q4_IS_1of1_20160121T150926.tsv";
const CUT = "DSR_TEST2_YouTube_AdSupport-music_2015-Q4_IS_1of1_20160121T150926.tsv";

function textOf(name: string, folder: keyof typeof FOLDERS = "written"): string {
  return readFileSync(new URL(name, FOLDERS[folder]), "utf8");
}

interface Expected {
  readonly format: string;
  readonly lines: number;
  readonly units_sum: number;
  /** By currency; plays have none. */
  readonly amount_sum?: Readonly<Record<string, string>>;
}

const EXPECTED: Readonly<Record<string, Expected>> = JSON.parse(textOf("EXPECTED-ddex.json"));
const WRITTEN = Object.keys(EXPECTED);
const PARTS = WRITTEN.filter((name) => name.includes("_part_"));

function problemOf(text: string): LineProblem {
  try {
    readFile(utf8(text));
  } catch (error) {
    if (error instanceof LineProblemError) return error.problem;
    throw error;
  }
  throw new Error("it was read");
}

/** The rows of a report's text with their numbers, cut as the standard says, with no part of the reader. */
function rowsOf(text: string): { cells: string[]; line: number }[] {
  return text
    .split(/\r?\n/u)
    .map((row, at) => ({ cells: row.split("\t"), line: at + 1 }))
    .filter(({ cells }) => cells[0] !== "");
}

function readerOf(text: string): LineReader {
  const { head, recognised } = headOf(utf8(text));
  if (recognised.kind !== "match") throw new Error(recognised.kind);
  return recognised.format.reader(head, recognised.match, { filename: "", artist: "", answers: {} });
}

/** Reads a report and explains the line at a number. */
function lineAt(text: string, wanted: number) {
  const reader = readerOf(text);
  for (const { cells, line } of rowsOf(text)) {
    const read = reader.read(cells, line);
    if (line === wanted) return { read, explained: reader.explain(cells, line), details: reader.details(cells) };
  }
  throw new Error("no such line");
}

const differing = (stated: readonly StatedFact[]) => stated.filter(({ stated: said, found }) => said !== found);
const units = (lines: readonly StatementLine[]) => lines.reduce((total, line) => total + line.units, 0);
const exact = (decimal: string) => parseExact(decimal) ?? -1n;

describe("the sales reports that DDEX publishes", () => {
  for (const name of [WHOLE, CUT]) {
    it(`${name}: its lines are its licensors' records, and come to their sum`, () => {
      const text = textOf(name, "corpus");
      const { lines, apart } = readFile(utf8(text));
      const rows = rowsOf(text);
      const licensors = rows.filter(({ cells }) => cells[0] === "LI01.01");
      expect(lines.map(({ line }) => line)).toEqual(licensors.map(({ line }) => line));
      expect(lines.map((line) => line.exact)).toEqual(licensors.map(({ cells }) => exact(cells[9] ?? "")));
      expect(apart).toHaveLength(rows.length - licensors.length);
      expect(new Set(apart.map((row) => row.apart))).toEqual(new Set(["record"]));
      const about = new Set(lines.map((line) => `${line.currency} ${line.territory} ${line.platform} ${line.kind}`));
      expect(about).toEqual(new Set(["USD IS YouTube performance"]));
      const recordings = new Map(rows.filter(({ cells }) => cells[0] === "AS01").map(({ cells }) => [cells[1], cells]));
      for (const [at, { cells }] of licensors.entries()) {
        const [, , , , isrc, title, , artist] = recordings.get(cells[1]) ?? [];
        expect(lines[at]).toMatchObject({ isrc, title, artist });
      }
    });

    it(`${name}: uses are those of the sales that have a licensor, each counted once`, () => {
      const text = textOf(name, "corpus");
      const rows = rowsOf(text);
      const sales = rows.filter(({ cells }, at) => cells[0] === "SU03.01" && rows[at + 1]?.cells[0] === "LI01.01");
      const uses = sales.reduce((total, { cells }) => total + Number(cells[5]), 0);
      expect(units(readLines(utf8(text)))).toBe(uses);
    });

    it(`${name}: every count of its footer is held against what was counted`, () => {
      const text = textOf(name, "corpus");
      const rows = rowsOf(text);
      const of = (type: string) => rows.filter(({ cells }) => cells[0]?.startsWith(type));
      const blocks = new Set(of("AS").map(({ cells }) => cells[1])).size;
      const counted = [rows.length, rows.length, of("SY").length, blocks, blocks];
      const { stated } = readFile(utf8(text));
      const records = stated.filter(({ what }) => what === "records");
      expect(records.map(({ found }) => found)).toEqual(counted.map(BigInt));
      expect(records.map((fact) => fact.stated)).toEqual((rows.at(-1)?.cells ?? []).slice(1).map(BigInt));
    });
  }

  it("a report that is whole by its counts is held against the amounts due of its summaries", () => {
    const text = textOf(WHOLE, "corpus");
    const rows = rowsOf(text);
    const due = (controller: string | undefined) =>
      rows
        .filter(({ cells }) => cells[0] === "LI01.01" && cells[3] === controller)
        .reduce((total, { cells }) => total + exact(cells[9] ?? ""), 0n);
    const summaries = rows.filter(({ cells }) => cells[0] === "SY02.01");
    expect(readFile(utf8(text)).stated.filter(({ what }) => what === "amount")).toEqual(
      summaries.map(({ cells, line }) => ({
        what: "amount",
        currency: "USD",
        stated: exact(cells[15] ?? ""),
        found: due(cells[12]),
        line,
      })),
    );
  });

  it("a report cut short by its own count says so, and is not held against the summaries of the whole", () => {
    const { stated } = readFile(utf8(textOf(CUT, "corpus")));
    expect(differing(stated).map((fact) => [fact.what, fact.stated, fact.found])).toEqual([
      ["records", 35n, 34n],
      ["records", 35n, 34n],
    ]);
    expect(stated.some(({ what }) => what === "amount")).toBe(false);
  });

  for (const name of readdirSync(FOLDERS.corpus).filter((each) => each !== WHOLE && each !== CUT)) {
    it(`${name}: a fragment fails with its line and a sentence`, () => {
      const text = textOf(name, "corpus");
      const line = rowsOf(text).find(({ cells }) => !cells[0]?.startsWith("#"))?.line;
      expect(headOf(utf8(text)).recognised).toMatchObject({ kind: "match", format: { id: "ddex.dsr.flat" } });
      const problem = problemOf(text);
      expect(problem).toMatchObject({ line, code: line === 1 ? "cells_missing" : "record_unknown" });
      expect(problem.message).toMatch(
        line === 1 ? /\d cells where a HEAD record has at least 12/ : /"FHEA" is no record/,
      );
    });
  }
});

describe("reports of every profile", () => {
  for (const name of WRITTEN) {
    const expected = EXPECTED[name] as Expected;
    const text = textOf(name);

    it(`${name}: is claimed by its format alone, and comes to its sums`, () => {
      const { recognised } = headOf(utf8(text));
      expect(recognised).toMatchObject({ kind: "match", format: { id: expected.format }, match: { headerLine: 0 } });
      const { lines, stated } = readFile(utf8(text));
      expect(lines).toHaveLength(expected.lines);
      expect(units(lines)).toBe(expected.units_sum);
      const byCurrency = Map.groupBy(lines, ({ currency }) => currency);
      const sums = Object.fromEntries([...byCurrency].map(([currency, group]) => [currency, sum(group)]));
      const amounts = Object.entries(expected.amount_sum ?? { "": "0" });
      expect(sums).toEqual(Object.fromEntries(amounts.map(([currency, amount]) => [currency, plain(amount)])));
      expect(differing(stated).length).toBe(PARTS.includes(name) ? 1 : 0);
    });

    it(`${name}: read on from any row with what was saved, its lines and facts are the same`, () => {
      const rows = rowsOf(text);
      const read = (reader: LineReader, from: number, to: number) =>
        rows.slice(from, to).map(({ cells, line }) => {
          const row = reader.read(cells, line);
          return { row, details: isApart(row) ? null : reader.details(cells), explained: reader.explain(cells, line) };
        });
      const whole = read(readerOf(text), 0, rows.length);
      for (let split = 0; split <= rows.length; split += 1) {
        const first = readerOf(text);
        const before = read(first, 0, split);
        const saved = first.memory?.save() ?? "";
        expect(saved.length).toBeLessThan(4096);
        const second = readerOf(text);
        second.memory?.load(saved);
        expect([...before, ...read(second, split, rows.length)]).toEqual(whole);
        expect(second.memory?.save()).toBe(finalMemory(text));
      }
    });

    it(`${name}: cut off at any place it fails with its line, or reads as the same lines`, () => {
      const bytes = utf8(text);
      const printed = readLines(bytes).map(({ line, exact: amount }) => `${line} ${amount}`);
      let refused = 0;
      for (let at = 8; at < bytes.length; at += 13) {
        let read: StatementLine[];
        try {
          read = readLines(bytes.slice(0, at));
        } catch (error) {
          if (error instanceof LineProblemError) {
            expect(error.problem.line).toBeGreaterThan(0);
            refused += 1;
          } else expect(String(error)).toBe("Error: none");
          continue;
        }
        expect(read.map(({ line, exact: amount }) => `${line} ${amount}`)).toEqual(printed);
      }
      expect(refused).toBeGreaterThan(bytes.length / 13 / 2);
    });

    it(`${name}: comments and empty lines anywhere change no line, and are counted as the standard counts lines`, () => {
      const rows = text.split(/\r?\n/u).slice(0, -1);
      const { lines } = readFile(utf8(text));
      const commented = readFile(utf8(rows.flatMap((row) => [row, "# aside\twith\tcells", ""]).join("\n")));
      const moved = lines.map((line) => ({ ...line, line: (line.line - 1) * 3 + 1 }));
      expect(commented.lines).toEqual(moved);
      const [count] = differing(commented.stated);
      expect(count).toMatchObject({ stated: BigInt(rows.length), found: BigInt((rows.length - 1) * 3 + 1) });
    });
  }

  it("a UGC report: only the money of whom it represents, in the currency of its summary", () => {
    const { lines, apart, stated } = readFile(utf8(textOf("dsr_ugc_1_2.tsv")));
    expect(lines.map((line) => ({ ...line, exact: formatExact(line.exact) }))).toEqual([
      {
        line: 10,
        period: "2026-07",
        day: null,
        platform: "Reelbox",
        territory: "SE",
        isrc: "QZAB12400101",
        upc: null,
        title: "Low Tide | High Tide",
        artist: "Glass Harbor",
        kind: "performance",
        units: 1200,
        exact: "10.00000000000000000125",
        currency: "EUR",
      },
      expect.objectContaining({ line: 14, day: "2026-07-05", kind: "mechanical", units: 800, exact: "3.4" }),
      expect.objectContaining({
        line: 19,
        isrc: "SEAAA2600001",
        title: '"Ghost ""Bus"" | Reprise',
        artist: "Møth Párade",
        territory: "GB",
        kind: "ugc",
        units: 300,
        currency: "GBP",
      }),
    ]);
    expect(apart.filter((row) => row.exact !== null)).toEqual([
      { apart: "record", exact: exact("6.25"), currency: "EUR", states: [] },
    ]);
    const held = stated.filter(({ what }) => what !== "records");
    expect(held.map(({ what, stated: said, found }) => [what, said === found])).toEqual([
      ["amount", true],
      ["units", true],
      ["amount", true],
      ["units", true],
    ]);
  });

  it("a sale shared by several licensors counts its uses once", () => {
    const text = textOf("dsr_ugc_1_2.tsv").replace("Nordic Songs|Coast Works", "");
    const lines = readLines(utf8(text));
    expect(lines.map((line) => line.units)).toEqual([1200, 0, 800, 300]);
    const { explained } = lineAt(text, 12);
    expect(explained).toContainEqual(
      expect.objectContaining({ column: "units", became: "0", note: expect.stringContaining("counted by the first") }),
    );
  });

  it("a royalty report: each sale is of the work and the resource before it", () => {
    const text = textOf("dsr_royalty_1_0_1.tsv");
    const lines = readLines(utf8(text));
    expect(lines.map((line) => [line.title, line.isrc, line.upc, line.kind, line.units, line.period])).toEqual([
      ["Undertow / Ebb", "QZAB12400101", "193959000013", "mechanical", 100, "2026-04"],
      ["Undertow / Ebb", "QZAB12400101", "193959000013", "performance", 0, "2026-04"],
      ["Undertow / Ebb", "QZAB12400101", "193959000013", "performance", 100, "2026-04"],
      ["Hidden Track", null, "193959000013", "performance", 7, "2026-04"],
    ]);
    const works = lines.map(({ line }) => lineAt(text, line).details).map(({ workId, iswc }) => [workId, iswc]);
    expect(works).toEqual([
      ["W1", "T0345246801"],
      ["W1", "T0345246801"],
      ["W2", null],
      [null, null],
    ]);
    expect(lineAt(text, 8).details).toMatchObject({
      usage: "SubscriptionModel OnDemandStream",
      releaseTitle: "Undertow EP",
      label: "Glass Harbor Music",
      catalogNumber: "GH-001",
      statementPeriod: "2026-04/2026-04",
    });
  });

  it("a financial report: net revenue in the currency of accounting, returns below nought", () => {
    const text = textOf("dsr_financial_1_0.tsv");
    const lines = readLines(utf8(text));
    expect(
      lines.map((line) => [line.day, line.territory, line.title, line.isrc, line.kind, line.units, line.currency]),
    ).toEqual([
      ["2026-06-02", "JP", "Undertow", "QZAB12400101", "stream", 300, "USD"],
      [null, "JP", "Low Tide", "QZAB12400102", "stream", 250, "USD"],
      ["2026-06-30", "FR", "Undertow EP", null, "download", 1, "EUR"],
      ["2026-06-30", "FR", "Undertow EP", null, "download", -1, "EUR"],
    ]);
    expect(lineAt(text, 4).details).toMatchObject({
      gross: "1.1",
      deductions: "0.1",
      rate: "0.004",
      saleCurrency: "JPY",
      exchangeRate: "0.0067",
    });
    const amounts = readFile(utf8(text)).stated.filter(({ what }) => what === "amount");
    expect(amounts.map((fact) => [fact.currency, formatExact(fact.stated), formatExact(fact.found ?? 0n)])).toEqual([
      ["USD", "2.75", "2.75"],
      ["EUR", "0.35", "0.35"],
    ]);
  });

  it("a financial report with a fee whatever was used: its lines lack the fee, and it says so", () => {
    const text = textOf("dsr_financial_1_0.tsv");
    const [row = ""] = text.split("\n").filter((each) => each.startsWith("SY10\t1"));
    const cells = row.split("\t");
    cells[43] = "5|0.5";
    const { lines, stated } = readFile(utf8(text.replace(row, cells.join("\t"))));
    expect(sum(lines)).toBe("3.1");
    expect(differing(stated)).toMatchObject([{ what: "amount", stated: exact("8.25"), found: exact("2.75"), line: 2 }]);
  });

  it("a basic audio report: plays of its days and never the service's revenue", () => {
    const text = textOf("dsr_basic_audio_1_2.tsv");
    const lines = readLines(utf8(text));
    expect(lines.map((line) => [line.title, line.isrc, line.kind, line.units, line.exact, line.currency])).toEqual([
      ["Undertow", "QZAB12400101", "stream", 5001, 0n, ""],
      ["Low Tide", "QZAB12400102", "stream", 42, 0n, ""],
      ["Undertow EP", null, "download", 7, 0n, ""],
      ["Undertow EP", null, "download", 1, 0n, ""],
      ["No code", null, "stream", 3, 0n, ""],
    ]);
    expect(lines.map(({ upc }) => upc)).toEqual([...Array(4).fill("193959000013"), null]);
    expect(readerOf(text).window).toEqual({ from: "2026-07-06", to: "2026-07-12" });
    expect(readerOf(textOf("dsr_ugc_1_2.tsv")).window).toBeNull();
    expect(formatOf("ddex.dsr.usage").measures).toBe("plays");
    expect(formatOf("ddex.dsr.flat").measures).toBe("money");
  });

  it("a line is explained down to its own cells, and to the records it leans on", () => {
    const { explained } = lineAt(textOf("dsr_ugc_1_2.tsv"), 10);
    const of = (column: string) => explained.find((cell) => cell.column === column);
    expect(of("AllocatedAmount")).toEqual({
      column: "AllocatedAmount",
      printed: "10.00000000000000000125",
      field: "amount",
      became: "10.00000000000000000125 EUR",
    });
    expect(of("RightsController")).toMatchObject({ printed: "Nordic Songs", field: null, became: null });
    expect(of("title")).toMatchObject({ became: "Low Tide | High Tide", note: expect.stringContaining("AS, MW, RE") });
    expect(of("territory")).toMatchObject({ became: "SE", note: expect.stringContaining("SY") });
  });
});

/** What a reader remembers behind the last row. */
function finalMemory(text: string): string {
  const reader = readerOf(text);
  for (const { cells, line } of rowsOf(text)) reader.read(cells, line);
  return reader.memory?.save() ?? "";
}

describe("the parts of one report", () => {
  const [first = "", second = ""] = PARTS.map((name) => textOf(name));

  it("read one behind the other are one report, whose counts all hold", () => {
    const { lines, stated } = readFile(utf8(first + second));
    expect(sum(lines)).toBe("3.75");
    expect(units(lines)).toBe(30);
    expect(differing(stated)).toEqual([]);
    expect(
      stated.map(({ what, stated: said }) => [what, what === "amount" ? formatExact(said) : Number(said)]),
    ).toEqual([
      ["records", 6],
      ["records", 1],
      ["records", 1],
      ["records", 7],
      ["records", 13],
      ["records", 1],
      ["records", 1],
      ["records", 2],
      ["amount", "3.75"],
      ["records", 2],
    ]);
  });

  it("alone, a part states how many there should be", () => {
    for (const part of [first, second]) {
      expect(differing(readFile(utf8(part)).stated)).toMatchObject([{ what: "records", stated: 2n, found: 1n }]);
    }
  });

  it("in the wrong order, twice, or of another report, they fail at the record that says so", () => {
    const other = second.replace("M-2026-07-PARTS", "M-2026-08-PARTS");
    for (const text of [second + first, first + first, first + other]) {
      expect(problemOf(text)).toMatchObject({ code: "record_misplaced" });
    }
    expect(problemOf(first + other)).toMatchObject({ line: 7 });
  });

  it("are known by their heads, whatever their files are called", () => {
    const part = (text: string, name = "x.tsv") => partOf(headOf(utf8(text)).head, name);
    expect(part(first)).toMatchObject({ number: 1, of: 2 });
    expect(part(second)).toEqual({ ...part(first), number: 2 });
    expect(part(second.replace("2026-07-31", "2026-07-30"))?.group).not.toBe(part(first)?.group);
    expect(part(textOf("dsr_ugc_1_2.tsv"))).toMatchObject({ number: 1, of: 1 });
    expect(part(textOf("test_file_parser.tsv", "corpus"))).toBeNull();
    const blank = first.replace("\t1\t2\t2026-07-01", "\t\t\t2026-07-01");
    expect(part(blank)).toBeNull();
    expect(part(blank, "DSR_GlassHarbor_Reelbox_Clips_2026-07_SE_2of3_20260814T090000.tsv.gz")).toMatchObject({
      number: 2,
      of: 3,
    });
    expect(part(blank, "DSR_GlassHarbor_Reelbox_Clips_2026-07_SE_4of3_20260814T090000.tsv")).toBeNull();
  });
});

describe("a report that contradicts itself", () => {
  const ugc = textOf("dsr_ugc_1_2.tsv");
  const basic = textOf("dsr_basic_audio_1_2.tsv");
  const financial = textOf("dsr_financial_1_0.tsv");

  it("states each wrong count of its footer", () => {
    const counts = ["21", "21", "3", "2", "2"];
    for (const wrong of counts.keys()) {
      const footer = counts.map((count, at) => (at === wrong ? "9" : count)).join("\t");
      const { stated } = readFile(utf8(ugc.replace(`FOOT\t${counts.join("\t")}`, `FOOT\t${footer}`)));
      expect(differing(stated)).toMatchObject([{ what: "records", stated: 9n, found: BigInt(counts[wrong] ?? "") }]);
      expect(stated.some(({ what }) => what === "amount")).toBe(false);
    }
  });

  it("states an amount due that its lines do not come to", () => {
    const { stated } = readFile(utf8(ugc.replace("\t13.40000000000000000125\t", "\t13.41\t")));
    expect(differing(stated)).toMatchObject([{ what: "amount", currency: "EUR", stated: exact("13.41"), line: 4 }]);
  });

  const LI = "LI01.02\t1\t\tNordic Songs\t\t\t60\t\t1.5\t1.0\n";
  const cases: Record<string, readonly [string, Partial<LineProblem>]> = {
    "a licensor before its sale": [
      ugc.replace("SU03.02\t1\tT1", `${LI}SU03.02\t1\tT1`),
      { line: 9, code: "record_misplaced" },
    ],
    "a sale before what was sold": [
      ugc.replace("SU03.02\t1\tT1", "SU03.02\tZ\tT1"),
      { line: 9, code: "record_misplaced" },
    ],
    "data before HEAD": [`${LI}${ugc}`, { line: 1 }],
    "a block before the summaries": [ugc.replace(/^SY.*\n/gmu, ""), { code: "record_misplaced", line: 4 }],
    "a summary behind the lines": [ugc.replace("FOOT", `${ugc.split("\n")[3]}\nFOOT`), { code: "record_misplaced" }],
    "a second HEAD within": [ugc.replace("FOOT", `${ugc.split("\n")[1]}\nFOOT`), { code: "record_misplaced" }],
    "a record behind the footer": [`${ugc}${LI}`, { line: 22, code: "record_misplaced" }],
    "no footer": [ugc.replace(/FOOT.*\n/u, ""), { code: "lines_missing", line: 20 }],
    "an unknown record type": [ugc.replace("RU01.01", "RU09.01"), { line: 8, code: "record_unknown" }],
    "a record of another profile": [ugc.replace("RU01.01", "SR02"), { line: 8, code: "record_unknown" }],
    "a record of a newer version": [ugc.replace("LI01.02\t1", "LI01.09\t1"), { line: 10, code: "record_unknown" }],
    "a missing mandatory cell": [
      ugc.replace("\t1.5\t3.4\t500", "\t1.5"),
      { line: 14, code: "cells_missing", column: "AllocatedAmount" },
    ],
    "a cell too many": [ugc.replace("\t3.4\t500", "\t3.4\t500\tx"), { line: 14, code: "cells_extra" }],
    "an unread profile": [
      ugc.replace("UgcProfile", "RadioBroadcastProfile"),
      { line: 2, code: "record_unknown", column: "Profile" },
    ],
    "an unreadable amount": [
      ugc.replace("\t3.4\t", "\t3,4\t"),
      { line: 14, code: "amount_unreadable", column: "AllocatedAmount" },
    ],
    "unreadable uses": [ugc.replace("\t1200\t", "\t1200.5\t"), { line: 9, code: "units_unreadable", column: "Usages" }],
    "an unreadable date": [
      ugc.replace("\t2026-07-05\t2026", "\t05/07/26\t2026"),
      { line: 13, code: "period_unreadable" },
    ],
    "dates in the wrong order": [
      ugc.replace("\t2026-07-05\t2026-07-05", "\t2026-07-05\t2026-07-04"),
      { line: 13, code: "period_unreadable" },
    ],
    "an unknown currency": [ugc.replace("\tGBP\t", "\tGBX\t"), { line: 6, code: "currency_unreadable" }],
    "an unknown summary": [ugc.replace("\tT3\tS2", "\tT3\tS7"), { line: 19, code: "record_misplaced" }],
    "file 3 of 2": [ugc.replace("\t1\t1\t2026", "\t3\t2\t2026"), { line: 2, code: "record_misplaced" }],
    "a resource that no record describes": [
      basic.replace("\tA1\t\t5001", "\tA9\t\t5001"),
      { line: 9, code: "record_misplaced" },
    ],
    "a release that no record describes": [
      basic.replace("\tL3\t\ttrue", "\tL9\t\ttrue"),
      { line: 12, code: "record_misplaced" },
    ],
    "a row of an unknown summary": [
      financial.replace("\t2\t2026-06-30\t0", "\t8\t2026-06-30\t0"),
      { line: 8, code: "record_misplaced" },
    ],
  };
  for (const [what, [text, problem]] of Object.entries(cases)) {
    it(`fails with its line: ${what}`, () => {
      expect([ugc, basic, financial]).not.toContain(text);
      expect(problemOf(text)).toMatchObject(problem);
      expect(problemOf(text).message).not.toBe("");
    });
  }

  it("several currencies under one id are only read where the rights controller tells which", () => {
    const both = ugc.replace("\tEUR\t4120.55\tOther", "\tUSD\t4120.55\tOther");
    expect(readLines(utf8(both))[0]?.currency).toBe("EUR");
    const twice = (row: string) => ugc.replace("SY02.02\tS2", `${row}\nSY02.02\tS2`);
    const rights = twice(ugc.split("\n")[3]?.replace("PerformingRight", "MechanicalRight") ?? "");
    const [first] = readLines(utf8(rights.replace("60\tPerformingRight", "60\t")));
    expect(first).toMatchObject({ kind: "stream", currency: "EUR" });
    const moved = twice(ugc.split("\n")[3]?.replace("\tSE\t", "\tNO\t") ?? "");
    expect(problemOf(moved)).toMatchObject({ line: 6, code: "record_misplaced" });
    const third = both.replace("LI01.02\t1\t\tNordic Songs\t\tNS-17", "LI01.02\t1\t\tCoast Works\t\tNS-17");
    expect(problemOf(third)).toMatchObject({ line: 10, code: "currency_unreadable" });
  });
});

describe("what a report can be made to cost", () => {
  const ugc = textOf("dsr_ugc_1_2.tsv");

  it("words of JavaScript's own objects are words like any other", () => {
    const odd = ugc.replaceAll("UserMakeAvailableUserProvided", "constructor").replace("RightsClaimModel", "__proto__");
    expect(readLines(utf8(odd)).at(-1)?.kind).toBe("other");
    const basic = textOf("dsr_basic_audio_1_2.tsv").replaceAll("\tA1\t", "\t__proto__\t");
    expect(readLines(utf8(basic))[0]).toMatchObject({ title: "Undertow", isrc: "QZAB12400101" });
    expect(problemOf(basic.replace("\t__proto__\t\t5001", "\tconstructor\t\t5001"))).toMatchObject({ line: 9 });
  });

  it("summaries beyond what can be remembered are refused", () => {
    const [before, after] = ugc.split("SY02.02\tS2") as [string, string];
    const rows = Array.from({ length: MOST_SUMMARIES - 2 }, (_, at) => `SY02.02\tX${at}${after.split("\n")[0]}\n`);
    const most = `${before}${rows.join("")}SY02.02\tS2${after}`;
    expect(problemOf(most)).toMatchObject({ code: "statement_too_varied", line: MOST_SUMMARIES + 4 });
    const fewer = `${before}${rows.slice(1).join("")}SY02.02\tS2${after}`;
    expect(readLines(utf8(fewer))).toHaveLength(3);
    expect(finalMemory(fewer).length).toBeLessThan(64_000);
  });

  it("texts are remembered up to a few hundred letters", () => {
    const long = ugc.replace("GHOST BUS", "G".repeat(50_000)).replace("Møth Párade", "M".repeat(50_000));
    const reader = readerOf(long);
    let most = 0;
    for (const { cells, line } of rowsOf(long)) {
      reader.read(cells, line);
      most = Math.max(most, reader.memory?.save().length ?? 0);
    }
    expect(most).toBeLessThan(4096);
  });
});

describe("how a report is written", () => {
  it("a bar parts values, and is a letter behind one backslash, or two", () => {
    expect(listOf("a|b|")).toEqual(["a", "b", ""]);
    expect(listOf("a\\|b|c\\\\|d")).toEqual(["a|b", "c|d"]);
    expect(listOf("a\\\\\\|b")).toEqual(["a\\", "b"]);
    expect(unescaped("AC\\DC")).toBe("AC\\DC");
    expect(unescaped("back\\\\\\slash")).toBe("back\\slash");
  });

  it("a tab behind a backslash belongs to its cell", () => {
    expect(joinedCells(["AS", "a\\", "b", "c\\\\\\", "d"])).toEqual(["AS", "a\\\tb", "c\\\\\\", "d"]);
    expect(unescaped("a\\\tb")).toBe("a\tb");
    const text = textOf("dsr_ugc_1_2.tsv").replace("Low Tide \\\\| High Tide", "Low\\\tTide");
    expect(readLines(utf8(text))[0]?.title).toBe("Low\tTide");
  });

  it("any texts survive being escaped, parted and put together again", () => {
    const letters = fc.array(fc.constantFrom("a", "\\", "|", "\t", '"', "é")).map((each) => each.join(""));
    const written = (text: string) => text.replaceAll(/[\\|\t]/gu, (letter) => ESCAPED[letter as keyof typeof ESCAPED]);
    const ESCAPED = { "\\": "\\\\\\", "|": "\\\\|", "\t": "\\\t" };
    fc.assert(
      fc.property(fc.array(fc.array(letters, { minLength: 1 }), { minLength: 1 }), (record) => {
        const row = record.map((values) => values.map(written).join("|")).join("\t");
        expect(joinedCells(row.split("\t")).map(listOf)).toEqual(record);
      }),
    );
  });

  it("is known by its HEAD however many commas its titles hold, and with a byte order mark in the text", () => {
    const text = `${textOf("dsr_ugc_1_2.tsv").replaceAll("Songs", "Songs, Sons, Sisters, Co")}`;
    expect(headOf(utf8(text)).head.delimiter).toBe("\t");
    const lines = readLines(utf8(text));
    expect(lines).toHaveLength(3);
    const reader = readerOf(text);
    const rows = rowsOf(text).slice(1);
    const marked = rows.map(({ cells, line }, at) => ({
      cells: at === 0 ? [`\uFEFF${cells[0]}`, ...cells.slice(1)] : cells,
      line,
    }));
    expect(marked.map(({ cells, line }) => reader.read(cells, line)).filter((row) => !isApart(row))).toEqual(lines);
  });

  it("a report without the header cells it needs has no head to speak of", () => {
    expect(reportHeadOf(headOf(utf8("HEAD\tdsrf/30\tUGCProfile\n")).head)).toBeNull();
    expect(headOf(utf8("HEAD\tone\ttwo\n")).recognised.kind).toBe("none");
  });
});
