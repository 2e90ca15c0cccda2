// The home of what the reference knows of each format: which columns matter, and which rows are no lines.
// Written from the tables in which the sources describe their files, column by column, not from the product's.
import {
  DAY_DIGITS,
  DAY_FIRST,
  fromTo,
  MONTH,
  MONTH_BY_FIRST_DAY,
  MONTH_DIGITS,
  MONTH_DOTTED,
  MONTH_FIRST,
  MONTH_LETTERED,
  MONTH_NAMES,
  monthOf,
  type PeriodForm,
  QUARTERS,
  wholeMonth,
  YEAR_FIRST,
  YEAR_MONTH,
} from "./dates.ts";

/** The trimmed cell of a column, by one of the names it has (`a|b`); empty where there is none. */
export type Get = (column: string) => string;

/** What a person said beside the file. */
export interface ReferenceAnswers {
  readonly currency?: string | undefined;
  readonly period?: { readonly from: string; readonly to: string } | undefined;
}

/** How one format is read. Names of columns are in lower case; `a|b` is either, `{currency}` a code of three letters. */
export interface Described {
  /** Columns without which it is no file of the format. */
  readonly needs: readonly string[];
  /** Null where it tells of plays and no money. */
  readonly amount: string | null;
  /** All of them added up. */
  readonly units: readonly string[];
  readonly unitsMayBeBlank?: true;
  /** The first that is not blank names the store; none where the format has one of its own. */
  readonly stores?: readonly string[];
  /** Texts that mean nothing. */
  readonly blank?: string;
  /** A column, `{currency}` in the amount's name, a code; or what the file says elsewhere, else a person. */
  readonly currency: { readonly in: string } | "header" | { readonly is: string } | { readonly said: CurrencySaid };
  /** The mark before a fraction; `file` where the numbers of these columns show it. */
  readonly mark: "." | "one" | { readonly of: readonly string[] };
  /** The month of a row; null where it has none. `file` is for those that tell it once for all. */
  readonly month: ((get: Get) => string | null) | "file";
  /** Labels above the header under which the days of the file stand. */
  readonly daysAbove?: readonly [string, string];
  /** Whether a row is no line; a refusal by its reason. */
  readonly aside?: (get: Get) => boolean | string;
  /** Whether a row takes back what it prints. */
  readonly isLoss?: (get: Get) => boolean;
  /** First cells of rows that state totals. */
  readonly totals?: readonly string[];
  /** Rewrites the printed amount. */
  readonly rewritten?: (printed: string) => string;
}

/** Where a file that has no column for it may name its currency. */
export interface CurrencySaid {
  /** A column that may be there all the same. */
  readonly column?: string;
  /** A label above the header. */
  readonly above?: string;
  /** A column whose texts end in `= £`. */
  readonly behindEquals?: string;
  /** Where nobody says otherwise. */
  readonly usually?: string;
}

const by =
  (form: PeriodForm, column: string) =>
  (get: Get): string | null =>
    monthOf(form(get(column)));

const wholeMonthBy =
  (form: PeriodForm, column: string) =>
  (get: Get): string | null =>
    monthOf(wholeMonth(form(get(column))));

const between =
  (form: PeriodForm, first: string, last: string) =>
  (get: Get): string | null =>
    monthOf(fromTo(form, get(first), get(last)));

const DISTROKID = {
  needs: [
    "sale month",
    "store",
    "artist",
    "title",
    "quantity",
    "team percentage",
    "country of sale",
    "earnings ({currency})",
  ],
  amount: "earnings ({currency})",
  units: ["quantity"],
  stores: ["store"],
  currency: "header",
  mark: ".",
  month: by(MONTH, "sale month"),
} as const satisfies Described;

const ORCHARD_STORE = "dms|retailer";
const SECRETLY = { said: {} } as const;

const YOUTUBE = {
  amount: "partner revenue",
  units: ["owned views"],
  currency: { said: { usually: "USD" } },
  mark: ".",
} as const;
const YOUTUBE_NEEDS = ["adjustment type", "country", "asset id", "asset title", "owned views", "partner revenue"];

const ASCAP = {
  currency: { is: "USD" },
  mark: ".",
  rewritten: (printed: string) => printed.trim().replace(/^0+-/u, "-"),
} as const;

