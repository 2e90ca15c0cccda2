// The home of Symphonic's statement.
import { anyOf, firstFilled, NAMED_MONTH, QUARTER } from "./spans.ts";
import { tableFormat } from "./table.ts";

/**
 * Symphonic's statement. Old files report by the quarter, and one by two months; a void takes back what its row prints,
 * be the count signed or not.
 *
 * @see importers written on real files; checked 2026-11
 */
export const SYMPHONIC = tableFormat({
  id: "symphonic.v1",
  name: "Symphonic",
  source: "symphonic",
  evidence: "B",
  sample: true,
  version: 1,
  signature: ["Reporting Period", "Digital Service Provider", "Sale or Void", "Count", "Royalty ($US)"],
  columns: {
    "Activity Period": "period",
    "Reporting Period": {
      is: "period",
      detail: "statementPeriod",
      note: "taken for the month of use where no activity period is told",
    },
    Label: "label",
    "Release Name": "releaseTitle",
    "Release Version": null,
    "UPC Code": "upc",
    Catalogue: "catalogNumber",
    "Track Title": "title",
    "Mix Version": null,
    "ISRC Code": "isrc",
    "Track Artists": "artist",
    "Release Artists": { is: "artist", note: "taken where the track names none" },
    "Digital Service Provider": "platform",
    Territory: "territory",
    Delivery: "kind",
    "Content Type": null,
    "Sale or Void": { is: null, note: "a void makes count and royalty negative" },
    Count: "units",
    "Royalty ($US)": "amount",
  },
  period: firstFilled(anyOf(NAMED_MONTH, QUARTER)),
  numbers: ".",
  currency: { is: "USD" },
  kind: { stream: "stream", download: "download" },
  blanks: ["n/a"],
  isNegative: (row) => row.get("Sale or Void").toLowerCase() === "void",
});
