import { readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guessMapping } from "../../../src/statements/mapping/guess.ts";
import { guessPeriodFormat, periodReader } from "../../../src/statements/mapping/periods.ts";
import { readHead } from "../../../src/statements/reading/header.ts";
import { fixture, headOf } from "../read-file.ts";

const guess = (text: string) => guessMapping(readHead(text, { encoding: "utf-8", newline: "\n" }));

describe("a period format", () => {
  it.each([
    ["YYYY-MM", "2026-07", "2026-07-01", "2026-07-31"],
    ["YY.M", "26.7", "2026-07-01", "2026-07-31"],
    ["MMM-YY", "Sept-26", "2026-09-01", "2026-09-30"],
    ["MMM YYYY", "jul. 2026", "2026-07-01", "2026-07-31"],
    ["MMMM YYYY", "FEBRUARY 2024", "2024-02-01", "2024-02-29"],
    ["D/M/YYYY", "3/4/2026", "2026-04-03", "2026-04-03"],
    ["YYYY-MM-DD", "2026-07-31T10:00:00Z", "2026-07-31", "2026-07-31"],
    ["YYYY-MM-01", "2026-07-01", "2026-07-01", "2026-07-31"],
    ["YYYYQ", "2026Q3", "2026-07-01", "2026-09-30"],
    ["Q YYYY", "Q1 2026", "2026-01-01", "2026-03-31"],
    ["Q/YYYY", "4Q/2026", "2026-10-01", "2026-12-31"],
    ["YYYY[M]M", "2026M7", "2026-07-01", "2026-07-31"],
    ["[week of] D MMMM YYYY", "Week of 6 July 2026", "2026-07-06", "2026-07-06"],
    ["YYYY(MM)", "2026(07)", "2026-07-01", "2026-07-31"],
  ])("%s reads %s", (format, printed, from, to) => {
    expect(periodReader(format)?.(printed)).toEqual({ from, to });
  });

  it.each([
    ["YYYY-MM", "2026-13"],
    ["YYYY-MM", "2026-7"],
    ["YYYY-MM", "2026-07-01"],
    ["YYYY-MM", " 2026-07"],
    ["YYYY-MM-DD", "2026-02-30"],
    ["YYYY-MM-DD", "2026-07-31x"],
    ["YYYY-MM-01", "2026-07-02"],
    ["MMM YYYY", "Marvellous 2026"],
    ["MMMM YYYY", "Juli 2026"],
    ["YYYY-Q", "2026-5"],
    ["YYYY.MM", "2026-07"],
    ["YYYY-MM", "0000-01"],
    ["YYYY-MM", "1812-01"],
  ])("%s does not read %s", (format, printed) => {
    expect(periodReader(format)?.(printed)).toBeNull();
  });

  it.each(["", "YYYY", "MM", "Q", "DD.MM", "YYYY-MM-MM", "YYYY YY MM", "YYYY Q MM", "yyyy-mm", "YYYY-MMth", "YYYY-DD"])(
    "%s is none",
    (format) => {
      expect(periodReader(format)).toBeNull();
    },
  );

  it("whatever stands in one, a reader of it never throws and gives whole spans or nothing", () => {
    const piece = fc.constantFrom(
      "YYYY",
      "YY",
      "MMM",
      "MM",
      "M",
      "DD",
      "D",
      "Q",
      "-",
      "(",
      "[x]",
      "[",
      "]",
      "*",
      "\\",
      "é",
    );
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[\d./Q -]{0,12}$/));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 7 }), text, (pieces, printed) => {
        const span = periodReader(pieces.join(""))?.(printed) ?? null;
        if (span !== null) expect(span.from <= span.to).toBe(true);
      }),
    );
  });

  it.each([
    [["2026-01", "2026-02"], "YYYY-MM"],
    [["20260131"], "YYYYMMDD"],
    [["31.01.2026", "01.02.2026"], "DD.MM.YYYY"],
    [["1/31/2026", "2/1/2026"], "M/D/YYYY"],
    [["31/01/2026", "01/02/2026"], "DD/MM/YYYY"],
    [["Jan 2026"], "MMM YYYY"],
    [["Q1 2026"], "Q YYYY"],
    [["03/04/2026", "01/02/2026"], null],
    [["05/05/2026"], "DD/MM/YYYY"],
    [["2026-01", "Total"], null],
    [[], null],
  ])("of %j is guessed as %s", (printed, format) => {
    expect(guessPeriodFormat(printed)).toBe(format);
  });
});

