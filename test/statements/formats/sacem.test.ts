import { describe, expect, it } from "vitest";
import { formatExact } from "../../../src/kernel/quantise.ts";
import { expectations, fixture, headOf, readFile, sum, utf8 } from "../read-file.ts";

const bytes = fixture("sacem.releve.xlsx.csv");
const text = new TextDecoder().decode(bytes);
const [header = "", ...rows] = text.trim().split("\r\n");
const file = (...lines: string[]) => utf8(`${[header, ...lines].join("\n")}\n`);

/** The facts stated that do not hold: line, what is printed, what it should be. */
function misfits(saved: Uint8Array): (string | number)[][] {
  const { stated } = readFile(saved);
  return stated
    .filter(({ stated: told, found }) => told !== found)
    .map(({ line, stated: told, found }) => [line, formatExact(told), formatExact(found ?? 0n)]);
}

describe("SACEM's account statement", () => {
  it("tells distributions from what is kept back, and drops no movement", () => {
    const { lines, apart } = readFile(bytes, { artist: "Glass Harbor" });
    expect(lines.map(({ title, kind }) => [title, kind])).toEqual([
      ["Répartition 675", "other"],
      ["CONTRIBUTION FORMATION 0.35%", "charge"],
      ["Part sociale 2026 GLASS HARBOR", "charge"],
      ["Régularisation exceptionnelle", "other"],
      ["REPARTITION 674", "other"],
      ["CSG DEDUCTIBLE 6.80% (BASE 98.25%)", "charge"],
      ["CRDS 0.50%", "charge"],
      ["COTISATION URSSAF VIEILLESSE 6.15% PLAFONNÉE", "charge"],
      ["FORFAIT TVA", "charge"],
    ]);
    expect(apart.map((row) => [row.apart, row.exact === null ? null : formatExact(row.exact), row.currency])).toEqual([
      ["payout", "-1050", "EUR"],
      ["balance", "4.98", "EUR"],
    ]);
    expect(lines[4]).toEqual({
      line: 6,
      period: "2026-04",
      day: "2026-04-07",
      platform: "SACEM",
      territory: "ZZ",
      isrc: null,
      upc: null,
      title: "REPARTITION 674",
      artist: "Glass Harbor",
      kind: "other",
      units: 0,
      exact: 120469n * 10n ** 28n,
      currency: "EUR",
    });
  });

  it("is the same from the workbook, with tabs, days of ISO and points", () => {
    const asWorkbook = [header, ...rows]
      .map((row) =>
        row
          .replaceAll(";", "\t")
          .replaceAll(/(\d),(\d)/g, "$1.$2")
          .replaceAll(/(\d) (\d)/g, "$1$2"),
      )
      .map((row) => row.replace(/^(\d\d)\/(\d\d)\/(\d{4})/, "$3-$2-$1 00:00:00"));
    const labels = (each: ReturnType<typeof readFile>) => ({
      ...each,
      lines: each.lines.map((line) => ({ ...line, title: "" })),
    });
    expect(labels(readFile(utf8(asWorkbook.join("\n"))))).toEqual(labels(readFile(bytes)));
  });

  it("states the balance it ends with, which its movements come to", () => {
    const { stated } = readFile(bytes);
    const closing = String(expectations("EXPECTED-stores.json")["sacem.releve.xlsx.csv"]?.["closing_balance"]);
    expect(stated.map(({ what, stated: told }) => [what, formatExact(told)])).toEqual([["balance", closing]]);
    expect(misfits(bytes)).toEqual([]);
  });

  it("may list days and the rows of a day in either order", () => {
    const days = [rows.slice(0, 4), rows.slice(4, 10), rows.slice(10)];
    const orders = [
      days,
      days.map((day) => day.toReversed()),
      days.toReversed(),
      days.toReversed().map((day) => day.toReversed()),
    ];
    for (const order of orders) {
      expect(misfits(file(...order.flat()))).toEqual([]);
      expect(sum(readFile(file(...order.flat())).lines)).toBe("1348.6");
    }
  });

  it("names the row whose balance does not fit, in either order", () => {
    const wrong = rows.map((row) => row.replace("1 123,27", "1 123,72"));
    expect(misfits(file(...wrong))).toEqual([
      [8, "1123.72", "1123.27"],
      [9, "1049.18", "1049.63"],
    ]);
    const absent = rows.filter((row) => !row.includes("CRDS"));
    expect(misfits(file(...absent))).toContainEqual([8, "1049.18", "1055.1"]);
    expect(misfits(file(...absent)).length).toBe(2);
    const dayGone = rows.filter((row) => !row.startsWith("07/04"));
    expect(misfits(file(...dayGone)).map(([line]) => line)).toEqual([6, 6]);
  });

  it("checks the same however the file is cut into blocks, and where a row is explained", () => {
    const { head, recognised } = headOf(bytes);
    if (recognised.kind !== "match") throw new Error(recognised.kind);
    const { format, match } = recognised;
    const open = () => format.reader(head, match, { filename: "", artist: "", answers: {} });
    let saved = open().memory?.save() ?? "";
    rows.forEach((row, at) => {
      const reader = open();
      reader.memory?.load(saved);
      reader.read(row.split(";"), at + 2);
      reader.explain(row.split(";"), at + 2);
      saved = reader.memory?.save() ?? "";
    });
    const last = open();
    last.memory?.load(saved);
    expect(last.atEnd?.()).toEqual(readFile(bytes).stated);
    expect(saved.length).toBeLessThan(500);
  });

  it("leaves blank rows apart, and stops at a movement that is no amount", () => {
    expect(readFile(file(...rows.slice(0, 2), ";;;", ...rows.slice(2))).apart.map((row) => row.apart)).toContain(
      "record",
    );
    expect(() => readFile(file("07/04/2026;REPARTITION 674;n.c.;6,67"))).toThrow(/line 2: "n\.c\." is no amount/);
    expect(() => readFile(file(";REPARTITION 674;1,69;6,67"))).toThrow(/is no period/);
  });
});
