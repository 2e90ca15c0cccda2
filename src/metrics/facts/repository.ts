// The home of the reads and writes of daily facts.

import { and, eq, type SQL, sql } from "drizzle-orm";
import { packRows } from "../../db/bulk.ts";
import type { Db, NumberedQuery, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import { type Day, daysOfMonth, type Month } from "../../kernel/time.ts";
import { type Cut, DETAIL_CUTS, TARGETS } from "../rollups/model.ts";
import type { PlayCell, PlaySource, ReportedDay } from "./model.ts";
import { playDays, playMonths, playPacks, playRollups, playSources } from "./tables.ts";

/** How long a period of a play rollup is; weeks begin on Monday or on Friday. */
export type Grain = "day" | "mon" | "fri" | "month";

/** One kept figure of plays. */
export interface PlayFigure {
  readonly period: string;
  readonly key: string;
  readonly label: string | null;
  readonly plays: number;
  readonly downloads: number;
  readonly other: number;
}

/** Which figures: of one cut and grain; '' in `source` or `platform` means all together. */
export interface PlayPlace {
  readonly source: string;
  readonly cut: Cut;
  readonly platform: string;
}

const PLAY_SOURCES = `
  SELECT source, lag_days, runs_json, platforms_json, version FROM play_sources WHERE artist_id = ?1 ORDER BY source`;

/** Lists the sources of plays of an artist. Reads one row each; an artist has a handful. */
export async function listPlaySources(db: Db, scope: ArtistScope): Promise<PlaySource[]> {
  const [rows = []] = await db.readNumbered([{ sql: PLAY_SOURCES, params: [scope.artistId] }]);
  return rows.map((row) => ({
    id: String(row["source"]),
    lagDays: Number(row["lag_days"]),
    runs: JSON.parse(String(row["runs_json"])),
    platforms: JSON.parse(String(row["platforms_json"])),
    version: Number(row["version"]),
  }));
}

/** Finds which revision of some days is kept. */
export async function findRevisions(
  db: Db,
  scope: ArtistScope,
  source: string,
  days: readonly Day[],
): Promise<Map<Day, number>> {
  const t = playDays;
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(
        and(
          eq(t.artistId, scope.artistId),
          eq(t.source, source),
          sql`${t.day} IN (SELECT value FROM json_each(${JSON.stringify(days)}))`,
        ),
      ),
  );
  return new Map(rows.map((row) => [row.day as Day, row.revision]));
}

const PACKS = `
  SELECT d.day AS day, (SELECT json_group_array(json_array(cut, json(cells_json))) FROM (
    SELECT cut, cells_json FROM play_packs p WHERE p.artist_id = ?1 AND p.source = ?2 AND p.day = d.day ORDER BY cut
  )) AS packs
  FROM play_days d WHERE d.artist_id = ?1 AND d.source = ?2 AND d.day IN (SELECT value FROM json_each(?3))`;

/** Reads what is kept of some days, each as {@link packText} writes it. Reads a row a day, and one a cut. */
export async function listPacks(
  db: Db,
  scope: ArtistScope,
  source: string,
  days: readonly Day[],
): Promise<Map<Day, string>> {
  const [rows = []] = await db.readNumbered([{ sql: PACKS, params: [scope.artistId, source, JSON.stringify(days)] }]);
  return new Map(rows.map((row) => [String(row["day"]) as Day, String(row["packs"])]));
}

/** Writes a day's cells as one text, to be held against another. */
export function packText(cells: ReportedDay["cells"]): string {
  return JSON.stringify(
    [...DETAIL_CUTS]
      .sort()
      .filter((cut) => cells[cut].length > 0)
      .map((cut) => [cut, packedCells(cells[cut])]),
  );
}

function packedCells(cells: readonly PlayCell[]): (string | number | null)[][] {
  return cells.map(({ platform, key, label, plays, downloads, other }) => {
    return [platform, key, label, plays, downloads, other];
  });
}

