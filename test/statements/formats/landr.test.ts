import { describe, expect, it } from "vitest";
import { detailsOf, explainedOf, fixture, headOf, readLines, utf8 } from "../read-file.ts";

const NAME = "landr.v1.csv";
const text = new TextDecoder().decode(fixture(NAME));

describe("LANDR's royalty report", () => {
  it("counts for the period it reports, not for the payment", () => {
    expect(readLines(fixture(NAME)).slice(0, 3)).toMatchObject([
      { period: "2026-05" },
      { period: "2026-06" },
      { period: "2026-06" },
    ]);
    expect(detailsOf(fixture(NAME))).toMatchObject({ statementPeriod: "2026-08-15", gross: "0.853149027411" });
  });

  it("is in the currency its header names", () => {
    expect(readLines(utf8(text.replaceAll("(USD)", "(CAD)")))[0]?.currency).toBe("CAD");
    expect(headOf(utf8(text.replaceAll("(USD)", ""))).recognised.kind).toBe("none");
  });

  it("may lack the share, which is applied where it stands", () => {
    const without = text.replaceAll(/,"(?:Share %|100)"$/gmu, "");
    expect(readLines(utf8(without))).toHaveLength(9);
    expect(explainedOf(fixture(NAME))["Share %"]?.note).toContain("already applied");
  });
});
