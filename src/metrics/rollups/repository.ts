// The home of the rollups' reads and writes.

import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Db, NumberedQuery, Write } from "../../db/client.ts";
import { exactNanos } from "../../db/scoped.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { Month } from "../../kernel/time.ts";
import { type Cut, type DetailCut, TARGETS } from "./model.ts";
import { earningKeys, earningRollups } from "./tables.ts";

/** Units as statements report them, by how the thing was used. */
export interface ReportedUnits {
  readonly streams: number;
  readonly downloads: number;
  readonly other: number;
}

/** One kept figure. */
export interface Cell extends ReportedUnits {
  readonly month: Month;
  readonly key: string;
  readonly label: string | null;
  readonly lines: number;
  readonly nanos: bigint;
}

/** Which cells: of one currency and cut; '' in `source` or `platform` means all together. */
export interface CellPlace {
  readonly currency: string;
  readonly source: string;
  readonly cut: Cut;
  readonly platform: string;
}

// Hundreds of rows cost more on their way out of D1 than in it, so a range comes as one JSON text.
const CELL_RANGE = `
  SELECT json_group_array(json_array(month, key, label, lines, streams, downloads, other, nanos)) AS cells FROM (
    SELECT month, key, label, lines, streams, downloads, other, CAST(nanos AS TEXT) AS nanos
    FROM earning_rollups
    WHERE artist_id = ?1 AND currency = ?2 AND source = ?3 AND cut = ?4 AND platform = ?5
      AND month BETWEEN ?6 AND ?7 AND (?8 IS NULL OR month > ?6 OR key > ?8)
    ORDER BY month, key LIMIT ?9)`;

/**
 * Lists the cells of a cut over months, by month and key. Reads as many rows as it returns, and one.
 *
 * @param page `after`: the place after which to begin, in a list that goes on
 */
export async function listCellRange(
  db: Db,
  scope: ArtistScope,
  place: CellPlace,
  months: { from: Month; to: Month },
  page: { after: { month: string; key: string } | null; limit: number },
): Promise<Cell[]> {
  const { currency, source, cut, platform } = place;
  const from = page.after?.month ?? months.from;
  const params = [
    scope.artistId,
    currency,
    source,
    cut,
    platform,
    from,
    months.to,
    page.after?.key ?? null,
    page.limit,
  ];
  const [rows] = await db.readNumbered([{ sql: CELL_RANGE, params }]);
  const packed = JSON.parse(String(rows?.[0]?.["cells"] ?? "[]")) as [Month, string, ...PackedCell][];
  return packed.map(([month, key, label, lines, streams, downloads, other, nanos]) => {
    return { month, key, label, lines, streams, downloads, other, nanos: BigInt(nanos) };
  });
}

/**
 * Lists one key's cells over months, for several places at once (all stores, say). Reads exactly the rows it returns.
 *
 * A list of months with `IN` would count each month as a row read beside the cell itself; a scalar subquery per month
 * counts only the cell (seen in local D1), so a series is one statement with a column per month.
 */
export async function listCellSeries(
  db: Db,
  scope: ArtistScope,
  series: readonly { place: CellPlace; key: string }[],
  months: readonly Month[],
): Promise<Cell[][]> {
  const columns = months.map(
    (_, at) => `(SELECT json_array(label, lines, streams, downloads, other, CAST(nanos AS TEXT)) FROM earning_rollups
      WHERE artist_id = ?1 AND currency = ?2 AND source = ?3 AND cut = ?4 AND platform = ?5 AND key = ?6
        AND month = ?${at + 7}) AS m${at}`,
  );
  const text = `SELECT ${columns.join(", ")}`;
  const answers = await db.readNumbered(
    series.map(({ place, key }): NumberedQuery => {
      const { currency, source, cut, platform } = place;
      return { sql: text, params: [scope.artistId, currency, source, cut, platform, key, ...months] };
    }),
  );
  return answers.map(([row], at) =>
    months.flatMap((month, column): Cell[] => {
      const packed = row?.[`m${column}`];
      if (typeof packed !== "string") return [];
      const [label, lines, streams, downloads, other, nanos] = JSON.parse(packed) as PackedCell;
      return [{ month, key: series[at]?.key ?? "", label, lines, streams, downloads, other, nanos: BigInt(nanos) }];
    }),
  );
}

type PackedCell = [string | null, number, number, number, number, string];

const ARTIST_KEYS = "SELECT platforms_json, currencies_json FROM earning_keys WHERE artist_id = ?1";

/** Finds the stores and currencies an artist has ever had figures of. Reads one row. */
export async function findArtistKeys(
  db: Db,
  scope: ArtistScope,
): Promise<{ platforms: string[]; currencies: string[] }> {
  const [rows] = await db.readNumbered([{ sql: ARTIST_KEYS, params: [scope.artistId] }]);
  const row = rows?.[0];
  if (row === undefined) return { platforms: [], currencies: [] };
  return {
    platforms: JSON.parse(String(row["platforms_json"])),
    currencies: JSON.parse(String(row["currencies_json"])),
  };
}

/** Sums a whole cut by source, for the check that every rollup holds the same money. Reads the whole cut. */
export async function sumCut(
  db: Db,
  scope: ArtistScope,
): Promise<{ currency: string; source: string; cut: string; allPlatforms: boolean; lines: number; nanos: bigint }[]> {
  const t = earningRollups;
  const allPlatforms = sql<number>`(${t.platform} = '')`;
  const [rows] = await db.read(
    db.orm
      .select({
        currency: t.currency,
        source: t.source,
        cut: t.cut,
        allPlatforms: allPlatforms.mapWith(Boolean).as("all_platforms"),
        lines: sql<number>`sum(${t.lines})`.as("sum_lines"),
        nanos: exactNanos(sql`sum(${t.nanos})`).as("exact_nanos"),
      })
      .from(t)
      .where(eq(t.artistId, scope.artistId))
      .groupBy(t.currency, t.source, t.cut, allPlatforms),
  );
  return rows;
}

