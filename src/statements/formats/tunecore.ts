// The home of TuneCore's sales export.
import { FIRST_OF_MONTH } from "./spans.ts";
import { tableFormat } from "./table.ts";

/**
 * TuneCore's sales export; the currency of payment is a column, apart from that of the sale.
 *
 * @see header of a real file; the columns after `Currency` from importers of later files; checked 2026-11
 */
export const TUNECORE = tableFormat({
  id: "tunecore.v1",
  name: "TuneCore sales export",
  source: "tunecore",
  evidence: "A",
  sample: true,
  version: 1,
  signature: ["Sales Period", "Posted Date", "TC Song ID", "Optional ISRC", "# Units Sold", "Total Earned", "Currency"],
  columns: {
    "Sales Period": "period",
    "Posted Date": "statementPeriod",
    "Store Name": "platform",
    "Country Of Sale": "territory",
    Artist: "artist",
    "Release Type": null,
    "Release Title": "releaseTitle",
    "Song Title": "title",
    Label: "label",
    UPC: "upc",
    "Optional UPC": { is: "upc", note: "taken where UPC is blank" },
    "Optional ISRC": "isrc",
    "TC Song ID": { is: "isrc", note: "some files have the ISRC here; taken where it is one" },
    "Sales Type": "kind",
    "# Units Sold": "units",
    "Per Unit Price": "rate",
    "Net Sales": "gross",
    "Net Sales Currency": "saleCurrency",
    "Exchange Rate": { is: "exchangeRate", note: "TuneCore's own; nothing is converted again" },
    "Total Earned": "amount",
    Currency: "currency",
    Commission: "deductions",
    "Youtube Video ID": null,
    "Youtube Video Policy Type": null,
  },
  period: FIRST_OF_MONTH,
  numbers: ".",
  kind: { download: "download", streaming: "stream", stream: "stream" },
});
