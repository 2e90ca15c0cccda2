// The home of reads across the whole catalog, a page of it after another.

import { and, eq, getTableColumns, gt, lt, sql } from "drizzle-orm";
import type { Db } from "../../db/client.ts";
import { ID_PREFIXES } from "../../kernel/id.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { ItemKind } from "../items/model.ts";
import type { ItemRow } from "../items/repository.ts";
import { catalogItems } from "../items/tables.ts";

const { place: _, ...columns } = getTableColumns(catalogItems);

/** Lists things of these kinds after an id, in the order of their ids, one more than `limit`. Reads the rows it lists. */
export async function listFrom(
  db: Db,
  scope: ArtistScope,
  kinds: readonly ItemKind[],
  after: string | null,
  limit: number,
): Promise<ItemRow[]> {
  const t = catalogItems;
  // One range for each kind, so that those of other kinds are not walked.
  const found: ItemRow[] = [];
  for (const prefix of kinds.map((kind) => ID_PREFIXES[kind]).sort()) {
    const end = `${prefix}\x60`;
    if (found.length > limit || (after !== null && after >= end)) continue;
    const first = after !== null && after > `${prefix}_` ? after : `${prefix}_`;
    const [rows] = await db.read(
      db.orm
        .select(columns)
        .from(t)
        .where(and(eq(t.artistId, scope.artistId), gt(t.id, first), lt(t.id, end)))
        .orderBy(t.id)
        .limit(limit + 1 - found.length),
    );
    found.push(...rows);
  }
  return found;
}

/** Lists the things of these ids, whole. Reads 1 row for each. */
export async function listItemsById(db: Db, scope: ArtistScope, ids: readonly string[]): Promise<ItemRow[]> {
  if (ids.length === 0) return [];
  const t = catalogItems;
  const isOne = sql`${t.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  const [rows] = await db.read(
    db.orm
      .select(columns)
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), isOne)),
  );
  return rows;
}

/** Lists which of these things are used by any thing of a kind. Reads 1 row for each that is. */
export async function listUsedBy(
  db: Db,
  scope: ArtistScope,
  kind: ItemKind,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const prefix = ID_PREFIXES[kind];
  const [rows] = await db.readNumbered([
    {
      sql: `SELECT value AS id FROM json_each(?1) WHERE EXISTS (SELECT 1 FROM catalog_uses
        WHERE artist_id = ?2 AND used_id = value AND user_id > ?3 AND user_id < ?4)`,
      params: [JSON.stringify(ids), scope.artistId, `${prefix}_`, `${prefix}\x60`],
    },
  ]);
  return (rows ?? []).map(({ id }) => String(id));
}
