import { describe, expect, it } from "vitest";
import { detailsOf, explainedOf, fixture, headOf, problemOf, readLines, tableOf } from "../read-file.ts";

const ROW = {
  "Reporting month": "2026/05/01",
  "Sales Month": "2026/02/01",
  Platform: "Spotify",
  "Country / Region": "United States",
  "Artist Name": "Glass Harbor",
  "Track title": "Undertow",
  ISRC: "QZAB12400101",
  "Release Catalog nb": "GH001",
  "Sales Type": "Stream",
  Quantity: "163",
  "Client Payment Currency": "EUR",
  "Mechanical Fee": "0.01",
  "Gross Revenue": "0.854150386",
  "Client share rate": "0.85",
  "Net Revenue": "0.7260278281",
};
const file = (changes: Partial<Record<keyof typeof ROW, string>>) => tableOf([{ ...ROW, ...changes }], ";");

describe("Believe's digital sales", () => {
  it("name months by their first day and countries by their names", () => {
    expect(readLines(file({}))).toMatchObject([{ period: "2026-02", day: null, territory: "US", currency: "EUR" }]);
    expect(problemOf(() => readLines(file({ "Sales Month": "2026/14/02" })))).toMatchObject({
      code: "period_unreadable",
      column: "Sales Month",
    });
  });

  it("have a decimal comma in some accounts, and then thousands parted by blanks", () => {
    const lines = readLines(fixture("believe.v1.decimal_comma.csv"));
    expect(lines[0]).toMatchObject({ exact: 72517667329935n * 10n ** 19n });
    expect(lines[4]).toMatchObject({ units: 1400, exact: 209102650052905n * 10n ** 19n });
  });

  it("are refused where a cell below the head has another mark than the head", () => {
    const mixed = tableOf([...Array.from({ length: 11 }, () => ROW), { ...ROW, "Net Revenue": "0,361" }], ";");
    expect(problemOf(() => readLines(mixed))).toMatchObject({ code: "amount_unreadable", line: 13 });
  });

  it("have Russian headers in some accounts; of those names the known ones are found", () => {
    const russian = {
      "Месяц отчета": "2026/05/01",
      "Sales Month": "2026/02/01",
      Платформа: "VK",
      "страна / регион": "Kazakhstan",
      Исполнитель: "Glass Harbor",
      "Название трека": "Undertow",
      ISRC: "QZAB12400101",
      "Каталожный номер релиза": "GH001",
      "Тип продажи": "Stream",
      Количество: "12",
      Валюта: "EUR",
      "Сумма вознаграждения": "1,5",
    };
    expect(readLines(tableOf([russian], ";"))).toMatchObject([
      { platform: "VK", territory: "KZ", title: "Undertow", artist: "Glass Harbor", units: 12, currency: "EUR" },
    ]);
  });

  it("without a known month of sale are not read by the month of the report", () => {
    const { "Sales Month": _, ...rest } = ROW;
    const { recognised } = headOf(tableOf([rest], ";"));
    expect(recognised.kind === "none" && recognised.candidates[0]).toMatchObject({
      format: { id: "believe.v1" },
      match: { missing: ["Sales Month"] },
    });
  });

  it("keep what was earned before the share, and say that the share is applied", () => {
    expect(detailsOf(file({}))).toMatchObject({
      gross: "0.854150386",
      deductions: "0.01",
      catalogNumber: "GH001",
      statementPeriod: "2026/05/01",
    });
    expect(explainedOf(file({}))["Client share rate"]?.note).toContain("already applied");
  });
});
