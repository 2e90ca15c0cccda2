import { describe, expect, it } from "vitest";
import { detailsOf, explainedOf, problemOf, readLines, tableOf } from "../read-file.ts";

const ROW = {
  "Reporting Period": "JUN-26",
  "Release Artists": "Glass Harbor",
  "UPC Code": "193959000013",
  Catalogue: "GH001",
  "Track Title": "Undertow",
  "ISRC Code": "QZAB12400101",
  "Track Artists": "Møth Párade",
  "Digital Service Provider": "Spotify",
  "Activity Period": "April 2026",
  Territory: "US",
  Delivery: "Stream",
  "Sale or Void": "Sale",
  Count: "391",
  "Royalty ($US)": "1.9628118691",
};
const read = (changes: Partial<Record<keyof typeof ROW, string>>) => readLines(tableOf([{ ...ROW, ...changes }]))[0];

describe("Symphonic's statement", () => {
  it("counts for the month of the activity, whatever it was reported in", () => {
    expect(read({})).toMatchObject({ period: "2026-04", currency: "USD" });
    expect(detailsOf(tableOf([ROW]))).toMatchObject({ statementPeriod: "JUN-26", usage: "Stream" });
  });

  it.each([
    ["JUN-26", "2026-06"],
    ["Q1 18", "2018-03"],
    ["Q117", "2017-03"],
    ["JAN-FEB-18", "2018-02"],
  ])("counts %s for %s where it tells no activity period", (reported, month) => {
    expect(read({ "Activity Period": "N/A", "Reporting Period": reported })?.period).toBe(month);
    expect(read({ "Activity Period": "", "Reporting Period": reported })?.period).toBe(month);
  });

  it("does not fall back to the report where the activity period cannot be read", () => {
    expect(problemOf(() => read({ "Activity Period": "lately" }))).toMatchObject({ code: "period_unreadable" });
  });

  it("takes back what a void prints, signed or not", () => {
    const loss = { units: -391, exact: -19628118691n * 10n ** 20n };
    expect(read({ "Sale or Void": "Void" })).toMatchObject(loss);
    expect(read({ "Sale or Void": "VOID", Count: "-391", "Royalty ($US)": "-1.9628118691" })).toMatchObject(loss);
  });

  it("leaves a negative sale negative", () => {
    expect(read({ "Royalty ($US)": "-0.5" })?.exact).toBe(-5n * 10n ** 29n);
  });

  it("means nothing by N/A", () => {
    expect(read({ "ISRC Code": "N/A", "UPC Code": "n/a", "Track Title": "N/A" })).toMatchObject({
      isrc: null,
      upc: null,
      title: "",
    });
    expect(read({ "Track Artists": "N/A" })?.artist).toBe("Glass Harbor");
    expect(problemOf(() => read({ "Digital Service Provider": "N/A" })).code).toBe("platform_missing");
    expect(problemOf(() => read({ Count: "N/A" })).code).toBe("units_unreadable");
  });

  it("explains what makes an amount negative", () => {
    const explained = explainedOf(tableOf([{ ...ROW, "Sale or Void": "Void" }]));
    expect(explained["Sale or Void"]?.note).toContain("negative");
    expect(explained["Royalty ($US)"]?.became).toBe("-1.9628118691 USD");
  });
});
