-- What is pulled through a connection every night: how it goes, its runs, and how far each stream of it has come.

-- The last night that a run was asked for, "" before the first; how the last run ended; and the run that is at it now.
ALTER TABLE provider_grants ADD COLUMN night TEXT NOT NULL DEFAULT '';
ALTER TABLE provider_grants ADD COLUMN health TEXT NOT NULL DEFAULT 'active';
ALTER TABLE provider_grants ADD COLUMN health_reason TEXT;
ALTER TABLE provider_grants ADD COLUMN health_until INTEGER;
ALTER TABLE provider_grants ADD COLUMN last_success_at INTEGER;
ALTER TABLE provider_grants ADD COLUMN sync_run TEXT;
ALTER TABLE provider_grants ADD COLUMN sync_until INTEGER NOT NULL DEFAULT 0;

-- Planning asks for connections whose last night is an earlier one; each that is planned leaves the range.
CREATE INDEX provider_grants_by_night ON provider_grants (night, artist_id, id) WHERE status = 'active';

-- One row per run. A night's run has an id that follows from connection and night, so that it cannot be planned twice.
CREATE TABLE connection_runs (
  artist_id     TEXT NOT NULL,
  connection_id TEXT NOT NULL,
  id            TEXT NOT NULL,
  night         TEXT,
  status        TEXT NOT NULL,
  as_of         INTEGER NOT NULL,
  started_at    INTEGER,
  ended_at      INTEGER,
  resume_at     INTEGER,
  attempts      INTEGER NOT NULL DEFAULT 0,
  -- Where in its streams it stands; goes up with every window that is kept.
  step          INTEGER NOT NULL DEFAULT 0,
  place_json    TEXT NOT NULL,
  from_day      TEXT,
  to_day        TEXT,
  done          INTEGER NOT NULL DEFAULT 0,
  total         INTEGER NOT NULL,
  read_count    INTEGER NOT NULL DEFAULT 0,
  written_count INTEGER NOT NULL DEFAULT 0,
  requests      INTEGER NOT NULL DEFAULT 0,
  error_code    TEXT,
  error         TEXT,
  PRIMARY KEY (artist_id, connection_id, id),
  FOREIGN KEY (artist_id, connection_id) REFERENCES provider_grants (artist_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- How far a stream has come: the last day it vouched for, when it was last read to its end, and what it must remember
-- from one reading to the next (running totals, names).
CREATE TABLE connection_streams (
  artist_id     TEXT NOT NULL,
  connection_id TEXT NOT NULL,
  stream        TEXT NOT NULL,
  through_day   TEXT,
  read_at       INTEGER,
  memory_json   TEXT NOT NULL,
  version       INTEGER NOT NULL,
  PRIMARY KEY (artist_id, connection_id, stream),
  FOREIGN KEY (artist_id, connection_id) REFERENCES provider_grants (artist_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- What a reader of a series must know: a total that fell, days that came in one sum.
CREATE TABLE connection_notes (
  artist_id     TEXT NOT NULL,
  connection_id TEXT NOT NULL,
  day           TEXT NOT NULL,
  kind          TEXT NOT NULL,
  key           TEXT NOT NULL,
  note_json     TEXT NOT NULL,
  PRIMARY KEY (artist_id, connection_id, day, kind, key),
  FOREIGN KEY (artist_id, connection_id) REFERENCES provider_grants (artist_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
