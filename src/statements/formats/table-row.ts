// The home of one row of a declared table, as the declaration's own rules see it.
import type { Field, Row, TableDeclaration } from "./declaration.ts";
import type { Layout } from "./layout.ts";

/** One row at a time, seen through the names of its columns. */
export class RowView implements Row {
  readonly amount: (printed: string) => bigint | null;
  readonly refunds: "set_aside" | "payout_balance";
  readonly #layout: Layout;
  #cells: readonly string[] = [];
  #line = 0;

  constructor(layout: Layout, amount: (printed: string) => bigint | null, refunds: "set_aside" | "payout_balance") {
    this.#layout = layout;
    this.amount = amount;
    this.refunds = refunds;
  }

  of(cells: readonly string[], line: number): RowView {
    this.#cells = cells;
    this.#line = line;
    return this;
  }

  get line(): number {
    return this.#line;
  }

  get width(): number {
    return this.#cells.length;
  }

  get(column: string): string {
    return this.at(this.#layout.at.get(column) ?? -1);
  }

  at(place: number): string {
    return cellOf(this.#cells, place).trim();
  }
}

/** The places of each field, in the order of the declaration, not of the file: it says which of several columns is asked first. */
export function placesOf(declaration: TableDeclaration, layout: Layout): ReadonlyMap<Field, readonly number[]> {
  const places = new Map<Field, number[]>();
  for (const name of Object.keys(declaration.columns)) {
    const place = layout.at.get(name);
    const column = place === undefined ? null : (layout.columns[place] ?? null);
    if (place === undefined || column === null) continue;
    for (const field of [column.is, column.detail]) {
      if (field !== null) places.set(field, [...(places.get(field) ?? []), place]);
    }
  }
  return places;
}

/** A cell at a place; empty where the file has no such column. */
export function cellOf(cells: readonly string[], place: number): string {
  // A negative index would be looked up by name, a hundred times slower.
  return place < 0 ? "" : (cells[place] ?? "");
}
