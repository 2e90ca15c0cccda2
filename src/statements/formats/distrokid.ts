// The home of DistroKid's bank details: the file of 13 columns and its successor of 15.
import type { TableDeclaration } from "./declaration.ts";
import { ISO_MONTH } from "./spans.ts";
import { tableFormat } from "./table.ts";

const APART = "kept apart as printed, never netted against the earnings";

/**
 * Columns are matched one by one: a file of 2026 was seen with the new columns and the old name `Song/Album`.
 *
 * @see headers of real files (13 columns) and of importers written on them (15 columns, July 2025); checked 2026-11
 */
const SHARED = {
  "Reporting Date": "statementPeriod",
  "Sale Month": "period",
  Store: "platform",
  Artist: "artist",
  Title: "title",
  ISRC: "isrc",
  UPC: "upc",
  Quantity: "units",
  "Team Percentage": { is: null, note: "already applied by DistroKid: the earnings are this account's share" },
  "Song/Album": { is: "kind", also: ["Source Type"] },
  "Country of Sale": "territory",
  "Songwriter Royalties Withheld": {
    is: null,
    also: ["Songwriter Royalties Withheld ({currency})"],
    note: `withheld for songwriters before the earnings; ${APART}`,
  },
  "Earnings ({currency})": "amount",
} as const satisfies TableDeclaration["columns"];

const SIGNATURE = [
  "Sale Month",
  "Store",
  "Artist",
  "Title",
  "Quantity",
  "Team Percentage",
  "Country of Sale",
  "Earnings ({currency})",
];

const NEW_IN_V2 = ["Date Inserted", "Recoup ({currency})"];

const shared = {
  source: "distrokid",
  sample: true,
  version: 1,
  period: ISO_MONTH,
  numbers: ".",
  currency: "header",
  kind: { album: "download" },
} as const satisfies Partial<TableDeclaration>;

/** DistroKid's bank details as exported until July 2025. */
export const DISTROKID_V1 = tableFormat({
  ...shared,
  id: "distrokid.v1",
  name: "DistroKid bank details (13 columns)",
  evidence: "A",
  signature: SIGNATURE,
  excludes: NEW_IN_V2,
  columns: { ...SHARED, "Date Inserted": null, "Recoup ({currency})": null },
});

/** DistroKid's bank details since July 2025, with `Date Inserted` and `Recoup`. */
export const DISTROKID_V2 = tableFormat({
  ...shared,
  id: "distrokid.v2",
  name: "DistroKid bank details (15 columns)",
  evidence: "B",
  signature: SIGNATURE,
  needsOneOf: NEW_IN_V2,
  columns: {
    "Date Inserted": null,
    ...SHARED,
    "Recoup ({currency})": { is: null, note: `recouped; ${APART}` },
  },
});
