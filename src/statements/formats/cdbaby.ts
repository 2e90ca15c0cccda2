// The home of CD Baby's accounting detail.
import { AMERICAN_DAY, inMonth } from "./spans.ts";
import { tableFormat } from "./table.ts";

/**
 * CD Baby's accounting detail: a tab file with date-times of which only the month means something, and no currency.
 *
 * @see header of a real file; checked 2026-11
 */
export const CDBABY = tableFormat({
  id: "cdbaby.v1",
  name: "CD Baby accounting detail",
  source: "cdbaby",
  evidence: "A",
  sample: true,
  version: 1,
  signature: ["Report Date", "Sales Date", "Subtotal", "CDBabySku", "Partner Name", "Delivery Country"],
  columns: {
    "Report Date": "statementPeriod",
    "Sales Date": { is: "period", note: "the last day of a month, and means that month" },
    Quantity: "units",
    Price: "rate",
    Subtotal: { is: "amount", note: "exact; price times quantity has fewer digits" },
    Isrc: "isrc",
    Barcode: "upc",
    CDBabySku: "catalogNumber",
    "Album Name": "releaseTitle",
    "Artist Name": "artist",
    "Track Name": "title",
    "Partner Name": "platform",
    "Transaction Type": "kind",
    "Delivery Country": "territory",
  },
  period: inMonth(AMERICAN_DAY),
  numbers: ".",
  currency: { usually: "USD" },
  kind: { stream: "stream", download: "download" },
  asks: ["currency"],
});
