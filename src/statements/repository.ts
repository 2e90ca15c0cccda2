// The home of the statements' reads and writes.

import { and, desc, eq, gte, inArray, lt, lte, notInArray, type SQL, sql } from "drizzle-orm";
import { packRows } from "../db/bulk.ts";
import type { Db, Write } from "../db/client.ts";
import { exactNanos, oneRowChanged } from "../db/scoped.ts";
import type { ArtistScope } from "../kernel/scope.ts";
import type { Instant, Month } from "../kernel/time.ts";
import type { CellRows, ReadingState, StatementStatus } from "./model.ts";
import { statementBlocks, statementCheckpoints, statementSums, statements } from "./tables.ts";

export type StatementRow = Omit<typeof statements.$inferSelect, "status"> & { status: StatementStatus };
export type BlockRow = typeof statementBlocks.$inferSelect;

const columns = {
  artistId: statements.artistId,
  id: statements.id,
  status: statements.status,
  filename: statements.filename,
  sha256: statements.sha256,
  sizeBytes: statements.sizeBytes,
  textObject: statements.textObject,
  textBytes: statements.textBytes,
  encoding: statements.encoding,
  newline: statements.newline,
  format: statements.format,
  formatVersion: statements.formatVersion,
  source: statements.source,
  isPreview: statements.isPreview,
  periodFrom: statements.periodFrom,
  periodTo: statements.periodTo,
  lines: statements.lines,
  unmatchedLines: statements.unmatchedLines,
  problems: statements.problems,
  dictionary: statements.dictionary,
  doneBytes: statements.doneBytes,
  createdBy: statements.createdBy,
  createdAt: statements.createdAt,
  postedAt: statements.postedAt,
  retractedAt: statements.retractedAt,
  measures: statements.measures,
  totals: statements.totals,
  units: statements.units,
  windowFrom: statements.windowFrom,
  windowTo: statements.windowTo,
  stated: statements.stated,
  apart: statements.apart,
  warnings: statements.warnings,
  answers: statements.answers,
  mapping: statements.mapping,
  supersedes: statements.supersedes,
  partOf: statements.partOf,
  parts: statements.parts,
};

/** A statement that lives: its bytes may not come again. */
export const LIVING = notInArray(statements.status, ["retracted", "failed"]);

function isThe(scope: ArtistScope, id: string): SQL | undefined {
  return and(eq(statements.artistId, scope.artistId), eq(statements.id, id));
}

/** Finds a statement. Reads 1 row. */
export async function findStatement(db: Db, scope: ArtistScope, id: string): Promise<StatementRow | null> {
  const [[row]] = await db.read(db.orm.select(columns).from(statements).where(isThe(scope, id)));
  return (row as StatementRow | undefined) ?? null;
}

/** Finds the living statement of some bytes. Reads 1 row and its index entry. */
export async function findByBytes(db: Db, scope: ArtistScope, sha256: string): Promise<StatementRow | null> {
  const [[row]] = await db.read(
    db.orm
      .select(columns)
      .from(statements)
      .where(and(eq(statements.artistId, scope.artistId), eq(statements.sha256, sha256), LIVING)),
  );
  return (row as StatementRow | undefined) ?? null;
}

