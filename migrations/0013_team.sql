-- The team: what a membership reaches, when it was last used, invitations, offers of ownership, and visible support.

-- What of an artist a membership reaches: {"kind":"artist"}, or {"kind":"release","releaseIds":["rel_…"]}.
ALTER TABLE memberships ADD COLUMN scope_json TEXT NOT NULL DEFAULT '{"kind":"artist"}';
ALTER TABLE memberships ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
-- Written once an hour at most, so that it costs next to nothing.
ALTER TABLE memberships ADD COLUMN last_seen_at INTEGER;
ALTER TABLE memberships ADD COLUMN reviewed_at INTEGER;
ALTER TABLE memberships ADD COLUMN is_support INTEGER NOT NULL DEFAULT 0;
-- The membership whose owner has offered to hand the artist over to this one, and until when the offer stands.
ALTER TABLE memberships ADD COLUMN offered_by TEXT;
ALTER TABLE memberships ADD COLUMN offered_until INTEGER;

ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;
ALTER TABLE api_keys ADD COLUMN reviewed_at INTEGER;

ALTER TABLE sessions ADD COLUMN user_agent TEXT;
ALTER TABLE sessions ADD COLUMN last_seen_at INTEGER;
CREATE INDEX sessions_by_user ON sessions (user_id);

-- An invitation is bound to an address, a role and a scope. Its token is in the mail alone; here is its hash, once mailed.
CREATE TABLE invitations (
  artist_id   TEXT NOT NULL REFERENCES artists (id),
  id          TEXT NOT NULL,
  email       TEXT NOT NULL,
  role        TEXT NOT NULL,
  scope_json  TEXT NOT NULL,
  until       INTEGER,
  invited_by  TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  token_hash  TEXT,
  mailed_at   INTEGER,
  accepted_at INTEGER,
  revoked_at  INTEGER,
  PRIMARY KEY (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX invitations_by_token ON invitations (token_hash) WHERE token_hash IS NOT NULL;

-- Who runs this service may ask to look into an artist's dashboard; an owner or admin decides.
CREATE TABLE support_requests (
  artist_id  TEXT NOT NULL REFERENCES artists (id),
  id         TEXT NOT NULL,
  user_id    TEXT NOT NULL REFERENCES users (id),
  reason     TEXT NOT NULL,
  hours      INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  decided_at INTEGER,
  PRIMARY KEY (artist_id, id)
) STRICT, WITHOUT ROWID;
