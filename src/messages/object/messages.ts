// The home of messages inside the object: their order, their words, and finding them again.

import { Problem } from "../../kernel/problems.ts";
import {
  type Attachment,
  EDIT_WINDOW_MS,
  type Edit,
  hidden,
  type Message,
  mentionsIn,
  SENDS_PER_WINDOW,
  waitSeconds,
} from "../model.ts";
import { type HubVerbs, wireMessage } from "../protocol.ts";
import { attach, dropAttachments } from "./files.ts";
import { type Desk, firstOf, isSeenSql } from "./storage.ts";
import { enterThread } from "./threads.ts";

type MessageRow = {
  place: number;
  id: string;
  thread_id: string;
  seq: number;
  sender: string;
  client_id: string;
  text: string | null;
  at: number;
  edited_at: number | null;
  deleted_at: number | null;
  revision: number;
  decision: string | null;
  is_blocked: number;
  attachments_json: string;
  edits_json: string;
};

// What hangs on a message is few and rare, so it is looked up beside it by its key.
const MESSAGES = `SELECT m.*,
    EXISTS (SELECT 1 FROM blocks WHERE actor = ?1 AND blocked = m.sender) AS is_blocked,
    (SELECT json_group_array(json_object('id', id, 'filename', filename, 'type', type, 'sizeBytes', size_bytes))
      FROM attachments WHERE message_id = m.id) AS attachments_json,
    CASE WHEN m.edited_at IS NULL THEN '[]' ELSE (SELECT json_group_array(json_object('text', text, 'replacedAt',
      replaced_at)) FROM (SELECT * FROM edits WHERE message_id = m.id ORDER BY number)) END AS edits_json
  FROM messages m`;

function messageOf(row: MessageRow): Message {
  const message: Message = {
    id: row.id,
    thread: row.thread_id,
    seq: row.seq,
    sender: row.sender,
    clientId: row.client_id,
    text: row.text,
    attachments: JSON.parse(row.attachments_json) as Attachment[],
    mentions: mentionsIn(row.text ?? ""),
    at: row.at,
    editedAt: row.edited_at,
    deletedAt: row.deleted_at,
    revision: row.revision,
    edits: JSON.parse(row.edits_json) as Edit[],
    decision: row.decision,
  };
  return row.is_blocked === 1 ? hidden(message) : message;
}

/**
 * Lists a thread's messages after a place, in order; or those of them that were changed after a revision, in the order
 * of their last changes.
 *
 * @throws Problem `not_found`
 */
export function listMessages(
  desk: Desk,
  { thread, after, changedAfter = null, limit }: HubVerbs["listMessages"]["in"],
): Message[] {
  enterThread(desk, thread);
  if (changedAfter !== null) return listChanges(desk, { thread, from: after, since: changedAfter, limit });
  return desk.sql
    .exec<MessageRow>(
      `${MESSAGES} WHERE m.thread_id = ?2 AND m.seq > ?3 ORDER BY m.seq LIMIT ?4`,
      desk.caller.id,
      thread,
      after,
      limit,
    )
    .toArray()
    .map(messageOf);
}

function listChanges(
  desk: Desk,
  { thread, from, since, limit }: { thread: string; from: number; since: number; limit: number },
): Message[] {
  return desk.sql
    .exec<MessageRow>(
      `${MESSAGES} WHERE m.thread_id = ?2 AND m.revision > 0 AND m.revision > ?3 AND m.seq > ?4
        ORDER BY m.revision LIMIT ?5`,
      desk.caller.id,
      thread,
      since,
      from,
      limit,
    )
    .toArray()
    .map(messageOf);
}

/** What somebody missed who has come as far as a place and a revision of a thread. */
export interface Missed {
  /** Messages up to that place that were changed meanwhile, all of them: in the order of their last changes. */
  readonly changed: Message[];
  /** Messages after that place, one more than the limit. */
  readonly added: Message[];
  /** The thread's revision, which these messages stand at. */
  readonly revision: number;
}

