import { describe, expect, it } from "vitest";
import { isApart } from "../../../src/statements/formats/format.ts";
import { fixture, headOf, readFile, sum, utf8 } from "../read-file.ts";

const SAMPLE = "bandcamp_raw_52col_utf16le.csv";
const sample = fixture(SAMPLE);
const counted = { answers: { refunds: "payout_balance" } } as const;

function raw(): string[][] {
  const { utf8: bytes } = headOf(sample);
  const text = new TextDecoder().decode(bytes);
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(","));
}

/** A file of the raw report's columns; cells are given by name. */
function report(...rows: Record<string, string>[]): Uint8Array {
  const names = raw()[0] ?? [];
  const always = { date: "1/24/26 11:21pm", currency: "usd", artist: "Glass Harbor", "paid to": "you@example.com" };
  const lines = rows.map((row) => names.map((name) => ({ ...always, ...row })[name] ?? "").join(","));
  return utf8(`${names.join(",")}\n${lines.join("\n")}\n`);
}

describe("Bandcamp's raw report", () => {
  it("keeps each currency apart, and every row that is no sale by its reason", () => {
    const { lines, apart } = readFile(sample);
    expect(sum(lines.filter(({ currency }) => currency === "USD"))).toBe("35.19");
    expect(sum(lines.filter(({ currency }) => currency === "EUR"))).toBe("0.75");
    expect(apart.map((row) => [row.apart, row.exact])).toEqual([
      ["payout", 11941n * 10n ** 28n],
      ["refund_without_amount", -5244n * 10n ** 28n],
      ["refund_without_amount", -168n * 10n ** 28n],
    ]);
  });

  it("reads a sale field by field, by its own day", () => {
    expect(readFile(sample).lines[1]).toEqual({
      line: 3,
      period: "2026-01",
      day: "2026-01-03",
      platform: "Bandcamp",
      territory: "DE",
      isrc: "DEZ652500105",
      upc: null,
      title: "Hier, à l’aube",
      artist: "Møth Párade",
      kind: "download",
      units: 1,
      exact: 75n * 10n ** 28n,
      currency: "EUR",
    });
  });

  it("takes records and shirts for copies, music for downloads, and what it does not know for neither", () => {
    const types = ["track", "Album", "package", "merch", "bundle"];
    const { lines } = readFile(report(...types.map((type) => ({ "item type": type, "net amount": "1" }))));
    expect(lines.map(({ kind }) => kind)).toEqual(["download", "download", "physical", "physical", "other"]);
  });

  it("counts what Bandcamp kept to cover its share as a sale like any other", () => {
    const line = readFile(sample).lines.find(({ title }) => title === "Undertow");
    expect(line).toMatchObject({ kind: "download", exact: 85n * 10n ** 28n, territory: "CA" });
  });

  it("counts refunds by the payout balance where a person said so", () => {
    const { lines, apart } = readFile(sample, counted);
    expect(apart.map((row) => row.apart)).toEqual(["payout"]);
    const refunds = lines.filter(({ exact }) => exact < 0n);
    expect(refunds.map(({ line, units, kind }) => [line, units, kind])).toEqual([
      [6, -2, "other"],
      [7, 0, "other"],
    ]);
    expect(sum(refunds)).toBe("-54.12");
  });

  it("counts the balance once for a refund of several items", () => {
    const refund = { "item type": "refund", "bandcamp transaction id": "t1", "change to payout balance": "-5" };
    const reversal = { ...refund, "item type": "reversal", "bandcamp transaction id": "t2" };
    const { lines, apart } = readFile(report(refund, refund, reversal, refund), counted);
    expect(lines.map(({ line }) => line)).toEqual([2, 4, 5]);
    expect(apart.map((row) => row.apart)).toEqual(["record"]);
  });

  it("sets a refund aside that has neither amount, and reads one that has its own", () => {
    const bare = { "item type": "refund", "bandcamp transaction id": "t1" };
    const { lines, apart } = readFile(report(bare, { ...bare, "net amount": "-0.75" }), counted);
    expect(apart.map((row) => row.apart)).toEqual(["refund_without_amount"]);
    expect(sum(lines)).toBe("-0.75");
  });

  it("stops at a sale without a net amount", () => {
    expect(() => readFile(report({ "item type": "track" }))).toThrow(/line 2: "" is no amount/);
  });

  it("explains a refund's second row like its first reading, and remembers from block to block", () => {
    const refund = { "item type": "refund", "bandcamp transaction id": "t1", "change to payout balance": "-5" };
    const { head, recognised, utf8: bytes } = headOf(report(refund, refund));
    if (recognised.kind !== "match") throw new Error(recognised.kind);
    const open = () => recognised.format.reader(head, recognised.match, { filename: "", artist: "", ...counted });
    const [, first = [], second = []] = new TextDecoder()
      .decode(bytes)
      .split("\n")
      .map((line) => line.split(","));
    const reader = open();
    expect(isApart(reader.read(first, 2))).toBe(false);
    expect(reader.explain(first, 2).find(({ field }) => field === "amount")?.became).toBe("-5 USD");
    const later = open();
    later.memory?.load(reader.memory?.save() ?? "");
    expect(later.read(second, 3)).toMatchObject({ apart: "record" });
  });

  it("shows no buyer", () => {
    const { head, recognised } = headOf(sample);
    if (recognised.kind !== "match") throw new Error(recognised.kind);
    const reader = recognised.format.reader(head, recognised.match, { filename: "", artist: "", answers: {} });
    const cells = head.lines[2] ?? [];
    reader.read(cells, 3);
    const shown = JSON.stringify([reader.explain(cells, 3), reader.details(cells)]);
    expect(cells.join()).toContain("buyer2@example.com");
    for (const secret of ["buyer2@example.com", "Test Köpare", "3KJ69516S24661TST", "you@example.com"]) {
      expect(shown).not.toContain(secret);
    }
    const hidden = reader.columns.filter(({ isPrivate }) => isPrivate).map(({ name }) => name);
    const names = head.lines[0] ?? [];
    expect(hidden).toEqual(expect.arrayContaining(names.filter((name) => /^(buyer|ship to)/.test(name))));
  });

  it("keeps the facts that exports show", () => {
    const { head, recognised } = headOf(sample);
    if (recognised.kind !== "match") throw new Error(recognised.kind);
    const reader = recognised.format.reader(head, recognised.match, { filename: "", artist: "", answers: {} });
    expect(reader.details(head.lines[1] ?? [])).toMatchObject({
      gross: "7",
      deductions: "0.4",
      rate: "7",
      usage: "album",
      catalogNumber: "GH001",
    });
  });
});

describe("Bandcamp's shorter report", () => {
  it("is the shorter one only without the columns of the raw one", () => {
    const names = raw()[0] ?? [];
    const without = (pattern: RegExp) => headOf(utf8(`${names.filter((name) => !pattern.test(name)).join(",")}\n`));
    expect(without(/^$/).recognised).toMatchObject({ kind: "match", format: { id: "bandcamp.v2" } });
    expect(without(/balance|revenue share|buyer|ship/).recognised).toMatchObject({ format: { id: "bandcamp.v1" } });
  });

  it("sets every refund without a net amount aside, whatever was answered", () => {
    const { apart, lines } = readFile(fixture("bandcamp.v1.csv"), counted);
    expect(apart.map((row) => row.apart)).toEqual(["payout", "refund_without_amount"]);
    expect(lines[1]).toMatchObject({ day: "2015-05-03", territory: "ZZ", exact: 553n * 10n ** 28n });
  });
});
