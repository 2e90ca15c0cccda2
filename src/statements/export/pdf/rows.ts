// The home of long tables: which rows are printed, and what the others come to.

import { formatNanos, parseNanos } from "../../../kernel/money.ts";
import { MAX_TABLE_ROWS, type PrintedRow } from "../document.ts";

/** The rows that are printed, and what the rest comes to; null when there is no rest. */
export interface PrintedRows<Row> {
  readonly printed: readonly Row[];
  readonly rest: { readonly count: number; readonly amount: string } | null;
}

/**
 * Keeps the rows with the largest amounts, be they earned or taken back, in the order in which they came.
 *
 * @throws RangeError when a table is longer than `most` and one of its amounts is no decimal
 */
export function keepLargest<Row extends PrintedRow>(rows: readonly Row[], most = MAX_TABLE_ROWS): PrintedRows<Row> {
  if (rows.length <= most) return { printed: rows, rest: null };
  const amounts = rows.map((row) => parseNanos(row.amount));
  const size = (place: number): bigint => {
    const amount = amounts[place] ?? 0n;
    return amount < 0n ? -amount : amount;
  };
  const places = rows.map((_, place) => place).sort((a, b) => compare(size(b), size(a)) || a - b);
  const kept = new Set(places.slice(0, most));
  const others = places.slice(most);
  const together = others.reduce((sum, place) => sum + (amounts[place] ?? 0n), 0n);
  return {
    printed: rows.filter((_, place) => kept.has(place)),
    rest: { count: others.length, amount: formatNanos(together) },
  };
}

function compare(left: bigint, right: bigint): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