/**
 * Lists what was missed in a thread.
 *
 * @param place.revision null for who does not keep revisions, and is told of no changes
 * @throws Problem `not_found`
 */
export function listMissed(
  desk: Desk,
  { thread, seq, revision, limit }: { thread: string; seq: number; revision: number | null; limit: number },
): Missed {
  const { lastRevision } = enterThread(desk, thread);
  const since = revision ?? lastRevision;
  // A limit here would make the client keep two places at once: what was changed is little beside what was said.
  const changed = since < lastRevision ? listChanges(desk, { thread, from: 0, since, limit: -1 }) : [];
  return {
    changed: changed.filter((message) => message.seq <= seq),
    added: listMessages(desk, { thread, after: seq, limit }),
    revision: lastRevision,
  };
}

function findMessage(desk: Desk, where: string, ...params: (string | number)[]): MessageRow | null {
  return firstOf(desk.sql.exec<MessageRow>(`${MESSAGES} WHERE ${where}`, desk.caller.id, ...params));
}

/**
 * Sends a message: it gets the next place in its thread. The same `clientId` of the same sender is the same message.
 *
 * @throws Problem `not_found`, `rate_limited`, `attachment_unknown`
 */
export function send(
  desk: Desk,
  input: { thread: string; clientId: string; text: string; attachments: readonly string[] },
): { message: Message; isNew: boolean } {
  const { sql, caller, now } = desk;
  const { thread } = input;
  const seq = enterThread(desk, thread).lastSeq + 1;
  const own = "m.thread_id = ?2 AND m.sender = ?3 AND m.client_id = ?4";
  const known = findMessage(desk, own, thread, caller.id, input.clientId);
  if (known !== null) return { message: messageOf(known), isNew: false };
  refuseTooMany(desk);
  const id = desk.newId("message");
  sql.exec(
    "INSERT INTO messages (id, thread_id, seq, sender, client_id, text, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    id,
    thread,
    seq,
    caller.id,
    input.clientId,
    input.text,
    now,
  );
  sql.exec("INSERT INTO words (rowid, text) SELECT place, text FROM messages WHERE id = ?", id);
  sql.exec("UPDATE threads SET last_seq = ?, last_at = ? WHERE id = ?", seq, now, thread);
  attach(desk, id, input.attachments);
  return { message: tellMessage(desk, id), isNew: true };
}

/** The last messages of the sender are the count: nothing else has to be kept, and it is exact. */
function refuseTooMany({ sql, caller, now }: Desk): void {
  const oldest = sql.exec<{ at: number }>(
    "SELECT at FROM messages WHERE sender = ? ORDER BY at DESC LIMIT 1 OFFSET ?",
    caller.id,
    SENDS_PER_WINDOW - 1,
  );
  const retryAfterSeconds = waitSeconds(firstOf(oldest)?.at ?? null, now);
  if (retryAfterSeconds === 0) return;
  throw new Problem("rate_limited", { detail: "That were many messages in a short time.", retryAfterSeconds });
}

/** Tells everyone of a message as it stands now, and gives it. */
export function tellMessage(desk: Desk, id: string): Message {
  const row = findMessage(desk, "m.id = ?2", id);
  if (row === null) throw new Error("a message that was just written is gone");
  const message = messageOf(row);
  desk.tell({
    thread: message.thread,
    by: message.sender,
    frame: { type: "message", ...wireMessage(message) },
    hidden: { type: "message", ...wireMessage(hidden(message)) },
  });
  return message;
}

/** Finds a message of a thread the caller has entered. @throws Problem `not_found` */
export function getMessage(desk: Desk, thread: string, id: string): Message {
  const row = findMessage(desk, "m.thread_id = ?2 AND m.id = ?3", thread, id);
  if (row === null) throw new Problem("not_found");
  return messageOf(row);
}

/** @throws Problem `message_settled` for a message that is held for a decision */
function refuseHeld({ decision }: MessageRow): void {
  if (decision === null) return;
  throw new Problem("message_settled", { detail: "It is proposed for decision, or decided: it stays as it is." });
}

