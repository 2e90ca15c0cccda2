// The home of the reads of a statement's own sums: what booking, explaining and comparing are made of.

import { and, type SQL, sql } from "drizzle-orm";
import type { Db } from "../../db/client.ts";
import { exactNanos } from "../../db/scoped.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { Month } from "../../kernel/time.ts";
import type { DetailCut } from "../../metrics/index.ts";
import { statementCells } from "../tables.ts";

/** The sums of a statement in one cut, as rows; over all its months or one. */
export function cellRows(scope: ArtistScope, id: string, cut: DetailCut, month: Month | null = null): SQL {
  const inMonth = month === null ? sql.raw("") : sql` AND s.month = ${month}`;
  return sql`
    SELECT s.month AS month, j.value->>0 AS platform, j.value->>1 AS key, j.value->>2 AS label, j.value->>3 AS lines,
      j.value->>4 AS streams, j.value->>5 AS downloads, j.value->>6 AS other, j.value->>7 AS nanos
    FROM ${statementCells} s, json_each(s.cells_json) j
    WHERE s.artist_id = ${scope.artistId} AND s.statement_id = ${id} AND s.cut = ${cut}${inMonth}`;
}

/** Lists what a statement earned by month. */
export async function listMonths(
  db: Db,
  scope: ArtistScope,
  id: string,
): Promise<{ period: Month; nanos: bigint; lines: number }[]> {
  const [rows] = await db.read(
    db.orm
      .select({
        period: sql<Month>`c.month`.as("month"),
        nanos: exactNanos(sql`sum(c.nanos)`).as("exact_nanos"),
        lines: sql<number>`sum(c.lines)`.as("sum_lines"),
      })
      .from(sql`(${cellRows(scope, id, "territory")}) c`)
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
  of: { cut: DetailCut; month: Month; platform: string | null; key: string | null },
): Promise<{ nanos: bigint; lines: number }[]> {
  const queries = ids.map((id) =>
    db.orm
      .select({
        nanos: exactNanos(sql`coalesce(sum(c.nanos), 0)`).as("exact_nanos"),
        lines: sql<number>`coalesce(sum(c.lines), 0)`.as("sum_lines"),
      })
      .from(sql`(${cellRows(scope, id, of.cut, of.month)}) c`)
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
      .from(sql`(${cellRows(scope, id, cut)}) c`)
      .groupBy(sql`c.month`, sql`group_key`),
  );
  const [first, ...rest] = queries;
  return first === undefined ? [] : db.read(first, ...rest);
}
