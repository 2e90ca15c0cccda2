// The home of the imports' reads and writes.

import { and, desc, eq, getTableColumns, gt, lt, ne, type SQLWrapper, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { ItemKind } from "../items/model.ts";
import type { ItemRow } from "../items/repository.ts";
import { catalogItems } from "../items/tables.ts";
import type { ImportFormat, ImportStatus, Outcome } from "./model.ts";
import { catalogImportEntries, catalogImportKeys, catalogImports } from "./tables.ts";

const { place: _, ...columns } = getTableColumns(catalogItems);

export type ImportRow = Omit<typeof catalogImports.$inferSelect, "status" | "format"> & {
  status: ImportStatus;
  format: ImportFormat;
};

export type ImportEntryRow = Omit<typeof catalogImportEntries.$inferSelect, "outcome"> & { outcome: Outcome };

/** A name that a sender gave a thing. */
export type ImportKeyRow = typeof catalogImportKeys.$inferSelect;

/** Finds an import. Reads 1 row. */
export async function findImport(db: Db, scope: ArtistScope, id: string): Promise<ImportRow | null> {
  const t = catalogImports;
  const isThis = and(eq(t.artistId, scope.artistId), eq(t.id, id));
  const [[row]] = await db.read(db.orm.select().from(t).where(isThis));
  return (row as ImportRow | undefined) ?? null;
}

/** Lists which of some imports there are. Reads 1 row for each. */
export async function listKnown(db: Db, scope: ArtistScope, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const t = catalogImports;
  const isOne = sql`${t.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  const [rows] = await db.read(
    db.orm
      .select({ id: t.id })
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), isOne)),
  );
  return rows.map(({ id }) => id);
}

/** Finds the import of these bytes, unless they could not be read. Reads 1 row and its index entry. */
export async function findImportByBytes(db: Db, scope: ArtistScope, sha256: string): Promise<ImportRow | null> {
  const t = catalogImports;
  const isThis = and(eq(t.artistId, scope.artistId), eq(t.sha256, sha256), ne(t.status, "failed"));
  const [[row]] = await db.read(db.orm.select().from(t).where(isThis));
  return (row as ImportRow | undefined) ?? null;
}

/** Lists imports, newest first, one more than `limit`. Reads the rows it lists. */
export async function listImports(
  db: Db,
  scope: ArtistScope,
  before: string | null,
  limit: number,
): Promise<ImportRow[]> {
  const t = catalogImports;
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), before === null ? undefined : lt(t.id, before)))
      .orderBy(desc(t.id))
      .limit(limit + 1),
  );
  return rows as ImportRow[];
}

/** Lists what became of an import's entries, one more than `limit`. Reads the rows it lists; with an outcome, all it passes. */
export async function listImportEntries(
  db: Db,
  { artistId, id }: ImportRow,
  after: number,
  outcome: Outcome | undefined,
  limit: number,
): Promise<ImportEntryRow[]> {
  const t = catalogImportEntries;
  const isThe = and(eq(t.artistId, artistId), eq(t.importId, id), gt(t.number, after));
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(isThe, outcome === undefined ? undefined : eq(t.outcome, outcome)))
      .orderBy(t.number)
      .limit(limit + 1),
  );
  return rows as ImportEntryRow[];
}

/** Lists what is known by any of these names. Reads 1 row for each that is found. */
export async function listKeys(db: Db, scope: ArtistScope, keys: readonly string[]): Promise<ImportKeyRow[]> {
  if (keys.length === 0) return [];
  const t = catalogImportKeys;
  const isOne = sql`${t.key} IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`;
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), isOne)),
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

export function receiveStatements(db: Db, row: ImportRow): Write[] {
  return [db.orm.insert(catalogImports).values(row)];
}

/** Moves an import on; the batch fails if it is no longer where it was. */
export function moveStatements(db: Db, from: ImportRow, set: Partial<ImportRow>): Write[] {
  const t = catalogImports;
  const isThis = and(eq(t.artistId, from.artistId), eq(t.id, from.id));
  const isThere = and(eq(t.status, from.status), eq(t.doneEntries, from.doneEntries));
  return [db.orm.update(t).set(set).where(and(isThis, isThere)), db.orm.run(oneRowChanged)];
}

export function reportStatements(db: Db, row: ImportEntryRow): Write[] {
  return [db.orm.insert(catalogImportEntries).values(row)];
}

/** Keeps what things are called by their sender; a name that meant another thing means this one from now on. */
export function nameStatements(db: Db, scope: ArtistScope, keys: readonly Omit<ImportKeyRow, "artistId">[]): Write[] {
  if (keys.length === 0) return [];
  const rows = JSON.stringify(keys.map(({ key, itemId, saidAt }) => [key, itemId, saidAt]));
  return [
    db.orm.run(sql`
      INSERT INTO ${catalogImportKeys} (artist_id, key, item_id, said_at)
      SELECT ${scope.artistId}, value->>0, value->>1, value->>2 FROM json_each(${rows}) WHERE true
      ON CONFLICT (artist_id, key) DO UPDATE SET item_id = excluded.item_id, said_at = excluded.said_at`),
  ];
}
