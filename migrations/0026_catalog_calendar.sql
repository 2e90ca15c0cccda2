-- When releases come out, what is due around them, who may subscribe to that, and what is secret until when.

-- The date of a release that has one, with the instants at which it begins for the first and for the last of its listeners.
CREATE TABLE catalog_dates (
  artist_id  TEXT NOT NULL,
  release_id TEXT NOT NULL,
  on_day     TEXT NOT NULL,
  first_at   INTEGER NOT NULL,
  last_at    INTEGER NOT NULL,
  PRIMARY KEY (artist_id, release_id),
  FOREIGN KEY (artist_id, release_id) REFERENCES catalog_items (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX catalog_dates_by_day ON catalog_dates (artist_id, on_day);

CREATE TABLE catalog_milestones (
  artist_id   TEXT NOT NULL,
  id          TEXT NOT NULL,
  release_id  TEXT NOT NULL,
  name        TEXT NOT NULL,
  on_day      TEXT NOT NULL,
  -- From the release's date, with which it moves; null for one that stands on a day of its own.
  offset_days INTEGER,
  is_done     INTEGER NOT NULL CHECK (is_done IN (0, 1)),
  version     INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  PRIMARY KEY (artist_id, id),
  FOREIGN KEY (artist_id, release_id) REFERENCES catalog_items (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX catalog_milestones_by_day ON catalog_milestones (artist_id, on_day);
CREATE INDEX catalog_milestones_by_release ON catalog_milestones (artist_id, release_id);

CREATE TABLE catalog_plans (
  artist_id       TEXT NOT NULL REFERENCES artists (id),
  id              TEXT NOT NULL,
  name            TEXT NOT NULL,
  milestones_json TEXT NOT NULL,
  -- The one that new dates are planned with.
  is_default      INTEGER NOT NULL CHECK (is_default IN (0, 1)),
  version         INTEGER NOT NULL,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  PRIMARY KEY (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX catalog_plans_default ON catalog_plans (artist_id) WHERE is_default = 1;

-- A calendar that programs subscribe to with a secret: it answers what its owner may see at that moment.
CREATE TABLE catalog_feeds (
  artist_id  TEXT NOT NULL REFERENCES artists (id),
  id         TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  name       TEXT NOT NULL,
  -- A user's id or an API key's.
  owner      TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX catalog_feeds_by_token ON catalog_feeds (token_hash);

-- What is secret: until the release comes out, until an instant, or until somebody lifts it.
CREATE TABLE catalog_embargoes (
  artist_id  TEXT NOT NULL,
  release_id TEXT NOT NULL,
  until      TEXT NOT NULL CHECK (until IN ('release', 'instant', 'lift')),
  -- Far in the future while it does not end by itself.
  lifts_at   INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (artist_id, release_id),
  FOREIGN KEY (artist_id, release_id) REFERENCES catalog_items (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX catalog_embargoes_by_lift ON catalog_embargoes (artist_id, lifts_at);

-- Who saw what was secret, on which day, how often. It outlives what was seen.
CREATE TABLE catalog_sightings (
  artist_id  TEXT NOT NULL REFERENCES artists (id),
  release_id TEXT NOT NULL,
  on_day     TEXT NOT NULL,
  actor      TEXT NOT NULL,
  -- Where: "release", "recordings", "calendar".
  seen_in    TEXT NOT NULL,
  item_id    TEXT NOT NULL,
  times      INTEGER NOT NULL,
  first_at   INTEGER NOT NULL,
  last_at    INTEGER NOT NULL,
  PRIMARY KEY (artist_id, release_id, on_day, actor, seen_in, item_id)
) STRICT, WITHOUT ROWID;
