// The home of a report's summaries (SY): where and in which currency the lines of each were earned, and what it states.
import { isCurrency } from "../../../kernel/currency.ts";
import { formatExact, parseExact } from "../../../kernel/quantise.ts";
import { territoryFrom } from "../../../kernel/territory.ts";
import type { StatedFact } from "../format.ts";
import { parseAmount } from "../numbers.ts";
import type { DsrRecord } from "./record.ts";

/** What a summary says of the lines under it. */
export interface Summary {
  readonly id: string;
  /** Whose part of the service's revenue it is; empty where it is everyone's. */
  readonly controller: string;
  readonly territory: string;
  /** Empty where the record names none. */
  readonly currency: string;
  readonly model: string;
  readonly use: string;
  readonly rights: string;
  readonly saleCurrency: string;
  readonly exchangeRate: string;
}

/** A sum × 10^30; null where it is not said, or not said of everything in it. */
interface Held {
  readonly stated: bigint | null;
  readonly found: bigint | null;
}

interface Kept {
  summary: Summary;
  readonly line: number;
  amount: Held;
  uses: Held;
}

/** A report of more summaries is refused: all of them are remembered with every block of the index. */
export const MOST_SUMMARIES = 1000;

/** In a report of more summaries their sums are not compared, so that the memory stays small. */
const MOST_COMPARED = 100;

/** Names of the cells that differ between versions and profiles, the first one present being meant. */
const CURRENCIES = ["CurrencyOfAccounting", "CurrencyOfReporting", "Currency"];
const AMOUNTS_DUE = ["AllocatedNetRevenueInCurrencyOfAccounting", "AllocatedRevenue", "AmountPayable"];

/** The summaries of one report. */
export class Summaries {
  #kept: Kept[] = [];
  #byKey = new Map<string, Kept>();
  readonly #byId = new Map<string, Kept[]>();
  /** What lines were found to belong to, until a further summary may change it. */
  readonly #found = new Map<string, Summary>();

  /**
   * Takes a summary record. Every file of a report repeats them all, so one that is known already changes nothing.
   *
   * @param isFirstFile whether the report's first file is being read: only its records state anything
   * @throws LineProblemError `currency_unreadable`, `statement_too_varied`, `amount_unreadable`
   */
  add(record: DsrRecord, isFirstFile: boolean): void {
    const summary = summaryOf(record);
    const known = this.#byKey.get(keyOf(summary.id, summary.controller));
    this.#found.clear();
    const amount = sumOf(statedBy(record, AMOUNTS_DUE), feesOf(record));
    const uses = statedBy(record, ["AllocatedUsages"]);
    if (known === undefined) {
      if (this.#kept.length >= MOST_SUMMARIES) {
        const message = `the report has more than ${MOST_SUMMARIES} summary records; ask for it in parts`;
        throw record.refusal("statement_too_varied", message);
      }
      const held = (stated: bigint | null): Held => ({ stated, found: 0n });
      this.#keep({ summary, line: record.line, amount: held(amount), uses: held(uses) });
      return;
    }
    known.summary = merged(known.summary, summary, record);
    // One of several rights, say: their amounts are due together.
    if (!isFirstFile) return;
    known.amount = { ...known.amount, stated: sumOf(known.amount.stated, amount) };
    known.uses = { ...known.uses, stated: sumOf(known.uses.stated, uses) };
  }

  /**
   * Finds what a line belongs to: the summary of its id and rights controller, else any of its id, if they agree.
   *
   * @throws LineProblemError `record_misplaced` where no summary has the id; `currency_unreadable` where several do and
   *   do not agree
   */
  of(id: string, controller: string, record: DsrRecord): Summary {
    const key = keyOf(id, controller);
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    if (this.#found.size >= MOST_SUMMARIES) this.#found.clear();
    const summary = this.#find(id, controller, record);
    this.#found.set(key, summary);
    return summary;
  }

  #find(id: string, controller: string, record: DsrRecord): Summary {
    const own = this.#byKey.get(keyOf(id, controller))?.summary;
    const all = (this.#byId.get(id) ?? []).map(({ summary }) => summary);
    const [first] = all;
    if (first === undefined) {
      throw record.problem("SummaryRecordId", "record_misplaced", "is the id of no summary record before it");
    }
    const agreed = own ?? (all.every(({ territory }) => territory === first.territory) ? first : null);
    const currencies = new Set((own?.currency ? [own] : all).flatMap(({ currency }) => currency || []));
    const [currency = ""] = currencies;
    if (agreed === null || currencies.size > 1) {
      const message = `summary "${id}" has several territories or currencies, and none for "${controller}"`;
      throw record.refusal("currency_unreadable", message);
    }
    return { ...agreed, currency };
  }

  /** Adds what a line allocates to what its summary is held against. @param uses null where the line does not say */
  found(id: string, controller: string, amount: bigint, uses: bigint | null): void {
    const kept = this.#byKey.get(keyOf(id, controller)) ?? this.#byKey.get(keyOf(id, ""));
    if (kept === undefined) return;
    kept.amount = { ...kept.amount, found: sumOf(kept.amount.found, amount) };
    kept.uses = { ...kept.uses, found: sumOf(kept.uses.found, uses) };
  }

  /** What the summaries state, against what their lines came to. */
  facts(): StatedFact[] {
    if (this.#kept.length > MOST_COMPARED) return [];
    return this.#kept.flatMap(({ summary: { currency }, line, amount, uses }): StatedFact[] => {
      const facts: StatedFact[] = [];
      if (amount.stated !== null && amount.found !== null && currency !== "") {
        facts.push({ what: "amount", currency, stated: amount.stated, found: amount.found, line });
      }
      // Uses may be shared out in fractions; what is stated as units is a count.
      if (uses.stated !== null && uses.found !== null && uses.stated % WHOLE === 0n && uses.found % WHOLE === 0n) {
        facts.push({ what: "units", currency: null, stated: uses.stated / WHOLE, found: uses.found / WHOLE, line });
      }
      return facts;
    });
  }

