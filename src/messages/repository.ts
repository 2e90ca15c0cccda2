// The home of what D1 knows of those who have a socket: whether they still belong.

import type { Db } from "../db/client.ts";
import type { Instant } from "../kernel/time.ts";
import { findStandings } from "../team/index.ts";
import type { Seat } from "./protocol.ts";

const SESSIONS = `SELECT token_hash, expires_at FROM sessions
  WHERE token_hash IN (SELECT value FROM json_each(?1)) AND expires_at > ?2`;
const GUESTS = `SELECT user_id, thread_id FROM message_guests
  WHERE artist_id = ?1 AND user_id IN (SELECT value FROM json_each(?2)) AND ended_at IS NULL`;

/**
 * Asks which seats still hold: the membership, key or invitation, in the very role, not limited to releases, and the session behind it.
 *
 * One round trip and a few rows for each seat.
 * @returns for each seat, in order: the seat with the end of its access as it is now, or null when it holds no more
 */
export async function findHolding(
  db: Db,
  artistId: string,
  seats: readonly Seat[],
  now: Instant,
): Promise<(Seat | null)[]> {
  const ids = seats.map(({ id }) => id);
  const hashes = seats.flatMap(({ session }) => (session === null ? [] : [session]));
  const [standings, [sessions = [], guests = []]] = await Promise.all([
    findStandings(db, artistId, ids, now),
    db.readNumbered([
      { sql: SESSIONS, params: [JSON.stringify(hashes), now] },
      { sql: GUESTS, params: [artistId, JSON.stringify(ids)] },
    ]),
  ]);
  const ends = new Map(sessions.map((row) => [String(row["token_hash"]), row["expires_at"] as Instant]));
  const places = new Set(guests.map((row) => `${row["user_id"]} ${row["thread_id"]}`));
  return seats.map((seat) => {
    const sessionEnd = seat.session === null ? Number.POSITIVE_INFINITY : ends.get(seat.session);
    if (sessionEnd === undefined) return null;
    if (seat.only !== null) return places.has(`${seat.id} ${seat.only}`) ? { ...seat, until: sessionEnd } : null;
    const standing = standings.get(seat.id);
    if (standing?.role !== seat.role || !isSame(standing.releases, seat.releases)) return null;
    const until = Math.min(standing.until ?? Number.POSITIVE_INFINITY, sessionEnd);
    return { ...seat, until: Number.isFinite(until) ? until : null };
  });
}

function isSame(one: readonly string[] | null, other: readonly string[] | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