describe("a proposal", () => {
  it("knows columns by their names in several languages", () => {
    expect(guess("Monat;Dienst;Land;Titel;Interpret;Anzahl;Nettobetrag EUR\n2026-05;Deezer;DE;A;B;3;1,50\n")).toEqual({
      columns: {
        Monat: "period",
        Dienst: "platform",
        Land: "territory",
        Titel: "title",
        Interpret: "artist",
        Anzahl: "units",
        "Nettobetrag EUR": "amount",
      },
      headerRow: 1,
      periodFormat: "YYYY-MM",
      decimalMark: ",",
      currency: "EUR",
    });
    expect(guess("Mois,Plateforme,Pays,Titre,Artiste,Quantité,Revenus (€)\nMAI,x,FR,a,b,1,2.5\n")).toMatchObject({
      columns: { Mois: "period", Plateforme: "platform", Pays: "territory", Titre: "title", "Revenus (€)": "amount" },
      currency: "EUR",
    });
    expect(guess("Mes,Tienda,País,Canción,Unidades,Importe\n2026-05,x,ES,a,1,2.5\n").columns).toEqual({
      Mes: "period",
      Tienda: "platform",
      País: "territory",
      Canción: "title",
      Unidades: "units",
      Importe: "amount",
    });
  });

  it("knows columns by what stands in them, where no name tells it", () => {
    const text = "a,b,c,d,e,f,g\nQZAB12400101,193959000013,USD,2026-05-01,DE,1.25,3\n";
    expect(guess(text).columns).toEqual({
      a: "isrc",
      b: "upc",
      c: "currency",
      d: "period",
      e: "territory",
      f: "amount",
      g: "units",
    });
    expect(guess(text.slice(text.indexOf("\n") + 1))).toMatchObject({
      headerRow: 0,
      columns: { 1: "isrc", 2: "upc", 3: "currency", 4: "period", 5: "territory", 6: "amount", 7: "units" },
    });
  });

  it("gives each field to the column with the surest name, and leaves open what could be either", () => {
    const own = guess("Date,Sale Month,Total,Net Revenue,Price\n03/04/2026,2026-05,1,234,5\n");
    expect(own.columns).toMatchObject({ "Sale Month": "period", "Net Revenue": "amount", Price: "rate" });
    expect(own.columns).not.toHaveProperty("Date");
    expect(own).not.toHaveProperty("currency");
    expect(guess("Date,Amount\n03/04/2026,12.50\n")).not.toHaveProperty("periodFormat");
    expect(guess('Date,Amount\n2026-04,"1,234"\n')).not.toHaveProperty("decimalMark");
  });

  it("finds the header below what stands above it", () => {
    expect(guess("Statement of earnings\n\nMonth,Store,Earned\n2026-05,x,1.5\n").headerRow).toBe(3);
  });

  it("is made of any file without a fault, and names only columns that are there", () => {
    const names = readdirSync(new URL("../fixtures/derived", import.meta.url)).filter((name) => !name.endsWith("json"));
    for (const name of names) {
      const { head } = headOf(fixture(name));
      const { columns, headerRow } = guessMapping(head);
      expect(headerRow).toBeLessThanOrEqual(head.lines.length);
      expect(new Set(Object.values(columns)).size, name).toBe(Object.keys(columns).length);
    }
    fc.assert(
      fc.property(fc.array(fc.array(fc.string(), { maxLength: 6 }), { maxLength: 12 }), (rows) => {
        guess(rows.map((row) => row.join(";")).join("\n"));
      }),
    );
  });
});
