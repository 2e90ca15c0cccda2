-- Guests: people from outside a team, each invited to one thread of its messages. The threads lie in the team's object.
CREATE TABLE message_guests (
  artist_id   TEXT NOT NULL REFERENCES artists (id),
  id          TEXT NOT NULL,
  thread_id   TEXT NOT NULL,
  email       TEXT NOT NULL,
  -- Only the hash; the token itself exists in the mail alone, and before it is mailed not at all.
  token_hash  TEXT,
  user_id     TEXT REFERENCES users (id),
  invited_by  TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  accepted_at INTEGER,
  ended_at    INTEGER,
  PRIMARY KEY (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX message_guests_by_token ON message_guests (token_hash) WHERE token_hash IS NOT NULL;
CREATE INDEX message_guests_by_user ON message_guests (user_id, thread_id) WHERE user_id IS NOT NULL;
CREATE INDEX message_guests_by_thread ON message_guests (artist_id, thread_id, id);
