import { describe, expect, it } from "vitest";
import { formatOf } from "../../../src/statements/formats/registry.ts";
import { detailsOf, explainedOf, fixture, headOf, readLines } from "../read-file.ts";

const NAME = "soundcloud_for_artists.csv";

describe("SoundCloud for Artists' statement", () => {
  it("has its header below the account, in the third row", () => {
    expect(headOf(fixture(NAME)).recognised).toMatchObject({
      kind: "match",
      format: { id: "soundcloud.v1" },
      match: { headerLine: 3 },
    });
    expect(readLines(fixture(NAME))[0]).toMatchObject({ line: 4, title: "Undertow", platform: "SoundCloud" });
  });

  it("counts for the month reported, not for the month accounted", () => {
    expect(readLines(fixture(NAME)).map((line) => line.period)).toEqual([
      "2026-04",
      "2026-05",
      "2026-04",
      "2026-05",
      "2026-04",
      "2026-05",
      "2026-04",
      "2026-05",
      "2026-04",
      "2026-05",
    ]);
    expect(detailsOf(fixture(NAME))).toMatchObject({ statementPeriod: "2026-06", releaseTitle: "Night Swims" });
  });

  it("brings earlier months anew", () => {
    expect(formatOf("soundcloud.v1").restates).toBe(true);
  });

  it("says that both shares are applied", () => {
    const explained = explainedOf(fixture(NAME));
    expect(explained["Revenue Share (%)"]?.note).toContain("already applied");
    expect(explained["Split Pay Share (%)"]).toMatchObject({ printed: "50", became: null });
    expect(explained["Revenue (USD)"]?.became).toBe("1.8919567222 USD");
  });
});