/** What a list of statements may be narrowed to. */
export interface StatementFilter {
  readonly status?: StatementStatus | undefined;
  readonly source?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Lists statements, newest first, one more than `limit`. An artist has few: a filter walks them in order of id. */
export async function listStatements(
  db: Db,
  scope: ArtistScope,
  filter: StatementFilter,
  before: string | null,
  limit: number,
): Promise<StatementRow[]> {
  const conditions = [
    eq(statements.artistId, scope.artistId),
    before === null ? undefined : lt(statements.id, before),
    filter.status === undefined ? undefined : eq(statements.status, filter.status),
    filter.source === undefined ? undefined : eq(statements.source, filter.source),
    filter.from === undefined ? undefined : gte(statements.periodTo, filter.from),
    filter.to === undefined ? undefined : lte(statements.periodFrom, filter.to),
  ];
  const [rows] = await db.read(
    db.orm
      .select(columns)
      .from(statements)
      .where(and(...conditions))
      .orderBy(desc(statements.id))
      .limit(limit + 1),
  );
  return rows as StatementRow[];
}

/** Lists the posted statements whose period holds a month: those that an amount of that month can come from. */
export async function listPostedOver(db: Db, scope: ArtistScope, month: Month): Promise<StatementRow[]> {
  const [rows] = await db.read(
    db.orm
      .select(columns)
      .from(statements)
      .where(
        and(
          eq(statements.artistId, scope.artistId),
          eq(statements.status, "posted"),
          lte(statements.periodFrom, month),
          gte(statements.periodTo, month),
        ),
      )
      .orderBy(statements.id),
  );
  return rows as StatementRow[];
}

/** Lists the posted statements of a source whose period meets some months. */
export async function listPostedBetween(
  db: Db,
  scope: ArtistScope,
  of: { source: string; from: string; to: string },
): Promise<StatementRow[]> {
  const [rows] = await db.read(
    db.orm
      .select(columns)
      .from(statements)
      .where(
        and(
          eq(statements.artistId, scope.artistId),
          eq(statements.status, "posted"),
          eq(statements.source, of.source),
          lte(statements.periodFrom, of.to),
          gte(statements.periodTo, of.from),
        ),
      ),
  );
  return rows as StatementRow[];
}

/** What of an artist's posted statements is to be found; `from` and `to` are months that their period must meet. */
export interface PostedFilter {
  readonly from: string;
  readonly to: string;
  readonly source?: string | undefined;
  readonly statementIds?: readonly string[] | undefined;
  /** A currency that they have a total in. */
  readonly currency?: string | undefined;
}

/** Lists posted statements by their months, then their ids. Walks all of an artist's statements. */
export async function listPosted(
  db: Db,
  scope: ArtistScope,
  filter: PostedFilter,
  limit: number,
): Promise<Pick<StatementRow, "id" | "lines" | "sizeBytes">[]> {
  const { source, statementIds, currency } = filter;
  const ids = JSON.stringify(statementIds ?? []);
  const totals = statements.totals;
  const [rows] = await db.read(
    db.orm
      .select({ id: statements.id, lines: statements.lines, sizeBytes: statements.sizeBytes })
      .from(statements)
      .where(
        and(
          eq(statements.artistId, scope.artistId),
          eq(statements.status, "posted"),
          lte(statements.periodFrom, filter.to),
          gte(statements.periodTo, filter.from),
          source === undefined ? undefined : eq(statements.source, source),
          statementIds === undefined ? undefined : sql`${statements.id} IN (SELECT value FROM json_each(${ids}))`,
          currency === undefined
            ? undefined
            : sql`EXISTS (SELECT 1 FROM json_each(${totals}) WHERE value->>'currency' = ${currency})`,
        ),
      )
      .orderBy(statements.periodFrom, statements.id)
      .limit(limit),
  );
  return rows;
}

export function receiveStatements(db: Db, row: typeof statements.$inferInsert): Write[] {
  return [db.orm.insert(statements).values(row)];
}

/**
 * Moves a statement from one of some states to another; the batch fails if it is in none of them.
 *
 * @param seen the statement as it was read, for a move that only holds if its mapping and answers are still the same
 */
export function moveStatements(
  db: Db,
  scope: ArtistScope,
  id: string,
  from: readonly StatementStatus[],
  set: Partial<typeof statements.$inferInsert>,
  seen?: Pick<StatementRow, "mapping" | "answers">,
): Write[] {
  const isAsSeen =
    seen === undefined
      ? undefined
      : and(sql`${statements.mapping} IS ${seen.mapping}`, sql`${statements.answers} IS ${seen.answers}`);
  return [
    db.orm
      .update(statements)
      .set(set)
      .where(and(isThe(scope, id), inArray(statements.status, [...from]), isAsSeen)),
    db.orm.run(oneRowChanged),
  ];
}

/** Finds how far reading has come; null before the first step. Reads 1 row. */
export async function findCheckpoint(db: Db, scope: ArtistScope, id: string): Promise<ReadingState | null> {
  const t = statementCheckpoints;
  const [[row]] = await db.read(
    db.orm
      .select({ state: t.state })
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.statementId, id)))
      .orderBy(desc(t.number))
      .limit(1),
  );
  return row === undefined ? null : (JSON.parse(row.state) as ReadingState);
}

