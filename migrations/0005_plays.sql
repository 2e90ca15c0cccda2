-- Plays as daily feeds report them, kept beside the units that statements pay and never added to them.

-- One row per day that a source has reported, be it empty. A later revision of the source's replaces the whole day.
CREATE TABLE play_days (
  artist_id TEXT NOT NULL REFERENCES artists (id),
  source    TEXT NOT NULL,
  day       TEXT NOT NULL,
  revision  INTEGER NOT NULL,
  PRIMARY KEY (artist_id, source, day)
) STRICT, WITHOUT ROWID;

-- What a source reported of a day in one cut, as JSON: [platform, key, label, plays, downloads, other] per cell.
CREATE TABLE play_packs (
  artist_id  TEXT NOT NULL,
  source     TEXT NOT NULL,
  day        TEXT NOT NULL,
  cut        TEXT NOT NULL,
  cells_json TEXT NOT NULL,
  PRIMARY KEY (artist_id, source, day, cut),
  FOREIGN KEY (artist_id, source, day) REFERENCES play_days (artist_id, source, day)
) STRICT, WITHOUT ROWID;

-- One row per figure that a dashboard can ask for; grain: day, mon, fri (weeks by the day they begin), month.
CREATE TABLE play_rollups (
  artist_id TEXT NOT NULL REFERENCES artists (id),
  source    TEXT NOT NULL,
  cut       TEXT NOT NULL,
  platform  TEXT NOT NULL,
  grain     TEXT NOT NULL,
  period    TEXT NOT NULL,
  key       TEXT NOT NULL,
  label     TEXT,
  cells     INTEGER NOT NULL,
  plays     INTEGER NOT NULL,
  downloads INTEGER NOT NULL,
  other     INTEGER NOT NULL,
  PRIMARY KEY (artist_id, source, cut, platform, grain, period, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX play_rollups_emptied ON play_rollups (artist_id) WHERE cells = 0;

-- The plays of each day of a month, all sources together, and of how many sources: what a month's money is spread by.
CREATE TABLE play_months (
  artist_id TEXT NOT NULL REFERENCES artists (id),
  month     TEXT NOT NULL,
  days_json TEXT NOT NULL,
  PRIMARY KEY (artist_id, month)
) STRICT, WITHOUT ROWID;

-- Who reports plays, which runs of days they have reported, and how late they usually are. One row per source.
CREATE TABLE play_sources (
  artist_id     TEXT NOT NULL REFERENCES artists (id),
  source        TEXT NOT NULL,
  lag_days      INTEGER NOT NULL,
  runs_json     TEXT NOT NULL,
  platforms_json TEXT NOT NULL,
  version       INTEGER NOT NULL,
  PRIMARY KEY (artist_id, source)
) STRICT, WITHOUT ROWID;
