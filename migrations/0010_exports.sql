-- Exports: which statements were asked for, how far they are written, and the files they became. The bytes lie in R2.

CREATE TABLE statement_exports (
  artist_id       TEXT NOT NULL REFERENCES artists (id),
  id              TEXT NOT NULL,
  status          TEXT NOT NULL CHECK (status IN ('queued', 'running', 'ready', 'failed', 'expired')),
  format          TEXT NOT NULL CHECK (format IN ('csv', 'pdf', 'bundle')),
  has_bom         INTEGER NOT NULL,
  period_from     TEXT NOT NULL,
  period_to       TEXT NOT NULL,
  filter_json     TEXT NOT NULL,
  -- The snapshot: the artist's generation, and the ids of the statements posted then, in the order they are written in.
  generation      INTEGER NOT NULL,
  statements_json TEXT NOT NULL,
  total_lines     INTEGER NOT NULL,
  done_lines      INTEGER NOT NULL DEFAULT 0,
  -- How many steps are taken, and where the next begins. A step is kept only by the one who counts it up.
  step            INTEGER NOT NULL DEFAULT 0,
  place_json      TEXT NOT NULL,
  size_bytes      INTEGER,
  sha256          TEXT,
  error_code      TEXT,
  error_message   TEXT,
  created_by      TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  ready_at        INTEGER,
  keep_until      INTEGER,
  -- SHA-256 of the newest link's token, and how long it works.
  link_hash       TEXT,
  link_expires_at INTEGER,
  PRIMARY KEY (artist_id, id)
) STRICT, WITHOUT ROWID;

-- A download knows its link alone.
CREATE UNIQUE INDEX statement_exports_by_link ON statement_exports (link_hash) WHERE link_hash IS NOT NULL;

-- The files of an export that are whole, in their order: made of segments of its own, or a statement's original.
CREATE TABLE statement_export_files (
  artist_id    TEXT NOT NULL,
  export_id    TEXT NOT NULL,
  place        INTEGER NOT NULL,
  name         TEXT NOT NULL,
  original_of  TEXT,
  segments     INTEGER NOT NULL,
  size_bytes   INTEGER NOT NULL,
  sha256       TEXT NOT NULL,
  crc32        INTEGER NOT NULL,
  PRIMARY KEY (artist_id, export_id, place),
  FOREIGN KEY (artist_id, export_id) REFERENCES statement_exports (artist_id, id)
) STRICT, WITHOUT ROWID;