/** Writes one step of reading: checkpoint, index, sums. Fails whole if another reader took the same step. */
export function stepStatements(
  db: Db,
  scope: ArtistScope,
  id: string,
  state: ReadingState,
  blocks: readonly Omit<BlockRow, "artistId" | "statementId">[],
  cells: readonly CellRows[],
  at: Instant,
): Write[] {
  const key = { artistId: scope.artistId, statementId: id };
  const index = blocks.map((block) =>
    JSON.stringify([
      block.firstLine,
      block.lastLine,
      block.byteFrom,
      block.byteTo,
      block.exactBefore,
      block.months,
      block.platforms,
      block.territories,
      block.identities,
      block.memory,
    ]),
  );
  return [
    db.orm.insert(statementCheckpoints).values({ ...key, number: state.number, state: JSON.stringify(state), at }),
    ...packRows(index).map((pack) =>
      db.orm.run(sql`
        INSERT INTO ${statementBlocks} (artist_id, statement_id, first_line, last_line, byte_from, byte_to,
          exact_before, months, platforms, territories, identities, memory)
        SELECT ${scope.artistId}, ${id}, value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6,
          value->>7, value->>8, value->>9
        FROM json_each(${pack})`),
    ),
    ...cells.flatMap(({ cut, currency, period, rows }) =>
      packRows(rows).map((pack, part) =>
        db.orm.insert(statementSums).values({ ...key, cut, currency, period, step: state.number, part, cells: pack }),
      ),
    ),
  ];
}

/** Forgets what reading has written of a statement that came to nothing. */
export function forgetReadingStatements(db: Db, scope: ArtistScope, id: string): Write[] {
  return [statementCheckpoints, statementBlocks, statementSums].map((table) =>
    db.orm.delete(table).where(and(eq(table.artistId, scope.artistId), eq(table.statementId, id))),
  );
}

/** Finds statements by their ids, for figures that name them. */
export async function findStatements(db: Db, scope: ArtistScope, ids: readonly string[]): Promise<StatementRow[]> {
  const [rows] = await db.read(
    db.orm
      .select(columns)
      .from(statements)
      .where(
        and(
          eq(statements.artistId, scope.artistId),
          sql`${statements.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
        ),
      ),
  );
  return rows as StatementRow[];
}

/** The periods of a source's posted statements as one JSON array, for the metrics room. */
export function postedPeriods(scope: ArtistScope, source: string): SQL {
  return sql`
    SELECT json_group_array(json_array(period_from, period_to)) FROM (
      SELECT DISTINCT period_from, period_to FROM ${statements}
      WHERE artist_id = ${scope.artistId} AND source = ${source} AND status = 'posted' AND measures = 'money'
        AND period_from IS NOT NULL
      ORDER BY 1, 2)`;
}

/** Which blocks of a statement: from a line on, and only those that can hold what is looked for. */
export interface BlockFilter {
  readonly fromLine: number;
  /** Places in the statement's dictionary; null for any. */
  readonly month: number | null;
  readonly platform: number | null;
  readonly territory: number | null;
}

/** Lists blocks in order. Without a filter this reads `limit` rows, and one to find the first. */
export async function listBlocks(
  db: Db,
  scope: ArtistScope,
  id: string,
  filter: BlockFilter,
  limit: number,
): Promise<BlockRow[]> {
  const t = statementBlocks;
  const mine = and(eq(t.artistId, scope.artistId), eq(t.statementId, id));
  const first = sql`coalesce((SELECT max(first_line) FROM ${t} WHERE artist_id = ${scope.artistId}
    AND statement_id = ${id} AND first_line <= ${filter.fromLine}), 0)`;
  const holds = (column: SQL, place: number | null) =>
    place === null ? undefined : sql`substr(${column}, ${place + 1}, 1) = '1'`;
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(
        and(
          mine,
          gte(t.firstLine, first),
          holds(sql`${t.months}`, filter.month),
          holds(sql`${t.platforms}`, filter.platform),
          holds(sql`${t.territories}`, filter.territory),
        ),
      )
      .orderBy(t.firstLine)
      .limit(limit),
  );
  return rows;
}

/** Sums the totals of an artist's posted statements by source and currency. Reads them all. */
export async function sumPosted(
  db: Db,
  scope: ArtistScope,
): Promise<{ source: string | null; currency: string; nanos: bigint }[]> {
  const [rows] = await db.read(
    db.orm
      .select({
        source: sql<string | null>`s.source`.as("source"),
        currency: sql<string>`j.value->>'currency'`.as("currency"),
        nanos: exactNanos(sql`sum(CAST(j.value->>'nanos' AS INTEGER))`).as("exact_nanos"),
      })
      .from(sql`${statements} s, json_each(s.totals_json) j`)
      .where(sql`s.artist_id = ${scope.artistId} AND s.status = 'posted'`)
      .groupBy(sql`s.source`, sql`j.value->>'currency'`),
  );
  return rows;
}
