// The home of D1 without its runtime: the same SQL and all migrations in Node's own SQLite, for tests of many thousand batches.
// What the two could differ in (rows billed, limits of size) is tested in the Worker.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

const migrations = resolve(import.meta.dirname, "../../../migrations");

interface Prepared {
  bind(...params: SQLInputValue[]): Prepared;
  run(): Promise<Result>;
  all(): Promise<Result>;
  first(): Promise<Record<string, unknown> | null>;
  raw(): Promise<unknown[][]>;
  readonly now: () => Result;
}

interface Result {
  readonly success: true;
  readonly results: Record<string, unknown>[];
  readonly meta: { readonly rows_read: number; readonly rows_written: number };
}

/** Opens an empty database with all migrations. `sql` asks it directly, beside the Worker's code. */
export function openSqlite(): { database: D1Database; sql: DatabaseSync; close: () => void } {
  const sql = new DatabaseSync(":memory:");
  sql.exec("PRAGMA foreign_keys = ON");
  for (const name of readdirSync(migrations).sort()) {
    sql.exec(`BEGIN;${readFileSync(join(migrations, name), "utf8")};COMMIT`);
  }
  const statements = new Map<string, StatementSync>();
  const statementOf = (text: string) => {
    const known = statements.get(text) ?? sql.prepare(text);
    statements.set(text, known);
    return known;
  };
  const prepare = (text: string, params: readonly SQLInputValue[] = []): Prepared => {
    const now = (): Result => {
      const results = statementOf(text).all(...params) as Record<string, unknown>[];
      return { success: true, results, meta: { rows_read: 0, rows_written: 0 } };
    };
    return {
      bind: (...given) => prepare(text, given),
      run: async () => now(),
      all: async () => now(),
      first: async () => now().results[0] ?? null,
      raw: async () => now().results.map((row) => Object.values(row)),
      now,
    };
  };
  const batch = async (prepared: readonly Prepared[]): Promise<Result[]> => {
    // D1 answers later, so that others may come in between; within a batch nothing does.
    await new Promise((resolve) => setImmediate(resolve));
    sql.exec("BEGIN");
    try {
      const results = prepared.map(({ now }) => now());
      sql.exec("COMMIT");
      return results;
    } catch (error) {
      if (sql.isTransaction) sql.exec("ROLLBACK");
      throw new Error(`D1_ERROR: ${error instanceof Error ? error.message : String(error)}: SQLITE_CONSTRAINT`, {
        cause: error,
      });
    }
  };
  const session = { prepare: (text: string) => prepare(text), batch, getBookmark: () => null };
  const database = { ...session, withSession: () => session } as unknown as D1Database;
  return { database, sql, close: () => sql.close() };
}
