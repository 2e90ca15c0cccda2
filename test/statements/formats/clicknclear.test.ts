import { describe, expect, it } from "vitest";
import { formatExact } from "../../../src/kernel/quantise.ts";
import { LineProblemError } from "../../../src/statements/formats/format.ts";
import { fixture, headOf, readFile, utf8 } from "../read-file.ts";

const bytes = fixture("clicknclear.v1.csv");
const text = new TextDecoder().decode(bytes);
const rows = text.trim().split("\n");

function problemOf(...lines: string[]) {
  try {
    readFile(utf8(`${lines.join("\n")}\n`));
  } catch (error) {
    if (error instanceof LineProblemError) return error.problem;
    throw error;
  }
  throw new Error("it was read");
}

function readerOf(file: Uint8Array) {
  const { head, recognised } = headOf(file);
  if (recognised.kind !== "match") throw new Error(recognised.kind);
  return {
    head,
    open: () => recognised.format.reader(head, recognised.match, { filename: "", artist: "", answers: {} }),
  };
}

describe("ClicknClear's report", () => {
  it("reads recordings and works, whose rows differ", () => {
    const { lines } = readFile(bytes);
    expect(lines[0]).toEqual({
      line: 2,
      period: "2026-07",
      day: "2026-07-04",
      platform: "ClicknClear",
      territory: "US",
      isrc: "QZAB12400101",
      upc: expect.stringContaining("193959000013"),
      title: "Undertow",
      artist: "Glass Harbor, Møth Párade",
      kind: "sync",
      units: 1,
      exact: 72916n * 10n ** 26n,
      currency: "USD",
    });
    expect(lines[3]).toMatchObject({ line: 6, isrc: null, upc: null, territory: "US", artist: "Glass Harbor" });
    expect(lines[4]?.exact).toBe(-10937n * 10n ** 26n);
  });

  it("holds each total against the sales behind it", () => {
    const { stated, apart } = readFile(bytes);
    expect(apart.map((row) => row.apart)).toEqual(["total", "total"]);
    expect(stated.map(({ what, line, stated: told, found }) => [what, line, told === found])).toEqual([
      ["balance", 1, true],
      ["amount", 1, true],
      ["lines", 1, true],
      ["balance", 5, true],
      ["amount", 5, true],
      ["lines", 5, true],
    ]);
    const short = readFile(utf8(`${rows.slice(0, -1).join("\n")}\n`)).stated.filter(
      ({ stated: s, found }) => s !== found,
    );
    expect(short.map(({ what, line, found }) => [what, line, found])).toEqual([
      ["amount", 5, 36458n * 10n ** 26n],
      ["lines", 5, 1n],
    ]);
  });

  it("checks the sum of a total, rounded to cents", () => {
    const wrong = readFile(utf8(text.replace(",34.37", ",34.38"))).stated.find(({ stated: s, found }) => s !== found);
    expect(wrong).toMatchObject({ what: "balance", line: 1 });
    expect(formatExact(wrong?.found ?? 0n)).toBe("34.3748");
  });

  it("goes on from block to block", () => {
    const { open } = readerOf(bytes);
    let saved = open().memory?.save() ?? "";
    const cut = rows.map((row) => row.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).map((cell) => cell.replace(/^"|"$/g, "")));
    const stated = cut.flatMap((cells, at) => {
      const reader = open();
      reader.memory?.load(saved);
      const read = reader.read(cells, at + 1);
      reader.explain(cells, at + 1);
      saved = reader.memory?.save() ?? "";
      return "states" in read ? read.states : [];
    });
    const last = open();
    last.memory?.load(saved);
    expect([...stated, ...(last.atEnd?.() ?? [])]).toEqual(readFile(bytes).stated);
  });

  it("names no licensee, and keeps the facts that exports show", () => {
    const { head, open } = readerOf(bytes);
    const reader = open();
    reader.read(head.lines[0] ?? [], 1);
    const [master = [], work = []] = [head.lines[1], head.lines[5]];
    const explained = reader.explain(master, 2);
    expect(master[3]).toBe("Seaside All Stars");
    expect(JSON.stringify([explained, reader.details(master)])).not.toContain("Seaside");
    expect(reader.columns[3]).toMatchObject({ name: "Licensee Name", isPrivate: true });
    expect(explained.at(-1)).toEqual({
      column: "Amount Due to Rightsholder",
      printed: "7.2916",
      field: "amount",
      became: "7.2916 USD",
    });
    expect(reader.details(master)).toMatchObject({
      gross: "25.0000",
      rate: "70.00",
      usage: "M",
      label: "Harbor Tapes",
      saleCurrency: "USD",
      statementPeriod: "2026-07-01T00:00:00.000Z/2026-09-30T23:59:59.999Z",
    });
    expect(reader.details(work)).toMatchObject({ usage: "P", iswc: "T0345246801", label: null });
  });

  it.each([
    ["a fee whose cells nobody described", "S,PR,2026-07-04T10:30:00.000Z,x", "record_unknown"],
    ["a row of no kind", "X,M,1", "record_unknown"],
    ["a row too short", (rows[1] ?? "").replace(",Harbor Tapes", ""), "cells_missing"],
    ["a row too long", `${rows[1]},1`, "cells_extra"],
    ["a work behind the total of recordings", rows[5] ?? "", "record_misplaced"],
    ["another currency than the total's", (rows[1] ?? "").replace(",USD,", ",EUR,"), "record_misplaced"],
    ["a currency that is none", (rows[1] ?? "").replace(",USD,", ",QQQ,"), "currency_unreadable"],
    ["no amount", (rows[1] ?? "").replace(/7\.2916$/, ""), "amount_unreadable"],
    ["no day", (rows[1] ?? "").replace("2026-07-04T10:30:00.000Z", "July"), "period_unreadable"],
  ])("stops at %s", (_, row, code) => {
    expect(problemOf(rows[0] ?? "", row)).toMatchObject({ line: 2, code });
  });

  it("begins with a total, and nothing else does", () => {
    expect(headOf(utf8(`${rows.slice(1).join("\n")}\n`)).recognised.kind).toBe("none");
    expect(headOf(utf8("T,M,2026-07-01,2026-09-30,3,USD,1,2,3\n")).recognised.kind).toBe("none");
  });
});
