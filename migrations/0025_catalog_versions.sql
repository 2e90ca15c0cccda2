-- What was sent to the stores of a release: each time the whole of it, for good.
CREATE TABLE catalog_versions (
  artist_id     TEXT NOT NULL,
  release_id    TEXT NOT NULL,
  -- 1, 2, 3… of a release.
  number        INTEGER NOT NULL CHECK (number > 0),
  action        TEXT NOT NULL CHECK (action IN ('insert', 'update')),
  -- Of the canonical JSON beside it.
  sha256        TEXT NOT NULL,
  document_json TEXT NOT NULL,
  created_by    TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  PRIMARY KEY (artist_id, release_id, number),
  FOREIGN KEY (artist_id, release_id) REFERENCES catalog_items (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER catalog_versions_keep_rows BEFORE DELETE ON catalog_versions
BEGIN SELECT RAISE(ABORT, 'catalog_versions is append-only'); END;

CREATE TRIGGER catalog_versions_keep_words BEFORE UPDATE ON catalog_versions
BEGIN SELECT RAISE(ABORT, 'catalog_versions is append-only'); END;

-- What one store was asked to do with a version, and how far that is.
CREATE TABLE catalog_deliveries (
  artist_id  TEXT NOT NULL,
  id         TEXT NOT NULL,
  release_id TEXT NOT NULL,
  number     INTEGER NOT NULL,
  store      TEXT NOT NULL,
  action     TEXT NOT NULL CHECK (action IN ('insert', 'update', 'takedown')),
  status     TEXT NOT NULL CHECK (status IN ('pending', 'in_progress', 'done', 'hold', 'error')),
  -- Why it is held or failed, as the store said.
  reason     TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (artist_id, id),
  FOREIGN KEY (artist_id, release_id, number) REFERENCES catalog_versions (artist_id, release_id, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX catalog_deliveries_by_release ON catalog_deliveries (artist_id, release_id, id);

-- Artwork and sound: the bytes lie in R2 under the id. The latest of a thing is its own; older ones stay for its versions.
CREATE TABLE catalog_media (
  artist_id  TEXT NOT NULL,
  id         TEXT NOT NULL,
  item_id    TEXT NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('artwork', 'audio')),
  filename   TEXT NOT NULL,
  type       TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  sha256     TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (artist_id, id),
  FOREIGN KEY (artist_id, item_id) REFERENCES catalog_items (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX catalog_media_by_item ON catalog_media (artist_id, item_id, id);
