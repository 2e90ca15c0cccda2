// The home of ClicknClear's royalty report: no header, and rows of several kinds, each total before its sales.
// Code and not a declaration, because what a cell is depends on its row's kind, and a total on the rows behind it.
import { isCurrency } from "../../kernel/currency.ts";
import { formatExact } from "../../kernel/quantise.ts";
import { territoryFrom } from "../../kernel/territory.ts";
import { monthOf } from "../../kernel/time.ts";
import { readMemory, WITHHELD, wordOf, writeMemory } from "./cells.ts";
import { isrcOf, upcOf } from "./codes.ts";
import {
  type ExplainedCell,
  type FileHead,
  type LineDetails,
  type LineProblemCode,
  LineProblemError,
  type LineReader,
  NO_DETAILS,
  type ReaderMemory,
  type RowApart,
  type StatedFact,
  type StatementFormat,
  type StatementLine,
} from "./format.ts";
import { parseAmount, parseCount } from "./numbers.ts";
import { ISO_DAY } from "./spans.ts";

type Cell = readonly [name: string, field: string | null];

const ROW_TYPE = "Row Type";
const INCOME_TYPE = "Income Type";
const SOLD = "Date Of Sale";
const LICENSEE = "Licensee Name";
const COUNT = "Number of Sales Of this Income Type";
const FORWARD = "Balance Brought Forwards";
const DUE_IN_ALL = "Amounts Due To Rightsholder";
const TOTAL_DUE = "Total Due To Rightsholder";

const HEAD: readonly Cell[] = [
  [ROW_TYPE, null],
  [INCOME_TYPE, "usage"],
];
const SALE: readonly Cell[] = [
  ...HEAD,
  [SOLD, "period"],
  [LICENSEE, null],
  ["Title", "title"],
  ["Performed By", "artist"],
];
const MONEY: readonly Cell[] = [
  ["Territory Licensed", "territory"],
  ["Currency", "currency"],
  ["Gross Receipts", "gross"],
  ["Refund", null],
  ["Sales Tax", null],
  ["Net Receipts", null],
];
const DUE: readonly Cell[] = [
  ["License Margin", "rate"],
  ["Amount Due to Rightsholder", "amount"],
];

/**
 * The rows by their first two cells. Producer fees (`PR`) are announced without a word on their sales: such a row is
 * refused, since its cells would have to be guessed.
 *
 * @see https://github.com/ClicknClear/cnc-reporting-spec; checked 2026-11
 */
const SALES: Readonly<Record<string, readonly Cell[]>> = {
  M: [
    ...SALE,
    ["ISRC", "isrc"],
    ["UPC", "upc"],
    ["Label", "label"],
    ...MONEY,
    ["Distributable Recording Revenue", null],
    ...DUE,
  ],
  P: [
    ...SALE,
    ["Writers", null],
    ["ISWC", "iswc"],
    ...MONEY,
    ["Distributable Composition Revenue", null],
    ["Composition Ownership", null],
    ["Fee For Composition Share", null],
    ...DUE,
  ],
};
const TOTAL: readonly Cell[] = [
  ...HEAD,
  ["Start Of Reporting Period", null],
  ["End Of Reporting Period", null],
  [COUNT, null],
  ["Currency", "currency"],
  [FORWARD, null],
  [DUE_IN_ALL, null],
  [TOTAL_DUE, null],
];
const WIDEST = SALES["P"] ?? [];
const INCOMES = ["M", "P", "PR"];
const MOMENT = /^\d{4}-\d{2}-\d{2}T/u;

/** Half of the last digit of the total due, which is printed with two, × 10^30. */
const HALF_CENT = 5n * 10n ** 27n;

const COLUMNS = WIDEST.map(([name, field]) => ({ name, field, isPrivate: name === LICENSEE }));

/** The sales behind a total: what the total says of them, and what was read of them so far. */
interface Section {
  readonly type: string;
  readonly currency: string;
  readonly period: string;
  readonly line: number;
  readonly count: number;
  readonly due: bigint;
  sales: number;
  sum: bigint;
}

class Reader implements LineReader, ReaderMemory {
  readonly version = "clicknclear.v1@1";
  readonly columns = COLUMNS;
  readonly stated = [];
  readonly window = null;
  readonly memory = this;
  #section: Section | null = null;

  read(cells: readonly string[], line: number): StatementLine | RowApart {
    const row = new Row(cells, line);
    return row.isTotal ? this.#open(row) : this.#count(row);
  }

  explain(cells: readonly string[], line: number): ExplainedCell[] {
    const row = new Row(cells, line);
    const read = row.isTotal ? null : saleOf(row);
    const values = { ...this.details(cells), ...read } as Readonly<Record<string, unknown>>;
    return row.cells.map(([column, field], place): ExplainedCell => {
      if (column === LICENSEE) {
        return {
          column,
          printed: WITHHELD,
          field,
          became: null,
          note: "personal data of others; neither shown nor exported",
        };
      }
      const printed = cells[place] ?? "";
      if (read === null || field === null) return { column, printed, field, became: null };
      const value = field === "amount" ? `${formatExact(read.exact)} ${read.currency}` : values[field];
      const became = field === "period" ? read.day : value;
      return { column, printed, field, became: became === null || became === undefined ? null : String(became) };
    });
  }

