// The home of the reads and writes of a person's sessions.

import { and, desc, eq, gt, ne } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import type { Instant } from "../../kernel/time.ts";
import { sessions } from "../tables.ts";

const MOST_SHOWN = 100;

/** A session, without what it is recognised by. */
export interface SessionRow {
  readonly id: string;
  readonly userAgent: string | null;
  readonly createdAt: Instant;
  readonly lastSeenAt: Instant | null;
  readonly expiresAt: Instant;
}

const columns = {
  id: sessions.id,
  userAgent: sessions.userAgent,
  createdAt: sessions.createdAt,
  lastSeenAt: sessions.lastSeenAt,
  expiresAt: sessions.expiresAt,
};

/** Lists a person's sessions that have not ended, the newest first; at most 100. Reads those of the person. */
export async function listSessions(db: Db, userId: string, now: Instant): Promise<SessionRow[]> {
  const [rows] = await db.read(
    db.orm
      .select(columns)
      .from(sessions)
      .where(and(eq(sessions.userId, userId), gt(sessions.expiresAt, now)))
      .orderBy(desc(sessions.id))
      .limit(MOST_SHOWN),
  );
  return rows;
}

/** Ends one session of a person. */
export function endOneStatements(db: Db, userId: string, id: string): Write[] {
  return [db.orm.delete(sessions).where(and(eq(sessions.userId, userId), eq(sessions.id, id)))];
}

/** Ends all sessions of a person but one. */
export function endOthersStatements(db: Db, userId: string, keptId: string): Write[] {
  return [db.orm.delete(sessions).where(and(eq(sessions.userId, userId), ne(sessions.id, keptId)))];
}
