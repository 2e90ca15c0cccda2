// The home of Secretly Distribution's sales: digital ones by line of an invoice, and physical ones by shop.
import type { TableDeclaration } from "./declaration.ts";
import { AMERICAN_DAY, DOTTED_MONTH, inMonth } from "./spans.ts";
import { tableFormat } from "./table.ts";

const shared = {
  source: "secretly",
  evidence: "A",
  sample: false,
  version: 1,
  numbers: ".",
  currency: { ofFile: () => null },
  asks: ["currency"],
} as const satisfies Partial<TableDeclaration>;

/**
 * Secretly Distribution's digital sales. Their month stands in the words of the invoice, `2019.08 Streams`.
 *
 * @see header of a real file, its values removed; checked 2026-11
 */
export const SECRETLY_DIGITAL = tableFormat({
  ...shared,
  id: "secretly.digital.v1",
  name: "Secretly Distribution digital",
  signature: [
    "Internal Invoice Number",
    "Digital Service Provider_Subdescription",
    "Quantity",
    "Label Net Total",
    "datePaidlast",
    "internal serial number",
    "invoice_description",
  ],
  columns: {
    "Internal Invoice Number": null,
    Customer: null,
    "Catalog Number": "catalogNumber",
    Title_Description: "releaseTitle",
    UPC: "upc",
    "Product ID": { is: "isrc", note: "holds the ISRC of a recording" },
    Artist: "artist",
    "Product Title": "title",
    "Digital Service Provider_Subdescription": "platform",
    "Country Code": "territory",
    "Transaction Type": "kind",
    Quantity: "units",
    "Label Net Unit Price": "rate",
    "Gross Unit Price": { is: "rate", note: "before the fee; taken where no net price is told" },
    "Total Gross Income": "gross",
    "Distribution Fee Total": { is: "deductions", note: "already taken off the label's net total" },
    "Label Net Total": "amount",
    invoice_description: "period",
    datePaidlast: {
      is: "period",
      detail: "statementPeriod",
      note: "taken for the month of use where the invoice's words name none",
    },
    dateProcessedlast: null,
    "Flag for mech obligation": null,
    "Flag for Radio_Performance Royalty Exclusion": null,
    "internal serial number": null,
    Label: "label",
  },
  period: (invoice = "", paid = "") => DOTTED_MONTH(invoice) ?? inMonth(AMERICAN_DAY)(paid),
  kind: { stream: "stream", streams: "stream", download: "download", downloads: "download" },
});

/**
 * Secretly Distribution's physical sales, by the month they were paid in; returns have a negative quantity.
 *
 * @see header of a real file, its values removed; checked 2026-11
 */
export const SECRETLY_PHYSICAL = tableFormat({
  ...shared,
  id: "secretly.physical.v1",
  name: "Secretly Distribution physical",
  signature: [
    "Internal Invoice Number",
    "digest invoiceform",
    "signedQuantity",
    "MnD Fee Total",
    "Label Net Total",
    "datePaidlast",
  ],
  columns: {
    "Internal Invoice Number": null,
    Customer: { is: "platform", note: "the shop that bought" },
    "Catalog Number": "catalogNumber",
    UPC: "upc",
    "Product Title": { is: "title", detail: "releaseTitle" },
    Title_Description: { is: "title", note: "taken where no product title is told" },
    Artist: "artist",
    "Customer Region": null,
    "Country Code": "territory",
    CustomerClassification: null,
    "digest invoiceform": "usage",
    signedQuantity: "units",
    "Label Net Unit Price": "rate",
    "Gross Unit Price": { is: "rate", note: "before the fees; taken where no net price is told" },
    "Total Gross Income": "gross",
    "Distribution Fee Total": { is: "deductions", note: "already taken off the label's net total" },
    "MnD Fee Total": { is: null, note: "already taken off the label's net total" },
    "Label Net Total": "amount",
    datePaidlast: { is: "period", detail: "statementPeriod", note: "the month it was paid in: no other is told" },
    dateProcessedlast: null,
    "flag for mech obligation": null,
    "internal serial number": null,
    Label: "label",
    Invoice_Description: null,
  },
  period: inMonth(AMERICAN_DAY),
  platform: "Secretly Distribution",
  kind: "physical",
});