  details(cells: readonly string[]): LineDetails {
    const row = new Row(cells, 0);
    const details: Record<keyof LineDetails, string | null> = { ...NO_DETAILS };
    for (const [name, field] of row.cells) {
      if (field !== null && field in details) details[field as keyof LineDetails] = row.at(name) || null;
    }
    return { ...details, saleCurrency: row.at("Currency") || null, statementPeriod: this.#section?.period ?? null };
  }

  atEnd(): readonly StatedFact[] {
    const section = this.#section;
    if (section === null) return [];
    const { currency, line, due, sum, count, sales } = section;
    return [
      { what: "amount", currency, stated: due, found: sum, line },
      { what: "lines", currency: null, stated: BigInt(count), found: BigInt(sales), line },
    ];
  }

  save(): string {
    return writeMemory(this.#section);
  }

  load(saved: string): void {
    this.#section = readMemory(saved);
  }

  /** Begins a section, and closes the one before it. */
  #open(row: Row): RowApart {
    const before = this.atEnd();
    const { line } = row;
    const currency = row.currency();
    const [forward, due, total] = [row.amount(FORWARD), row.amount(DUE_IN_ALL), row.amount(TOTAL_DUE)];
    const type = row.at(INCOME_TYPE);
    const period = `${row.at("Start Of Reporting Period")}/${row.at("End Of Reporting Period")}`;
    this.#section = { type, currency, period, line, count: row.count(), due, sales: 0, sum: 0n };
    const sum = forward + due;
    const isRounded = sum - total <= HALF_CENT && total - sum <= HALF_CENT;
    const found = isRounded ? total : sum;
    const states: StatedFact[] = [...before, { what: "balance", currency, stated: total, found, line }];
    return { apart: "total", exact: due, currency, states };
  }

  #count(row: Row): StatementLine {
    const sale = saleOf(row);
    const section = this.#section;
    if (section === null || section.type !== row.at(INCOME_TYPE) || section.currency !== sale.currency) {
      throw row.problem(
        INCOME_TYPE,
        "record_misplaced",
        "stands behind a total of another income or currency, or of none",
      );
    }
    section.sales += 1;
    section.sum += sale.exact;
    return sale;
  }
}

function saleOf(row: Row): StatementLine {
  const day = ISO_DAY(row.at(SOLD))?.from;
  if (day === undefined) throw row.problem(SOLD, "period_unreadable", "is no day");
  return {
    line: row.line,
    period: monthOf(day),
    day,
    platform: "ClicknClear",
    territory: territoryFrom(row.at("Territory Licensed")).territory,
    isrc: isrcOf(row.at("ISRC")) || null,
    upc: upcOf(row.at("UPC")) || null,
    title: row.at("Title"),
    artist: row.at("Performed By"),
    kind: "sync",
    units: 1,
    exact: row.amount("Amount Due to Rightsholder"),
    currency: row.currency(),
  };
}

/** One row, its cells by the names that its first two cells give them. */
class Row {
  readonly line: number;
  readonly isTotal: boolean;
  readonly cells: readonly Cell[];
  readonly #printed: readonly string[];

  /** @throws LineProblemError where the row is of no known kind or has another number of cells than its kind */
  constructor(printed: readonly string[], line: number) {
    const [row = "", income = ""] = printed.map((cell) => cell.trim());
    this.line = line;
    this.isTotal = row === "T" && INCOMES.includes(income);
    this.#printed = printed;
    const cells = this.isTotal ? TOTAL : row === "S" ? wordOf(SALES, income) : undefined;
    if (cells === undefined) {
      const message = `"${row},${income}" begins no row whose cells are known`.slice(0, 120);
      throw new LineProblemError({ line, column: ROW_TYPE, code: "record_unknown", message });
    }
    this.cells = cells;
    if (printed.length !== cells.length) {
      const code = printed.length < cells.length ? "cells_missing" : "cells_extra";
      const message = `${printed.length} cells where a row "${row},${income}" has ${cells.length}`;
      throw new LineProblemError({ line, column: cells[printed.length]?.[0] ?? null, code, message });
    }
  }

  at(name: string): string {
    const place = this.cells.findIndex(([each]) => each === name);
    return place === -1 ? "" : (this.#printed[place] ?? "").trim();
  }

  amount(name: string): bigint {
    const amount = parseAmount(this.at(name), ".");
    if (amount === null) throw this.problem(name, "amount_unreadable", "is no amount");
    return amount;
  }

  count(): number {
    const count = parseCount(this.at(COUNT), ".");
    if (count === null) throw this.problem(COUNT, "units_unreadable", "is no whole number");
    return count;
  }

  currency(): string {
    const code = this.at("Currency").toUpperCase();
    if (!isCurrency(code)) throw this.problem("Currency", "currency_unreadable", "is no known currency code");
    return code;
  }

  problem(column: string, code: LineProblemCode, words: string): LineProblemError {
    const message = `"${this.at(column).slice(0, 80)}" ${words}`;
    return new LineProblemError({ line: this.line, column, code, message });
  }
}

/** The report begins with a total: its cells look like nothing else. */
function isReport(head: FileHead): boolean {
  const [row, income = "", start = "", end = "", , currency = ""] = (head.lines[0] ?? []).map((cell) => cell.trim());
  return row === "T" && INCOMES.includes(income) && MOMENT.test(start) && MOMENT.test(end) && isCurrency(currency);
}

/** ClicknClear's report to rightsholders: licences for routines in sport, for recordings (`M`) and for works (`P`). */
export const CLICKNCLEAR: StatementFormat = {
  id: "clicknclear.v1",
  name: "ClicknClear royalty report",
  source: "clicknclear",
  evidence: "A",
  sample: false,
  measures: "money",
  reads: ["period", "platform", "territory", "isrc", "upc", "title", "artist", "amount", "currency"],
  asks: [],
  summaryOf: null,
  restates: false,
  quoting: (head) => head.quoting,
  identify: (head) => (isReport(head) ? { score: 1, headerLine: 0, missing: [] } : null),
  columns: () => COLUMNS,
  reader: () => new Reader(),
};
