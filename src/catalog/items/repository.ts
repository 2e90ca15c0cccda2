// The home of the reads and writes of the catalog's things.

import { and, eq, getTableColumns, gt, lt, type SQLWrapper, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import { ID_PREFIXES } from "../../kernel/id.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { ItemKind } from "./model.ts";
import { catalogItems, catalogUses } from "./tables.ts";

const { place: _, ...columns } = getTableColumns(catalogItems);

/** A thing as kept; its place in the search is the database's own affair. */
export type ItemRow = Omit<typeof catalogItems.$inferSelect, "place">;

/** Finds a thing. Reads 1 row. */
export async function findItem(db: Db, scope: ArtistScope, id: string): Promise<ItemRow | null> {
  const t = catalogItems;
  const isThis = and(eq(t.artistId, scope.artistId), eq(t.id, id));
  const [[row]] = await db.read(db.orm.select(columns).from(t).where(isThis));
  return row ?? null;
}

/** Lists the things of one kind, newest first, one more than `limit`. Reads the rows it lists. */
export async function listItems(
  db: Db,
  scope: ArtistScope,
  kind: ItemKind,
  before: string | null,
  limit: number,
): Promise<ItemRow[]> {
  const t = catalogItems;
  // An id begins with its kind and then the time, so the key is the order.
  const first = `${ID_PREFIXES[kind]}_`;
  const end = before ?? `${ID_PREFIXES[kind]}\x60`;
  const [rows] = await db.read(
    db.orm
      .select(columns)
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), gt(t.id, first), lt(t.id, end)))
      .orderBy(sql`${t.id} DESC`)
      .limit(limit + 1),
  );
  return rows;
}

/** Lists the things of one kind that have any of these codes. Reads 1 row for each that is found. */
export async function listCoded(
  db: Db,
  scope: ArtistScope,
  kind: ItemKind,
  codes: readonly string[],
): Promise<{ id: string; code: string; title: string }[]> {
  const t = catalogItems;
  const [rows] = await db.read(
    db.orm
      .select({ id: t.id, code: sql<string>`${t.code}`, title: t.title })
      .from(t)
      .where(
        and(
          eq(t.artistId, scope.artistId),
          eq(t.kind, kind),
          sql`${t.code} IN (SELECT value FROM json_each(${JSON.stringify(codes)}))`,
        ),
      ),
  );
  return rows;
}

/** Lists the things that have any of these codes, or ids, whole. Reads 1 row and an index entry for each that is found. */
export async function listMatching(
  db: Db,
  scope: ArtistScope,
  codes: Readonly<Record<ItemKind, readonly string[]>>,
  ids: readonly string[],
): Promise<ItemRow[]> {
  const t = catalogItems;
  const own = eq(t.artistId, scope.artistId);
  const among = (column: SQLWrapper, values: readonly string[]) =>
    sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`;
  const coded = (kind: ItemKind) =>
    db.orm
      .select(columns)
      .from(t)
      .where(and(own, eq(t.kind, kind), among(t.code, codes[kind])));
  const named = db.orm
    .select(columns)
    .from(t)
    .where(and(own, among(t.id, ids)));
  const found = await db.read(coded("release"), coded("recording"), coded("work"), coded("party"), named);
  return [...new Map(found.flat().map((row) => [row.id, row])).values()];
}

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

/** Lists what there is of these ids. Reads 1 row for each. */
export async function listKinds(
  db: Db,
  scope: ArtistScope,
  ids: readonly string[],
): Promise<{ id: string; kind: string }[]> {
  const t = catalogItems;
  const isOne = sql`${t.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  const [rows] = await db.read(
    db.orm
      .select({ id: t.id, kind: t.kind })
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), isOne)),
  );
  return rows;
}

/** Lists the first things that use a thing. Reads 2 rows for each. */
export async function listUsers(
  db: Db,
  scope: ArtistScope,
  id: string,
  limit: number,
): Promise<{ id: string; kind: string; title: string }[]> {
  const [t, u] = [catalogItems, catalogUses];
  const [rows] = await db.read(
    db.orm
      .select({ id: t.id, kind: t.kind, title: t.title })
      .from(u)
      .innerJoin(t, and(eq(t.artistId, u.artistId), eq(t.id, u.userId)))
      .where(and(eq(u.artistId, scope.artistId), eq(u.usedId, id)))
      .orderBy(u.userId)
      .limit(limit),
  );
  return rows;
}

/** Adds a thing, after what it uses. */
export function addItemStatements(db: Db, row: ItemRow, uses: readonly string[]): Write[] {
  const place = sql`(SELECT coalesce(max(place), 0) + 1 FROM ${catalogItems})`;
  return [db.orm.insert(catalogItems).values({ ...row, place }), ...useStatements(db, row, uses)];
}

/** Changes a thing; the batch fails if it is in another version by now than in the one before this. */
export function changeItemStatements(db: Db, row: ItemRow, uses: readonly string[]): Write[] {
  const { artistId, id, kind: _, createdAt: __, ...changed } = row;
  const t = catalogItems;
  const isThis = and(eq(t.artistId, artistId), eq(t.id, id), eq(t.version, row.version - 1));
  return [
    db.orm.update(t).set(changed).where(isThis),
    db.orm.run(oneRowChanged),
    db.orm.run(sql`
      DELETE FROM ${catalogUses} WHERE artist_id = ${artistId} AND user_id = ${id}
        AND used_id NOT IN (SELECT value FROM json_each(${JSON.stringify(uses)}))`),
    ...useStatements(db, row, uses),
  ];
}

/** Removes one version of a thing; the batch fails if it is another by now, or if anything uses it. */
export function removeItemStatements(db: Db, { artistId, id, version }: ItemRow): Write[] {
  const [t, u] = [catalogItems, catalogUses];
  return [
    db.orm.delete(u).where(and(eq(u.artistId, artistId), eq(u.userId, id))),
    db.orm.delete(t).where(and(eq(t.artistId, artistId), eq(t.id, id), eq(t.version, version))),
    db.orm.run(oneRowChanged),
  ];
}

function useStatements(db: Db, { artistId, id }: ItemRow, uses: readonly string[]): Write[] {
  if (uses.length === 0) return [];
  return [
    db.orm.run(sql`
      INSERT OR IGNORE INTO ${catalogUses} (artist_id, used_id, user_id)
      SELECT ${artistId}, value, ${id} FROM json_each(${JSON.stringify(uses)})`),
  ];
}
