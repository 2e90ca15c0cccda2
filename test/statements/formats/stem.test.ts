import { describe, expect, it } from "vitest";
import { AnswerMissingError } from "../../../src/statements/formats/format.ts";
import { detailsOf, fixture, givenFor, headOf, readLines, tableOf } from "../read-file.ts";

const NAME = "stem.v1.csv";
const ROW = { report_year: "2021", report_month: "7", isrc: "QZAB12400101", upc: "193959000013", net_royalties: "0.5" };
const USD = { answers: { currency: "USD" } };

describe("Stem's royalty export", () => {
  it("tells the month in two columns", () => {
    expect(readLines(tableOf([ROW]), undefined, undefined, USD)).toMatchObject([{ period: "2021-07" }]);
    expect(() => readLines(tableOf([{ ...ROW, report_month: "13" }]), undefined, undefined, USD)).toThrow(/line 2/);
  });

  it("is recognised by the five columns it is known for, in any order", () => {
    const reversed = Object.fromEntries(Object.entries(ROW).reverse());
    expect(headOf(tableOf([reversed])).recognised).toMatchObject({ kind: "match", format: { id: "stem.v1" } });
    expect(readLines(tableOf([reversed]), undefined, undefined, USD)).toMatchObject([
      { period: "2021-07", platform: "Stem", title: "", units: 0 },
    ]);
  });

  it("is in a currency that a person is asked for", () => {
    expect(() => readLines(fixture(NAME))).toThrow(AnswerMissingError);
  });

  it("counts views and downloads together, and keeps when it was taken in", () => {
    const lines = readLines(fixture(NAME), undefined, undefined, givenFor(NAME));
    expect(lines.slice(0, 3).map((line) => line.units)).toEqual([412, 188, 2]);
    expect(detailsOf(fixture(NAME), givenFor(NAME))).toMatchObject({ statementPeriod: "2022 1", usage: "Premium" });
  });
});
