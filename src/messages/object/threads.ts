// The home of threads inside the object: who takes part, who may see which, and how far everybody has read.

import { Problem } from "../../kernel/problems.ts";
import { type ActorId, type ContextObject, MAX_PARTICIPANTS, type ObjectKind, type Thread } from "../model.ts";
import { wireThread } from "../protocol.ts";
import { type Desk, firstOf, isSeenSql } from "./storage.ts";

type ThreadRow = {
  id: string;
  subject: string;
  kind: string | null;
  object: string | null;
  created_by: string;
  created_at: number;
  last_seq: number;
  last_at: number | null;
  last_revision: number;
  read_seq: number;
  is_muted: number;
};

const THREADS = `SELECT t.*, p.read_seq, p.is_muted FROM participants p JOIN threads t ON t.id = p.thread_id
  WHERE p.actor = ?1 AND (?2 IS NULL OR t.id = ?2) AND (?2 IS NOT NULL OR ${isSeenSql("?3", "?4")})`;

/** What stands for the caller in {@link THREADS}: to take part is not enough, the thing it is about must be theirs to see. */
function seenBy({ caller }: Desk): [string, string | null, string, string] {
  return [caller.id, caller.only, JSON.stringify(caller.sees), JSON.stringify(caller.hidden)];
}

function enter(desk: Desk, thread: string): ThreadRow {
  const row = firstOf(desk.sql.exec<ThreadRow>(`${THREADS} AND t.id = ?5`, ...seenBy(desk), thread));
  if (row === null) throw new Problem("not_found");
  return row;
}

/**
 * Lets the caller into a thread they take part in and may see, and says at which message and at which change it stands.
 *
 * @throws Problem `not_found` for any other, whether it exists or not
 */
export function enterThread(desk: Desk, thread: string): { lastSeq: number; lastRevision: number } {
  const row = enter(desk, thread);
  return { lastSeq: row.last_seq, lastRevision: row.last_revision };
}

/** Finds a thread with who takes part and what is unread. @throws Problem `not_found` as {@link enterThread} does */
export function getThread(desk: Desk, { thread }: { thread: string }): Thread {
  return threadOf(desk, enter(desk, thread));
}

/** Lists the caller's threads, newest first, one more than `limit`. Reads their participants and unread messages too. */
export function listThreads(desk: Desk, { before, limit }: { before: string | null; limit: number }): Thread[] {
  return desk.sql
    .exec<ThreadRow>(
      `${THREADS} AND (?5 IS NULL OR t.id < ?5) ORDER BY t.id DESC LIMIT ?6`,
      ...seenBy(desk),
      before,
      limit + 1,
    )
    .toArray()
    .map((row) => threadOf(desk, row));
}

function threadOf(desk: Desk, row: ThreadRow): Thread {
  const { caller, sql } = desk;
  const members = sql
    .exec<{ actor: string; is_guest: number }>(
      "SELECT actor, is_guest FROM participants WHERE thread_id = ? ORDER BY actor",
      row.id,
    )
    .toArray();
  const named = (isGuest: number) => members.filter((each) => each.is_guest === isGuest).map(({ actor }) => actor);
  const { unread } = sql
    .exec<{ unread: number }>(
      `SELECT count(*) AS unread FROM messages WHERE thread_id = ?1 AND seq > ?2 AND sender <> ?3 AND deleted_at IS NULL
        AND sender NOT IN (SELECT blocked FROM blocks WHERE actor = ?3)`,
      row.id,
      row.read_seq,
      caller.id,
    )
    .one();
  // A guest was let into the talk, and not to what it is about.
  const isAboutSomething = row.kind !== null && row.object !== null && caller.only === null;
  return {
    id: row.id,
    subject: row.subject,
    context: isAboutSomething ? { kind: row.kind as ObjectKind, id: String(row.object) } : null,
    participants: named(0),
    guests: named(1),
    createdBy: row.created_by,
    createdAt: row.created_at,
    lastSeq: row.last_seq,
    lastRevision: row.last_revision,
    lastMessageAt: row.last_at,
    readSeq: row.read_seq,
    unread,
    isMuted: row.is_muted === 1,
  };
}

