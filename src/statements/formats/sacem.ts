// The home of SACEM's account statement, `Mon relevé de compte`: a ledger of what it distributed, kept back and paid out.
import type { Day } from "../../kernel/time.ts";
import { readMemory, writeMemory } from "./cells.ts";
import type { Row, RowsInOrder } from "./declaration.ts";
import type { LineKind, RowApart, StatedFact } from "./format.ts";
import { anyOf, EUROPEAN_DAY, ISO_DAY } from "./spans.ts";
import { tableFormat } from "./table.ts";

const DAY = anyOf(ISO_DAY, EUROPEAN_DAY);
const LABEL = "Libellé";
const MOVEMENT = "Mouvements (€)";
const BALANCE = "Solde (€)";

const CHARGES = /\b(?:csg|crds|urssaf|cotisations?|contributions?|tva|admission|part sociale)\b/iu;

/** A run of movements without a gap: the balance before it and behind it. */
interface Run {
  opens: bigint;
  closes: bigint;
}

interface DayRun extends Run {
  readonly day: Day;
  /** The row that the run began with. */
  readonly line: number;
}

/** Of balances that do not fit only the first few are kept: one mistake moves no other, so there are never many. */
const MOST_MISFITS = 20;

/**
 * Checks the running balance, and sets apart what is no income and no charge. Days were seen newest first with the rows
 * of a day oldest first; both may as well run the other way. So a row must go on where its day's run closes or end where
 * it opens, and a day must do so with the days before it in the file.
 */
class Ledger implements RowsInOrder {
  #line = 0;
  #moved = 0n;
  #all: Run | null = null;
  #today: DayRun | null = null;
  #last: Day | null = null;
  #misfits: StatedFact[] = [];

  apart(row: Row): RowApart | null {
    const label = row.get(LABEL);
    const exact = row.amount(row.get(MOVEMENT));
    const balance = row.amount(row.get(BALANCE));
    if (balance !== null && row.line > this.#line) this.#see(row, exact ?? 0n, balance);
    if (/^virement\b/iu.test(label)) return { apart: "payout", exact, currency: "EUR", states: [] };
    if (/^solde\b/iu.test(label)) return { apart: "balance", exact: balance, currency: "EUR", states: [] };
    const isBlank = [label, row.get("Date"), row.get(MOVEMENT), row.get(BALANCE)].every((cell) => cell === "");
    return isBlank ? { apart: "record", exact: null, currency: null, states: [] } : null;
  }

  atEnd(): readonly StatedFact[] {
    this.#closeDay();
    const all = this.#all;
    if (all === null) return [];
    const found = all.opens + this.#moved;
    return [...this.#misfits, { what: "balance", currency: "EUR", stated: all.closes, found, line: this.#line }];
  }

  #see(row: Row, movement: bigint, balance: bigint): void {
    const { line } = row;
    this.#line = line;
    this.#moved += movement;
    const before = balance - movement;
    const day = DAY(row.get("Date"))?.from ?? this.#today?.day ?? this.#last;
    if (day === null) return;
    const today = this.#today;
    if (today === null || today.day !== day) {
      this.#closeDay();
      this.#today = { day, line, opens: before, closes: balance };
    } else if (before === today.closes) {
      today.closes = balance;
    } else if (balance === today.opens) {
      today.opens = before;
    } else {
      this.#misfit(line, balance, today.closes + movement);
      today.closes = balance;
    }
  }

  #closeDay(): void {
    const { today, all, last } = { today: this.#today, all: this.#all, last: this.#last };
    if (today === null) return;
    this.#today = null;
    this.#last = today.day;
    if (all === null || last === null) this.#all = { opens: today.opens, closes: today.closes };
    else if (today.day > last) {
      if (today.opens !== all.closes) this.#misfit(today.line, today.opens, all.closes);
      all.closes = today.closes;
    } else {
      if (today.closes !== all.opens) this.#misfit(today.line, today.closes, all.opens);
      all.opens = today.opens;
    }
  }

  #misfit(line: number, stated: bigint, found: bigint): void {
    if (this.#misfits.length < MOST_MISFITS) {
      this.#misfits.push({ what: "balance", currency: "EUR", stated, found, line });
    }
  }

  save(): string {
    return writeMemory([this.#line, this.#moved, this.#all, this.#today, this.#last, this.#misfits]);
  }

  load(saved: string): void {
    [this.#line, this.#moved, this.#all, this.#today, this.#last, this.#misfits] =
      readMemory<[number, bigint, Run | null, DayRun | null, Day | null, StatedFact[]]>(saved);
  }
}

/** What a label is: a distribution, something that is kept back, or what nobody named yet, which counts all the same. */
function kindOf(row: Row): LineKind {
  return CHARGES.test(row.get(LABEL)) ? "charge" : "other";
}

/**
 * SACEM's account statement: the sheet of its workbook, or that sheet saved as CSV. It names distributions, not works,
 * and says nothing of stores and territories.
 *
 * @see importer tried on real statements, and its labels; checked 2026-11
 */
export const SACEM_RELEVE = tableFormat({
  id: "sacem.releve.xlsx",
  name: "SACEM account statement (Mon relevé de compte)",
  source: "sacem",
  evidence: "B",
  sample: false,
  version: 1,
  signature: ["Date", LABEL, MOVEMENT, BALANCE],
  columns: {
    Date: { is: "period", note: "when SACEM booked it, not when the works were used" },
    [LABEL]: "title",
    [MOVEMENT]: "amount",
    [BALANCE]: { is: null, note: "the balance behind this movement; checked against the movements" },
  },
  period: DAY,
  // Thousands are parted by blanks, if at all.
  numbers: "either",
  currency: { is: "EUR" },
  platform: "SACEM",
  kind: kindOf,
  inOrder: () => new Ledger(),
});
