// The home of LANDR's royalty report.
import { between, ISO_DAY } from "./spans.ts";
import { tableFormat } from "./table.ts";

/**
 * LANDR's royalty report; the month of use is that of its reporting period, not of the payment.
 *
 * @see names of columns in several importers, in files with and without `Share %`; checked 2026-11
 */
export const LANDR = tableFormat({
  id: "landr.v1",
  name: "LANDR royalty report",
  source: "landr",
  evidence: "B",
  sample: false,
  version: 1,
  signature: [
    "Payment Date",
    "Start of reporting period",
    "End of reporting period",
    "Store",
    "Quantity of sales or streams",
    "Net earnings ({currency})",
  ],
  columns: {
    "Payment Date": "statementPeriod",
    "Start of reporting period": "period",
    "End of reporting period": "period",
    Store: "platform",
    "Store service": "usage",
    "Country of sale or stream": "territory",
    Album: "releaseTitle",
    UPC: "upc",
    Track: "title",
    ISRC: "isrc",
    "Primary artist(s)": "artist",
    "Quantity of sales or streams": "units",
    "Gross earnings ({currency})": "gross",
    "Net earnings ({currency})": "amount",
    "Share %": { is: null, note: "already applied by LANDR: the net earnings are this account's share" },
  },
  period: between(ISO_DAY),
  numbers: ".",
  currency: "header",
});
