-- Organisations: a label or a management is a set of artists for the purpose of membership, and nothing else.

CREATE TABLE organisations (
  id         TEXT NOT NULL PRIMARY KEY,
  name       TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who belongs to an organisation, and the role they have with each of its artists.
CREATE TABLE organisation_members (
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  id              TEXT NOT NULL,
  user_id         TEXT NOT NULL REFERENCES users (id),
  role            TEXT NOT NULL,
  until           INTEGER,
  created_at      INTEGER NOT NULL,
  PRIMARY KEY (organisation_id, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX organisation_members_by_user ON organisation_members (user_id, organisation_id);

-- Which artists an organisation looks after.
CREATE TABLE organisation_artists (
  artist_id       TEXT NOT NULL REFERENCES artists (id),
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  created_at      INTEGER NOT NULL,
  PRIMARY KEY (artist_id, organisation_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX organisation_artists_by_organisation ON organisation_artists (organisation_id, artist_id);
