-- What sources report beside plays: watch time, ages, traffic, placements. One row per source, stream and day, replaced
-- whole; its cells are [metric, dimension, key, label, value] as JSON.
CREATE TABLE measure_days (
  artist_id  TEXT NOT NULL REFERENCES artists (id),
  source     TEXT NOT NULL,
  stream     TEXT NOT NULL,
  day        TEXT NOT NULL,
  cells_json TEXT NOT NULL,
  PRIMARY KEY (artist_id, source, stream, day)
) STRICT, WITHOUT ROWID;