/**
 * Opens a thread; its maker takes part. The same claim gives the same thread.
 *
 * @throws Problem `participant_unknown` when one of them has blocked the maker, `invalid_request` for too many
 */
export function createThread(
  desk: Desk,
  input: { subject: string; participants: readonly ActorId[]; context: ContextObject | null; claim: string | null },
): Thread {
  const { sql, caller, now } = desk;
  const made = sql.exec<{ id: string }>("SELECT id FROM threads WHERE claim = ?", input.claim);
  const known = input.claim === null ? null : firstOf(made);
  if (known !== null) return getThread(desk, { thread: known.id });
  const id = desk.newId("thread");
  sql.exec(
    "INSERT INTO threads (id, subject, kind, object, created_by, claim, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    id,
    input.subject,
    input.context?.kind ?? null,
    input.context?.id ?? null,
    caller.id,
    input.claim,
    now,
  );
  seat(desk, id, [...new Set([caller.id, ...input.participants])], false);
  return getThread(desk, { thread: id });
}

/**
 * Takes people in and out of a thread; whoever takes part may. Who is taken out does not see it any more.
 *
 * @throws Problem `not_found`, `participant_unknown`, `invalid_request`
 */
export function changeParticipants(
  desk: Desk,
  { thread, add, remove }: { thread: string; add: readonly ActorId[]; remove: readonly ActorId[] },
): Thread {
  const before = getThread(desk, { thread });
  for (const actor of remove) {
    desk.sql.exec("DELETE FROM participants WHERE thread_id = ? AND actor = ? AND is_guest = 0", thread, actor);
  }
  seat(desk, thread, add, false);
  const gone = before.participants.filter((actor) => remove.includes(actor));
  tellOfThread(desk, thread, gone);
  if (!gone.includes(desk.caller.id)) return getThread(desk, { thread });
  return { ...before, participants: before.participants.filter((actor) => !gone.includes(actor)) };
}

/** Lets a guest into a thread, once their invitation is accepted. Doing it again changes nothing. */
export function seatGuest(desk: Desk, { thread, actor }: { thread: string; actor: ActorId }): null {
  if (firstOf(desk.sql.exec("SELECT 1 AS one FROM threads WHERE id = ?", thread)) === null) {
    throw new Problem("not_found");
  }
  seat(desk, thread, [actor], true);
  tellOfThread(desk, thread, []);
  return null;
}

/** Shows a guest out. Doing it again changes nothing. */
export function unseatGuest(desk: Desk, { thread, actor }: { thread: string; actor: ActorId }): null {
  desk.sql.exec("DELETE FROM participants WHERE thread_id = ? AND actor = ? AND is_guest = 1", thread, actor);
  tellOfThread(desk, thread, [actor]);
  return null;
}

function seat(desk: Desk, thread: string, actors: readonly ActorId[], isGuest: boolean): void {
  const { sql, caller, now } = desk;
  for (const actor of actors) {
    const refusal = sql.exec("SELECT 1 AS one FROM blocks WHERE actor = ? AND blocked = ?", actor, caller.id);
    if (firstOf(refusal) !== null) throw unknownParticipant(actor);
    sql.exec(
      `INSERT INTO participants (thread_id, actor, is_guest, added_by, added_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING`,
      thread,
      actor,
      isGuest ? 1 : 0,
      caller.id,
      now,
    );
  }
  const { taking } = sql
    .exec<{ taking: number }>("SELECT count(*) AS taking FROM participants WHERE thread_id = ?", thread)
    .one();
  if (taking <= MAX_PARTICIPANTS) return;
  const message = `no more than ${MAX_PARTICIPANTS} may take part`;
  throw new Problem("invalid_request", { detail: `Of one thread ${message}.` });
}

/** Someone named to take part who cannot: not of the team, or not to be spoken to; the answer is the same. */
export function unknownParticipant(actor: ActorId): Problem {
  return new Problem("participant_unknown", { detail: `${actor} is nobody who can take part.` });
}

