-- People and how they sign in; artists (the tenants), memberships and API keys.

CREATE TABLE users (
  id         TEXT NOT NULL PRIMARY KEY,
  email      TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Only hashes of tokens are stored; the token itself lives in the cookie or the mail.
CREATE TABLE sessions (
  token_hash TEXT NOT NULL PRIMARY KEY,
  id         TEXT NOT NULL,
  user_id    TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE email_links (
  token_hash TEXT NOT NULL PRIMARY KEY,
  email      TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX email_links_by_email ON email_links (email, created_at);

-- Mail of development: what would have been sent, shown at /dev/mail. Never written in production.
CREATE TABLE dev_mail (
  id      TEXT NOT NULL PRIMARY KEY,
  to_address TEXT NOT NULL,
  subject TEXT NOT NULL,
  text    TEXT NOT NULL,
  html    TEXT NOT NULL,
  at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE artists (
  id            TEXT NOT NULL PRIMARY KEY,
  name          TEXT NOT NULL,
  currency      TEXT NOT NULL,
  time_zone     TEXT NOT NULL,
  -- Goes up by one whenever a figure of this artist may have changed; cached figures carry it in their key.
  generation    INTEGER NOT NULL DEFAULT 0,
  generation_at INTEGER NOT NULL,
  created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE memberships (
  artist_id  TEXT NOT NULL REFERENCES artists (id),
  id         TEXT NOT NULL,
  user_id    TEXT NOT NULL REFERENCES users (id),
  role       TEXT NOT NULL,
  until      INTEGER,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX memberships_by_user ON memberships (user_id, artist_id);

CREATE TABLE api_keys (
  artist_id  TEXT NOT NULL REFERENCES artists (id),
  id         TEXT NOT NULL,
  key_hash   TEXT NOT NULL,
  name       TEXT NOT NULL,
  role       TEXT NOT NULL,
  prefix     TEXT NOT NULL,
  last4      TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  PRIMARY KEY (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX api_keys_by_hash ON api_keys (key_hash);
