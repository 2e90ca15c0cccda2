-- The catalog: releases, recordings, works and parties. Each is one document with a version; beside it stand only what it is
-- found, listed and kept unique by.
CREATE TABLE catalog_items (
  artist_id     TEXT NOT NULL REFERENCES artists (id),
  id            TEXT NOT NULL,
  kind          TEXT NOT NULL CHECK (kind IN ('release', 'recording', 'work', 'party')),
  title         TEXT NOT NULL,
  -- As displayed: "Glass Harbor, Ana Ünal".
  artists       TEXT NOT NULL,
  -- UPC, ISRC, ISWC or IPI name number, as kept: each names one thing of an artist.
  code          TEXT,
  type          TEXT,
  status        TEXT,
  -- What it is found by, folded: titles, artists, labels, codes.
  words         TEXT NOT NULL,
  document_json TEXT NOT NULL,
  version       INTEGER NOT NULL,
  delivered_at  INTEGER,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  -- Its row in catalog_search, and its place in what is found: a later one is newer.
  place         INTEGER NOT NULL,
  PRIMARY KEY (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX catalog_items_by_code ON catalog_items (artist_id, kind, code) WHERE code IS NOT NULL;
CREATE UNIQUE INDEX catalog_items_by_place ON catalog_items (place);

-- Which thing uses which: a release its recordings, a recording its works, all of them parties. What is used stays.
CREATE TABLE catalog_uses (
  artist_id TEXT NOT NULL,
  used_id   TEXT NOT NULL,
  user_id   TEXT NOT NULL,
  PRIMARY KEY (artist_id, used_id, user_id),
  FOREIGN KEY (artist_id, used_id) REFERENCES catalog_items (artist_id, id),
  FOREIGN KEY (artist_id, user_id) REFERENCES catalog_items (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX catalog_uses_by_user ON catalog_uses (artist_id, user_id);

-- How many things there are of each kind, type and status.
CREATE TABLE catalog_facets (
  artist_id TEXT NOT NULL REFERENCES artists (id),
  facet     TEXT NOT NULL,
  value     TEXT NOT NULL,
  items     INTEGER NOT NULL,
  PRIMARY KEY (artist_id, facet, value)
) STRICT, WITHOUT ROWID;

-- What releases, recordings and works are found by. Each word and each filter begins with the artist's id, so that a search
-- walks words of the artist and no others; what a list shows lies beside them, so that it reads no second row.
CREATE VIRTUAL TABLE catalog_search USING fts5 (
  words, filters,
  id UNINDEXED, kind UNINDEXED, title UNINDEXED, artists UNINDEXED, code UNINDEXED, type UNINDEXED, status UNINDEXED,
  tokenize = 'ascii', detail = 'column', columnsize = 0
);

-- The search and the counts change with the thing itself, in the statement that changes it.
CREATE TRIGGER catalog_items_come AFTER INSERT ON catalog_items WHEN new.kind <> 'party'
BEGIN
  INSERT INTO catalog_search (rowid, words, filters, id, kind, title, artists, code, type, status)
  VALUES (new.place,
    replace(' ' || new.words, ' ', ' ' || substr(new.artist_id, 5)),
    substr(new.artist_id, 5) || ' ' || substr(new.artist_id, 5) || 'kind' || new.kind
      || coalesce(' ' || substr(new.artist_id, 5) || 'type' || new.type, '')
      || coalesce(' ' || substr(new.artist_id, 5) || 'status' || replace(new.status, '_', ''), ''),
    new.id, new.kind, new.title, new.artists, new.code, new.type, new.status);
  INSERT INTO catalog_facets (artist_id, facet, value, items)
  SELECT new.artist_id, f.value->>0, f.value->>1, 1
  FROM json_each(json_array(json_array('kind', new.kind), json_array('type', new.type), json_array('status', new.status))) f
  WHERE f.value->>1 IS NOT NULL
  ON CONFLICT (artist_id, facet, value) DO UPDATE SET items = items + 1;
END;

CREATE TRIGGER catalog_items_go AFTER DELETE ON catalog_items WHEN old.kind <> 'party'
BEGIN
  DELETE FROM catalog_search WHERE rowid = old.place;
  UPDATE catalog_facets SET items = items - 1
  WHERE artist_id = old.artist_id
    AND ((facet = 'kind' AND value = old.kind) OR (facet = 'type' AND value = old.type)
      OR (facet = 'status' AND value = old.status));
END;

CREATE TRIGGER catalog_items_reworded AFTER UPDATE OF title, artists, code, type, status, words ON catalog_items
WHEN new.kind <> 'party' AND ((new.title, new.artists, new.words) <> (old.title, old.artists, old.words)
  OR new.code IS NOT old.code OR new.type IS NOT old.type OR new.status IS NOT old.status)
BEGIN
  UPDATE catalog_search SET
    words = replace(' ' || new.words, ' ', ' ' || substr(new.artist_id, 5)),
    filters = substr(new.artist_id, 5) || ' ' || substr(new.artist_id, 5) || 'kind' || new.kind
      || coalesce(' ' || substr(new.artist_id, 5) || 'type' || new.type, '')
      || coalesce(' ' || substr(new.artist_id, 5) || 'status' || replace(new.status, '_', ''), ''),
    title = new.title, artists = new.artists, code = new.code, type = new.type, status = new.status
  WHERE rowid = new.place;
END;

CREATE TRIGGER catalog_items_resorted AFTER UPDATE OF type, status ON catalog_items
WHEN new.kind <> 'party' AND (new.type IS NOT old.type OR new.status IS NOT old.status)
BEGIN
  UPDATE catalog_facets SET items = items - 1
  WHERE artist_id = old.artist_id
    AND ((facet = 'type' AND value = old.type) OR (facet = 'status' AND value = old.status));
  INSERT INTO catalog_facets (artist_id, facet, value, items)
  SELECT new.artist_id, f.value->>0, f.value->>1, 1
  FROM json_each(json_array(json_array('type', new.type), json_array('status', new.status))) f
  WHERE f.value->>1 IS NOT NULL
  ON CONFLICT (artist_id, facet, value) DO UPDATE SET items = items + 1;
END;

-- Which recordings of the catalog the lines of a posted statement are of, as JSON: the identity that lines are booked under →
-- the recording's id, or nothing while the catalog has none. One row per 10,000 identities.
CREATE TABLE statement_recordings (
  artist_id       TEXT NOT NULL,
  statement_id    TEXT NOT NULL,
  part            INTEGER NOT NULL,
  recordings_json TEXT NOT NULL,
  PRIMARY KEY (artist_id, statement_id, part),
  FOREIGN KEY (artist_id, statement_id) REFERENCES statements (artist_id, id)
) STRICT, WITHOUT ROWID;

INSERT INTO statement_recordings (artist_id, statement_id, part, recordings_json)
SELECT artist_id, statement_id, (n - 1) / 10000, json_group_object(identity, '')
FROM (
  SELECT artist_id, statement_id, identity, row_number() OVER (PARTITION BY artist_id, statement_id ORDER BY identity) AS n
  FROM (
    SELECT DISTINCT s.artist_id, s.statement_id, j.value->>1 AS identity
    FROM statement_sums s, json_each(s.cells_json) j
    JOIN statements t ON t.artist_id = s.artist_id AND t.id = s.statement_id AND t.status = 'posted'
    WHERE s.cut = 'recording'
  )
)
GROUP BY 1, 2, 3;