function tellOfThread({ tell, caller }: Desk, thread: string, gone: readonly ActorId[]): void {
  tell({ thread, by: caller.id, frame: { type: "thread", id: thread, isGone: false } });
  if (gone.length > 0) tell({ thread, by: caller.id, only: gone, frame: { type: "thread", id: thread, isGone: true } });
}

/** Remembers how far the caller has read; never goes back, and never beyond the end. */
export function read(desk: Desk, { thread, seq }: { thread: string; seq: number }): Thread {
  const before = enter(desk, thread);
  const readSeq = Math.min(seq, before.last_seq);
  if (readSeq <= before.read_seq) return threadOf(desk, before);
  desk.sql.exec(
    "UPDATE participants SET read_seq = ? WHERE thread_id = ? AND actor = ?",
    readSeq,
    thread,
    desk.caller.id,
  );
  desk.tell({ thread, by: desk.caller.id, frame: { type: "read", thread, user: desk.caller.id, seq: readSeq } });
  return getThread(desk, { thread });
}

/** Keeps a thread's messages from calling the caller, or no longer; they still come. */
export function mute(desk: Desk, { thread, isMuted }: { thread: string; isMuted: boolean }): null {
  enterThread(desk, thread);
  const flag = isMuted ? 1 : 0;
  desk.sql.exec("UPDATE participants SET is_muted = ? WHERE thread_id = ? AND actor = ?", flag, thread, desk.caller.id);
  return null;
}

/**
 * Hides somebody's words from the caller, and keeps them from drawing the caller into threads; or no longer.
 *
 * @throws Problem `not_found` for somebody the caller shares no thread with, or has not blocked
 */
export function block(desk: Desk, { actor, isBlocked }: { actor: ActorId; isBlocked: boolean }): null {
  const { sql, caller } = desk;
  if (!isBlocked) {
    const lifted = sql.exec("DELETE FROM blocks WHERE actor = ? AND blocked = ? RETURNING actor", caller.id, actor);
    if (firstOf(lifted) === null) throw new Problem("not_found");
    return null;
  }
  if (!listPeers(desk, caller.id).includes(actor)) throw new Problem("not_found");
  sql.exec("INSERT INTO blocks VALUES (?, ?) ON CONFLICT DO NOTHING", caller.id, actor);
  return null;
}

/** Everyone who takes part, whether they may see it at the moment or not. */
export function listParticipants({ sql }: Pick<Desk, "sql">, thread: string): ActorId[] {
  return sql
    .exec<{ actor: string }>("SELECT actor FROM participants WHERE thread_id = ?", thread)
    .toArray()
    .map(({ actor }) => actor);
}

/** Those who have blocked somebody. */
export function listBlockers({ sql }: Pick<Desk, "sql">, blocked: ActorId): Set<ActorId> {
  const rows = sql.exec<{ actor: string }>("SELECT actor FROM blocks WHERE blocked = ?", blocked).toArray();
  return new Set(rows.map(({ actor }) => actor));
}

/** Those who share a thread with somebody, and so may know whether they are there. */
export function listPeers({ sql }: Pick<Desk, "sql">, actor: ActorId): ActorId[] {
  return sql
    .exec<{ actor: string }>(
      `SELECT DISTINCT other.actor FROM participants own JOIN participants other ON other.thread_id = own.thread_id
        WHERE own.actor = ?1 AND other.actor <> ?1`,
      actor,
    )
    .toArray()
    .map((row) => row.actor);
}

/** What a thread is about; null for nothing in particular. */
export function contextOf({ sql }: Pick<Desk, "sql">, thread: string): ContextObject | null {
  const about = sql.exec<{ kind: ObjectKind; id: string }>(
    "SELECT kind, object AS id FROM threads WHERE id = ? AND kind IS NOT NULL",
    thread,
  );
  return firstOf(about);
}

/** The caller's threads as a socket is greeted with them. */
export function greeting(desk: Desk): ReturnType<typeof wireThread>[] {
  return listThreads(desk, { before: null, limit: 99 }).map(wireThread);
}
