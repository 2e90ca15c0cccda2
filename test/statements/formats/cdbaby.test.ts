import { describe, expect, it } from "vitest";
import { detailsOf, expectations, explainedOf, fixture, plain, readLines, sum, utf8 } from "../read-file.ts";

const NAME = "cdbaby_accounting.txt";
const GROUPS = expectations("EXPECTED-GROUPS.json")[NAME];

function groups(name: "period" | "platform" | "territory"): Record<string, string> {
  const by = Map.groupBy(readLines(fixture(NAME)), (line) => line[name]);
  return Object.fromEntries([...by].map(([key, lines]) => [key, sum(lines)]));
}

function expected(group: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(group as Record<string, string>).map(([key, value]) => [key, plain(value)]));
}

describe("CD Baby's accounting detail", () => {
  it("comes to the exact sums by month, store and territory", () => {
    expect(groups("period")).toEqual(expected(GROUPS?.month));
    expect(groups("platform")).toEqual(expected(GROUPS?.platform));
    expect(groups("territory")).toEqual(expected(GROUPS?.territory));
  });

  it("means a month by its last day, writes ISRCs in small letters and puts barcodes in quotes", () => {
    const [line] = readLines(fixture(NAME));
    expect(line).toMatchObject({ period: "2026-08", day: null, isrc: "QZAB12400101", upc: "193959000013", units: 3 });
  });

  it("counts a refund as a loss of units and money", () => {
    expect(readLines(fixture(NAME)).at(-1)).toMatchObject({ units: -1, exact: -1639594500n * 10n ** 20n });
  });

  it("is in dollars unless a person says otherwise, for it names no currency", () => {
    const currencies = (answer?: string) =>
      new Set(readLines(fixture(NAME), undefined, undefined, { answers: { currency: answer } }).map((l) => l.currency));
    expect(currencies()).toEqual(new Set(["USD"]));
    expect(currencies("CAD")).toEqual(new Set(["CAD"]));
  });

  it("leaves the quotes of a title alone, and reads letters beyond ASCII", () => {
    const titles = readLines(fixture(NAME)).map((line) => line.title);
    expect(titles).toContain('Ghost "Bus"');
    expect(titles).toContain("Low Tide (feat. Ana Ünal)");
  });

  it("keeps price, album, own number and report date for exports", () => {
    expect(detailsOf(fixture(NAME))).toMatchObject({
      rate: "0.00188807",
      releaseTitle: "Night Swims",
      catalogNumber: "glassharbor",
      statementPeriod: "10/15/2026 12:00:00 AM",
      usage: "Stream",
    });
    expect(explainedOf(fixture(NAME)).Subtotal).toMatchObject({ became: "0.00566421 USD" });
  });

  it("stops at a day that does not exist", () => {
    const text = new TextDecoder().decode(fixture(NAME)).replace("8/31/2026", "31/8/2026");
    expect(() => readLines(utf8(text))).toThrow(/line 2/);
  });
});
