// The home of The Orchard's statements: the classic one, and that of the workstation in capitals.
import { ISO_DAY, inMonth, LETTERED_MONTH } from "./spans.ts";
import { tableFormat } from "./table.ts";

/**
 * The Orchard's classic statement; accounts paid in euros have a decimal comma. Older ones are tab files in Latin-1
 * named `.xls`, newer ones call the store a retailer and the release a product.
 *
 * @see importers written on real files of 2017 and later; checked 2026-11
 */
export const ORCHARD_V1 = tableFormat({
  id: "orchard.v1",
  name: "The Orchard classic",
  source: "orchard",
  evidence: "B",
  sample: true,
  version: 1,
  signature: [
    "Period",
    "Activity Period",
    "DMS",
    "Orchard UPC",
    "Quantity",
    "Label Share Net Receipts",
    "Preferred Currency",
  ],
  columns: {
    Period: "statementPeriod",
    "Activity Period": "period",
    DMS: { is: "platform", also: ["Retailer"] },
    Territory: "territory",
    "Orchard UPC": { is: "upc", also: ["Product UPC"] },
    "Manufacturer UPC": { is: "upc", note: "taken where the UPC before it is blank" },
    "Label Catalog #": { is: "catalogNumber", also: ["Product Code"] },
    "Imprint Label": "label",
    "Track Artist": "artist",
    "Artist Name": "artist",
    "Release Name": { is: "releaseTitle", also: ["Product Name"] },
    "Track Name": "title",
    ISRC: "isrc",
    Volume: null,
    "Track #": null,
    "Trans Type": null,
    "Trans Type Description": "kind",
    "Actual Price": { is: "rate", also: ["Price"] },
    "Unit Price": { is: "rate", note: "before the discount; taken where no price after it is told" },
    Discount: null,
    Quantity: "units",
    "Adjusted Total": "gross",
    Total: { is: "gross", note: "taken where no adjusted total is told" },
    "Split Rate": { is: null, note: "already applied by The Orchard: the net receipts are the label's share" },
    "Label Share Net Receipts": "amount",
    "Ringtone Publishing": { is: null, note: "kept apart as printed, never netted against the receipts" },
    "Cloud Publishing": { is: null, note: "kept apart as printed, never netted against the receipts" },
    Publishing: { is: null, note: "kept apart as printed, never netted against the receipts" },
    "Mech. Administrative Fee": { is: "deductions", note: "as printed; never netted against the receipts again" },
    "Preferred Currency": "currency",
  },
  period: LETTERED_MONTH,
  numbers: "file",
  kind: {
    "subscription audio streams": "stream",
    "mid-tier subscription audio streams": "stream",
    "download tracks": "download",
    "physical sales": "physical",
  },
});

/**
 * The Orchard's workstation statement; a loss stands in parentheses.
 *
 * @see importers written on real files, with a part of the columns and no sure order; checked 2026-11
 */
export const ORCHARD_V2 = tableFormat({
  id: "orchard.v2",
  name: "The Orchard workstation (capitals)",
  source: "orchard",
  evidence: "B",
  sample: true,
  version: 1,
  signature: [
    "STATEMENT PERIOD",
    "TRANSACTION DATE",
    "STORE",
    "QUANTITY",
    "NET SHARE ACCOUNT CURRENCY",
    "ACCOUNT CURRENCY",
  ],
  columns: {
    "STATEMENT PERIOD": "statementPeriod",
    "ORIGINAL STATEMENT PERIOD": null,
    "TRANSACTION DATE": { is: "period", note: "means its month: stores report to The Orchard by the month" },
    STORE: "platform",
    "SALE COUNTRY": "territory",
    "DISPLAY UPC": "upc",
    "PRODUCT CODE": "catalogNumber",
    "LABEL IMPRINT": "label",
    "TRACK ARTIST": "artist",
    "PRODUCT ARTIST": "artist",
    PRODUCT: "releaseTitle",
    TRACK: "title",
    "TRACK VERSION": null,
    ISRC: "isrc",
    "TRANSACTION TYPE": "kind",
    "TRANSACTION SUBTYPE": null,
    QUANTITY: "units",
    "SALE CURRENCY": "saleCurrency",
    "CURRENCY CONVERSION RATE": { is: "exchangeRate", note: "The Orchard's own; nothing is converted again" },
    "GROSS REVENUE ACCOUNT CURRENCY": "gross",
    "NET SHARE ACCOUNT CURRENCY": "amount",
    "ACCOUNT CURRENCY": "currency",
  },
  period: inMonth(ISO_DAY),
  numbers: ".",
  kind: {
    "subscription audio streams": "stream",
    "mid-tier subscription audio streams": "stream",
    "download tracks": "download",
    "physical sales": "physical",
  },
});