// Thousands of rows cost more on their way out of D1 than in it, so a range comes as one JSON text.
const PLAY_RANGE = `
  SELECT json_group_array(json_array(period, key, label, plays, downloads, other)) AS figures FROM (
    SELECT period, key, label, plays, downloads, other FROM play_rollups
    WHERE artist_id = ?1 AND source = ?2 AND cut = ?3 AND platform = ?4 AND grain = ?5
      AND period BETWEEN ?6 AND ?7 AND (?8 IS NULL OR period > ?6 OR key > ?8)
    ORDER BY period, key LIMIT ?9)`;

/** Lists figures over periods, by period and key. Reads as many rows as it returns, and one. */
export async function listPlayRange(
  db: Db,
  scope: ArtistScope,
  place: PlayPlace,
  range: { grain: Grain; from: string; to: string },
  page: { after: { period: string; key: string } | null; limit: number },
): Promise<PlayFigure[]> {
  const { source, cut, platform } = place;
  const from = page.after?.period ?? range.from;
  const after = page.after?.key ?? null;
  const params = [scope.artistId, source, cut, platform, range.grain, from, range.to, after, page.limit];
  const [rows] = await db.readNumbered([{ sql: PLAY_RANGE, params }]);
  const packed = JSON.parse(String(rows?.[0]?.["figures"] ?? "[]")) as PackedFigure[];
  return packed.map(([period, key, label, plays, downloads, other]) => {
    return { period, key, label, plays, downloads, other };
  });
}

type PackedFigure = [string, string, string | null, number, number, number];

/** D1 gives a statement 100 columns and 100 parameters, of which six name the place. */
const PERIODS_PER_STATEMENT = 90;

/** Lists one key's figures over periods, for several places at once. Reads exactly the rows it returns. */
export async function listPlaySeries(
  db: Db,
  scope: ArtistScope,
  series: readonly { place: PlayPlace; key: string }[],
  grain: Grain,
  periods: readonly string[],
): Promise<PlayFigure[][]> {
  const parts = Array.from({ length: Math.ceil(periods.length / PERIODS_PER_STATEMENT) }, (_, at) =>
    periods.slice(at * PERIODS_PER_STATEMENT, (at + 1) * PERIODS_PER_STATEMENT),
  );
  const answers = await db.readNumbered(
    series.flatMap(({ place, key }) =>
      parts.map((part): NumberedQuery => {
        const columns = part.map(
          (_, at) => `(SELECT json_array(label, plays, downloads, other) FROM play_rollups
            WHERE artist_id = ?1 AND source = ?2 AND cut = ?3 AND platform = ?4 AND grain = ?5 AND key = ?6
              AND period = ?${at + 7}) AS p${at}`,
        );
        const params = [scope.artistId, place.source, place.cut, place.platform, grain, key, ...part];
        return { sql: `SELECT ${columns.join(", ")}`, params };
      }),
    ),
  );
  return series.map(({ key }, at) =>
    parts.flatMap((part, piece) => {
      const row = answers[at * parts.length + piece]?.[0];
      return part.flatMap((period, column): PlayFigure[] => {
        const packed = row?.[`p${column}`];
        if (typeof packed !== "string") return [];
        const [label, plays, downloads, other] = JSON.parse(packed) as [string | null, number, number, number];
        return [{ period, key, label, plays, downloads, other }];
      });
    }),
  );
}

const DAY_WEIGHTS = "SELECT month, days_json FROM play_months WHERE artist_id = ?1 AND month BETWEEN ?2 AND ?3";

/**
 * Finds the plays of every day of some months, for those months of which every day is reported by equally many sources.
 *
 * Reads one row per month.
 */
