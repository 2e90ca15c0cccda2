// The home of reading the audit log back.

import { and, eq, gte, sql } from "drizzle-orm";
import type { ArtistScope } from "../kernel/scope.ts";
import type { Db } from "./client.ts";
import { auditLog } from "./tables.ts";

/** A row of the audit log. */
export type AuditRow = typeof auditLog.$inferSelect;

/**
 * Lists what was done to some things, oldest first.
 *
 * Walks the artist's log from an instant on, since ids sort by the time they were made at; for jobs, not for requests.
 * @param fromId an id of the log, or the beginning of one
 */
export async function listAuditOf(
  db: Db,
  scope: ArtistScope,
  targets: readonly string[],
  fromId: string,
): Promise<AuditRow[]> {
  const isTarget = sql`${auditLog.target} IN (SELECT value FROM json_each(${JSON.stringify(targets)}))`;
  const [rows] = await db.read(
    db.orm
      .select()
      .from(auditLog)
      .where(and(eq(auditLog.artistId, scope.artistId), gte(auditLog.id, fromId), isTarget))
      .orderBy(auditLog.id),
  );
  return rows;
}
