// The home of the reads of a statement's own sums: what booking, explaining and comparing are made of.

import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Db } from "../../db/client.ts";
import { exactNanos } from "../../db/scoped.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import { type Day, isDay, type Month } from "../../kernel/time.ts";
import type { DetailCut, PlayCell } from "../../metrics/index.ts";
import { assignedKey } from "../identities/repository.ts";
import { statementSums, statements } from "../tables.ts";

/** The sums of a statement in one cut and currency, as rows; over all its months or one. */
export function cellRows(
  scope: ArtistScope,
  id: string,
  cut: DetailCut,
  currency: string,
  month: Month | null = null,
): SQL {
  const inMonth = month === null ? sql.raw("") : sql` AND s.period = ${month}`;
  const printed = sql.raw("j.value->>1");
  const key = cut === "recording" ? assignedKey(scope, printed) : printed;
  return sql`
    SELECT s.period AS month, j.value->>0 AS platform, ${key} AS key, j.value->>2 AS label, j.value->>3 AS lines,
      j.value->>4 AS streams, j.value->>5 AS downloads, j.value->>6 AS other, j.value->>7 AS nanos
    FROM ${statementSums} s, json_each(s.cells_json) j
    WHERE s.artist_id = ${scope.artistId} AND s.statement_id = ${id} AND s.cut = ${cut}
      AND s.currency = ${currency}${inMonth}`;
}

/** Lists what a statement earned in one currency by month. */
export async function listMonths(
  db: Db,
  scope: ArtistScope,
  id: string,
  currency: string,
): Promise<{ period: Month; nanos: bigint; lines: number }[]> {
  const [rows] = await db.read(
    db.orm
      .select({
        period: sql<Month>`c.month`.as("month"),
        nanos: exactNanos(sql`sum(c.nanos)`).as("exact_nanos"),
        lines: sql<number>`sum(c.lines)`.as("sum_lines"),
      })
      .from(sql`(${cellRows(scope, id, "territory", currency)}) c`)
      .groupBy(sql`c.month`)
      .orderBy(sql`c.month`),
  );
  return rows;
}

/** Sums what each of some statements has of one month, store and key. */
export async function sumStatements(
  db: Db,
  scope: ArtistScope,
  ids: readonly string[],
  of: { cut: DetailCut; currency: string; month: Month; platform: string | null; key: string | null },
): Promise<{ nanos: bigint; lines: number }[]> {
  const queries = ids.map((id) =>
    db.orm
      .select({
        nanos: exactNanos(sql`coalesce(sum(c.nanos), 0)`).as("exact_nanos"),
        lines: sql<number>`coalesce(sum(c.lines), 0)`.as("sum_lines"),
      })
      .from(sql`(${cellRows(scope, id, of.cut, of.currency, of.month)}) c`)
      .where(
        and(
          of.platform === null ? undefined : sql`c.platform = ${of.platform}`,
          of.key === null ? undefined : sql`c.key = ${of.key}`,
        ),
      ),
  );
  const [first, ...rest] = queries;
  if (first === undefined) return [];
  const answers = await db.read(first, ...rest);
  return answers.map(([row]) => row ?? { nanos: 0n, lines: 0 });
}

/** Sums each of some statements by month and key. */
export async function groupCells(
  db: Db,
  scope: ArtistScope,
  ids: readonly string[],
  cut: DetailCut,
  currency: string,
  by: "key" | "platform" | "none",
): Promise<{ month: Month; key: string; label: string | null; nanos: bigint }[][]> {
  const key = sql.raw(by === "none" ? "''" : `c.${by}`);
  const queries = ids.map((id) =>
    db.orm
      .select({
        month: sql<Month>`c.month`.as("month"),
        key: sql<string>`${key}`.as("group_key"),
        label: sql<string | null>`${sql.raw(by === "key" ? "max(c.label)" : "NULL")}`.as("label"),
        nanos: exactNanos(sql`sum(c.nanos)`).as("exact_nanos"),
      })
      .from(sql`(${cellRows(scope, id, cut, currency)}) c`)
      .groupBy(sql`c.month`, sql`group_key`),
  );
  const [first, ...rest] = queries;
  return first === undefined ? [] : db.read(first, ...rest);
}

