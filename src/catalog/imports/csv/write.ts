// The home of the catalogue as CSV, which reads back as what it was written from.

import { rowOf, textCell } from "../../../kernel/csv.ts";
import { type CatalogRow, COLUMNS } from "./columns.ts";

/**
 * The columns that rows need: those of every catalogue, and those that any of these rows has something in.
 *
 * @param rows with what can be told from other columns left null
 */
export function columnsFor(rows: Iterable<CatalogRow>): readonly (keyof CatalogRow)[] {
  const needed = new Set(COLUMNS.flatMap(({ field, isAlways }) => (isAlways ? [field] : [])));
  for (const row of rows) {
    for (const { field } of COLUMNS) if (row[field] !== null) needed.add(field);
  }
  return COLUMNS.flatMap(({ field }) => (needed.has(field) ? [field] : []));
}

/** The first line. */
export function csvHeader(columns: readonly (keyof CatalogRow)[]): string {
  return rowOf(COLUMNS.flatMap(({ field, header }) => (columns.includes(field) ? [header] : [])));
}

/** One row; a cell that a spreadsheet would take for a formula has an apostrophe before it. */
export function csvRow(row: CatalogRow, columns: readonly (keyof CatalogRow)[]): string {
  return rowOf(columns.map((field) => textCell(row[field] ?? "")));
}
