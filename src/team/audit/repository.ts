// The home of reading the audit log back.

import { and, desc, eq, gte, lt, sql } from "drizzle-orm";
import type { Db } from "../../db/client.ts";
import { auditLog } from "../../db/tables.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { Instant } from "../../kernel/time.ts";

/** Rows a page walks at most: no index knows actors and actions, and one would cost every change a written row. */
const MOST_WALKED = 5000;

/** One thing that was done. */
export interface AuditRow {
  readonly id: string;
  readonly at: Instant;
  readonly actor: string;
  readonly action: string;
  readonly target: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly requestId: string;
}

/** What of the log is asked for: ids from `from` on and before `before`, of one actor, of one action. */
export interface AuditQuery {
  readonly from: string;
  readonly before: string;
  readonly actor: string | null;
  readonly action: string | null;
}

/**
 * Lists what was done, newest first, one more than `limit`.
 *
 * @returns the rows, and where the walk stopped early; null when it met the end. Reads as many rows as it walks, 5,000 at
 *   most, and as many again to see where it stopped
 */
export async function listAudit(
  db: Db,
  scope: ArtistScope,
  query: AuditQuery,
  limit: number,
): Promise<{ rows: AuditRow[]; walkedTo: string | null }> {
  const t = auditLog;
  const { from, before, actor, action } = query;
  const asked = and(eq(t.artistId, scope.artistId), gte(t.id, from), lt(t.id, before));
  const isFiltered = actor !== null || action !== null;
  const walk = db.orm
    .select()
    .from(t)
    .where(asked)
    .orderBy(desc(t.id))
    .limit(isFiltered ? MOST_WALKED : limit + 1)
    .as("walk");
  const [rows, [end]] = await db.read(
    db.orm
      .select()
      .from(walk)
      .where(
        and(actor === null ? undefined : eq(walk.actor, actor), action === null ? undefined : eq(walk.action, action)),
      )
      .orderBy(desc(walk.id))
      .limit(limit + 1),
    db.orm
      .select({ id: t.id })
      .from(t)
      .where(isFiltered ? asked : sql`0`)
      .orderBy(desc(t.id))
      .limit(1)
      .offset(MOST_WALKED - 1),
  );
  return { rows, walkedTo: end?.id ?? null };
}