/** What a statement has of one store, territory, month or recording. */
export interface TableSum {
  readonly key: string;
  readonly label: string | null;
  readonly lines: number;
  readonly units: number;
  readonly nanos: bigint;
}

/** The tables of a statement's summary. */
export const SUMMARY_TABLES = ["platform", "territory", "month", "recording"] as const;

/** One of {@link SUMMARY_TABLES}. */
export type SummaryTable = (typeof SUMMARY_TABLES)[number];

/** Sums a statement in one currency by store, territory, month and recording, the largest amounts first. */
export async function listSummary(
  db: Db,
  scope: ArtistScope,
  id: string,
  currency: string,
): Promise<Readonly<Record<SummaryTable, TableSum[]>>> {
  const query = (table: SummaryTable) => {
    const isRecording = table === "recording";
    const key = sql.raw(table === "platform" || table === "month" ? `c.${table}` : "c.key");
    const order = table === "month" ? sql`group_key` : sql`sum(c.nanos) DESC, group_key`;
    return db.orm
      .select({
        key: sql<string>`${key}`.as("group_key"),
        label: sql<string | null>`${sql.raw(isRecording ? "max(c.label)" : "NULL")}`.as("label"),
        lines: sql<number>`sum(c.lines)`.as("sum_lines"),
        units: sql<number>`sum(c.streams + c.downloads + c.other)`.as("sum_units"),
        nanos: exactNanos(sql`sum(c.nanos)`).as("exact_nanos"),
      })
      .from(sql`(${cellRows(scope, id, isRecording ? "recording" : "territory", currency)}) c`)
      .groupBy(sql`group_key`)
      .orderBy(order);
  };
  const [platform, territory, month, recording] = await db.read(
    query("platform"),
    query("territory"),
    query("month"),
    query("recording"),
  );
  return { platform, territory, month, recording };
}

/** How many lines of a statement another one has too. */
export interface SameLines {
  readonly from: Month | null;
  readonly to: Month | null;
  readonly lines: number;
  readonly sameLines: number;
}

/**
 * Compares a statement's sums by currency, month, store and recording with those of others: sums under the same title of
 * as many lines, the same units and the same amount are the same lines. Amounts may differ by the rounding that each line may carry.
 */
export async function countSameLines(
  db: Db,
  scope: ArtistScope,
  id: string,
  others: readonly string[],
): Promise<SameLines[]> {
  const queries = others.map((other) => {
    const cells = (of: string, shared: string) => sql`
      SELECT s.currency, s.period, j.value->>0 AS platform, j.value->>1 AS key, max(j.value->>2) AS label,
        sum(j.value->>3) AS lines, sum((j.value->>4) + (j.value->>5) + (j.value->>6)) AS units, sum(j.value->>7) AS nanos
      FROM ${statementSums} s, json_each(s.cells_json) j
      WHERE s.artist_id = ${scope.artistId} AND s.statement_id = ${of} AND s.cut = 'recording'
        AND s.period IN (SELECT period FROM ${statementSums} o WHERE o.artist_id = ${scope.artistId}
          AND o.statement_id = ${shared} AND o.cut = 'recording')
      GROUP BY 1, 2, 3, 4`;
    return db.orm
      .select({
        from: sql<Month | null>`min(a.period)`.as("period_from"),
        to: sql<Month | null>`max(a.period)`.as("period_to"),
        lines: sql<number>`coalesce(sum(a.lines), 0)`.as("sum_lines"),
        sameLines: sql<number>`coalesce(sum(CASE WHEN b.lines = a.lines AND b.units = a.units
          AND abs(b.nanos - a.nanos) <= a.lines THEN a.lines ELSE 0 END), 0)`.as("same_lines"),
      })
      .from(sql`(${cells(id, other)}) a LEFT JOIN (${cells(other, id)}) b
        ON b.currency = a.currency AND b.period = a.period AND b.platform = a.platform AND b.key = a.key
          AND b.label IS a.label`);
  });
  const [first, ...rest] = queries;
  if (first === undefined) return [];
  const answers = await db.read(first, ...rest);
  return answers.map(([row]) => row ?? { from: null, to: null, lines: 0, sameLines: 0 });
}

/** What a statement of plays says, by day and cut. */
export interface DaySums {
  readonly id: string;
  readonly days: ReadonlyMap<Day, Readonly<Partial<Record<DetailCut, readonly PlayCell[]>>>>;
}

