// The home of the reads and writes of media.

import { and, asc, eq, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import { catalogMedia } from "./tables.ts";

/** A picture or a sound as kept; the bytes lie in R2. */
export type MediaRow = typeof catalogMedia.$inferSelect;

/** Lists the present media of things: the latest of each. Reads a row for each there ever was. */
export async function listMediaOf(db: Db, scope: ArtistScope, itemIds: readonly string[]): Promise<MediaRow[]> {
  const t = catalogMedia;
  const isOne = sql`${t.itemId} IN (SELECT value FROM json_each(${JSON.stringify(itemIds)}))`;
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), isOne))
      .orderBy(asc(t.itemId), asc(t.id)),
  );
  return [...new Map(rows.map((row) => [row.itemId, row])).values()];
}

/** Finds a picture or a sound. Reads 1 row. */
export async function findMedia(db: Db, scope: ArtistScope, id: string): Promise<MediaRow | null> {
  const t = catalogMedia;
  const [[row]] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.id, id))),
  );
  return row ?? null;
}

/** Adds a picture or a sound to a thing, whose present one it is from then on. */
export function addMediaStatements(db: Db, row: MediaRow): Write[] {
  return [db.orm.insert(catalogMedia).values(row)];
}

/** Lists the ids of all that a thing ever had. Reads 2 rows for each. */
export async function listMediaIds(db: Db, scope: ArtistScope, itemId: string): Promise<string[]> {
  const t = catalogMedia;
  const [rows] = await db.read(
    db.orm
      .select({ id: t.id })
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.itemId, itemId))),
  );
  return rows.map(({ id }) => id);
}

/** Removes all that a thing ever had; the bytes are removed beside it. */
export function removeMediaStatements(db: Db, scope: ArtistScope, itemId: string): Write[] {
  const t = catalogMedia;
  return [db.orm.delete(t).where(and(eq(t.artistId, scope.artistId), eq(t.itemId, itemId)))];
}
