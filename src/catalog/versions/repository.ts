// The home of the reads and writes of versions, and of what a release holds at the moment.

import { and, desc, eq, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { Instant } from "../../kernel/time.ts";
import type { ItemRow } from "../items/repository.ts";
import { catalogItems } from "../items/tables.ts";
import { catalogVersions } from "./tables.ts";

/** A version as kept. */
export type VersionRow = typeof catalogVersions.$inferSelect;

/** A version without what it holds. */
export type VersionHead = Omit<VersionRow, "document">;

/** Lists the versions of a release, newest first. Reads the rows it lists. */
export async function listVersions(
  db: Db,
  scope: ArtistScope,
  releaseId: string,
  limit: number,
): Promise<VersionHead[]> {
  const t = catalogVersions;
  const { artistId, number, action, sha256, createdBy, createdAt } = t;
  const [rows] = await db.read(
    db.orm
      .select({ artistId, releaseId: t.releaseId, number, action, sha256, createdBy, createdAt })
      .from(t)
      .where(and(eq(artistId, scope.artistId), eq(t.releaseId, releaseId)))
      .orderBy(desc(number))
      .limit(limit),
  );
  return rows;
}

/** Finds a version of a release; the latest when no number is given. Reads 1 row. */
export async function findVersion(
  db: Db,
  scope: ArtistScope,
  releaseId: string,
  number: number | null,
): Promise<VersionRow | null> {
  const t = catalogVersions;
  const isOne = and(
    eq(t.artistId, scope.artistId),
    eq(t.releaseId, releaseId),
    number === null ? undefined : eq(t.number, number),
  );
  const [[row]] = await db.read(db.orm.select().from(t).where(isOne).orderBy(desc(t.number)).limit(1));
  return row ?? null;
}

/** Lists things by their ids. Reads 1 row for each. */
export async function listItemsOf(db: Db, scope: ArtistScope, ids: readonly string[]): Promise<ItemRow[]> {
  if (ids.length === 0) return [];
  const { place: _, ...t } = catalogItems;
  const isOne = sql`${t.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  const [rows] = await db.read(
    db.orm
      .select()
      .from(catalogItems)
      .where(and(eq(t.artistId, scope.artistId), isOne)),
  );
  return rows;
}

/** Keeps a version; the batch fails if there is one of that number by now. */
export function addVersionStatements(db: Db, row: VersionRow): Write[] {
  return [db.orm.insert(catalogVersions).values(row)];
}

/** Lets a batch fail unless every one of these things is still in the version in which it was read. */
export function unchangedStatements(db: Db, scope: ArtistScope, rows: readonly ItemRow[]): Write[] {
  const seen = JSON.stringify(rows.map(({ id, version }) => [id, version]));
  return [
    db.orm.run(sql`
      SELECT iif(count(*) = ${rows.length}, 1, json('guard')) FROM json_each(${seen}) j
      JOIN ${catalogItems} i ON i.artist_id = ${scope.artistId} AND i.id = j.value->>0 AND i.version = j.value->>1`),
  ];
}

/** Says of recordings that they have been delivered, those that had been before excepted. Writes a row for each. */
export function deliveredStatements(db: Db, scope: ArtistScope, ids: readonly string[], now: Instant): Write[] {
  return [
    db.orm.run(sql`
      UPDATE ${catalogItems} SET delivered_at = ${now}, version = version + 1, updated_at = ${now}
      WHERE artist_id = ${scope.artistId} AND id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))
        AND delivered_at IS NULL`),
  ];
}