export async function findDayWeights(
  db: Db,
  scope: ArtistScope,
  range: { from: Month; to: Month },
): Promise<Map<string, bigint[]>> {
  const [rows = []] = await db.readNumbered([{ sql: DAY_WEIGHTS, params: [scope.artistId, range.from, range.to] }]);
  return new Map(
    rows.flatMap((row): [string, bigint[]][] => {
      const month = String(row["month"]) as Month;
      const days = JSON.parse(String(row["days_json"])) as [Day, number, number][];
      const sources = new Set(days.map(([, , count]) => count));
      const isComplete = days.length === daysOfMonth(month).length && sources.size === 1;
      return isComplete ? [[month, days.map(([, plays]) => BigInt(Math.max(plays, 0)))]] : [];
    }),
  );
}

/** A grain and how SQL finds the period a day belongs to. `weekday 1` moves on to the next Monday, or stays. */
const GRAINS: readonly (readonly [Grain, string])[] = [
  ["day", "p.day"],
  ["mon", "date(p.day, '-6 days', 'weekday 1')"],
  ["fri", "date(p.day, '-6 days', 'weekday 5')"],
  ["month", "substr(p.day, 1, 7)"],
];

/** Adds what is packed of some days to the rollups, or takes it out. */
function rollDays(db: Db, scope: ArtistScope, source: string, days: readonly Day[], sign: 1 | -1): Write[] {
  const dayList = JSON.stringify(days);
  const grains = JSON.stringify(GRAINS.map(([grain]) => grain));
  const period = sql.raw(`CASE g.value ${GRAINS.map(([grain, text]) => `WHEN '${grain}' THEN ${text}`).join(" ")} END`);
  const times = sql.raw(sign === 1 ? "" : "-");
  const named = sql.raw(sign === 1 ? "coalesce(max(label, excluded.label), label, excluded.label)" : "label");
  return TARGETS.map((target) => {
    const platform = sql.raw(target.platform === "kept" ? "j.value->>0" : "''");
    const keys = {
      own: sql.raw("j.value->>1"),
      platform: sql.raw("j.value->>0"),
      source: sql`${source}`,
      none: sql.raw("''"),
    };
    const label = sql.raw(target.key === "own" ? "max(j.value->>2)" : "NULL");
    return db.orm.run(sql`
      INSERT INTO ${playRollups}
        (artist_id, source, cut, platform, grain, period, key, label, cells, plays, downloads, other)
      SELECT ${scope.artistId}, ${target.bySource ? source : ""}, ${target.cut}, ${platform}, g.value, ${period},
        ${keys[target.key]}, ${label}, ${times}count(*), ${times}sum(j.value->>3), ${times}sum(j.value->>4),
        ${times}sum(j.value->>5)
      FROM ${playPacks} p, json_each(p.cells_json) j, json_each(${grains}) g
      WHERE p.artist_id = ${scope.artistId} AND p.source = ${source} AND p.cut = ${target.from}
        AND p.day IN (SELECT value FROM json_each(${dayList}))
      GROUP BY 4, 5, 6, 7
      ON CONFLICT DO UPDATE SET label = ${named}, cells = cells + excluded.cells, plays = plays + excluded.plays,
        downloads = downloads + excluded.downloads, other = other + excluded.other`);
  });
}

/**
 * Replaces whole days: takes what was known of them out of the rollups, keeps the new, adds it.
 *
 * @param gone days that are no longer reported at all
 */
