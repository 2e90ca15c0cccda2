import { describe, expect, it } from "vitest";
import { AnswerMissingError } from "../../../src/statements/formats/format.ts";
import { detailsOf, fixture, givenFor, problemOf, readLines, tableOf } from "../read-file.ts";

const NAME = "dmp.publisher_statement.csv";
const given = givenFor(NAME);
const ROW = {
  "Work Title": "UNDERTOW",
  "Work ID": "TX000001",
  Composers: "TEST WRITER",
  "Right Type": "Performance",
  Source: "Radio Nordlicht",
  Amount: "100.51",
  Currency: "EUR",
};
const read = (changes: Partial<Record<keyof typeof ROW, string>>) =>
  readLines(tableOf([{ ...ROW, ...changes }]), undefined, undefined, given)[0];

describe("a publisher's statement", () => {
  it("asks for the days it covers", () => {
    expect(() => readLines(fixture(NAME))).toThrow(AnswerMissingError);
    expect(read({})).toMatchObject({ period: "2026-07", day: null });
  });

  it.each([
    ["Performance", "performance"],
    ["PR", "performance"],
    ["Mechanical", "mechanical"],
    ["mr", "mechanical"],
    ["Sync", "sync"],
    ["Print", "other"],
    ["", "other"],
  ])("takes the right %j for %s", (right, kind) => {
    expect(read({ "Right Type": right })?.kind).toBe(kind);
  });

  it("has a currency of its own on every row, and stops at one that nobody knows", () => {
    expect(read({ Currency: " usd " })?.currency).toBe("USD");
    expect(problemOf(() => read({ Currency: "Really" }))).toMatchObject({ code: "currency_unreadable", line: 2 });
  });

  it("stops at a row whose cells have shifted", () => {
    expect(problemOf(() => read({ Amount: "100.51Really?" }))).toMatchObject({
      code: "amount_unreadable",
      column: "Amount",
    });
  });

  it("keeps the number of the work as printed", () => {
    expect(detailsOf(fixture(NAME), given)).toMatchObject({ workId: "TX000001", usage: "Performance" });
  });
});
