-- The vault: what other services gave us to act for an artist, sealed. An envelope opens only in its own row.
CREATE TABLE vault_items (
  artist_id  TEXT NOT NULL,
  id         TEXT NOT NULL,
  provider   TEXT NOT NULL,
  -- The key it is sealed with, also named in the envelope; the sweeper looks for old ones.
  kid        TEXT NOT NULL,
  envelope   TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX vault_items_by_kid ON vault_items (kid, artist_id, id);
