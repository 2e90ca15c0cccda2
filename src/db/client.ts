// The home of the connection to D1: one session per request, and the count of rows that it read and wrote.

import type { BatchItem, BatchResponse } from "drizzle-orm/batch";
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import { Problem } from "../kernel/problems.ts";

/** What a request or job has cost so far, in the units D1 bills. */
export interface Meter {
  rowsRead: number;
  rowsWritten: number;
  roundTrips: number;
}

/** One write of a change, built and not yet sent: a drizzle builder, or raw SQL through `orm.run`. */
export type Write =
  | { toSQL(): { sql: string; params: unknown[] } }
  | { getQuery(): { sql: string; params: unknown[] } };

/** SQL with parameters `?1`, `?2`…, each of which may stand in it more than once. */
export interface NumberedQuery {
  readonly sql: string;
  readonly params: readonly (string | number | null)[];
}

/** How D1 is spoken to: `orm` builds statements, `read` and `write` send them, each as one batch. */
export interface Db {
  readonly orm: DrizzleD1Database;
  readonly meter: Meter;
  /**
   * Sends reads as one batch.
   *
   * @throws Problem `unavailable` when the database does not answer
   */
  read<T extends [BatchItem<"sqlite">, ...BatchItem<"sqlite">[]]>(...queries: T): Promise<BatchResponse<T>>;
  /**
   * Sends reads that the select builder cannot write (numbered parameters used many times over), as one batch.
   *
   * @throws Problem `unavailable`
   */
  readNumbered(queries: readonly NumberedQuery[]): Promise<Record<string, unknown>[][]>;
  /**
   * Sends writes as one batch: all of them happen or none.
   *
   * @throws Problem `unavailable`; ConstraintError when a key, a check or a guard refused
   */
  write(writes: readonly Write[]): Promise<void>;
  /**
   * Sends writes that no answer waits for and nothing depends on, such as when somebody was last seen; not metered.
   *
   * @throws whatever D1 throws
   */
  note(writes: readonly Write[]): Promise<void>;
  /** The bookmark up to which this session has seen the database, to be sent back by the caller. */
  bookmark(): string | null;
}

/** A write was refused by the database's own rules; nothing of its batch was kept. */
export class ConstraintError extends Error {
  readonly kind: "unique" | "guard" | "other";
  constructor(kind: "unique" | "guard" | "other", cause: unknown) {
    super(`the database refused: ${kind}`, { cause });
    this.name = "ConstraintError";
    this.kind = kind;
  }
}

/**
 * Opens D1 for one request or job.
 *
 * The first read, sign-in, goes to the primary, so a revoked key is refused at once and whatever the caller has seen
 * before is there; what follows may come from a replica that is as new. A bookmark sent by the caller adds nothing.
 */
export function openDb(database: D1Database): Db {
  const session = database.withSession("first-primary");
  const meter: Meter = { rowsRead: 0, rowsWritten: 0, roundTrips: 0 };
  const send = async (statements: D1PreparedStatement[]): Promise<D1Result[]> => {
    try {
      const results = await session.batch(statements);
      meter.roundTrips += 1;
      for (const { meta } of results) {
        meter.rowsRead += meta.rows_read;
        meter.rowsWritten += meta.rows_written;
      }
      return results;
    } catch (error) {
      throw faultOf(error);
    }
  };
  const gather = gathering(send);
  const prepare = (query: string) => session.prepare(query);
  // Made when first asked for: most requests are let in and answered without it.
  let orm: DrizzleD1Database | null = null;
  const openOrm = () => {
    orm ??= drizzle({ prepare, batch: gather } as unknown as D1Database);
    return orm;
  };
  // drizzle's own batch cannot bind the parameters of raw SQL on D1, so statements are prepared here.
  const prepared = (writes: readonly Write[]) =>
    writes.map((write) => {
      const { sql, params } = "toSQL" in write ? write.toSQL() : write.getQuery();
      return prepare(sql).bind(...params);
    });
  return {
    get orm() {
      return openOrm();
    },
    meter,
    read: (...queries) => openOrm().batch(queries),
    readNumbered: async (queries) => {
      if (queries.length === 0) return [];
      const results = await gather(queries.map(({ sql, params }) => prepare(sql).bind(...params)));
      return results.map(({ results: rows }) => rows as Record<string, unknown>[]);
    },
    write: async (writes) => {
      if (writes.length > 0) await send(prepared(writes));
    },
    note: async (writes) => {
      await session.batch(prepared(writes));
    },
    bookmark: () => session.getBookmark(),
  };
}

/**
 * Joins reads that are asked for at the same time into one batch, so that `Promise.all` over a room's reads is one
 * round trip.
 */
function gathering(
  send: (statements: D1PreparedStatement[]) => Promise<D1Result[]>,
): (statements: D1PreparedStatement[]) => Promise<D1Result[]> {
  let waiting: D1PreparedStatement[] = [];
  let sent: Promise<D1Result[]> | null = null;
  return async (statements) => {
    const from = waiting.length;
    waiting.push(...statements);
    sent ??= Promise.resolve().then(() => {
      const gathered = waiting;
      waiting = [];
      sent = null;
      return send(gathered);
    });
    const results = await sent;
    return results.slice(from, from + statements.length);
  };
}

/** Says what a failure of D1 means to us: a rule that refused, or a database that does not answer. */
function faultOf(error: unknown): Error {
  let text = "";
  for (let at: unknown = error; at instanceof Error; at = at.cause) text += ` ${at.message}`;
  if (/UNIQUE constraint failed|PRIMARY KEY constraint failed/.test(text)) return new ConstraintError("unique", error);
  if (/malformed JSON/.test(text)) return new ConstraintError("guard", error);
  if (/constraint failed|append-only|cannot store|integer overflow/.test(text))
    return new ConstraintError("other", error);
  if (/SQLITE_ERROR|D1_TYPE_ERROR|no such (table|column)|syntax error/.test(text)) {
    return error instanceof Error ? error : new Error("the database failed", { cause: error });
  }
  return new Problem("unavailable", { retryAfterSeconds: 5, cause: error });
}
