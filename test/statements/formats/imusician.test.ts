import { describe, expect, it } from "vitest";
import { formatOf } from "../../../src/statements/formats/registry.ts";
import { detailsOf, explainedOf, fixture, headOf, readLines, sum, tableOf } from "../read-file.ts";

const SALE = {
  "Sales date": "2026-03",
  "Statement date": "2026-08",
  "Release title": "Night Swims",
  Barcode: "193959000013",
  ISRC: "QZAB12400101",
  "Track title": "Undertow",
  Shop: "Spotify",
  "Transaction type": "stream",
  Country: "US",
  Quantity: "52",
  "Revenue EUR": "0.43377344",
};
const exactOf = (printed: string) => readLines(tableOf([{ ...SALE, "Revenue EUR": printed }]))[0]?.exact;

describe("iMusician's sales report", () => {
  it("has points and commas before fractions, in one file", () => {
    expect(exactOf("0.43377344")).toBe(43377344n * 10n ** 22n);
    expect(exactOf("0,43377344")).toBe(43377344n * 10n ** 22n);
    expect(exactOf("-1,234")).toBe(-1234n * 10n ** 27n);
    expect(() => exactOf("1.234,5")).toThrow(/no amount/);
  });

  it("adds up lines that look the same: they are parts of one sum", () => {
    expect(sum(readLines(tableOf([SALE, SALE])))).toBe("0.86754688");
  });

  it("is in the currency its header names", () => {
    const { "Revenue EUR": revenue, ...rest } = SALE;
    expect(readLines(tableOf([{ ...rest, "Revenue CHF": revenue }]))[0]?.currency).toBe("CHF");
    expect(headOf(tableOf([{ ...rest, Revenue: revenue }])).recognised.kind).toBe("none");
  });

  it("names no artist: its lines are of the artist whose file it is", () => {
    expect(readLines(tableOf([SALE]), undefined, undefined, { artist: "夜の海" })[0]?.artist).toBe("夜の海");
  });
});

describe("iMusician's release summary", () => {
  const name = "imusician_release_summary.csv";

  it("sums up the sales report, so that only one of the two is booked", () => {
    expect(formatOf("imusician.release_summary").summaryOf).toBe("imusician.sales_detail");
    expect(formatOf("imusician.sales_detail").summaryOf).toBeNull();
  });

  it("is about releases everywhere, in euros unless a person says otherwise", () => {
    expect(readLines(fixture(name))[0]).toMatchObject({
      title: "Night Swims",
      isrc: null,
      upc: "193959000013",
      territory: "XW",
      kind: "other",
      units: 2296,
      currency: "EUR",
    });
    expect(readLines(fixture(name), undefined, undefined, { answers: { currency: "CHF" } })[0]?.currency).toBe("CHF");
  });

  it("adds up downloads and streams, and books the total alone", () => {
    const [row] = [
      {
        "Statement date": "2026-08",
        "Release title": "Night Swims",
        "Track downloads": "3",
        "Track streams": "100",
        "Release downloads": "2",
        "Track downloads revenue": "1.0",
        "Track streams revenue": "2.0",
        "Release downloads revenue": "3.0",
        "Total revenue": "6.0",
      },
    ];
    const file = tableOf([row]);
    expect(readLines(file)).toMatchObject([{ units: 105, exact: 6n * 10n ** 30n }]);
    expect(detailsOf(file)).toMatchObject({ releaseTitle: "Night Swims", statementPeriod: "2026-08" });
    expect(explainedOf(file)["Track streams revenue"]).toMatchObject({
      became: null,
      note: "part of the total revenue",
    });
  });
});
