// The home of the reads and writes of digests.

import { and, eq, inArray, lte, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import type { Instant } from "../../kernel/time.ts";
import { DEFAULT_FREQUENCY, type Frequency } from "./model.ts";
import { digestPlaces as p, digestSettings as s, digestWaiting as w } from "./tables.ts";

const FREQUENCIES_OF = `SELECT u.id, u.email, u.name, coalesce(s.frequency, ?2) AS frequency FROM users u
  LEFT JOIN digest_settings s ON s.user_id = u.id WHERE u.id IN (SELECT value FROM json_each(?1))`;

/** A person as far as their mail goes. */
export interface Reader {
  readonly id: string;
  /** Null for a person who has none. */
  readonly email: string | null;
  readonly frequency: Frequency;
}

/** Finds people with how often they want to be mailed. Reads two rows for each. */
export async function findReaders(db: Db, ids: readonly string[]): Promise<Reader[]> {
  const params = [JSON.stringify(ids), DEFAULT_FREQUENCY];
  const [rows = []] = await db.readNumbered([{ sql: FREQUENCIES_OF, params }]);
  return rows as unknown as Reader[];
}

const DUE = `SELECT DISTINCT user_id FROM digest_waiting WHERE due_at <= ?1 ORDER BY due_at, user_id LIMIT ?2`;

/** Lists people for whom a mail is due, those who have waited longest first. */
export async function listDue(db: Db, now: Instant, limit: number): Promise<string[]> {
  const [rows = []] = await db.readNumbered([{ sql: DUE, params: [now, limit] }]);
  return rows.map((row) => String(row["user_id"]));
}

/** Lists the artists with whom something waits for a person, and when each was last noted. */
export async function listWaitingOf(db: Db, userId: string): Promise<WaitingRow[]> {
  const [rows] = await db.read(
    db.orm.select({ artistId: w.artistId, notedAt: w.notedAt }).from(w).where(eq(w.userId, userId)).orderBy(w.artistId),
  );
  return rows;
}

/** How far a person has been mailed of an artist's threads: thread → place. */
export async function findPlaces(db: Db, artistId: string, userId: string): Promise<Record<string, number>> {
  const [rows] = await db.read(
    db.orm
      .select()
      .from(p)
      .where(and(eq(p.artistId, artistId), eq(p.userId, userId))),
  );
  return Object.fromEntries(rows.map(({ threadId, seq }) => [threadId, seq]));
}

const NAMES = `SELECT id, name FROM users WHERE id IN (SELECT value FROM json_each(?1))
  UNION ALL SELECT id, name FROM api_keys WHERE artist_id = ?2 AND id IN (SELECT value FROM json_each(?1))`;

/** Finds what people and keys of an artist are called. */
export async function findNames(
  db: Db,
  artistId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const [rows = []] = await db.readNumbered([{ sql: NAMES, params: [JSON.stringify(ids), artistId] }]);
  return new Map(rows.map((row) => [String(row["id"]), String(row["name"])]));
}

/** Notes that something waits for people with an artist; who waits already waits no longer for it. */
export function waitingStatements(
  db: Db,
  artistId: string,
  people: readonly { readonly id: string; readonly dueAt: Instant }[],
  now: Instant,
): Write[] {
  return people.map(({ id: userId, dueAt }) =>
    db.orm
      .insert(w)
      .values({ userId, artistId, notedAt: now, dueAt })
      .onConflictDoUpdate({
        target: [w.userId, w.artistId],
        set: { notedAt: now, dueAt: sql`min(${w.dueAt}, excluded.due_at)` },
      }),
  );
}

/** Puts people off whose mail has been asked for; should it get lost, it is asked for again then. */
export function leaseStatements(db: Db, people: readonly string[], now: Instant, until: Instant): Write[] {
  return [
    db.orm
      .update(w)
      .set({ dueAt: until })
      .where(and(inArray(w.userId, [...people]), lte(w.dueAt, now))),
  ];
}

/** Something that waits for a person. */
export interface WaitingRow {
  readonly artistId: string;
  readonly notedAt: Instant;
}

/** Forgets what waited for a person, unless more was noted since it was read. */
export function caughtUpStatements(db: Db, userId: string, waiting: readonly WaitingRow[]): Write[] {
  return waiting.map(({ artistId, notedAt }) =>
    db.orm.delete(w).where(and(eq(w.userId, userId), eq(w.artistId, artistId), eq(w.notedAt, notedAt))),
  );
}

/** Says when what waits for a person is due; null forgets it. */
export function dueStatements(db: Db, userId: string, dueAt: Instant | null): Write[] {
  const own = eq(w.userId, userId);
  return [dueAt === null ? db.orm.delete(w).where(own) : db.orm.update(w).set({ dueAt }).where(own)];
}

/** Says how far a person has been mailed of a thread. */
export function placeStatements(db: Db, place: typeof p.$inferInsert): Write[] {
  const target = [p.artistId, p.userId, p.threadId];
  return [
    db.orm
      .insert(p)
      .values(place)
      .onConflictDoUpdate({ target, set: { seq: sql`max(${p.seq}, excluded.seq)` } }),
  ];
}

/** Keeps how often a person wants to be mailed, and when what waits for them is due by that. */
export function frequencyStatements(
  db: Db,
  userId: string,
  { frequency, dueAt }: { frequency: Frequency; dueAt: Instant | null },
  now: Instant,
): Write[] {
  const row = { frequency, changedAt: now };
  return [
    db.orm
      .insert(s)
      .values({ userId, ...row })
      .onConflictDoUpdate({ target: s.userId, set: row }),
    ...dueStatements(db, userId, dueAt),
  ];
}