  /** As values of JSON; texts that are repeated stand there once. */
  save(): unknown {
    const texts: string[] = [];
    const places = new Map<string, number>();
    const place = (text: string) => {
      const known = places.get(text) ?? texts.push(text) - 1;
      places.set(text, known);
      return known;
    };
    const isCompared = this.#kept.length <= MOST_COMPARED;
    const rows = this.#kept.map(({ summary, line, amount, uses }) => {
      const told = [...FIELDS.map((field) => place(summary[field])), line];
      const sums = [amount.stated, amount.found, uses.stated, uses.found];
      return isCompared ? [...told, ...sums.map((sum) => (sum === null ? null : formatExact(sum)))] : told;
    });
    return [texts, rows];
  }

  load(saved: unknown): void {
    const [texts, rows] = saved as [string[], (number | string | null)[][]];
    this.#kept = [];
    this.#byKey = new Map();
    this.#byId.clear();
    this.#found.clear();
    for (const row of rows) {
      const told = FIELDS.map((field, at) => [field, texts[row[at] as number] ?? ""]);
      const [line, ...sums] = row.slice(FIELDS.length) as [number, ...(string | null)[]];
      const held = (at: number): Held => ({ stated: exactOf(sums[at]), found: exactOf(sums[at + 1]) });
      const summary = Object.fromEntries(told) as unknown as Summary;
      this.#keep({ summary, line, amount: held(0), uses: held(2) });
    }
  }

  #keep(kept: Kept): void {
    const { id, controller } = kept.summary;
    this.#kept.push(kept);
    this.#byKey.set(keyOf(id, controller), kept);
    this.#byId.set(id, [...(this.#byId.get(id) ?? []), kept]);
  }
}

const FIELDS = [
  "id",
  "controller",
  "territory",
  "currency",
  "model",
  "use",
  "rights",
  "saleCurrency",
  "exchangeRate",
] as const satisfies readonly (keyof Summary)[];

/** No cell holds a line end. */
function keyOf(id: string, controller: string): string {
  return `${id}\n${controller}`;
}

function summaryOf(record: DsrRecord): Summary {
  const named = CURRENCIES.find((name) => record.get(name) !== "");
  const currency = named === undefined ? "" : record.text(named).toUpperCase();
  if (named !== undefined && !isCurrency(currency)) {
    throw record.problem(named, "currency_unreadable", "is no known currency code");
  }
  return {
    id: record.text("SummaryRecordId"),
    controller: record.text("RightsController"),
    territory: territoryFrom(record.get("Territory")).territory,
    currency,
    model: record.text("CommercialModel"),
    use: record.text("UseType"),
    rights: record.text("RightsType"),
    saleCurrency: record.text("CurrencyOfTransaction"),
    exchangeRate: record.text("ExchangeRate"),
  };
}

/** Two records of one id and controller: of several rights, say, or one with the currency and one with the rest. */
function merged(one: Summary, other: Summary, record: DsrRecord): Summary {
  const isSame = one.currency === "" || other.currency === "" || one.currency === other.currency;
  if (one.territory !== other.territory || !isSame) {
    const whose = one.controller === "" ? "everyone" : `"${one.controller}"`;
    const message = `summary "${one.id}" of ${whose} is there twice, for several territories or currencies`;
    throw record.refusal("record_misplaced", message);
  }
  return {
    ...one,
    currency: one.currency || other.currency,
    rights: one.rights === other.rights ? one.rights : "",
  };
}

/** Of several sums in one cell it is not said what parts them, so they are compared with nothing. */
function statedBy(record: DsrRecord, names: readonly string[]): bigint | null {
  const name = names.find((each) => record.get(each) !== "");
  const sums = name === undefined ? [] : record.list(name);
  if (name === undefined || sums.length !== 1) return null;
  const exact = parseAmount(sums[0] ?? "", ".");
  if (exact === null) throw record.problem(name, "amount_unreadable", "is no amount");
  return exact;
}

/**
 * Fees due whatever was used (SY10). They are money that no line has, so a report with any differs from its lines, and a
 * person learns of them before it is booked.
 */
function feesOf(record: DsrRecord): bigint {
  const name = "UsageIndependentFeeInCurrencyOfAccounting";
  let fees = 0n;
  for (const printed of record.list(name)) {
    const fee = parseAmount(printed, ".");
    if (fee === null) throw record.problem(name, "amount_unreadable", "is no amount");
    fees += fee;
  }
  return fees;
}

function sumOf(one: bigint | null, other: bigint | null): bigint | null {
  return one === null || other === null ? null : one + other;
}

function exactOf(saved: string | null | undefined): bigint | null {
  return saved == null ? null : parseExact(saved);
}

const WHOLE = 10n ** 30n;
