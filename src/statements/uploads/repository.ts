// The home of the uploads' reads and writes.

import { and, eq, gt, lte, type SQL, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import type { Id } from "../../kernel/id.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { Instant } from "../../kernel/time.ts";
import type { UploadStatus } from "./model.ts";
import { statementUploadParts, statementUploads } from "./tables.ts";

export type UploadRow = Omit<typeof statementUploads.$inferSelect, "status" | "statementId"> & {
  status: UploadStatus;
  statementId: Id<"statement">;
};

/** A part that has come whole, and what R2 called it. */
export type PartRow = Pick<typeof statementUploadParts.$inferSelect, "part" | "etag">;

function isThe(scope: ArtistScope, id: string): SQL | undefined {
  return and(eq(statementUploads.artistId, scope.artistId), eq(statementUploads.id, id));
}

/** Finds an upload. Reads 1 row. */
export async function findUpload(db: Db, scope: ArtistScope, id: string): Promise<UploadRow | null> {
  const [[row]] = await db.read(db.orm.select().from(statementUploads).where(isThe(scope, id)));
  return (row as UploadRow | undefined) ?? null;
}

/** Lists the parts of an upload that have come, in order. Reads one row each, 256 at most. */
export async function listParts(db: Db, scope: ArtistScope, id: string): Promise<PartRow[]> {
  const t = statementUploadParts;
  const [rows] = await db.read(
    db.orm
      .select({ part: t.part, etag: t.etag })
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.uploadId, id)))
      .orderBy(t.part),
  );
  return rows;
}

/** Lists the uploads that are open and whose time has run out, or has not yet. Reads one row each. */
export async function listOpenUploads(
  db: Db,
  scope: ArtistScope,
  is: "running" | "expired",
  now: Instant,
): Promise<UploadRow[]> {
  const t = statementUploads;
  // "open" is written out: SQLite takes an index of some rows only where it can see that they are meant.
  const isOpen = sql`${t.status} = 'open'`;
  const when = is === "running" ? gt(t.expiresAt, now) : lte(t.expiresAt, now);
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), isOpen, when)),
  );
  return rows as UploadRow[];
}

/** Opens an upload; the batch fails if the artist has as many running ones as allowed. */
export function openStatements(db: Db, row: UploadRow, atMost: number): Write[] {
  return [
    db.orm.run(sql`
      INSERT INTO ${statementUploads} (artist_id, id, status, statement_id, multipart_id, filename, size_bytes,
        part_bytes, is_preview, created_by, created_at, expires_at)
      SELECT ${row.artistId}, ${row.id}, ${row.status}, ${row.statementId}, ${row.multipartId}, ${row.filename},
        ${row.sizeBytes}, ${row.partBytes}, ${row.isPreview}, ${row.createdBy}, ${row.createdAt}, ${row.expiresAt}
      WHERE (SELECT count(*) FROM ${statementUploads}
        WHERE artist_id = ${row.artistId} AND status = 'open' AND expires_at > ${row.createdAt}) < ${atMost}`),
    db.orm.run(oneRowChanged),
  ];
}

/** Keeps that a part has come, in place of an earlier sending of it; the batch fails if the upload is not open. */
export function receivePartStatements(db: Db, scope: ArtistScope, id: string, { part, etag }: PartRow): Write[] {
  return [
    db.orm.run(sql`
      INSERT INTO ${statementUploadParts} (artist_id, upload_id, part, etag)
      SELECT artist_id, id, ${part}, ${etag} FROM ${statementUploads}
      WHERE artist_id = ${scope.artistId} AND id = ${id} AND status = 'open'
      ON CONFLICT DO UPDATE SET etag = excluded.etag`),
    db.orm.run(oneRowChanged),
  ];
}

/** Closes an open upload and forgets its parts; the batch fails if it is not open. */
export function closeStatements(
  db: Db,
  scope: ArtistScope,
  id: string,
  set: Partial<UploadRow> & { status: UploadStatus },
): Write[] {
  return [
    db.orm
      .update(statementUploads)
      .set(set)
      .where(and(isThe(scope, id), eq(statementUploads.status, "open"))),
    db.orm.run(oneRowChanged),
    forgetParts(db, scope, id),
  ];
}

/** Forgets an upload; the batch fails if it is no longer in the state it was read in. */
export function forgetStatements(db: Db, scope: ArtistScope, { id, status }: UploadRow): Write[] {
  return [
    forgetParts(db, scope, id),
    db.orm.delete(statementUploads).where(and(isThe(scope, id), eq(statementUploads.status, status))),
    db.orm.run(oneRowChanged),
  ];
}

function forgetParts(db: Db, scope: ArtistScope, id: string): Write {
  const t = statementUploadParts;
  return db.orm.delete(t).where(and(eq(t.artistId, scope.artistId), eq(t.uploadId, id)));
}
