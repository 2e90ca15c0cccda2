-- Statements: the original lies in R2 and is the only copy of the lines; here stand its state, its index and its sums.

CREATE TABLE statements (
  artist_id       TEXT NOT NULL REFERENCES artists (id),
  id              TEXT NOT NULL,
  status          TEXT NOT NULL CHECK (status IN ('received', 'reading', 'ready', 'posting', 'posted', 'retracting',
                                                  'retracted', 'needs_mapping', 'failed')),
  filename        TEXT NOT NULL,
  sha256          TEXT NOT NULL,
  size_bytes      INTEGER NOT NULL,
  -- The object that holds the plain text lines: the original itself, or what was unpacked from it.
  text_object     TEXT,
  text_bytes      INTEGER,
  encoding        TEXT,
  newline         TEXT,
  format          TEXT,
  format_version  TEXT,
  source          TEXT,
  is_preview      INTEGER NOT NULL,
  currency        TEXT,
  period_from     TEXT,
  period_to       TEXT,
  lines           INTEGER NOT NULL DEFAULT 0,
  unmatched_lines INTEGER NOT NULL DEFAULT 0,
  -- The exact sum of all lines as a decimal, and the same rounded once to nanos.
  total_exact     TEXT,
  total_nanos     INTEGER,
  stated_nanos    INTEGER,
  problems_json   TEXT NOT NULL DEFAULT '[]',
  dictionary_json TEXT,
  done_bytes      INTEGER NOT NULL DEFAULT 0,
  created_by      TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  posted_at       INTEGER,
  retracted_at    INTEGER,
  PRIMARY KEY (artist_id, id)
) STRICT, WITHOUT ROWID;

-- The same bytes are one statement for as long as it lives.
CREATE UNIQUE INDEX statements_by_bytes ON statements (artist_id, sha256) WHERE status NOT IN ('retracted', 'failed');

-- How far a reader has come. Append-only: two readers that race for one number cannot both win.
CREATE TABLE statement_checkpoints (
  artist_id    TEXT NOT NULL,
  statement_id TEXT NOT NULL,
  number       INTEGER NOT NULL,
  state_json   TEXT NOT NULL,
  at           INTEGER NOT NULL,
  PRIMARY KEY (artist_id, statement_id, number),
  FOREIGN KEY (artist_id, statement_id) REFERENCES statements (artist_id, id)
) STRICT, WITHOUT ROWID;

-- One row per block of about 1,000 lines: where it begins, the running exact sum there, and what it can hold.
CREATE TABLE statement_blocks (
  artist_id    TEXT NOT NULL,
  statement_id TEXT NOT NULL,
  first_line   INTEGER NOT NULL,
  last_line    INTEGER NOT NULL,
  byte_from    INTEGER NOT NULL,
  byte_to      INTEGER NOT NULL,
  exact_before TEXT NOT NULL,
  -- One character per entry of the statement's dictionary: '1' if the block holds it.
  months       TEXT NOT NULL,
  platforms    TEXT NOT NULL,
  territories  TEXT NOT NULL,
  identities   TEXT NOT NULL,
  PRIMARY KEY (artist_id, statement_id, first_line),
  FOREIGN KEY (artist_id, statement_id) REFERENCES statements (artist_id, id)
) STRICT, WITHOUT ROWID;

-- The sums of a statement's lines, written by each reading step in packs of at most 1 MB of JSON:
-- [platform, key, label, lines, streams, downloads, other, nanos] per cell.
CREATE TABLE statement_cells (
  artist_id    TEXT NOT NULL,
  statement_id TEXT NOT NULL,
  cut          TEXT NOT NULL,
  month        TEXT NOT NULL,
  step         INTEGER NOT NULL,
  part         INTEGER NOT NULL,
  cells_json   TEXT NOT NULL,
  PRIMARY KEY (artist_id, statement_id, cut, month, step, part),
  FOREIGN KEY (artist_id, statement_id) REFERENCES statements (artist_id, id)
) STRICT, WITHOUT ROWID;