const BANDCAMP_NEEDS = ["date", "paid to", "item type", "item name", "currency", "net amount"];
const BANDCAMP = {
  amount: "net amount",
  units: ["quantity"],
  unitsMayBeBlank: true,
  currency: { in: "currency" },
  mark: ".",
  month: by(MONTH_FIRST, "date"),
  // A refund without an amount counts as nothing unless a person says otherwise.
  aside: (get: Get) => {
    const type = get("item type").toLowerCase();
    return type === "payout" || (/refund|reversal/u.test(type) && get("net amount") === "");
  },
} as const;

const APPLE_MUSIC = {
  amount: "net royalty total",
  mark: ".",
  month: "file",
  daysAbove: ["start date", "end date"],
  totals: ["row count"],
} as const;

const PLAYS = { amount: null, currency: { is: "" }, units: ["streams"], mark: { of: [] } } as const;
const S4A_DAYS = { ...PLAYS, month: by(YEAR_FIRST, "date") } as const;

/** By the product's id of the format. */
export const REFERENCE: Readonly<Record<string, Described>> = {
  "distrokid.v1": DISTROKID,
  "distrokid.v2": DISTROKID,
  "tunecore.v1": {
    needs: ["sales period", "posted date", "tc song id", "optional isrc", "# units sold", "total earned", "currency"],
    amount: "total earned",
    units: ["# units sold"],
    stores: ["store name"],
    currency: { in: "currency" },
    mark: ".",
    month: by(MONTH_BY_FIRST_DAY, "sales period"),
  },
  "cdbaby.v1": {
    needs: ["report date", "sales date", "subtotal", "cdbabysku", "partner name", "delivery country"],
    amount: "subtotal",
    units: ["quantity"],
    stores: ["partner name"],
    currency: { said: { usually: "USD" } },
    mark: ".",
    month: wholeMonthBy(MONTH_FIRST, "sales date"),
  },
  "believe.v1": {
    needs: [
      "sales month",
      "platform|платформа",
      "release catalog nb|каталожный номер релиза",
      "sales type|тип продажи",
      "client payment currency|валюта",
      "net revenue|сумма вознаграждения",
    ],
    amount: "net revenue|сумма вознаграждения",
    units: ["quantity|количество"],
    stores: ["platform|платформа"],
    currency: { in: "client payment currency|валюта" },
    mark: { of: ["unit price", "mechanical fee", "gross revenue", "net revenue|сумма вознаграждения"] },
    month: by(MONTH_BY_FIRST_DAY, "sales month"),
  },
  "orchard.v1": {
    needs: [
      "period",
      "activity period",
      ORCHARD_STORE,
      "orchard upc|product upc",
      "quantity",
      "label share net receipts",
      "preferred currency",
    ],
    amount: "label share net receipts",
    units: ["quantity"],
    stores: [ORCHARD_STORE],
    currency: { in: "preferred currency" },
    mark: {
      of: [
        "actual price|price",
        "unit price",
        "adjusted total",
        "total",
        "label share net receipts",
        "mech. administrative fee",
      ],
    },
    month: by(MONTH_LETTERED, "activity period"),
  },
  "orchard.v2": {
    needs: [
      "statement period",
      "transaction date",
      "store",
      "quantity",
      "net share account currency",
      "account currency",
    ],
    amount: "net share account currency",
    units: ["quantity"],
    stores: ["store"],
    currency: { in: "account currency" },
    mark: ".",
    month: wholeMonthBy(YEAR_FIRST, "transaction date"),
  },
  "symphonic.v1": {
    needs: ["reporting period", "digital service provider", "sale or void", "count", "royalty ($us)"],
    amount: "royalty ($us)",
    units: ["count"],
    stores: ["digital service provider"],
    blank: "n/a",
    currency: { is: "USD" },
    mark: ".",
    month: (get) => {
      const printed = get("activity period") || get("reporting period");
      return monthOf(MONTH_NAMES(printed) ?? QUARTERS(printed));
    },
    isLoss: (get) => get("sale or void").toLowerCase() === "void",
  },
  "fuga.v1": {
    needs: [
      "royalty id",
      "sale net receipts calculation",
      "contract deal term",
      "reported royalty",
      "sale start date",
      "sale end date",
      "royalty calculation base",
    ],
    amount: "reported royalty",
    units: ["quantity"],
    stores: ["sale store name", "dsp"],
    currency: { said: { behindEquals: "sale net receipts calculation" } },
    mark: ".",
    month: between(YEAR_FIRST, "sale start date", "sale end date"),
  },
  "imusician.sales_detail": {
    needs: ["sales date", "statement date", "isrc", "shop", "quantity", "revenue {currency}"],
    amount: "revenue {currency}",
    units: ["quantity"],
    stores: ["shop"],
    currency: "header",
    mark: "one",
    month: by(MONTH, "sales date"),
  },
  "imusician.release_summary": {
    needs: ["statement date", "release title", "track streams", "track streams revenue", "total revenue"],
    amount: "total revenue",
    units: ["track downloads", "track streams", "release downloads"],
    currency: { said: { usually: "EUR" } },
    mark: "one",
    month: by(MONTH, "statement date"),
  },
  "soundcloud.v1": {
    needs: [
      "artist(s)",
      "partner",
      "units",
      "reporting period",
      "accounting period",
      "revenue ({currency})",
      "split pay share (%)",
    ],
    amount: "revenue ({currency})",
    units: ["units"],
    stores: ["partner"],
    currency: "header",
    mark: ".",
    month: by(MONTH, "reporting period"),
  },
  "secretly.digital.v1": {
    needs: [
      "internal invoice number",
      "digital service provider_subdescription",
      "quantity",
      "label net total",
      "datepaidlast",
      "internal serial number",
      "invoice_description",
    ],
    amount: "label net total",
    units: ["quantity"],
    stores: ["digital service provider_subdescription"],
    currency: SECRETLY,
    mark: ".",
    month: (get) => monthOf(MONTH_DOTTED(get("invoice_description")) ?? wholeMonth(MONTH_FIRST(get("datepaidlast")))),
  },
  "secretly.physical.v1": {
    needs: [
      "internal invoice number",
      "digest invoiceform",
      "signedquantity",
      "mnd fee total",
      "label net total",
      "datepaidlast",
    ],
    amount: "label net total",
    units: ["signedquantity"],
    currency: SECRETLY,
    mark: ".",
    month: wholeMonthBy(MONTH_FIRST, "datepaidlast"),
  },
  "stem.v1": {
    needs: ["report_year", "report_month", "isrc", "upc", "net_royalties"],
    amount: "net_royalties",
    units: ["downloads", "views"],
    currency: { said: {} },
    mark: ".",
    month: (get) => monthOf(YEAR_MONTH(`${get("report_year")} ${get("report_month")}`)),
  },
  "landr.v1": {
    needs: [
      "payment date",
      "start of reporting period",
      "end of reporting period",
      "store",
      "quantity of sales or streams",
      "net earnings ({currency})",
    ],
    amount: "net earnings ({currency})",
    units: ["quantity of sales or streams"],
    stores: ["store"],
    currency: "header",
    mark: ".",
    month: between(YEAR_FIRST, "start of reporting period", "end of reporting period"),
  },
  "bmi.v1": {
    needs: ["period", "title name", "perf source", "participant %", "perf count", "royalty amount", "perf period"],
    amount: "royalty amount",
    units: ["perf count"],
    unitsMayBeBlank: true,
    currency: { is: "USD" },
    mark: ".",
    month: (get) => monthOf(QUARTERS(get("perf period") || get("period"))),
  },
  "prs.simple.v1": {
    needs: ["record number", "cae number", "work title", "amount (performance revenue)"],
    amount: "amount (performance revenue)",
    units: [],
    currency: { said: { usually: "GBP" } },
    mark: ".",
    month: "file",
  },
  "dmp.publisher_statement": {
    needs: ["work title", "work id", "right type", "source", "amount", "currency"],
    amount: "amount",
    units: [],
    stores: ["source"],
    currency: { in: "currency" },
    mark: ".",
    month: "file",
  },
  "ascap.layout_a": {
    ...ASCAP,
    needs: [
      "distributionyear",
      "distribution quarter",
      "performance source/broadcast medium",
      "ca%",
      "dollars",
      "performance quarter",
    ],
    amount: "dollars",
    units: ["number of plays"],
    unitsMayBeBlank: true,
    month: (get) =>
      get("performance quarter") === ""
        ? monthOf(fromTo(MONTH_FIRST, get("performance start date"), get("performance end date")))
        : monthOf(QUARTERS(get("performance quarter"))),
  },
  "ascap.layout_b": {
    ...ASCAP,
    needs: [
      "statement recipient id",
      "performance start date",
      "performance end date",
      "revenue class code",
      "$ amount",
      "type of right",
    ],
    amount: "$ amount",
    units: [],
    month: between(MONTH_FIRST, "performance start date", "performance end date"),
  },
  "mlc.work_summary": {
    needs: [
      "mlc song code",
      "work primary title",
      "dsp name",
      "usage period start date",
      "usage period end date",
      "number of usages",
      "distributed amount",
    ],
    amount: "distributed amount",
    units: ["number of usages"],
    stores: ["dsp name"],
    currency: { is: "USD" },
    mark: ".",
    month: between(YEAR_FIRST, "usage period start date", "usage period end date"),
  },
  "bandcamp.v1": { ...BANDCAMP, needs: [...BANDCAMP_NEEDS, "amount you received", "bandcamp transaction id"] },
  "bandcamp.v2": {
    ...BANDCAMP,
    needs: [...BANDCAMP_NEEDS, "change to payout balance", "balance of revenue share", "buyer email"],
  },
  "apple.itunes_sales.v1": {
    needs: [
      "start date",
      "end date",
      "vendor identifier",
      "quantity",
      "extended partner share",
      "partner share currency",
      "sales or return",
      "title",
      "country of sale",
    ],
    amount: "extended partner share",
    units: ["quantity"],
    currency: { in: "partner share currency" },
    mark: ".",
    month: between(MONTH_FIRST, "start date", "end date"),
    isLoss: (get) => get("sales or return").toUpperCase() === "R",
    totals: ["total_rows", "total_amount", "total_units"],
  },
  "apple.music_streams.v1": {
    ...APPLE_MUSIC,
    needs: [
      "storefront name",
      "apple identifier",
      "membership type",
      "quantity",
      "net royalty",
      "net royalty total",
      "item_title",
    ],
    units: ["quantity"],
    currency: { said: { above: "currency" } },
  },
  "apple.music.financial.v2": {
    ...APPLE_MUSIC,
    needs: [
      "storefront name",
      "apple identifier",
      "total royalty bearing plays",
      "net royalty total",
      "content title",
      "media type",
      "share per converted unit",
    ],
    units: ["total royalty bearing plays"],
    currency: { said: { column: "currency", above: "currency" } },
  },
  "youtube.ads_asset_raw.v1": {
    ...YOUTUBE,
    needs: [...YOUTUBE_NEEDS, "day", "youtube revenue split : auction"],
    month: by(DAY_DIGITS, "day"),
  },
  "youtube.subscription_asset.v1": {
    ...YOUTUBE,
    needs: [...YOUTUBE_NEEDS, "month"],
    month: by(MONTH_DIGITS, "month"),
  },
  "sacem.releve.xlsx": {
    needs: ["date", "libellé", "mouvements (€)", "solde (€)"],
    amount: "mouvements (€)",
    units: [],
    currency: { is: "EUR" },
    mark: "one",
    month: (get) => monthOf(YEAR_FIRST(get("date")) ?? DAY_FIRST(get("date"))),
    // Payments out and balances are no income; a row without any of the four is nothing.
    aside: (get) =>
      /^(?:virement|solde)\b/iu.test(get("libellé")) ||
      ["date", "libellé", "mouvements (€)", "solde (€)"].every((column) => get(column) === ""),
  },
  "s4a.audience_timeline": { ...S4A_DAYS, needs: ["date", "listeners", "streams", "followers"] },
  "s4a.audience_timeline.v2": {
    ...S4A_DAYS,
    needs: ["date", "listeners", "monthly_listeners|monthly listeners", "streams"],
  },
  "s4a.song_timeline": { ...S4A_DAYS, needs: ["date", "streams"] },
  "s4a.songs": {
    ...PLAYS,
    needs: ["song", "listeners", "streams", "saves"],
    month: "file",
    // The export since the beginning has noughts where it knows nothing; a row without a song is the artist's total.
    aside: (get) => {
      const isUnknown = get("listeners") === "0" && get("saves") === "0" && /[1-9]/u.test(get("streams"));
      return isUnknown ? "an export of all times" : get("song") === "";
    },
  },
  "apple_for_artists.songs": {
    ...PLAYS,
    needs: [
      "song|song title|morceau|titre",
      "plays|play count|écoutes|lectures|nombre d’écoutes|nombre d'écoutes",
      "shazams|shazam|shazam count|nombre de shazam",
    ],
    units: ["plays|play count|écoutes|lectures|nombre d’écoutes|nombre d'écoutes"],
    month: "file",
  },
};
