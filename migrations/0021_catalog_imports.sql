-- Imports: the files that catalogs came in, how far they are carried out, and what became of each release in them.

CREATE TABLE catalog_imports (
  artist_id     TEXT NOT NULL REFERENCES artists (id),
  id            TEXT NOT NULL,
  status        TEXT NOT NULL CHECK (status IN ('received', 'applying', 'done', 'failed')),
  format        TEXT NOT NULL CHECK (format IN ('csv', 'ern')),
  filename      TEXT NOT NULL,
  sha256        TEXT NOT NULL,
  size_bytes    INTEGER NOT NULL,
  -- Of a message: which version of the standard, its id, and who sent it.
  version       TEXT,
  message_id    TEXT,
  sender        TEXT,
  -- How far it is: the entries of the plan that are carried out, and where in the plan the next begins.
  total_entries INTEGER NOT NULL DEFAULT 0,
  done_entries  INTEGER NOT NULL DEFAULT 0,
  plan_bytes    INTEGER NOT NULL DEFAULT 0,
  plan_offset   INTEGER NOT NULL DEFAULT 0,
  counts_json   TEXT NOT NULL,
  problem       TEXT,
  created_by    TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  finished_at   INTEGER,
  PRIMARY KEY (artist_id, id)
) STRICT, WITHOUT ROWID;

-- The same bytes are the same import, unless they could not be read.
CREATE UNIQUE INDEX catalog_imports_by_bytes ON catalog_imports (artist_id, sha256) WHERE status <> 'failed';

-- What became of each entry, in the order of the file.
CREATE TABLE catalog_import_entries (
  artist_id   TEXT NOT NULL,
  import_id   TEXT NOT NULL,
  number      INTEGER NOT NULL,
  outcome     TEXT NOT NULL CHECK (outcome IN ('created', 'updated', 'unchanged', 'taken_down', 'refused')),
  report_json TEXT NOT NULL,
  PRIMARY KEY (artist_id, import_id, number),
  FOREIGN KEY (artist_id, import_id) REFERENCES catalog_imports (artist_id, id)
) STRICT, WITHOUT ROWID;

-- What senders call things that they sent: a thing may have no code, and still be known again. The thing may be gone by now.
CREATE TABLE catalog_import_keys (
  artist_id TEXT NOT NULL REFERENCES artists (id),
  key       TEXT NOT NULL,
  item_id   TEXT NOT NULL,
  -- Of when the newest message about it is; null where that was not said.
  said_at   INTEGER,
  PRIMARY KEY (artist_id, key)
) STRICT, WITHOUT ROWID;