export function replaceDayStatements(
  db: Db,
  scope: ArtistScope,
  source: string,
  days: readonly ReportedDay[],
  gone: readonly Day[] = [],
): Write[] {
  const names = days.map(({ day }) => day);
  const touched = [...names, ...gone];
  const among = (column: SQL, list: readonly Day[]) =>
    sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(list)}))`;
  const revisions = days.map(({ day, revision }) => JSON.stringify([day, revision]));
  const packs = days.flatMap(({ day, cells }) =>
    DETAIL_CUTS.filter((cut) => cells[cut].length > 0).map((cut) =>
      JSON.stringify([day, cut, JSON.stringify(packedCells(cells[cut]))]),
    ),
  );
  return [
    ...rollDays(db, scope, source, touched, -1),
    db.orm
      .delete(playPacks)
      .where(
        and(
          eq(playPacks.artistId, scope.artistId),
          eq(playPacks.source, source),
          among(sql`${playPacks.day}`, touched),
        ),
      ),
    ...(gone.length === 0
      ? []
      : [
          db.orm
            .delete(playDays)
            .where(
              and(
                eq(playDays.artistId, scope.artistId),
                eq(playDays.source, source),
                among(sql`${playDays.day}`, gone),
              ),
            ),
        ]),
    ...packRows(revisions).map((pack) =>
      db.orm.run(sql`
        INSERT INTO ${playDays} (artist_id, source, day, revision)
        SELECT ${scope.artistId}, ${source}, value->>0, value->>1 FROM json_each(${pack}) WHERE true
        ON CONFLICT DO UPDATE SET revision = excluded.revision`),
    ),
    ...packRows(packs).map((pack) =>
      db.orm.run(sql`
        INSERT INTO ${playPacks} (artist_id, source, day, cut, cells_json)
        SELECT ${scope.artistId}, ${source}, value->>0, value->>1, value->>2 FROM json_each(${pack})`),
    ),
    ...rollDays(db, scope, source, names, 1),
    db.orm
      .delete(playRollups)
      .where(and(eq(playRollups.artistId, scope.artistId), eq(playRollups.cells, sql.raw("0")))),
  ];
}

/** Sets how far a source has reported; fails if another report of it came in between. */
export function playSourceStatements(db: Db, scope: ArtistScope, source: PlaySource): Write[] {
  const row = {
    artistId: scope.artistId,
    source: source.id,
    lagDays: source.lagDays,
    runs: JSON.stringify(source.runs),
    platforms: JSON.stringify(source.platforms),
    version: source.version,
  };
  const { artistId: _, source: __, ...set } = row;
  return [
    db.orm
      .insert(playSources)
      .values(row)
      .onConflictDoUpdate({
        target: [playSources.artistId, playSources.source],
        set,
        setWhere: eq(playSources.version, source.version - 1),
      }),
    db.orm.run(oneRowChanged),
  ];
}

/** Forgets a source of which no day is kept. */
export function forgetSourceStatements(db: Db, scope: ArtistScope, source: string): Write[] {
  const t = playSources;
  return [db.orm.delete(t).where(and(eq(t.artistId, scope.artistId), eq(t.source, source), eq(t.runs, "[]")))];
}

/** Writes the weights of some months anew from the rollups and the days reported. */
export function playMonthStatements(db: Db, scope: ArtistScope, months: readonly Month[]): Write[] {
  return months.map((month) => {
    const days = daysOfMonth(month);
    const [first, last] = [days[0] ?? "", days.at(-1) ?? ""];
    const perDay: SQL = sql`
      SELECT d.day AS day, coalesce((SELECT plays FROM ${playRollups} r WHERE r.artist_id = ${scope.artistId}
        AND r.source = '' AND r.cut = 'total' AND r.platform = '' AND r.grain = 'day' AND r.period = d.day
        AND r.key = ''), 0) AS plays, count(*) AS sources
      FROM ${playDays} d
      WHERE d.artist_id = ${scope.artistId}
        AND d.source IN (SELECT source FROM ${playSources} WHERE artist_id = ${scope.artistId})
        AND d.day BETWEEN ${first} AND ${last}
      GROUP BY d.day ORDER BY d.day`;
    return db.orm.run(sql`
      INSERT INTO ${playMonths} (artist_id, month, days_json)
      SELECT ${scope.artistId}, ${month}, coalesce(json_group_array(json_array(day, plays, sources)), '[]')
      FROM (${perDay})
      WHERE true
      ON CONFLICT DO UPDATE SET days_json = excluded.days_json`);
  });
}
