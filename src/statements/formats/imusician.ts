// The home of iMusician's reports: the sales one by one, and their sums by release.
import { ISO_MONTH } from "./spans.ts";
import { tableFormat } from "./table.ts";

/**
 * iMusician's sales report. The same month, shop, track and country may come several times: those are parts of one
 * sum and add up.
 *
 * @see importers written on real files; checked 2026-11
 */
export const IMUSICIAN_SALES = tableFormat({
  id: "imusician.sales_detail",
  name: "iMusician sales report",
  source: "imusician",
  evidence: "B",
  sample: true,
  version: 1,
  signature: ["Sales date", "Statement date", "ISRC", "Shop", "Quantity", "Revenue {currency}"],
  columns: {
    "Sales date": "period",
    "Statement date": "statementPeriod",
    "Release title": "releaseTitle",
    Barcode: "upc",
    Label: "label",
    ISRC: "isrc",
    "Track title": "title",
    "Track version": null,
    Shop: "platform",
    "Transaction type": "kind",
    Country: "territory",
    Quantity: "units",
    "Revenue {currency}": "amount",
  },
  period: ISO_MONTH,
  numbers: "either",
  currency: "header",
  kind: { stream: "stream", download: "download" },
});

/**
 * iMusician's sums of a statement by release: the same money as the sales report, so only one of the two is booked.
 *
 * @see the header line in an importer's test; checked 2026-11
 */
export const IMUSICIAN_RELEASES = tableFormat({
  id: "imusician.release_summary",
  name: "iMusician release summary",
  source: "imusician",
  evidence: "B",
  sample: true,
  version: 1,
  signature: ["Statement date", "Release title", "Track streams", "Track streams revenue", "Total revenue"],
  columns: {
    "Statement date": {
      is: "period",
      detail: "statementPeriod",
      note: "the month of the statement: the summary does not tell the months of use",
    },
    "Release title": { is: "title", detail: "releaseTitle" },
    Barcode: "upc",
    "Track downloads": "units",
    "Track streams": "units",
    "Release downloads": "units",
    "Track downloads revenue": { is: null, note: "part of the total revenue" },
    "Track streams revenue": { is: null, note: "part of the total revenue" },
    "Release downloads revenue": { is: null, note: "part of the total revenue" },
    "Total revenue": "amount",
  },
  period: ISO_MONTH,
  numbers: "either",
  currency: { usually: "EUR" },
  platform: "iMusician",
  territory: "XW",
  kind: "other",
  asks: ["currency"],
  summaryOf: "imusician.sales_detail",
});
