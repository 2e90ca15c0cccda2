// The home of YouTube's revenue reports to partners: advertising by asset and day, subscriptions by asset and month.
import type { TableDeclaration } from "./declaration.ts";
import { COMPACT_DAY, COMPACT_MONTH } from "./spans.ts";
import { tableFormat } from "./table.ts";

/** @see column names in importers of real files; checked 2026-11 */
const SHARED = {
  "Adjustment Type": { is: null, note: "why the line corrects an earlier report; None where it does not" },
  Country: "territory",
  "Asset ID": null,
  "Asset Title": "title",
  "Asset Labels": null,
  "Asset Channel ID": null,
  "Asset Type": "usage",
  "Custom ID": null,
  ISRC: "isrc",
  UPC: "upc",
  GRid: null,
  Artist: "artist",
  Album: "releaseTitle",
  Label: "label",
  "Administer Publish Rights": null,
  "Owned Views": "units",
  "YouTube Revenue Split": { is: "deductions", note: "YouTube's part, which the partner's revenue is without" },
  "Partner Revenue": "amount",
} as const satisfies TableDeclaration["columns"];

const SIGNATURE = ["Adjustment Type", "Country", "Asset ID", "Asset Title", "Owned Views", "Partner Revenue"] as const;

const WAYS_OF_SALE = ["Auction", "Reserved", "Partner Sold YouTube Served", "Partner Sold Partner Served"] as const;

/** The parts of an amount by how the advertising was sold; their sum is in the column without an addition. */
function parts(amount: string): TableDeclaration["columns"] {
  const column = { is: null, note: `part of ${amount}` } as const;
  return Object.fromEntries(WAYS_OF_SALE.map((way) => [`${amount} : ${way}`, column]));
}

const shared = {
  source: "youtube",
  evidence: "B",
  sample: true,
  version: 1,
  numbers: ".",
  currency: { usually: "USD" },
  asks: ["currency"],
} as const satisfies Partial<TableDeclaration>;

/** YouTube's advertising revenue by asset and day. Corrections of earlier reports are lines of their own. */
export const YOUTUBE_ADS_ASSET_RAW = tableFormat({
  ...shared,
  id: "youtube.ads_asset_raw.v1",
  name: "YouTube ads revenue by asset",
  signature: [...SIGNATURE, "Day", "YouTube Revenue Split : Auction"],
  columns: { ...SHARED, Day: "period", ...parts("YouTube Revenue Split"), ...parts("Partner Revenue") },
  period: COMPACT_DAY,
  platform: "YouTube Ads",
});

/** YouTube's subscription revenue by asset and month; the line above its header reads `Asset Summary`. */
export const YOUTUBE_SUBSCRIPTION_ASSET = tableFormat({
  ...shared,
  id: "youtube.subscription_asset.v1",
  name: "YouTube subscription revenue by asset",
  signature: [...SIGNATURE, "Month"],
  columns: { ...SHARED, Month: "period" },
  period: COMPACT_MONTH,
  platform: "YouTube Premium",
});
