import { describe, expect, it } from "vitest";
import { fixture, headOf, readFile, utf8 } from "../read-file.ts";

const ADS = fixture("youtube_asset_raw.csv");
const SUBSCRIPTIONS = fixture("youtube_red_label_summary.csv");

describe("YouTube's reports", () => {
  it("of advertising tell days, and corrections are lines with their own sign", () => {
    const { lines } = readFile(ADS);
    expect(lines[0]).toMatchObject({
      day: "2026-07-01",
      period: "2026-07",
      territory: "US",
      platform: "YouTube Ads",
      kind: "ugc",
      isrc: "QZAB12400101",
      upc: "193959000013",
      units: 7607,
    });
    expect(lines[9]).toMatchObject({ exact: -841694n * 10n ** 24n, units: 608 });
  });

  it("of subscriptions begin with two words and tell months", () => {
    const { lines } = readFile(SUBSCRIPTIONS);
    expect(lines[0]).toMatchObject({
      line: 3,
      period: "2026-07",
      day: null,
      platform: "YouTube Premium",
      kind: "stream",
    });
  });

  it("are in dollars unless a person says otherwise", () => {
    for (const file of [ADS, SUBSCRIPTIONS]) {
      expect(readFile(file).lines.every(({ currency }) => currency === "USD")).toBe(true);
      const answered = readFile(file, { answers: { currency: "EUR" } }).lines;
      expect(answered.every(({ currency }) => currency === "EUR")).toBe(true);
    }
  });

  it("spell the GRid in either way", () => {
    const text = new TextDecoder().decode(ADS);
    expect(readFile(utf8(text.replace(",GRid,", ",GRID,")))).toEqual(readFile(ADS));
  });

  it("keep the facts that exports show", () => {
    const { head, recognised } = headOf(ADS);
    if (recognised.kind !== "match") throw new Error(recognised.kind);
    const reader = recognised.format.reader(head, recognised.match, { filename: "", artist: "", answers: {} });
    expect(reader.details(head.lines[1] ?? [])).toMatchObject({
      deductions: "0.605576",
      usage: "Sound Recording",
      releaseTitle: "Night Swims",
      label: "Harbor Tapes",
    });
  });
});
