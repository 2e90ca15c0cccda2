// The home of the reads and writes of guests.

import { and, desc, eq, gt, isNull, lt } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { Instant } from "../../kernel/time.ts";
import { messageGuests as t } from "./tables.ts";

export type GuestRow = typeof t.$inferSelect;

/** Lists a thread's guests, newest first, one more than `limit`. */
export async function listGuestRows(
  db: Db,
  scope: ArtistScope,
  thread: string,
  before: string | null,
  limit: number,
): Promise<GuestRow[]> {
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(
        and(eq(t.artistId, scope.artistId), eq(t.threadId, thread), before === null ? undefined : lt(t.id, before)),
      )
      .orderBy(desc(t.id))
      .limit(limit + 1),
  );
  return rows;
}

/** Finds a guest of an artist. Reads 1 row. */
export async function findGuest(db: Db, scope: ArtistScope, id: string): Promise<GuestRow | null> {
  const [[row]] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.id, id))),
  );
  return row ?? null;
}

/** Finds an invitation by its token's hash. The token is the permission, so no artist is named. Reads 1 row. */
export async function findInvitation(db: Db, tokenHash: string): Promise<GuestRow | null> {
  const [[row]] = await db.read(db.orm.select().from(t).where(eq(t.tokenHash, tokenHash)));
  return row ?? null;
}

/** Finds whose thread a person is a guest in; null when they are not. Reads a row or two. */
export async function findVisit(db: Db, userId: string, thread: string): Promise<GuestRow | null> {
  const [[row]] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.userId, userId), eq(t.threadId, thread), isNull(t.endedAt))),
  );
  return row ?? null;
}

/** Lists the threads of an artist that a person is a guest in. */
export async function listVisits(db: Db, artistId: string, userId: string): Promise<GuestRow[]> {
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.userId, userId), eq(t.artistId, artistId), isNull(t.endedAt))),
  );
  return rows;
}

export function guestStatements(db: Db, guest: typeof t.$inferInsert): Write[] {
  return [db.orm.insert(t).values(guest)];
}

/** Gives an invitation its token, unless it has one. */
export function tokenStatements(db: Db, scope: ArtistScope, id: string, tokenHash: string): Write[] {
  const without = and(eq(t.artistId, scope.artistId), eq(t.id, id), isNull(t.tokenHash));
  return [db.orm.update(t).set({ tokenHash }).where(without)];
}

/** Accepts an invitation for a person. Fails if it was used, ended or has expired. */
export function acceptStatements(db: Db, tokenHash: string, userId: string, now: Instant): Write[] {
  const open = and(eq(t.tokenHash, tokenHash), isNull(t.acceptedAt), isNull(t.endedAt), gt(t.expiresAt, now));
  return [db.orm.update(t).set({ userId, acceptedAt: now }).where(open), db.orm.run(oneRowChanged)];
}

export function endStatements(db: Db, scope: ArtistScope, id: string, now: Instant): Write[] {
  return [
    db.orm
      .update(t)
      .set({ endedAt: now })
      .where(and(eq(t.artistId, scope.artistId), eq(t.id, id))),
  ];
}
