-- Batches: many changes of the catalog asked for at once, how far they are carried out, and what became of each.
CREATE TABLE catalog_batches (
  artist_id   TEXT NOT NULL REFERENCES artists (id),
  id          TEXT NOT NULL,
  status      TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'refused', 'cancelled')),
  mode        TEXT NOT NULL CHECK (mode IN ('atomic', 'partial')),
  -- The batch that this one takes back; null of one that takes nothing back.
  reverts     TEXT,
  total       INTEGER NOT NULL,
  -- The items before this place are decided.
  done        INTEGER NOT NULL,
  applied     INTEGER NOT NULL,
  skipped     INTEGER NOT NULL,
  failed      INTEGER NOT NULL,
  created_by  TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  finished_at INTEGER,
  PRIMARY KEY (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE catalog_batch_items (
  artist_id   TEXT NOT NULL,
  batch_id    TEXT NOT NULL,
  place       INTEGER NOT NULL,
  item_id     TEXT NOT NULL,
  -- What was asked for; kept while it waits, and where it was not carried out.
  sent_json   TEXT,
  outcome     TEXT NOT NULL CHECK (outcome IN ('waiting', 'applied', 'skipped', 'failed')),
  -- What changed, or why nothing did.
  result_json TEXT,
  PRIMARY KEY (artist_id, batch_id, place),
  FOREIGN KEY (artist_id, batch_id) REFERENCES catalog_batches (artist_id, id)
) STRICT, WITHOUT ROWID;
