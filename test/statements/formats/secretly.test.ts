import { describe, expect, it } from "vitest";
import { AnswerMissingError } from "../../../src/statements/formats/format.ts";
import { detailsOf, fixture, givenFor, problemOf, readLines, utf8 } from "../read-file.ts";

const DIGITAL = "secretly.digital.v1.csv";
const PHYSICAL = "secretly.physical.v1.csv";
const linesOf = (name: string, bytes = fixture(name)) => readLines(bytes, undefined, undefined, givenFor(name));
const changed = (name: string, from: string, to: string) =>
  utf8(new TextDecoder().decode(fixture(name)).replace(from, to));

describe("Secretly Distribution's sales", () => {
  it.each([DIGITAL, PHYSICAL])("of %s are in a currency that a person is asked for", (name) => {
    expect(() => readLines(fixture(name))).toThrow(AnswerMissingError);
    expect(new Set(linesOf(name).map((line) => line.currency))).toEqual(new Set(["USD"]));
  });

  it("online count for the month their invoice names, or else for the one they were paid in", () => {
    expect(linesOf(DIGITAL).map((line) => line.period)).toEqual([
      ...Array.from({ length: 6 }, () => "2019-08"),
      "2019-09",
      "2019-08",
      "2019-11",
    ]);
    expect(linesOf(DIGITAL).map((line) => line.kind)).toContain("download");
  });

  it("online stop where neither tells a month", () => {
    const bytes = changed(DIGITAL, "11/5/2019,11/2/2019,0,0,900100,Harbor Tapes,2019.08 Streams", "soon,,,,,,Streams");
    expect(problemOf(() => linesOf(DIGITAL, bytes))).toMatchObject({ line: 2, code: "period_unreadable" });
  });

  it("online keep gross, fee and net apart", () => {
    expect(detailsOf(fixture(DIGITAL), givenFor(DIGITAL))).toMatchObject({
      gross: "0.853149027411",
      deductions: "0.1706298054822",
      releaseTitle: "Night Swims",
      statementPeriod: "11/5/2019",
      label: "Harbor Tapes",
    });
  });

  it("in shops are physical, by shop, and a return takes back units and money", () => {
    expect(linesOf(PHYSICAL)[0]).toMatchObject({
      kind: "physical",
      platform: "Harbour Records",
      period: "2019-10",
      isrc: null,
      units: 12,
    });
    expect(linesOf(PHYSICAL)[2]).toMatchObject({ units: -2, exact: -2257n * 10n ** 28n });
  });
});
