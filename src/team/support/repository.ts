// The home of the reads and writes of requests for support access.

import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import { users } from "../../identity/index.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { Instant } from "../../kernel/time.ts";
import { OPEN_REQUESTS } from "./model.ts";
import { supportRequests } from "./tables.ts";

/** A request for support access, with who asks. */
export interface SupportRow {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly email: string | null;
  readonly reason: string;
  readonly hours: number;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
}

const t = supportRequests;
const open = (artistId: string, now: Instant) =>
  and(eq(t.artistId, artistId), isNull(t.decidedAt), gt(t.expiresAt, now));

const columns = {
  id: sql<string>`${t.id}`.as("request_id"),
  userId: t.userId,
  name: users.name,
  email: users.email,
  reason: t.reason,
  hours: t.hours,
  createdAt: sql<number>`${t.createdAt}`.as("requested_at"),
  expiresAt: t.expiresAt,
};

/** Lists the requests an artist's side has not decided; there are at most five. */
export async function listSupportRequests(db: Db, scope: ArtistScope, now: Instant): Promise<SupportRow[]> {
  const [rows] = await db.read(
    db.orm
      .select(columns)
      .from(t)
      .innerJoin(users, eq(users.id, t.userId))
      .where(open(scope.artistId, now))
      .orderBy(t.id)
      .limit(OPEN_REQUESTS),
  );
  return rows;
}

/** Keeps a request; the batch fails when too many are open. */
export function requestStatements(db: Db, request: typeof supportRequests.$inferInsert): Write[] {
  const asked = sql`(SELECT count(*) FROM ${t} WHERE ${open(request.artistId, request.createdAt)})`;
  return [
    db.orm.insert(t).values(request),
    db.orm.run(sql`SELECT iif(${asked} <= ${OPEN_REQUESTS}, 1, json('guard'))`),
  ];
}

/** Decides a request; the batch fails when it was decided before. */
export function decideStatements(db: Db, scope: ArtistScope, id: string, now: Instant): Write[] {
  return [
    db.orm
      .update(t)
      .set({ decidedAt: now })
      .where(and(open(scope.artistId, now), eq(t.id, id))),
    db.orm.run(oneRowChanged),
  ];
}
