-- The ledger and the rollups that earnings are read from.

-- Double entry: per entry and currency the postings sum to nought. Debits are positive, credits negative.
CREATE TABLE ledger_postings (
  artist_id   TEXT NOT NULL REFERENCES artists (id),
  id          TEXT NOT NULL,
  entry_id    TEXT NOT NULL,
  account     TEXT NOT NULL,
  currency    TEXT NOT NULL,
  period      TEXT NOT NULL,
  nanos       INTEGER NOT NULL,
  source_kind TEXT NOT NULL,
  source_id   TEXT NOT NULL,
  reverses    TEXT,
  at          INTEGER NOT NULL,
  PRIMARY KEY (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX ledger_postings_by_source ON ledger_postings (artist_id, source_id);

CREATE TRIGGER ledger_postings_keep_rows BEFORE DELETE ON ledger_postings
BEGIN SELECT RAISE(ABORT, 'ledger_postings is append-only'); END;

CREATE TRIGGER ledger_postings_keep_amounts BEFORE UPDATE ON ledger_postings
BEGIN SELECT RAISE(ABORT, 'ledger_postings is append-only'); END;

-- One row per figure that a dashboard can ask for. '' in source or platform means all of them.
-- cut: total, source, platform, territory, recording, release; key names which one.
CREATE TABLE earning_rollups (
  artist_id  TEXT NOT NULL REFERENCES artists (id),
  currency   TEXT NOT NULL,
  source     TEXT NOT NULL,
  cut        TEXT NOT NULL,
  platform   TEXT NOT NULL,
  month      TEXT NOT NULL,
  key        TEXT NOT NULL,
  label      TEXT,
  lines      INTEGER NOT NULL,
  streams    INTEGER NOT NULL,
  downloads  INTEGER NOT NULL,
  other      INTEGER NOT NULL,
  nanos      INTEGER NOT NULL,
  PRIMARY KEY (artist_id, currency, source, cut, platform, month, key)
) STRICT, WITHOUT ROWID;

-- What an artist's statements come from and how far each has reported. Small: one row per source.
CREATE TABLE earning_sources (
  artist_id    TEXT NOT NULL REFERENCES artists (id),
  source       TEXT NOT NULL,
  periods_json TEXT NOT NULL,
  PRIMARY KEY (artist_id, source)
) STRICT, WITHOUT ROWID;

-- The dictionaries of an artist that reads need to know all keys of: store names and currencies. One row per artist.
CREATE TABLE earning_keys (
  artist_id       TEXT NOT NULL PRIMARY KEY REFERENCES artists (id),
  platforms_json  TEXT NOT NULL,
  currencies_json TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Why the figures of an artist changed, one row per generation.
CREATE TABLE generation_causes (
  artist_id    TEXT NOT NULL REFERENCES artists (id),
  generation   INTEGER NOT NULL,
  kind         TEXT NOT NULL,
  statement_id TEXT,
  lines        INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  PRIMARY KEY (artist_id, generation)
) STRICT, WITHOUT ROWID;

-- Finished answers, made by the refresh job; the copy in KV is made from here.
CREATE TABLE kpi_snapshots (
  artist_id  TEXT NOT NULL REFERENCES artists (id),
  view       TEXT NOT NULL,
  generation INTEGER NOT NULL,
  day        TEXT NOT NULL,
  body       TEXT NOT NULL,
  PRIMARY KEY (artist_id, view)
) STRICT, WITHOUT ROWID;

-- Only rows of which nothing is left stand in this index, so that taking a statement out finds them without a scan.
CREATE INDEX earning_rollups_emptied ON earning_rollups (artist_id) WHERE lines = 0;