/**
 * Adds a statement's cells to the rollups, or takes them out again.
 *
 * @param sign 1 to add, -1 to take out; rows of which nothing is left are removed
 * @param cells gives the statement's cells of one cut as a subquery with the columns month, platform, key, label,
 *   lines, streams, downloads, other, nanos
 */
export function rollupStatements(
  db: Db,
  scope: ArtistScope,
  statement: { currency: string; source: string; platforms: readonly string[] },
  sign: 1 | -1,
  cells: (cut: DetailCut) => SQL,
): Write[] {
  const { currency, source } = statement;
  const times = sql.raw(sign === 1 ? "" : "-");
  // Of several names of one key the last in order is shown, whichever came first; a name is no figure, and stays.
  const named = sql.raw(
    sign === 1 ? "label = coalesce(max(label, excluded.label), label, excluded.label)," : "label = label,",
  );
  const adds = TARGETS.map((target) => {
    const platform = sql.raw(target.platform === "kept" ? "c.platform" : "''");
    const keys = {
      own: sql.raw("c.key"),
      platform: sql.raw("c.platform"),
      source: sql`${source}`,
      none: sql.raw("''"),
    };
    const label = sql.raw(target.key === "own" ? "max(c.label)" : "NULL");
    return db.orm.run(sql`
      INSERT INTO ${earningRollups}
        (artist_id, currency, source, cut, platform, month, key, label, lines, streams, downloads, other, nanos)
      SELECT ${scope.artistId}, ${currency}, ${target.bySource ? source : ""}, ${target.cut}, ${platform}, c.month,
        ${keys[target.key]}, ${label}, ${times}sum(c.lines), ${times}sum(c.streams), ${times}sum(c.downloads),
        ${times}sum(c.other), ${times}sum(c.nanos)
      FROM (${cells(target.from)}) c
      WHERE true
      GROUP BY 5, 6, 7
      ON CONFLICT DO UPDATE SET
        ${named}
        lines = lines + excluded.lines,
        streams = streams + excluded.streams,
        downloads = downloads + excluded.downloads,
        other = other + excluded.other,
        nanos = nanos + excluded.nanos`);
  });
  if (sign === 1) return [...adds, keysStatement(db, scope, statement)];
  const emptied = and(eq(earningRollups.artistId, scope.artistId), eq(earningRollups.lines, sql.raw("0")));
  return [...adds, db.orm.delete(earningRollups).where(emptied)];
}

/**
 * Moves what stands under one recording's key to another's, where only part of it may be meant.
 *
 * @param cells what is moved, as a subquery with the columns source, currency, month, platform, label, lines, streams,
 *   downloads, other, nanos
 */
export function moveRecordingStatements(
  db: Db,
  scope: ArtistScope,
  keys: { from: string; to: string },
  cells: SQL,
): Write[] {
  const move = (key: string, sign: "" | "-") =>
    TARGETS.filter(({ cut }) => cut === "recording").map((target) => {
      const platform = sql.raw(target.platform === "kept" ? "c.platform" : "''");
      const source = sql.raw(target.bySource ? "c.source" : "''");
      const times = sql.raw(sign);
      return db.orm.run(sql`
        INSERT INTO ${earningRollups}
          (artist_id, currency, source, cut, platform, month, key, label, lines, streams, downloads, other, nanos)
        SELECT ${scope.artistId}, c.currency, ${source}, 'recording', ${platform}, c.month, ${key}, max(c.label),
          ${times}sum(c.lines), ${times}sum(c.streams), ${times}sum(c.downloads), ${times}sum(c.other),
          ${times}sum(c.nanos)
        FROM (${cells}) c
        WHERE true
        GROUP BY c.currency, 3, 5, c.month
        ON CONFLICT DO UPDATE SET
          label = coalesce(label, excluded.label),
          lines = lines + excluded.lines,
          streams = streams + excluded.streams,
          downloads = downloads + excluded.downloads,
          other = other + excluded.other,
          nanos = nanos + excluded.nanos`);
    });
  const emptied = and(eq(earningRollups.artistId, scope.artistId), eq(earningRollups.lines, sql.raw("0")));
  return [...move(keys.from, "-"), ...move(keys.to, ""), db.orm.delete(earningRollups).where(emptied)];
}

/** Keeps the artist's lists of stores and currencies; they only grow, since a name too many costs a look-up only. */
function keysStatement(
  db: Db,
  scope: ArtistScope,
  statement: { currency: string; platforms: readonly string[] },
): Write {
  const union = (column: string, added: string) =>
    sql.raw(`(SELECT json_group_array(value) FROM (
      SELECT value FROM json_each(earning_keys.${column}) UNION SELECT value FROM json_each(excluded.${added})))`);
  return db.orm.run(sql`
    INSERT INTO ${earningKeys} (artist_id, platforms_json, currencies_json)
    VALUES (${scope.artistId}, ${JSON.stringify(statement.platforms)}, ${JSON.stringify([statement.currency])})
    ON CONFLICT DO UPDATE SET
      platforms_json = ${union("platforms_json", "platforms_json")},
      currencies_json = ${union("currencies_json", "currencies_json")}`);
}
