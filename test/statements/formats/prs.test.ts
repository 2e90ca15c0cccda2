import { describe, expect, it } from "vitest";
import { AnswerMissingError } from "../../../src/statements/formats/format.ts";
import { explainedOf, fixture, givenFor, readerOf, readLines } from "../read-file.ts";

const NAME = "prs.simple.v1.csv";
const { answers } = givenFor(NAME);

describe("PRS's minimal statement", () => {
  it("asks for the days it covers", () => {
    expect(() => readLines(fixture(NAME))).toThrow(AnswerMissingError);
    expect(readerOf(fixture(NAME), { answers }).window).toEqual({ from: "2026-04-01", to: "2026-06-30" });
  });

  it("is in pounds unless a person says otherwise", () => {
    const currency = (code?: string) =>
      readLines(fixture(NAME), undefined, undefined, { answers: { ...answers, currency: code } })[0]?.currency;
    expect(currency()).toBe("GBP");
    expect(currency("EUR")).toBe("EUR");
  });

  it("is about performances of works by the artist whose statement it is", () => {
    expect(readLines(fixture(NAME), undefined, undefined, { answers, artist: "夜の海" })[5]).toMatchObject({
      kind: "performance",
      period: "2026-06",
      platform: "PRS",
      territory: "ZZ",
      artist: "夜の海",
      units: 0,
      exact: -2n * 10n ** 27n,
    });
    expect(explainedOf(fixture(NAME), { answers })["CAE Number"]?.note).toContain("personal data");
  });
});
