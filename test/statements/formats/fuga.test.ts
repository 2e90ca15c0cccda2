import { describe, expect, it } from "vitest";
import { AnswerMissingError } from "../../../src/statements/formats/format.ts";
import { detailsOf, explainedOf, fixture, headOf, readLines, tableOf } from "../read-file.ts";

const CALCULATION = "Sale net receipts calculation";
const ROW = {
  "Royalty ID": "1",
  "Asset ISRC": "QZAB12400101",
  "Asset Title": "Undertow",
  "Asset Artist": "Glass Harbor",
  [CALCULATION]: "$0.005 × 100% of sale × 100% of asset × 0.7957 £/$ = £",
  "Sale net receipts": "0.0039785",
  "Contract deal term": "85%",
  "Reported Royalty": "0.003381725",
  Territory: "US",
  Quantity: "1",
  "Sale Type": "Streaming",
  "Sale Start date": "2026-04-01",
  "Sale End date": "2026-04-30",
  "Sale Store Name": "Spotify",
  DSP: "Spotify AB",
  "Royalty Calculation Base": "royalty",
  "Exchange Rate": "0.7957",
  Currency: "USD",
  "Statement Run Name": "2026Q2",
};
const file = (...rows: readonly Partial<Record<keyof typeof ROW, string>>[]) =>
  tableOf(rows.map((changes) => ({ ...ROW, ...changes })));
const calculated = (...texts: readonly string[]) => file(...texts.map((text) => ({ [CALCULATION]: text })));
const withAnswer = (bytes: Uint8Array, currency?: string) =>
  readLines(bytes, undefined, undefined, { answers: { currency } })[0]?.currency;

describe("FUGA's royalty export", () => {
  it("is paid in the currency behind the equals sign of its calculation, not in that of the sale", () => {
    expect(readLines(file({}))).toMatchObject([{ currency: "GBP", exact: 3381725n * 10n ** 21n }]);
    expect(detailsOf(file({}))).toMatchObject({ saleCurrency: "USD", exchangeRate: "0.7957", gross: "0.0039785" });
    expect(withAnswer(calculated("£1 × 1.14 €/£ = €1.14"))).toBe("EUR");
    expect(withAnswer(calculated("1 × 1 = 0.00310 SEK"))).toBe("SEK");
    expect(withAnswer(calculated("1 × 1 = -€0.5"))).toBe("EUR");
  });

  it.each([
    ["a sign that several currencies share", calculated("€1 × 1.1 $/€ = $")],
    ["no sign", calculated("€1 × 100% of sale")],
    ["no calculation", calculated("")],
    ["calculations that differ", calculated("1 £/£ = £", "1 €/€ = €")],
  ])("asks for the currency where the head has %s", (_what, bytes) => {
    expect(() => withAnswer(bytes)).toThrow(AnswerMissingError);
    expect(withAnswer(bytes, "CAD")).toBe("CAD");
  });

  it("takes the file's own currency before an answer", () => {
    expect(withAnswer(file({}), "USD")).toBe("GBP");
  });

  it("may lack the columns of the run it belongs to", () => {
    const { head, recognised } = headOf(fixture("fuga.v1.33col_dollars.csv"));
    expect(head.lines[0]).toHaveLength(33);
    expect(recognised).toMatchObject({ kind: "match", format: { id: "fuga.v1" } });
  });

  it("tells the month by the days of the sale", () => {
    expect(readLines(file({}))[0]).toMatchObject({ period: "2026-04", day: null });
    expect(readLines(file({ "Sale End date": "2026-04-01" }))[0]).toMatchObject({ day: "2026-04-01" });
    expect(readLines(file({ "Sale End date": "2026-06-30" }))[0]).toMatchObject({ period: "2026-06" });
    expect(() => readLines(file({ "Sale End date": "2026-03-31" }))).toThrow(/line 2/);
  });

  it("takes the service where no store is told, and the product's artist where the asset has none", () => {
    expect(readLines(file({ "Sale Store Name": "" }))[0]?.platform).toBe("Spotify AB");
    const rows = [{ ...ROW, "Asset Artist": "", "Product Artist": "Møth Párade" }];
    expect(readLines(tableOf(rows))[0]?.artist).toBe("Møth Párade");
  });

  it("says that the contract's share is applied", () => {
    expect(explainedOf(file({}))["Contract deal term"]?.note).toContain("already applied");
  });
});
