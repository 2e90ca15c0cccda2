// The home of Bandcamp's sales reports: the one of 17 columns and the raw one of 52.
import { wordOf } from "./cells.ts";
import type { Row, RowsInOrder, TableDeclaration } from "./declaration.ts";
import type { LineKind, RowApart } from "./format.ts";
import { AMERICAN_DAY } from "./spans.ts";
import { tableFormat } from "./table.ts";

const KINDS: Readonly<Record<string, LineKind>> = {
  track: "download",
  album: "download",
  package: "physical",
  merch: "physical",
};

const BUYER = { is: null, isPrivate: true } as const;

/**
 * The net amount is what is left of the subtotal behind Bandcamp's fee and share; shipping and tax are in neither.
 *
 * @see headers of real files; what the rows without a net amount mean is told by importers of them; checked 2026-11
 */
const SHARED = {
  date: "period",
  "paid to": BUYER,
  "item type": "kind",
  "item name": "title",
  artist: "artist",
  currency: "currency",
  "item price": "rate",
  quantity: "units",
  "discount code": null,
  "sub total": { is: "gross", note: "without shipping and tax" },
  "transaction fee": { is: "deductions", note: "taken off the net amount; so is the revenue share, in its own column" },
  "fee type": null,
  "item total": null,
  "amount you received": {
    is: null,
    note: "with shipping and tax, and paid at once: the net amount is what was earned",
  },
  "bandcamp transaction id": null,
  "paypal transaction id": BUYER,
  "net amount": "amount",
} as const satisfies TableDeclaration["columns"];

const NEW_IN_V2 = ["change to payout balance", "balance of revenue share", "buyer email"] as const;

const BALANCE = NEW_IN_V2[0];

/**
 * Tells sales from the rows that are none. The last transaction is remembered, since a refund of several items stands in
 * several rows one behind the other, of which the first has the change of the balance for all.
 */
class SalesAndRefunds implements RowsInOrder {
  #transaction = "";
  #firstLine = 0;

  apart(row: Row): RowApart | null {
    const type = row.get("item type").toLowerCase();
    const transaction = row.get("bandcamp transaction id");
    if (transaction === "" || transaction !== this.#transaction) {
      this.#transaction = transaction;
      this.#firstLine = row.line;
    }
    if (type === "payout") return apartOf(row, "payout", "amount you received");
    if (!isRefundWithoutAmount(row)) return null;
    if (row.refunds === "set_aside" || row.amount(row.get(BALANCE)) === null) {
      return apartOf(row, "refund_without_amount", BALANCE);
    }
    return this.#firstLine === row.line ? null : apartOf(row, "record", BALANCE);
  }

  save(): string {
    return JSON.stringify([this.#transaction, this.#firstLine]);
  }

  load(saved: string): void {
    [this.#transaction, this.#firstLine] = JSON.parse(saved);
  }
}

function isRefundWithoutAmount(row: Row): boolean {
  return /refund|reversal/iu.test(row.get("item type")) && row.get("net amount") === "";
}

function apartOf(row: Row, apart: RowApart["apart"], amount: string): RowApart {
  const currency = row.get("currency").toUpperCase() || null;
  return { apart, exact: row.amount(row.get(amount)), currency, states: [] };
}

const shared = {
  source: "bandcamp",
  evidence: "A",
  version: 1,
  period: AMERICAN_DAY,
  numbers: ".",
  platform: "Bandcamp",
  kind: (row) => wordOf(KINDS, row.get("item type").toLowerCase()) ?? "other",
  unitsMayBeBlank: true,
  inOrder: () => new SalesAndRefunds(),
} as const satisfies Partial<TableDeclaration>;

/** Bandcamp's sales report of 17 columns, which has no amount for a refund at all. */
export const BANDCAMP_V1 = tableFormat({
  ...shared,
  id: "bandcamp.v1",
  name: "Bandcamp sales (17 columns)",
  sample: false,
  signature: [
    "date",
    "paid to",
    "item type",
    "item name",
    "currency",
    "amount you received",
    "bandcamp transaction id",
    "net amount",
  ],
  excludes: NEW_IN_V2,
  columns: { ...SHARED, "change to payout balance": null, "balance of revenue share": null, "buyer email": BUYER },
});

/** Bandcamp's raw sales report, which has all columns of the shorter one and the buyers'. */
export const BANDCAMP_V2 = tableFormat({
  ...shared,
  id: "bandcamp.v2",
  name: "Bandcamp raw sales (52 columns)",
  sample: true,
  signature: ["date", "paid to", "item type", "item name", "currency", ...NEW_IN_V2, "net amount"],
  columns: {
    ...SHARED,
    tax: null,
    shipping: null,
    "ship from country name": null,
    "assessed revenue share": { is: null, note: "Bandcamp's share, taken off the net amount" },
    "collected revenue share": null,
    "balance of revenue share": null,
    "change to payout balance": {
      is: null,
      note: "on request, what a refund without a net amount counts as; with shipping and tax",
    },
    "payout balance": null,
    package: null,
    option: null,
    "item url": null,
    sku: null,
    "catalog number": "catalogNumber",
    upc: "upc",
    isrc: "isrc",
    "buyer name": BUYER,
    "buyer email": BUYER,
    "buyer phone": BUYER,
    "buyer note": BUYER,
    "ship to name": BUYER,
    "ship to street": BUYER,
    "ship to street 2": BUYER,
    "ship to city": BUYER,
    "ship to state": BUYER,
    "ship to zip": BUYER,
    "ship to country": BUYER,
    "ship to country code": BUYER,
    "ship date": null,
    "ship notes": BUYER,
    "country code": "territory",
    country: null,
    "region/state": BUYER,
    city: BUYER,
    referrer: null,
    "referrer url": null,
  },
  amount: (row) => (isRefundWithoutAmount(row) ? row.get(BALANCE) : null),
  asks: ["refunds"],
});
