// The home of what societies and stores send: which columns matter to the reference, and which rows are no lines.
// Written from the tables in which the sources describe their files, column by column, not from the product's.
import { DAY_DIGITS, DAY_FIRST, fromTo, MONTH_DIGITS, MONTH_FIRST, monthOf, QUARTERS, YEAR_FIRST } from "./dates.ts";
import { between, by, type Described, type Get } from "./described.ts";

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
export const STORES: Readonly<Record<string, Described>> = {
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
