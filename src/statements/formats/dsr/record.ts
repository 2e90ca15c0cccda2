// The home of one record of a DDEX sales report: its cells by name, with the standard's escapes undone.

import { detached } from "../../../kernel/text.ts";
import { Memo, parseUnits } from "../cells.ts";
import { type LineProblemCode, LineProblemError } from "../format.ts";
import { parseAmount, parseCount } from "../numbers.ts";
import {
  anyOf,
  between,
  COMPACT_DAY,
  COMPACT_MONTH,
  ISO_DAY,
  ISO_MONTH,
  type Span,
  type SpanReader,
} from "../spans.ts";
import type { Layout } from "./layouts.ts";

/**
 * Letters kept of a text cell. Later records lean on titles and names, so they are remembered with every block of the
 * index: a longer text could make that memory as large as the file.
 */
const MOST_LETTERS = 300;

/** A date as the standard prints it: a day, a month or a year; some services leave the hyphens out. */
const DATE: SpanReader = anyOf(ISO_DAY, ISO_MONTH, COMPACT_DAY, COMPACT_MONTH, (printed = "") =>
  between(ISO_DAY)(`${printed}-01-01`, `${printed}-12-31`),
);

const DATES = new Memo((printed) => DATE(printed));

/**
 * Puts cells together again that were cut at a tab which belongs to a text: the standard writes such a tab with a
 * backslash before it, and a backslash as three.
 *
 * @see https://dsr1.ddex.net 6.6.4, checked 2026-11
 */
export function joinedCells(cells: readonly string[]): readonly string[] {
  if (!cells.some(endsInEscape)) return cells;
  const joined: string[] = [];
  let open = "";
  for (const cell of cells) {
    if (endsInEscape(cell)) open += `${cell}\t`;
    else {
      joined.push(open + cell);
      open = "";
    }
  }
  if (open !== "") joined.push(open);
  return joined;
}

function endsInEscape(cell: string): boolean {
  let from = cell.length;
  while (from > 0 && cell.charCodeAt(from - 1) === BACKSLASH) from -= 1;
  return (cell.length - from) % 3 === 1;
}

const BACKSLASH = 92;
const ESCAPE = /\\\\\\|\\{1,2}(?=[\t|])/gu;

/** The values of a cell that `|` parts. A bar behind one backslash, or two as newer versions write it, is a letter. */
export function listOf(cell: string): string[] {
  const values: string[] = [];
  let from = 0;
  for (const bar of cell.matchAll(/(\\*)\|/gu)) {
    if ((bar[1] ?? "").length % 3 !== 0) continue;
    const end = bar.index + bar[0].length - 1;
    values.push(unescaped(cell.slice(from, end)));
    from = end + 1;
  }
  values.push(unescaped(cell.slice(from)));
  return values;
}

/** A text without its escapes; a backslash that escapes nothing is a letter. */
export function unescaped(text: string): string {
  return text.includes("\\") ? text.replaceAll(ESCAPE, (marks) => (marks.length === 3 ? "\\" : "")) : text;
}

/** One record, seen through the names of its cells. */
export class DsrRecord {
  readonly layout: Layout;
  readonly cells: readonly string[];
  readonly line: number;

  constructor(layout: Layout, cells: readonly string[], line: number) {
    this.layout = layout;
    this.cells = cells;
    this.line = line;
  }

  /** The trimmed cell as printed; empty where the record has none of the name. */
  get(name: string): string {
    const place = this.layout.places.get(name);
    return place === undefined ? "" : (this.cells[place] ?? "").trim();
  }

  /** A text that may be kept: without escapes, and of the first few hundred letters. */
  text(name: string): string {
    return detached(unescaped(this.get(name)).slice(0, MOST_LETTERS));
  }

  list(name: string): string[] {
    const cell = this.get(name);
    return cell === "" ? [] : listOf(cell).map((value) => detached(value.trim().slice(0, MOST_LETTERS)));
  }

  /** @throws LineProblemError `amount_unreadable` */
  amount(name: string): bigint {
    const exact = parseAmount(this.get(name), ".");
    if (exact === null) throw this.problem(name, "amount_unreadable", "is no amount");
    return exact;
  }

  /** @throws LineProblemError `units_unreadable` where the cell is no whole number */
  count(name: string): number {
    const printed = this.get(name);
    const count = parseUnits(printed) ?? parseCount(printed, ".");
    if (count === null) throw this.problem(name, "units_unreadable", "is no whole number");
    return count;
  }

  /** The days from the beginning of one date to the end of another. @throws LineProblemError `period_unreadable` */
  days(first: string, last: string): Span {
    const from = DATES.of(this.get(first))?.from;
    const to = DATES.of(this.get(last))?.to;
    if (from === undefined) throw this.problem(first, "period_unreadable", "is no date");
    if (to === undefined) throw this.problem(last, "period_unreadable", "is no date");
    if (from > to) throw this.problem(last, "period_unreadable", `lies before ${this.get(first)}`);
    return { from, to };
  }

  /** What is wrong with a cell, in words that follow its text. */
  problem(name: string, code: LineProblemCode, words: string): LineProblemError {
    const printed = this.get(name).slice(0, 80);
    return new LineProblemError({ line: this.line, column: name, code, message: `"${printed}" ${words}` });
  }

  /** What is wrong with the record as a whole. */
  refusal(code: LineProblemCode, message: string): LineProblemError {
    return new LineProblemError({ line: this.line, column: null, code, message });
  }
}
