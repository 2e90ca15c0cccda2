import { describe, expect, it } from "vitest";
import { WITHHELD } from "../../../src/statements/formats/cells.ts";
import { detailsOf, explainedOf, fixture, readLines, utf8 } from "../read-file.ts";

const NAME = "mlc_work_summary.tsv";

describe("The MLC's work summary", () => {
  it("is about mechanical rights in works", () => {
    expect(readLines(fixture(NAME))[0]).toMatchObject({
      kind: "mechanical",
      period: "2026-06",
      title: "UNDERTOW",
      isrc: null,
      artist: "Glass Harbor",
      platform: "Spotify",
      units: 79720,
      currency: "USD",
    });
  });

  it("keeps the work's codes, its use and what was due before the payee's share", () => {
    expect(detailsOf(fixture(NAME))).toMatchObject({
      workId: "AB12C0",
      iswc: "T3452469379",
      usage: "Interactive Stream",
      gross: "0.570414983",
    });
    const own = new TextDecoder().decode(fixture(NAME)).replace("AB12C0\tT3452469379\t\t", "\tT3452469379\tMY-1\t");
    expect(detailsOf(utf8(own)).workId).toBe("MY-1");
  });

  it("unwraps titles that a quoting program wrote", () => {
    expect(readLines(fixture(NAME)).map((line) => line.title)).toContain('GHOST "BUS"');
  });

  it("applies no share again, and does not show who is paid", () => {
    const explained = explainedOf(fixture(NAME));
    expect(explained["Work Payable %"]?.note).toContain("already applied");
    expect(explained["Payee Name"]).toMatchObject({ printed: WITHHELD });
  });
});
