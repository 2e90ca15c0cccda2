// The home of the tables in the object of a team, which lie in the object itself and not in D1.

import type { BaseCtx } from "../../db/ctx.ts";
import type { Instant } from "../../kernel/time.ts";
import type { HubCaller, Told } from "../protocol.ts";

/** What a verb inside the object is handed. It runs from beginning to end without anybody else in between. */
export interface Desk {
  readonly sql: SqlStorage;
  readonly caller: HubCaller;
  readonly now: Instant;
  readonly newId: BaseCtx["newId"];
  /** Tells those who take part; they hear of it when everything is written. */
  readonly tell: (told: Told) => void;
}

// Each is applied once to an object, in order; what has been released is never edited.
const STEPS: readonly string[] = [
  `
  CREATE TABLE threads (
    id         TEXT NOT NULL PRIMARY KEY,
    subject    TEXT NOT NULL,
    kind       TEXT,
    object     TEXT,
    created_by TEXT NOT NULL,
    claim      TEXT UNIQUE,
    created_at INTEGER NOT NULL,
    last_seq   INTEGER NOT NULL DEFAULT 0,
    last_at    INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE participants (
    thread_id TEXT NOT NULL REFERENCES threads (id),
    actor     TEXT NOT NULL,
    is_guest  INTEGER NOT NULL DEFAULT 0,
    read_seq  INTEGER NOT NULL DEFAULT 0,
    is_muted  INTEGER NOT NULL DEFAULT 0,
    added_by  TEXT NOT NULL,
    added_at  INTEGER NOT NULL,
    PRIMARY KEY (thread_id, actor)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX participants_by_actor ON participants (actor, thread_id);

  CREATE TABLE messages (
    place      INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    thread_id  TEXT NOT NULL REFERENCES threads (id),
    seq        INTEGER NOT NULL,
    sender     TEXT NOT NULL,
    client_id  TEXT NOT NULL,
    text       TEXT,
    at         INTEGER NOT NULL,
    edited_at  INTEGER,
    deleted_at INTEGER,
    UNIQUE (thread_id, seq),
    UNIQUE (thread_id, sender, client_id)
  ) STRICT;
  CREATE INDEX messages_by_sender ON messages (sender, at);

  CREATE TABLE edits (
    message_id  TEXT NOT NULL,
    number      INTEGER NOT NULL,
    text        TEXT NOT NULL,
    replaced_at INTEGER NOT NULL,
    PRIMARY KEY (message_id, number)
  ) STRICT, WITHOUT ROWID;

  CREATE VIRTUAL TABLE words USING fts5(text, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');

  CREATE TABLE attachments (
    id          TEXT NOT NULL PRIMARY KEY,
    owner       TEXT NOT NULL,
    filename    TEXT NOT NULL,
    type        TEXT NOT NULL,
    size_bytes  INTEGER NOT NULL,
    reserved_at INTEGER NOT NULL,
    is_kept     INTEGER NOT NULL DEFAULT 0,
    message_id  TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX attachments_by_message ON attachments (message_id, id);

  CREATE TABLE blocks (
    actor   TEXT NOT NULL,
    blocked TEXT NOT NULL,
    PRIMARY KEY (actor, blocked)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX blocks_by_blocked ON blocks (blocked, actor);

  CREATE TABLE tickets (
    hash       TEXT NOT NULL PRIMARY KEY,
    seat_json  TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE links (
    hash          TEXT NOT NULL PRIMARY KEY,
    attachment_id TEXT NOT NULL,
    expires_at    INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // A message that is held for a decision names it; what was last told of a decision is known, so that news is told once.
  `
  ALTER TABLE messages ADD COLUMN decision TEXT;

  CREATE TABLE decisions (
    id         TEXT NOT NULL PRIMARY KEY,
    thread_id  TEXT NOT NULL REFERENCES threads (id),
    message_id TEXT NOT NULL,
    told_json  TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX decisions_by_thread ON decisions (thread_id, id);
  `,
  // Which of a thread's changes a message was last touched by: what came while somebody was away is found by it.
  `
  ALTER TABLE threads ADD COLUMN last_revision INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE messages ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX messages_by_revision ON messages (thread_id, revision) WHERE revision > 0;
  `,
  // One row: up to which message it was looked for whom something lies unread, and when to look again.
  `
  CREATE TABLE unread (looked INTEGER NOT NULL, look_at INTEGER) STRICT;
  INSERT INTO unread SELECT coalesce(max(place), 0), NULL FROM messages;
  `,
];

/**
 * Says in SQL that a caller sees what the thread `t` is about.
 *
 * @param sees the parameter that holds {@link HubCaller.sees} as JSON
 * @param hidden the one that holds {@link HubCaller.hidden}
 */
export function isSeenSql(sees: string, hidden: string): string {
  const seen = `(SELECT value FROM json_each(${sees}))`;
  return `(t.kind IS NULL OR (t.kind IN ${seen} OR t.kind || ' ' || t.object IN ${seen})
    AND t.object NOT IN (SELECT value FROM json_each(${hidden})))`;
}

/** Brings an object's tables up to date; costs one read when they are. */
export function openStorage(storage: DurableObjectStorage): void {
  const { sql } = storage;
  sql.exec("CREATE TABLE IF NOT EXISTS steps (number INTEGER NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID");
  const { done } = sql.exec<{ done: number }>("SELECT count(*) AS done FROM steps").one();
  STEPS.slice(done).forEach((step, at) => {
    storage.transactionSync(() => {
      sql.exec(step);
      sql.exec("INSERT INTO steps VALUES (?)", done + at + 1);
    });
  });
}

/** The first row of an answer, or null. */
export function firstOf<T extends Record<string, SqlStorageValue>>(cursor: SqlStorageCursor<T>): T | null {
  const next = cursor.next();
  return next.done === true ? null : next.value;
}
