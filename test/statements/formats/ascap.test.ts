import { describe, expect, it } from "vitest";
import { platformOf } from "../../../src/kernel/platform.ts";
import { WITHHELD } from "../../../src/statements/formats/cells.ts";
import { detailsOf, explainedOf, fixture, problemOf, readLines, utf8 } from "../read-file.ts";

const DOMESTIC = "ascap_layout_a_41col.csv";
const INTERNATIONAL = "ascap_layout_b.csv";
const changed = (name: string, from: string, to: string) =>
  utf8(new TextDecoder().decode(fixture(name)).replace(from, to));
const exactOf = (printed: string) => readLines(changed(DOMESTIC, " 000000000000000000.78000", printed))[0]?.exact;

describe("ASCAP's domestic statement", () => {
  it("counts for the quarter of the performance, not of the distribution", () => {
    expect(readLines(fixture(DOMESTIC))[0]).toMatchObject({
      kind: "performance",
      period: "2025-12",
      title: "UNDERTOW",
      artist: "Glass Harbor",
      units: 533,
      territory: "US",
      exact: 78n * 10n ** 28n,
      currency: "USD",
    });
    expect(detailsOf(fixture(DOMESTIC))).toMatchObject({
      statementPeriod: "2026 2",
      workId: "880000000",
      usage: "Feature",
    });
  });

  it("counts for the days of the performance where no quarter is told", () => {
    const text = new TextDecoder().decode(fixture(DOMESTIC));
    const row = (quarter: string, start: string, end: string) =>
      utf8(text.replace(",SPOTIR,,,,", `,SPOTIR,,${start},${end},`).replace("S10,,4Q2025", `S10,,${quarter}`));
    expect(readLines(row("", "07-01-2025", "09-30-2025"))[0]?.period).toBe("2025-09");
    expect(readLines(row("1Q2025", "07-01-2025", "09-30-2025"))[0]?.period).toBe("2025-03");
    expect(problemOf(() => readLines(row("", "", "")))).toMatchObject({ code: "period_unreadable", line: 2 });
  });

  it.each([
    [" -000000000000000000.78000"],
    ["-000000000000000000.78000"],
    ["000000000000000000-0.78000"],
    [" 000000000000000000.78000-"],
    ["(000000000000000000.78000)"],
  ])("takes %j for a loss: where the minus stands in padded noughts is not known", (printed) => {
    expect(exactOf(printed)).toBe(-78n * 10n ** 28n);
  });

  it("is refused with two signs", () => {
    expect(() => exactOf("-0000-0.78000")).toThrow(/no amount/);
    expect(() => exactOf("-0000.78000-")).toThrow(/no amount/);
  });

  it("names music users by ASCAP's codes, and nobody where it was played to the public", () => {
    const lines = readLines(fixture(DOMESTIC));
    expect(lines.slice(0, 4).map((line) => platformOf(line.platform).id)).toEqual([
      "spotify",
      "apple-music",
      "amazon-unlimited",
      "music-user-3",
    ]);
    expect(readLines(changed(DOMESTIC, "SPOTIR", ""))[0]?.platform).toBe("ASCAP");
  });

  it("applies no share again, adds no premium, and shows nobody's numbers", () => {
    const explained = explainedOf(fixture(DOMESTIC));
    expect(explained["EE Share"]).toMatchObject({
      printed: "16.670",
      note: expect.stringContaining("already applied"),
    });
    expect(explained["Premium Dollars"]?.note).toContain("never added");
    expect(explained["Party Name"]).toMatchObject({ printed: WITHHELD });
    expect(explained["Statement Recipient ID"]).toMatchObject({ printed: WITHHELD });
  });
});

describe("ASCAP's international statement", () => {
  it("reads amounts below a header that begins with a blank", () => {
    expect(readLines(fixture(INTERNATIONAL)).map((line) => line.exact)).toEqual(
      [125n, 250n, 375n, 500n].map((cents) => cents * 10n ** 28n),
    );
  });

  it("counts half a year for the month it ends in, and names the society that paid", () => {
    expect(readLines(fixture(INTERNATIONAL))[0]).toMatchObject({
      period: "2025-06",
      platform: "STIM",
      territory: "SE",
      kind: "performance",
      units: 0,
    });
    expect(detailsOf(fixture(INTERNATIONAL))).toMatchObject({
      usage: "Other royalties",
      workId: "880000000",
      statementPeriod: "01-31-2026",
    });
  });

  it("tells mechanical rights from performances", () => {
    expect(readLines(changed(INTERNATIONAL, ",Performing,", ",Mechanical,"))[0]?.kind).toBe("mechanical");
  });
});
