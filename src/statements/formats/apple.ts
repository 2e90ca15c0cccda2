// The home of Apple's financial reports to content providers: the iTunes Store's sales and Apple Music's streams.
import { normaliseHeader } from "../reading/header.ts";
import type { FileFacts, TableDeclaration } from "./declaration.ts";
import { AMERICAN_DAY, between, type Span } from "./spans.ts";
import { tableFormat } from "./table.ts";

const DAYS = between(AMERICAN_DAY);

/**
 * The iTunes Store's sales by month of Apple's own calendar, one file a region; below the lines are three totals.
 *
 * @see header and footer of a real file of 2017; checked 2026-11
 */
export const APPLE_ITUNES_SALES = tableFormat({
  id: "apple.itunes_sales.v1",
  name: "Apple iTunes financial report",
  source: "apple",
  evidence: "A",
  sample: true,
  version: 1,
  signature: [
    "Start Date",
    "End Date",
    "Vendor Identifier",
    "Quantity",
    "Extended Partner Share",
    "Partner Share Currency",
    "Sales or Return",
    "Title",
    "Country Of Sale",
  ],
  columns: {
    "Start Date": { is: "period", note: "with the end, a month of Apple's calendar of 4 or 5 weeks" },
    "End Date": "period",
    UPC: { is: "upc", note: "printed without leading noughts" },
    "ISRC/ISBN": "isrc",
    "Vendor Identifier": null,
    Quantity: "units",
    "Partner Share": { is: "rate", note: "of one copy; positive on a return too" },
    "Extended Partner Share": "amount",
    "Partner Share Currency": "currency",
    "Sales or Return": { is: null, note: "R is a return, which counts against the sales" },
    "Apple Identifier": null,
    "Artist/Show/Developer/Author": "artist",
    Title: "title",
    "Label/Studio/Network/Developer/Publisher": "label",
    Grid: null,
    "Product Type Identifier": { is: "usage", note: "H is a track, I an album" },
    "ISAN/Other Identifier": null,
    "Country Of Sale": "territory",
    "Pre-order Flag": null,
    "Promo Code": null,
    "Customer Price": { is: null, note: "of one copy, as the buyer paid it" },
    "Customer Currency": "saleCurrency",
  },
  period: DAYS,
  numbers: ".",
  platform: "iTunes",
  kind: "download",
  isNegative: (row) => row.get("Sales or Return").toUpperCase() === "R",
  footer: { total_rows: "lines", total_amount: "amount", total_units: "units" },
});

/** What a line above the header says behind its label. */
function above(file: FileFacts, label: string): string {
  return file.preamble.find(([first = ""]) => normaliseHeader(first) === label)?.[1]?.trim() ?? "";
}

const appleMusic = {
  source: "apple",
  version: 1,
  period: { ofFile: (file): Span | null => DAYS(above(file, "start date"), above(file, "end date")) },
  numbers: ".",
  currency: { ofFile: (file) => above(file, "currency").toUpperCase() || null },
  platform: "Apple Music",
  kind: "stream",
  footer: { "row count": "lines" },
  asks: ["period", "currency"],
} as const satisfies Partial<TableDeclaration>;

/**
 * Apple Music's streams: one line per track, membership and whether it was played offline. Days and currency stand only
 * above the header.
 *
 * @see a real file of 2017 named `S1_…`; checked 2026-11
 */
export const APPLE_MUSIC_STREAMS = tableFormat({
  ...appleMusic,
  id: "apple.music_streams.v1",
  name: "Apple Music streams (S1)",
  evidence: "A",
  sample: true,
  signature: [
    "Storefront Name",
    "Apple Identifier",
    "Membership Type",
    "Quantity",
    "Net Royalty",
    "Net Royalty Total",
    "Item_Title",
  ],
  columns: {
    "Storefront Name": "territory",
    "Apple Identifier": null,
    "Membership Type": "usage",
    Quantity: "units",
    "Net Royalty": { is: "rate", note: "of one stream" },
    "Net Royalty Total": "amount",
    ISRC: "isrc",
    Item_Title: "title",
    Item_Artist: "artist",
    "Item Type": null,
    "Media Type": null,
    "Vendor Identifier": null,
    "Offline Indicator": { is: null, note: "1 where it was played from a copy on the device" },
    "Label/Studio/Network": "label",
    Grid: null,
  },
});

/**
 * Apple Music's newer report, of which only names of columns are known: the seven of its signature, and those that an
 * importer takes besides. Days and currency are looked for where the older report has them, else a person is asked.
 *
 * @see names in importers of real files; checked 2026-11
 */
export const APPLE_MUSIC_FINANCIAL = tableFormat({
  ...appleMusic,
  id: "apple.music.financial.v2",
  name: "Apple Music financial report (newer columns)",
  evidence: "B",
  sample: false,
  signature: [
    "Storefront Name",
    "Apple Identifier",
    "Total  Royalty Bearing Plays",
    "Net Royalty Total",
    "Content Title",
    "Media Type",
    "Share Per Converted Unit",
  ],
  columns: {
    "Storefront Name": "territory",
    "Apple Identifier": null,
    "Total  Royalty Bearing Plays": "units",
    "Net Royalty Total": "amount",
    Currency: "currency",
    "Content Title": "title",
    Artist: "artist",
    ISRC: "isrc",
    Product: "releaseTitle",
    "Label/Studio/Network": "label",
    "Media Type": "usage",
    "Share Per Converted Unit": "rate",
    "Vendor Identifier": null,
  },
});
