// The home of FUGA's extended royalty export, which labels and distributors built on FUGA hand on.
import { isCurrency } from "../../kernel/currency.ts";
import { wordOf } from "./cells.ts";
import type { FileFacts } from "./declaration.ts";
import { between, ISO_DAY } from "./spans.ts";
import { tableFormat } from "./table.ts";

const CALCULATION = "Sale net receipts calculation";

/** Signs that stand for one currency alone. `$`, `¥` and `kr` stand for several: there a person is asked. */
const SIGNS: Readonly<Record<string, string>> = { "£": "GBP", "€": "EUR" };

/**
 * FUGA's `royalty_extended` export, of 33 columns or, with the run it belongs to, 37. `Currency` is that of the sale;
 * the one that is paid stands only in the text of the calculation: `$0.01 × 100% of sale × 0.79 £/$ = £`.
 *
 * @see header of a real file, sent by a label that distributes through FUGA; checked 2026-11
 */
export const FUGA = tableFormat({
  id: "fuga.v1",
  name: "FUGA royalty_extended",
  source: "fuga",
  evidence: "A",
  sample: true,
  version: 1,
  signature: [
    "Royalty ID",
    CALCULATION,
    "Contract deal term",
    "Reported Royalty",
    "Sale Start date",
    "Sale End date",
    "Royalty Calculation Base",
  ],
  columns: {
    "Royalty ID": null,
    "Asset ISRC": "isrc",
    "Asset Title": "title",
    "Asset Version": null,
    "Asset Artist": "artist",
    "Asset Duration": null,
    [CALCULATION]: { is: null, note: "tells the currency that is paid, behind its equals sign" },
    "Sale net receipts": { is: "gross", note: "in the currency that is paid, before the contract's share" },
    "Contract deal term": { is: null, note: "already applied by FUGA: the reported royalty is what is left" },
    "Contract Reference": null,
    "Reported Royalty": "amount",
    "Asset/Product": null,
    Territory: "territory",
    Quantity: "units",
    "Sale Type": "kind",
    "Sale User Type": null,
    "Sale Start date": "period",
    "Sale End date": "period",
    "Sale Store Name": "platform",
    DSP: { is: "platform", note: "taken where no store is told" },
    "Royalty Calculation Base": null,
    "Product Reference": null,
    "Asset Reference": null,
    "Product Share": { is: null, note: "already applied by FUGA" },
    "Asset Share": { is: null, note: "already applied by FUGA" },
    "Exchange Rate": { is: "exchangeRate", note: "FUGA's own; nothing is converted again" },
    Currency: { is: "saleCurrency", note: "of the sale; all amounts are in the currency that is paid" },
    "Product Title": "releaseTitle",
    "Product Artist": { is: "artist", note: "taken where the asset names none" },
    "Product UPC": "upc",
    "Product Catalog Number": "catalogNumber",
    "Product Label": "label",
    "Report Run ID": null,
    "Report ID": null,
    "Sale ID": null,
    "Statement Run ID": null,
    "Statement Run Name": "statementPeriod",
  },
  period: between(ISO_DAY),
  numbers: ".",
  currency: { ofFile: paidCurrency },
  kind: { streaming: "stream", stream: "stream", download: "download" },
  asks: ["currency"],
});

/** The currency behind the last equals sign of the calculations; null where they tell none, or several. */
function paidCurrency(file: FileFacts): string | null {
  const told = new Set(file.sample(CALCULATION).flatMap((text) => (text === "" ? [] : [currencyBehind(text)])));
  const [only] = told;
  return told.size === 1 && only !== undefined ? only : null;
}

function currencyBehind(calculation: string): string | null {
  const at = calculation.lastIndexOf("=");
  if (at === -1) return null;
  const sign = calculation.slice(at + 1).replaceAll(/[\s\d.,+-]/gu, "");
  return wordOf(SIGNS, sign) ?? (isCurrency(sign) ? sign : null);
}