/** Lists the daily sums of some statements of plays; one row of D1 per day and cut. */
export async function listDaySums(db: Db, scope: ArtistScope, ids: readonly string[]): Promise<DaySums[]> {
  const t = statementSums;
  const [rows] = await db.read(
    db.orm
      .select({ id: t.statementId, cut: t.cut, period: t.period, cells: t.cells })
      .from(t)
      .where(
        and(
          eq(t.artistId, scope.artistId),
          sql`${t.statementId} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
          eq(t.currency, ""),
        ),
      ),
  );
  return ids.map((id) => {
    const days = new Map<Day, Partial<Record<DetailCut, PlayCell[]>>>();
    for (const row of rows) {
      if (row.id !== id || !isDay(row.period)) continue;
      const day = days.get(row.period) ?? {};
      days.set(row.period, day);
      const cut = row.cut as DetailCut;
      day[cut] = addedUp([...(day[cut] ?? []), ...(JSON.parse(row.cells) as PackedCell[]).map(cellOfPack)]);
    }
    return { id, days };
  });
}

type PackedCell = [platform: string, key: string, label: string | null, lines: number, ...counts: number[]];

function cellOfPack([platform, key, label, , plays = 0, downloads = 0, other = 0]: PackedCell): PlayCell {
  return { platform, key, label, plays, downloads, other };
}

/** A key that two reading steps met has a cell of each. */
function addedUp(cells: readonly PlayCell[]): PlayCell[] {
  const byKey = new Map<string, PlayCell>();
  for (const cell of cells) {
    const slot = JSON.stringify([cell.platform, cell.key]);
    const known = byKey.get(slot);
    byKey.set(slot, known === undefined ? cell : sumOf(known, cell));
  }
  return [...byKey.values()];
}

function sumOf(one: PlayCell, other: PlayCell): PlayCell {
  return {
    ...one,
    label: one.label ?? other.label,
    plays: one.plays + other.plays,
    downloads: one.downloads + other.downloads,
    other: one.other + other.other,
  };
}

/** What a file about a span of days says of one key. */
export interface WindowFigure extends PlayCell {
  readonly statementId: string;
  readonly source: string;
  readonly from: Day;
  readonly to: Day;
}

/**
 * Lists the plays of files that tell spans and no days, of spans that meet some days: by statement and key.
 *
 * Reads the sums of the statements it lists.
 * @param after the place after which to begin, in a list that goes on
 */
export async function listWindows(
  db: Db,
  scope: ArtistScope,
  days: { from: Day; to: Day },
  after: { statementId: string; key: string } | null,
  limit: number,
): Promise<WindowFigure[]> {
  const key = sql<string>`${assignedKey(scope, sql.raw("j.value->>1"))}`;
  const place =
    after === null
      ? sql.raw("")
      : sql` AND (p.id > ${after.statementId} OR (p.id = ${after.statementId} AND figure_key > ${after.key}))`;
  const [rows] = await db.read(
    db.orm
      .select({
        statementId: sql<string>`p.id`.as("statement_id"),
        source: sql<string>`p.source`.as("source"),
        from: sql<Day>`p.window_from`.as("window_from"),
        to: sql<Day>`p.window_to`.as("window_to"),
        platform: sql<string>`max(j.value->>0)`.as("platform"),
        key: key.as("figure_key"),
        label: sql<string | null>`max(j.value->>2)`.as("label"),
        plays: sql<number>`sum(j.value->>4)`.as("plays"),
        downloads: sql<number>`sum(j.value->>5)`.as("downloads"),
        other: sql<number>`sum(j.value->>6)`.as("other"),
      })
      .from(sql`${statements} p JOIN ${statementSums} s ON s.artist_id = p.artist_id AND s.statement_id = p.id
        AND s.cut = 'recording' AND s.currency = '', json_each(s.cells_json) j`)
      .where(
        sql`p.artist_id = ${scope.artistId} AND p.status = 'posted' AND p.measures = 'plays'
          AND p.window_from <= ${days.to} AND p.window_to >= ${days.from}${place}`,
      )
      .groupBy(sql`p.id`, sql`figure_key`)
      .orderBy(sql`p.id`, sql`figure_key`)
      .limit(limit),
  );
  return rows;
}
