-- What every room stands on: the audit log, idempotency keys and the outbox.

-- Who did what, append-only. artist_id is '' for what concerns no artist (a sign-in).
CREATE TABLE audit_log (
  artist_id   TEXT NOT NULL,
  id          TEXT NOT NULL,
  at          INTEGER NOT NULL,
  actor       TEXT NOT NULL,
  action      TEXT NOT NULL,
  target      TEXT,
  before_json TEXT,
  after_json  TEXT,
  request_id  TEXT NOT NULL,
  PRIMARY KEY (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER audit_log_keeps_rows BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;

CREATE TRIGGER audit_log_keeps_words BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;

-- The answer of a change, kept for a day so that the same request can be repeated safely.
CREATE TABLE idempotency_keys (
  actor        TEXT NOT NULL,
  key          TEXT NOT NULL,
  operation    TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  status       INTEGER NOT NULL,
  body         TEXT,
  headers_json TEXT,
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Work asked for in the same batch as the change that asks for it; a row goes only when its job has finished.
CREATE TABLE outbox (
  id          TEXT NOT NULL PRIMARY KEY,
  kind        TEXT NOT NULL,
  body_json   TEXT NOT NULL,
  lease_until INTEGER NOT NULL,
  attempts    INTEGER NOT NULL DEFAULT 0,
  created_at  INTEGER NOT NULL,
  buried_at   INTEGER,
  last_error  TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_by_lease ON outbox (lease_until) WHERE buried_at IS NULL;
