// The home of attachments inside the object: who uploaded them, which message carries them, who may have a link.

import { Problem } from "../../kernel/problems.ts";
import type { Instant } from "../../kernel/time.ts";
import { type Attachment, UNSENT_FILE_LIFE_MS } from "../model.ts";
import { type Desk, firstOf } from "./storage.ts";
import { enterThread } from "./threads.ts";

type FileRow = { id: string; filename: string; type: string; size_bytes: number };

function attachmentOf(row: FileRow): Attachment {
  return { id: row.id, filename: row.filename, type: row.type, sizeBytes: row.size_bytes };
}

/** Writes an upload down before its bytes are kept, so that no bytes can be left behind unknown. */
export function reserveFile({ sql, caller, now }: Desk, file: Attachment): null {
  sql.exec(
    "INSERT INTO attachments (id, owner, filename, type, size_bytes, reserved_at) VALUES (?, ?, ?, ?, ?, ?)",
    file.id,
    caller.id,
    file.filename,
    file.type,
    file.sizeBytes,
    now,
  );
  return null;
}

/** Says that an upload's bytes are kept: it may be sent now. */
export function keepFile({ sql, caller }: Desk, { id }: { id: string }): null {
  sql.exec("UPDATE attachments SET is_kept = 1 WHERE id = ? AND owner = ?", id, caller.id);
  return null;
}

/** Hangs the sender's uploads on a message. @throws Problem `attachment_unknown` for any other file, or one sent before */
export function attach({ sql, caller }: Desk, message: string, files: readonly string[]): void {
  for (const id of files) {
    const { rowsWritten } = sql.exec(
      "UPDATE attachments SET message_id = ? WHERE id = ? AND owner = ? AND is_kept = 1 AND message_id IS NULL",
      message,
      id,
      caller.id,
    );
    if (rowsWritten > 0) continue;
    throw new Problem("attachment_unknown", { detail: `${id} is no upload of yours that can be sent.` });
  }
}

/** Takes a deleted message's files from it; as unsent ones they are swept. */
export function dropAttachments({ sql }: Desk, message: string): void {
  sql.exec(`DELETE FROM links WHERE attachment_id IN (SELECT id FROM attachments WHERE message_id = ?)`, message);
  sql.exec("UPDATE attachments SET message_id = NULL, is_kept = 0, reserved_at = 0 WHERE message_id = ?", message);
}

/** Makes a private link to a file that a message of a thread carries. @throws Problem `not_found` */
export function linkFile(
  desk: Desk,
  { thread, id, hash, expiresAt }: { thread: string; id: string; hash: string; expiresAt: Instant },
): null {
  enterThread(desk, thread);
  const { sql, caller } = desk;
  const carried = sql.exec(
    `SELECT 1 AS one FROM attachments a JOIN messages m ON m.id = a.message_id WHERE a.id = ? AND m.thread_id = ?
      AND m.sender NOT IN (SELECT blocked FROM blocks WHERE actor = ?)`,
    id,
    thread,
    caller.id,
  );
  if (firstOf(carried) === null) throw new Problem("not_found");
  sql.exec("INSERT INTO links VALUES (?, ?, ?)", hash, id, expiresAt);
  return null;
}

/** Finds the file a link is for. @throws Problem `link_expired` when it has expired, or its message is deleted */
export function openFile({ sql, now }: Desk, { hash }: { hash: string }): Attachment {
  const row = firstOf(
    sql.exec<FileRow>(
      `SELECT a.id, a.filename, a.type, a.size_bytes FROM links l JOIN attachments a ON a.id = l.attachment_id
        WHERE l.hash = ? AND l.expires_at > ?`,
      hash,
      now,
    ),
  );
  if (row === null) throw new Problem("link_expired");
  return attachmentOf(row);
}

/** Lists uploads that no message carries and that have had their time; a hundred at most. */
export function listUnsent(sql: SqlStorage, now: Instant): string[] {
  return sql
    .exec<{ id: string }>(
      "SELECT id FROM attachments WHERE message_id IS NULL AND reserved_at <= ? LIMIT 100",
      now - UNSENT_FILE_LIFE_MS,
    )
    .toArray()
    .map(({ id }) => id);
}

/** Forgets uploads whose bytes are gone. */
export function forgetFiles(sql: SqlStorage, ids: readonly string[]): void {
  for (const id of ids) sql.exec("DELETE FROM attachments WHERE id = ? AND message_id IS NULL", id);
}

/** When the oldest upload that no message carries has had its time; null when there is none. */
export function nextSweepAt(sql: SqlStorage): Instant | null {
  const { oldest } = sql
    .exec<{ oldest: number | null }>("SELECT min(reserved_at) AS oldest FROM attachments WHERE message_id IS NULL")
    .one();
  return oldest === null ? null : oldest + UNSENT_FILE_LIFE_MS;
}
