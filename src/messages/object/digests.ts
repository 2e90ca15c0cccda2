// The home of what lies unread inside the object: whom it waits for, and what of it somebody may be mailed.

import type { Instant } from "../../kernel/time.ts";
import { UNREAD_MS, type UnreadThread } from "../digests/model.ts";
import type { ActorId } from "../model.ts";
import { type Desk, firstOf, isSeenSql } from "./storage.ts";

/** Has what is sent from now on looked at, if that is not so already. */
export function lookBy(sql: SqlStorage, now: Instant): void {
  sql.exec("UPDATE unread SET look_at = ? WHERE look_at IS NULL", now + UNREAD_MS);
}

/** When it is time to look at what lies unread; null when nothing was sent since the last look. */
export function nextLookAt(sql: SqlStorage): Instant | null {
  return sql.exec<{ look_at: number | null }>("SELECT look_at FROM unread").one().look_at;
}

/** How soon it is looked again when what was found could not be noted. */
const LOOK_AGAIN_MS = 60_000;

/**
 * Looks for whom messages lie unread, if it is time to, and has it noted; what was sent later is looked at later.
 *
 * @param note keeps for whom something waits; when it fails, the look is made again
 * @returns whether there will be another look
 */
export async function look(
  sql: SqlStorage,
  now: Instant,
  note: (people: readonly ActorId[]) => Promise<void>,
): Promise<boolean> {
  const due = nextLookAt(sql);
  if (due === null || due > now) return due !== null;
  const { people, upTo } = listWaiting(sql, now);
  try {
    await note(people);
    sql.exec(
      "UPDATE unread SET looked = ?1, look_at = (SELECT at + ?2 FROM messages WHERE place > ?1 ORDER BY place LIMIT 1)",
      upTo,
      UNREAD_MS,
    );
  } catch (error) {
    console.error(JSON.stringify({ kind: "hub", error: String(error) }));
    sql.exec("UPDATE unread SET look_at = ?", now + LOOK_AGAIN_MS);
  }
  return nextLookAt(sql) !== null;
}

/**
 * Lists people for whom messages have now lain unread that were not looked at before, and up to which of all messages
 * that is so. Muted threads wait for nobody, and nobody waits for who is blocked.
 */
function listWaiting(sql: SqlStorage, now: Instant): { people: ActorId[]; upTo: number } {
  const { looked } = sql.exec<{ looked: number }>("SELECT looked FROM unread").one();
  const { upTo } = sql
    .exec<{ upTo: number }>(
      "SELECT coalesce(max(place), ?1) AS upTo FROM messages WHERE place > ?1 AND at <= ?2",
      looked,
      now - UNREAD_MS,
    )
    .one();
  const people = sql
    .exec<{ actor: string }>(
      `SELECT DISTINCT p.actor FROM messages m JOIN participants p ON p.thread_id = m.thread_id
        WHERE m.place > ? AND m.place <= ? AND m.deleted_at IS NULL AND m.seq > p.read_seq AND m.sender <> p.actor
        AND p.is_muted = 0 AND p.actor LIKE 'usr%'
        AND NOT EXISTS (SELECT 1 FROM blocks WHERE actor = p.actor AND blocked = m.sender)`,
      looked,
      upTo,
    )
    .toArray()
    .map(({ actor }) => actor);
  return { people, upTo };
}

type UnreadRow = { thread: string; subject: string; count: number; senders: string; first_seq: number; up_to: number };

/**
 * Lists what the caller has not read of the threads they may see and have not muted, in the order of its last message.
 *
 * @param after how far of a thread is left out though it is unread: thread → place
 * @param until messages sent later are left out
 */
export function listUnread(
  { sql, caller }: Desk,
  { after, until }: { after: Readonly<Record<string, number>>; until: Instant },
): UnreadThread[] {
  return sql
    .exec<UnreadRow>(
      `SELECT t.id AS thread, t.subject AS subject, count(*) AS count, json_group_array(DISTINCT m.sender) AS senders,
          min(m.seq) AS first_seq, max(m.seq) AS up_to
        FROM participants p JOIN threads t ON t.id = p.thread_id
        JOIN messages m ON m.thread_id = t.id
          AND m.seq > max(p.read_seq, coalesce((SELECT value FROM json_each(?4) WHERE key = t.id), 0))
        WHERE p.actor = ?1 AND p.is_muted = 0 AND m.at <= ?5 AND m.sender <> ?1 AND m.deleted_at IS NULL
          AND m.sender NOT IN (SELECT blocked FROM blocks WHERE actor = ?1)
          AND (t.id = ?2 OR ?2 IS NULL AND ${isSeenSql("?3", "?6")})
        GROUP BY t.id ORDER BY max(m.place)`,
      caller.id,
      caller.only,
      JSON.stringify(caller.sees),
      JSON.stringify(after),
      until,
      JSON.stringify(caller.hidden),
    )
    .toArray()
    .map(({ thread, subject, count, senders, first_seq: first, up_to: upTo }) => ({
      thread,
      subject,
      count,
      senders: JSON.parse(senders) as ActorId[],
      text: textAt(sql, thread, first),
      upTo,
    }));
}

function textAt(sql: SqlStorage, thread: string, seq: number): string {
  const words = "SELECT text FROM messages WHERE thread_id = ? AND seq = ?";
  return firstOf(sql.exec<{ text: string | null }>(words, thread, seq))?.text ?? "";
}
