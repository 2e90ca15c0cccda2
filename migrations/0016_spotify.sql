-- Signing in with Spotify, and the access an artist grants to their data there.

-- A person who only ever signed in with another service has no address that anybody has verified, so it may be missing.
-- SQLite cannot take NOT NULL off a column: the table is made anew. Its rows come back before the batch ends, which is
-- when references are checked.
PRAGMA defer_foreign_keys = on;

CREATE TABLE users_kept (
  id         TEXT NOT NULL PRIMARY KEY,
  email      TEXT,
  name       TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO users_kept (id, email, name, created_at) SELECT id, email, name, created_at FROM users;

DROP TABLE users;

CREATE TABLE users (
  id         TEXT NOT NULL PRIMARY KEY,
  email      TEXT UNIQUE,
  name       TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO users (id, email, name, created_at) SELECT id, email, name, created_at FROM users_kept;

DROP TABLE users_kept;

-- The accounts elsewhere that a person signs in with. No token is kept of them.
CREATE TABLE sign_in_accounts (
  provider  TEXT NOT NULL,
  -- The provider's own unchanging id, with what kind of id it is; never an address.
  subject   TEXT NOT NULL,
  user_id   TEXT NOT NULL REFERENCES users (id),
  linked_at INTEGER NOT NULL,
  PRIMARY KEY (provider, subject)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX sign_in_accounts_by_user ON sign_in_accounts (user_id, provider);

-- Authorizations under way. The secret is in a cookie of the browser that began; only its hash is here.
CREATE TABLE oauth_attempts (
  secret_hash  TEXT NOT NULL PRIMARY KEY,
  purpose      TEXT NOT NULL,
  starter      TEXT NOT NULL,
  payload_json TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX oauth_attempts_by_end ON oauth_attempts (expires_at);

-- What an artist allowed this service to read elsewhere. The tokens are in the vault.
CREATE TABLE provider_grants (
  artist_id   TEXT NOT NULL REFERENCES artists (id),
  id          TEXT NOT NULL,
  provider    TEXT NOT NULL,
  status      TEXT NOT NULL,
  reason      TEXT,
  scopes      TEXT NOT NULL,
  granted_at  INTEGER,
  expires_at  INTEGER,
  -- Goes up whenever the tokens in the vault are others; who waits for a refresh watches it.
  version     INTEGER NOT NULL DEFAULT 0,
  lease_id    TEXT,
  lease_until INTEGER NOT NULL DEFAULT 0,
  created_by  TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX provider_grants_by_provider ON provider_grants (artist_id, provider);
