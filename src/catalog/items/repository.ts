// The home of the reads and writes of the catalog's things.

import { and, eq, getTableColumns, gt, lt, type SQL, sql } from "drizzle-orm";
import { packRows } from "../../db/bulk.ts";
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

/** Which things are listed: of a kind, before an id, and without those their reader may not know of. */
export interface ItemSpan {
  readonly kind: ItemKind;
  readonly before: string | null;
  readonly hidden: SQL | null;
}

/** Lists the things of one kind, newest first, one more than `limit`. Reads the rows it lists. */
export async function listItems(
  db: Db,
  scope: ArtistScope,
  { kind, before, hidden }: ItemSpan,
  limit: number,
): Promise<ItemRow[]> {
  const t = catalogItems;
  // An id begins with its kind and then the time, so the key is the order.
  const first = `${ID_PREFIXES[kind]}_`;
  const isShown = hidden === null ? undefined : sql`${t.id} NOT IN ${hidden}`;
  const end = before ?? `${ID_PREFIXES[kind]}\x60`;
  const [rows] = await db.read(
    db.orm
      .select(columns)
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), gt(t.id, first), lt(t.id, end), isShown))
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

/** The id of the recording that an ISRC names, as SQL within another room's own; null where there is none. */
export function recordingIdOf(scope: ArtistScope, isrc: SQL): SQL {
  return sql`(SELECT i.id FROM ${catalogItems} i
    WHERE i.artist_id = ${scope.artistId} AND i.kind = 'recording' AND i.code = ${isrc})`;
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

/** Adds many things of an artist, and then what they use, among which may be each other. A few statements however many. */
export function addItemsStatements(db: Db, things: readonly { row: ItemRow; uses: readonly string[] }[]): Write[] {
  const rows = things.map(({ row: r }) =>
    JSON.stringify([
      ...[r.artistId, r.id, r.kind, r.title, r.artists, r.code, r.type, r.status, r.words, r.document, r.version],
      ...[r.deliveredAt, r.createdAt, r.updatedAt],
    ]),
  );
  const cells = sql.join(
    Array.from({ length: 14 }, (_, at) => sql`j.value->>${sql.raw(String(at))}`),
    sql`, `,
  );
  const uses = things.flatMap(({ row, uses: used }) => used.map((id) => JSON.stringify([row.artistId, id, row.id])));
  return [
    ...packRows(rows).map((pack) =>
      db.orm.run(sql`
        INSERT INTO ${catalogItems} (artist_id, id, kind, title, artists, code, type, status, words, document_json, version,
          delivered_at, created_at, updated_at, place)
        SELECT ${cells}, (SELECT coalesce(max(place), 0) FROM ${catalogItems}) + 1 + j.key FROM json_each(${pack}) j`),
    ),
    ...packRows(uses).map((pack) =>
      db.orm.run(sql`
        INSERT OR IGNORE INTO ${catalogUses} (artist_id, used_id, user_id)
        SELECT value->>0, value->>1, value->>2 FROM json_each(${pack})`),
    ),
  ];
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
