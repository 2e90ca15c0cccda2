import { describe, expect, it } from "vitest";
import { platformOf } from "../../../src/kernel/platform.ts";
import { WITHHELD } from "../../../src/statements/formats/cells.ts";
import { detailsOf, explainedOf, fixture, problemOf, readLines, utf8 } from "../read-file.ts";

const NAME = "bmi.v1.csv";
const text = new TextDecoder().decode(fixture(NAME));

describe("BMI's royalty statement", () => {
  it("is about performances of works, in the quarter of the performance", () => {
    expect(readLines(fixture(NAME))[0]).toMatchObject({
      kind: "performance",
      period: "2025-09",
      day: null,
      title: "UNDERTOW",
      isrc: null,
      territory: "US",
      currency: "USD",
    });
    expect(detailsOf(fixture(NAME))).toMatchObject({ workId: "77000000", usage: "AU", statementPeriod: "20262" });
  });

  it("counts a line that tells neither quarter, source nor count for its distribution, as BMI's, of no units", () => {
    expect(readLines(fixture(NAME))[5]).toMatchObject({ period: "2026-06", platform: "BMI", units: 0 });
  });

  it("reads quarters in other forms, and no others", () => {
    expect(readLines(utf8(text.replaceAll(",20253,", ",3Q2025,")))[0]?.period).toBe("2025-09");
    expect(problemOf(() => readLines(utf8(text.replaceAll(",20253,", ",20255,")))).code).toBe("period_unreadable");
  });

  it("names stores by its own codes", () => {
    const ids = readLines(fixture(NAME)).map((line) => platformOf(line.platform).id);
    expect(ids.slice(0, 4)).toEqual(["spotify", "apple-music", "amazon-unlimited", "youtube-music"]);
  });

  it("keeps what is withheld apart, applies no share again and shows nobody's numbers", () => {
    const explained = explainedOf(fixture(NAME));
    expect(explained.WITHHOLD?.note).toContain("never netted");
    expect(explained["PARTICIPANT %"]?.note).toContain("already applied");
    for (const column of ["PARTICIPANT NAME", "PARTICIPANT #", "IP #"]) {
      expect(explained[column]).toMatchObject({ printed: WITHHELD, became: null });
    }
  });
});
