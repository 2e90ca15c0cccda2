// The home of the reads and writes of embargoes: what is secret at a moment, and who saw it.

import { and, desc, eq, gt, lt, or, type SQL, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import { dayOf, type Instant } from "../../kernel/time.ts";
import { catalogUses } from "../items/tables.ts";
import type { Secret } from "./model.ts";
import { catalogEmbargoes, catalogSightings } from "./tables.ts";

/** An embargo as kept. */
export type EmbargoRow = typeof catalogEmbargoes.$inferSelect;

/** Who saw something secret, where, on one day. */
export type SightingRow = typeof catalogSightings.$inferSelect;

/** Ids begin with their kind, so those of a kind lie between these. */
const ofKind = (column: SQL, prefix: string) => sql`(${column} >= ${`${prefix}_`} AND ${column} < ${`${prefix}\x60`})`;

/**
 * What is secret at a moment: releases under embargo, recordings that are on such releases only, works of such recordings
 * only. A recording that some other release shows is no secret.
 *
 * Reads 3 rows when nothing is secret, else a few for each use of what is. A thing may come more than once.
 */
function secretRows({ artistId }: ArtistScope, now: Instant): SQL {
  const [e, u] = [catalogEmbargoes, catalogUses];
  const shownBy = (prefix: string, secrets: SQL) => sql`
    EXISTS (SELECT 1 FROM ${u} o WHERE o.artist_id = ${artistId} AND o.used_id = u.used_id
      AND ${ofKind(sql`o.user_id`, prefix)} AND o.user_id NOT IN (SELECT id FROM ${secrets}))`;
  return sql`
    WITH secret_releases AS (
      SELECT release_id AS id, release_id AS release_id FROM ${e} WHERE artist_id = ${artistId} AND lifts_at > ${now}
    ), secret_recordings AS (
      SELECT u.used_id AS id, s.release_id AS release_id FROM secret_releases s
      JOIN ${u} u ON u.artist_id = ${artistId} AND u.user_id = s.id
      WHERE ${ofKind(sql`u.used_id`, "rec")} AND NOT ${shownBy("rel", sql`secret_releases`)}
    ), secret_works AS (
      SELECT u.used_id AS id, s.release_id AS release_id FROM secret_recordings s
      JOIN ${u} u ON u.artist_id = ${artistId} AND u.user_id = s.id
      WHERE ${ofKind(sql`u.used_id`, "wrk")} AND NOT ${shownBy("rec", sql`secret_recordings`)}
    )
    SELECT id, release_id FROM secret_releases
    UNION ALL SELECT id, release_id FROM secret_recordings
    UNION ALL SELECT id, release_id FROM secret_works`;
}

/** The ids of what is secret at a moment, to stand in a query as `id NOT IN …`. */
export function secretIds(scope: ArtistScope, now: Instant): SQL {
  return sql`(SELECT id FROM (${secretRows(scope, now)}))`;
}

/**
 * Lists what is secret at a moment, by id.
 *
 * Reads 1 row when nothing is; else asks once more for what belongs to the releases under embargo.
 */
export async function listSecrets(db: Db, scope: ArtistScope, now: Instant): Promise<Secret[]> {
  const t = catalogEmbargoes;
  const isActive = and(eq(t.artistId, scope.artistId), gt(t.liftsAt, now));
  const [[any]] = await db.read(db.orm.select({ id: t.releaseId }).from(t).where(isActive).limit(1));
  if (any === undefined) return [];
  const [rows] = await db.read(
    db.orm
      .selectDistinct({ id: sql<string>`id`, releaseId: sql<string>`release_id` })
      .from(sql`(${secretRows(scope, now)})`),
  );
  return rows;
}

/** Finds the embargo of a release, ended or not. Reads 1 row. */
export async function findEmbargo(db: Db, scope: ArtistScope, releaseId: string): Promise<EmbargoRow | null> {
  const t = catalogEmbargoes;
  const [[row]] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.releaseId, releaseId))),
  );
  return row ?? null;
}

/** Puts a release under embargo, or changes until when. Writes 1 row. */
export function embargoStatements(db: Db, row: EmbargoRow): Write[] {
  const { artistId: _, releaseId: __, ...changed } = row;
  const target = [catalogEmbargoes.artistId, catalogEmbargoes.releaseId];
  return [db.orm.insert(catalogEmbargoes).values(row).onConflictDoUpdate({ target, set: changed })];
}

/** Lets an embargo until the release follow its date, unless it has ended: what was public stays so. Writes 1 row at most. */
export function followStatements(
  db: Db,
  scope: ArtistScope,
  releaseId: string,
  liftsAt: Instant,
  now: Instant,
): Write[] {
  const t = catalogEmbargoes;
  const isThis = and(eq(t.artistId, scope.artistId), eq(t.releaseId, releaseId), eq(t.until, "release"));
  return [
    db.orm
      .update(t)
      .set({ liftsAt })
      .where(and(isThis, sql`${t.liftsAt} > ${now}`)),
  ];
}

/** Removes the embargo of a release that is removed. */
export function forgetEmbargoStatements(db: Db, scope: ArtistScope, releaseId: string): Write[] {
  const t = catalogEmbargoes;
  return [db.orm.delete(t).where(and(eq(t.artistId, scope.artistId), eq(t.releaseId, releaseId)))];
}

/** Writes down that somebody saw secrets; on one day, one row for each and each place. */
export function sightingStatements(
  db: Db,
  scope: ArtistScope,
  seen: readonly Secret[],
  { actor, seenIn, now }: { actor: string; seenIn: string; now: Instant },
): Write[] {
  const rows = JSON.stringify(seen.map(({ id, releaseId }) => [id, releaseId]));
  return [
    db.orm.run(sql`
      INSERT INTO ${catalogSightings}
        (artist_id, release_id, on_day, actor, seen_in, item_id, times, first_at, last_at)
      SELECT ${scope.artistId}, value->>1, ${dayOf(now)}, ${actor}, ${seenIn}, value->>0, 1, ${now}, ${now}
      FROM json_each(${rows}) WHERE true
      ON CONFLICT DO UPDATE SET times = times + 1, last_at = max(last_at, excluded.last_at)`),
  ];
}

/** The place of a sighting in the log. */
export type SightingPlace = readonly [onDay: string, actor: string, seenIn: string, itemId: string];

/** Lists who saw a release or what belongs to it, the latest day first, one more than `limit`. Reads the rows it lists. */
export async function listSightings(
  db: Db,
  scope: ArtistScope,
  releaseId: string,
  after: SightingPlace | null,
  limit: number,
): Promise<SightingRow[]> {
  const t = catalogSightings;
  const order = [t.onDay, t.actor, t.seenIn, t.itemId] as const;
  const before =
    after === null
      ? undefined
      : or(
          ...order.map((column, at) =>
            and(
              ...order.slice(0, at).map((earlier, place) => eq(earlier, after[place] ?? "")),
              lt(column, after[at] ?? ""),
            ),
          ),
        );
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.releaseId, releaseId), before))
      .orderBy(...order.map((column) => desc(column)))
      .limit(limit + 1),
  );
  return rows;
}