/** @throws Problem `not_found` for what the caller did not say: whether somebody else did is not told */
function ownMessage(desk: Desk, thread: string, id: string): MessageRow {
  enterThread(desk, thread);
  const row = findMessage(desk, "m.thread_id = ?2 AND m.id = ?3 AND m.sender = ?4", thread, id, desk.caller.id);
  if (row === null) throw new Problem("not_found");
  return row;
}

/** Counts one more change of a thread, which is a message's last, so that clients that were away hear of it. */
export function countChange({ sql }: Desk, message: string): void {
  sql.exec(
    "UPDATE threads SET last_revision = last_revision + 1 WHERE id = (SELECT thread_id FROM messages WHERE id = ?)",
    message,
  );
  sql.exec(
    "UPDATE messages SET revision = (SELECT last_revision FROM threads WHERE id = messages.thread_id) WHERE id = ?",
    message,
  );
}

/**
 * Changes the words of a message of one's own; what it said before stays to be seen.
 *
 * @throws Problem `not_found`, `message_settled` when it is deleted, held for a decision, or older than {@link EDIT_WINDOW_MS}
 */
export function edit(desk: Desk, input: { thread: string; message: string; text: string }): Message {
  const { sql, now } = desk;
  const row = ownMessage(desk, input.thread, input.message);
  if (row.text === null) throw new Problem("message_settled", { detail: "The message is deleted." });
  if (now - row.at > EDIT_WINDOW_MS) {
    throw new Problem("message_settled", { detail: "A message can be changed for 15 minutes." });
  }
  refuseHeld(row);
  if (row.text === input.text) return messageOf(row);
  sql.exec("INSERT INTO edits SELECT ?1, count(*) + 1, ?2, ?3 FROM edits WHERE message_id = ?1", row.id, row.text, now);
  sql.exec("UPDATE messages SET text = ?, edited_at = ? WHERE id = ?", input.text, now, row.id);
  countChange(desk, row.id);
  sql.exec("DELETE FROM words WHERE rowid = ?", row.place);
  sql.exec("INSERT INTO words (rowid, text) VALUES (?, ?)", row.place, input.text);
  return tellMessage(desk, row.id);
}

/**
 * Deletes a message of one's own, at any time: its place stays, its words, what they were before and its files go.
 *
 * @throws Problem `not_found`, `message_settled` when it is held for a decision
 */
export function remove(desk: Desk, input: { thread: string; message: string }): Message {
  const { sql, now } = desk;
  const row = ownMessage(desk, input.thread, input.message);
  if (row.deleted_at !== null) return messageOf(row);
  refuseHeld(row);
  sql.exec("UPDATE messages SET text = NULL, edited_at = NULL, deleted_at = ? WHERE id = ?", now, row.id);
  countChange(desk, row.id);
  sql.exec("DELETE FROM edits WHERE message_id = ?", row.id);
  sql.exec("DELETE FROM words WHERE rowid = ?", row.place);
  dropAttachments(desk, row.id);
  return tellMessage(desk, row.id);
}

/** Finds messages by their words in all threads the caller may see, newest first, one more than `limit`. */
export function search(
  desk: Desk,
  { query, before, limit }: { query: string; before: number | null; limit: number },
): { place: number; message: Message }[] {
  const { caller, sql } = desk;
  return sql
    .exec<MessageRow>(
      `${MESSAGES} JOIN participants p ON p.thread_id = m.thread_id AND p.actor = ?1 JOIN threads t ON t.id = m.thread_id
        WHERE m.place IN (SELECT rowid FROM words WHERE words MATCH ?2 AND (?3 IS NULL OR rowid < ?3))
        AND ${isSeenSql("?4", "?6")}
        AND m.sender NOT IN (SELECT blocked FROM blocks WHERE actor = ?1) ORDER BY m.place DESC LIMIT ?5`,
      caller.id,
      query,
      before,
      JSON.stringify(caller.sees),
      limit + 1,
      JSON.stringify(caller.hidden),
    )
    .toArray()
    .map((row) => ({ place: row.place, message: messageOf(row) }));
}
