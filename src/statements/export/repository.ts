// The home of the exports' reads and writes.

import { and, desc, eq, gt, inArray, isNotNull, lt, or, type SQL, sql } from "drizzle-orm";
import { packRows } from "../../db/bulk.ts";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { Instant } from "../../kernel/time.ts";
import type { ExportFormat, ExportStatus } from "./model.ts";
import { statementExportFiles, statementExports } from "./tables.ts";

export type ExportRow = Omit<typeof statementExports.$inferSelect, "status" | "format"> & {
  status: ExportStatus;
  format: ExportFormat;
};

/** A file of an export that is whole. */
export type ExportFileRow = Omit<typeof statementExportFiles.$inferSelect, "artistId" | "exportId">;

const WRITING: readonly ExportStatus[] = ["queued", "running"];

function isThe(scope: ArtistScope, id: string): SQL | undefined {
  return and(eq(statementExports.artistId, scope.artistId), eq(statementExports.id, id));
}

/** Finds an export. Reads 1 row. */
export async function findExport(db: Db, scope: ArtistScope, id: string): Promise<ExportRow | null> {
  const [[row]] = await db.read(db.orm.select().from(statementExports).where(isThe(scope, id)));
  return (row as ExportRow | undefined) ?? null;
}

/** Finds the export that a link leads to while it works. Reads 1 row and its index entry. */
export async function findLinked(db: Db, linkHash: string, now: Instant): Promise<ExportRow | null> {
  const t = statementExports;
  const [[row]] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.linkHash, linkHash), isNotNull(t.linkHash), gt(t.linkExpiresAt, now), eq(t.status, "ready"))),
  );
  return (row as ExportRow | undefined) ?? null;
}

/** Lists exports, newest first, one more than `limit`. */
export async function listExports(
  db: Db,
  scope: ArtistScope,
  before: string | null,
  limit: number,
): Promise<ExportRow[]> {
  const t = statementExports;
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), before === null ? undefined : lt(t.id, before)))
      .orderBy(desc(t.id))
      .limit(limit + 1),
  );
  return rows as ExportRow[];
}

/** Lists the exports whose time is over: kept long enough, or begun too long ago. Walks all of an artist's. */
export async function listOverdue(
  db: Db,
  scope: ArtistScope,
  now: Instant,
  begunBefore: Instant,
): Promise<ExportRow[]> {
  const t = statementExports;
  const kept = and(eq(t.status, "ready"), lt(t.keepUntil, now));
  const stuck = and(inArray(t.status, [...WRITING]), lt(t.createdAt, begunBefore));
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), or(kept, stuck))),
  );
  return rows as ExportRow[];
}

/** Lists which of some exports have objects to keep. */
export async function listKept(db: Db, scope: ArtistScope, ids: readonly string[]): Promise<string[]> {
  const t = statementExports;
  const isNamed = sql`${t.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  const [rows] = await db.read(
    db.orm
      .select({ id: t.id })
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), isNamed, inArray(t.status, [...WRITING, "ready"]))),
  );
  return rows.map(({ id }) => id);
}

/** Lists the files of an export that are whole, in order. Reads one row each. */
export async function listFiles(db: Db, { artistId, id }: ExportRow): Promise<ExportFileRow[]> {
  const t = statementExportFiles;
  const { place, name, originalOf, segments, sizeBytes, sha256, crc32 } = t;
  const [rows] = await db.read(
    db.orm
      .select({ place, name, originalOf, segments, sizeBytes, sha256, crc32 })
      .from(t)
      .where(and(eq(t.artistId, artistId), eq(t.exportId, id)))
      .orderBy(t.place),
  );
  return rows;
}

export function askStatements(db: Db, row: ExportRow): Write[] {
  return [db.orm.insert(statementExports).values(row)];
}

/** Keeps one step of writing; the batch fails if another took it, or the export is no longer being written. */
export function stepStatements(
  db: Db,
  scope: ArtistScope,
  { id, step }: ExportRow,
  set: Partial<ExportRow>,
  files: readonly ExportFileRow[],
): Write[] {
  const t = statementExports;
  const rows = files.map((file) =>
    JSON.stringify([file.place, file.name, file.originalOf, file.segments, file.sizeBytes, file.sha256, file.crc32]),
  );
  return [
    db.orm
      .update(t)
      .set({ ...set, step: step + 1 })
      .where(and(isThe(scope, id), eq(t.step, step), inArray(t.status, [...WRITING]))),
    db.orm.run(oneRowChanged),
    ...packRows(rows).map((pack) =>
      db.orm.run(sql`
        INSERT INTO ${statementExportFiles}
          (artist_id, export_id, place, name, original_of, segments, size_bytes, sha256, crc32)
        SELECT ${scope.artistId}, ${id}, value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6
        FROM json_each(${pack})`),
    ),
  ];
}

/** Gives a finished export a link in place of the one before; the batch fails if it is not ready. */
export function linkStatements(
  db: Db,
  scope: ArtistScope,
  id: string,
  link: { linkHash: string; linkExpiresAt: Instant },
): Write[] {
  return [
    db.orm
      .update(statementExports)
      .set(link)
      .where(and(isThe(scope, id), eq(statementExports.status, "ready"))),
    db.orm.run(oneRowChanged),
  ];
}

/** Ends an export that has nothing to give any more; the batch fails if it is no longer in the state it was read in. */
export function endStatements(
  db: Db,
  scope: ArtistScope,
  { id, status }: ExportRow,
  set: Partial<ExportRow> & { status: "failed" | "expired" },
): Write[] {
  return [
    db.orm
      .update(statementExports)
      .set({ ...set, linkHash: null, linkExpiresAt: null })
      .where(and(isThe(scope, id), eq(statementExports.status, status))),
    db.orm.run(oneRowChanged),
    forgetFiles(db, scope, id),
  ];
}

/** Forgets an export; the batch fails if it is gone already. */
export function removeStatements(db: Db, scope: ArtistScope, id: string): Write[] {
  return [
    forgetFiles(db, scope, id),
    db.orm.delete(statementExports).where(isThe(scope, id)),
    db.orm.run(oneRowChanged),
  ];
}

function forgetFiles(db: Db, scope: ArtistScope, id: string): Write {
  const t = statementExportFiles;
  return db.orm.delete(t).where(and(eq(t.artistId, scope.artistId), eq(t.exportId, id)));
}
