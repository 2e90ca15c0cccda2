import { describe, expect, it } from "vitest";
import { detailsOf, explainedOf, fixture, headOf, problemOf, readLines, tableOf } from "../read-file.ts";

const CLASSIC = {
  Period: "2017M10",
  "Activity Period": "2017M9",
  DMS: "Spotify",
  Territory: "United Kingdom",
  "Orchard UPC": "193959000013",
  "Artist Name": "Glass Harbor",
  "Track Name": "Undertow",
  ISRC: "QZAB12400101",
  "Trans Type Description": "Subscription Audio Streams",
  "Unit Price": "0,2",
  "Actual Price": "0,1",
  Quantity: "339",
  Total: "0,4",
  "Adjusted Total": "0,3",
  "Split Rate": "0,80",
  "Label Share Net Receipts": "0,098502",
  "Mech. Administrative Fee": "0,01",
  "Preferred Currency": "EUR",
};
const classic = (changes: Partial<Record<keyof typeof CLASSIC, string>>) => tableOf([{ ...CLASSIC, ...changes }], ";");

const CAPITALS = {
  "STATEMENT PERIOD": "2026M6",
  "TRANSACTION DATE": "2026-04-30",
  STORE: "SPOTIFY",
  "SALE COUNTRY": "US",
  "PRODUCT ARTIST": "Glass Harbor",
  "TRACK ARTIST": "",
  TRACK: "Undertow",
  QUANTITY: "405",
  "NET SHARE ACCOUNT CURRENCY": "0.24608730",
  "ACCOUNT CURRENCY": "USD",
};
const capitals = (changes: Partial<Record<keyof typeof CAPITALS, string>>) => tableOf([{ ...CAPITALS, ...changes }]);

describe("The Orchard's classic statement", () => {
  it("numbers months without a nought, and counts for that of the activity", () => {
    expect(readLines(classic({}))).toMatchObject([{ period: "2017-09", day: null, territory: "GB" }]);
    expect(readLines(classic({ "Activity Period": "2017M12" }))).toMatchObject([{ period: "2017-12" }]);
    expect(problemOf(() => readLines(classic({ "Activity Period": "2017M13" }))).code).toBe("period_unreadable");
  });

  it("has a decimal comma or a point, as the file shows", () => {
    expect(readLines(classic({}))[0]?.exact).toBe(98502n * 10n ** 24n);
    const point = Object.fromEntries(Object.entries(CLASSIC).map(([name, cell]) => [name, cell.replace(",", ".")]));
    expect(readLines(tableOf([point], ";"))[0]?.exact).toBe(98502n * 10n ** 24n);
  });

  it("is the same as a tab file in Latin-1 that is named .xls", () => {
    const { head, recognised } = headOf(fixture("orchard.v1.latin1.xls"));
    expect(recognised).toMatchObject({ kind: "match", format: { id: "orchard.v1" } });
    expect(head).toMatchObject({ delimiter: "\t", encoding: "windows-1252" });
    expect(readLines(fixture("orchard.v1.latin1.xls")).map((line) => line.artist)).toContain("Møth Párade");
  });

  it("calls store, release and numbers otherwise in later years", () => {
    const later = {
      Period: "2024M3",
      "Activity Period": "2024M1",
      Retailer: "Apple Music",
      "Product UPC": "193959000013",
      "Product Code": "GH001",
      "Product Name": "Night Swims",
      "Track Artist": "Møth Párade",
      "Artist Name": "Various Artists",
      "Track Name": "Undertow",
      Quantity: "1",
      "Label Share Net Receipts": "0.5",
      "Preferred Currency": "USD",
    };
    const file = tableOf([later]);
    expect(readLines(file)).toMatchObject([{ platform: "Apple Music", artist: "Møth Párade", upc: "193959000013" }]);
    expect(detailsOf(file)).toMatchObject({ catalogNumber: "GH001", releaseTitle: "Night Swims" });
  });

  it("tells copies from plays", () => {
    const kind = (words: string) => readLines(classic({ "Trans Type Description": words }))[0]?.kind;
    expect(kind("Physical Sales")).toBe("physical");
    expect(kind("Download Tracks")).toBe("download");
    expect(kind("Subscription Audio Streams")).toBe("stream");
    expect(kind("A Type Nobody Knows")).toBe("stream");
  });

  it("keeps the price after the discount and the adjusted total, and says that the split is applied", () => {
    expect(detailsOf(classic({}))).toMatchObject({ rate: "0.1", gross: "0.3", deductions: "0.01" });
    expect(detailsOf(classic({ "Actual Price": "", "Adjusted Total": "" }))).toMatchObject({
      rate: "0.2",
      gross: "0.4",
    });
    expect(explainedOf(classic({}))["Split Rate"]?.note).toContain("already applied");
  });
});

describe("The Orchard's workstation statement", () => {
  it("means a month by the date of the transaction", () => {
    expect(readLines(capitals({}))).toMatchObject([{ period: "2026-04", day: null, platform: "SPOTIFY" }]);
  });

  it("puts losses in parentheses", () => {
    const [line] = readLines(capitals({ "NET SHARE ACCOUNT CURRENCY": "(1,234.50)" }));
    expect(line?.exact).toBe(-12345n * 10n ** 29n);
  });

  it("takes the artist of the track before that of the product", () => {
    expect(readLines(capitals({}))[0]?.artist).toBe("Glass Harbor");
    expect(readLines(capitals({ "TRACK ARTIST": "Møth Párade" }))[0]?.artist).toBe("Møth Párade");
  });
});
