-- Templates: mappings of columns that people made by hand, kept under a name for the next file with the same header.

CREATE TABLE mapping_templates (
  artist_id    TEXT NOT NULL REFERENCES artists (id),
  -- Follows from the name, so that a name stands for one template.
  id           TEXT NOT NULL,
  name         TEXT NOT NULL,
  version      INTEGER NOT NULL,
  -- A digest of the header's names made comparable: what the next file is recognised by.
  header_hash  TEXT NOT NULL,
  header_json  TEXT NOT NULL,
  mapping_json TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  PRIMARY KEY (artist_id, id)
) STRICT, WITHOUT ROWID;
