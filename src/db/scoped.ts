// The home of the small pieces of SQL that every room's repository needs.

import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";

/** Selects a money column as exact text: D1 hands integers above 2^53 over wrongly, and without a word. */
export function exactNanos(column: SQLiteColumn | SQLWrapper): SQL<bigint> {
  return sql`CAST(${column} AS TEXT)`.mapWith((value: string) => BigInt(value));
}

/**
 * Aborts the whole batch unless the statement just before it changed exactly one row.
 *
 * `json('guard')` is no JSON, so evaluating it fails; nothing is written for a guard that passes.
 */
export const oneRowChanged: SQL = sql`SELECT iif(changes() = 1, 1, json('guard'))`;

/** Aborts the whole batch unless the statement just before it changed exactly so many rows, as {@link oneRowChanged} does. */
export function rowsChanged(count: number): SQL {
  return sql`SELECT iif(changes() = ${count}, 1, json('guard'))`;
}
