// The home of Stem's royalty export.
import { YEAR_AND_MONTH } from "./spans.ts";
import { tableFormat } from "./table.ts";

/**
 * Stem's royalty export; year and month stand in two columns, and so do what was downloaded and what was viewed.
 *
 * @see names of columns in two importers, with neither title, artist nor currency among them; checked 2026-11
 */
export const STEM = tableFormat({
  id: "stem.v1",
  name: "Stem",
  source: "stem",
  evidence: "B",
  sample: false,
  version: 1,
  signature: ["report_year", "report_month", "isrc", "upc", "net_royalties"],
  columns: {
    report_year: "period",
    report_month: "period",
    ingest_year: "statementPeriod",
    ingest_month: "statementPeriod",
    isrc: "isrc",
    upc: "upc",
    platform: "platform",
    platform_detail: "usage",
    downloads: "units",
    views: "units",
    net_royalties: "amount",
  },
  period: YEAR_AND_MONTH,
  numbers: ".",
  currency: { ofFile: () => null },
  platform: "Stem",
  asks: ["currency"],
});
