-- Mails that leave once, and mails of what lies unread.

-- A mail that must not leave twice, by a name of its own: claimed while it is written and sent, and then sent for good.
CREATE TABLE mail_claims (
  name    TEXT NOT NULL PRIMARY KEY,
  until   INTEGER NOT NULL,
  sent_at INTEGER
) STRICT, WITHOUT ROWID;

-- Headers of a mail in the mailbox of development, as JSON.
ALTER TABLE dev_mail ADD COLUMN headers TEXT NOT NULL DEFAULT '{}';

-- How often a person wants to be mailed what they have not read; without a row, as the service has it.
CREATE TABLE digest_settings (
  user_id    TEXT NOT NULL PRIMARY KEY REFERENCES users (id),
  frequency  TEXT NOT NULL CHECK (frequency IN ('instant', 'hourly', 'daily', 'off')),
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whom something unread waits for, and with which artist, as the artist's object last said.
CREATE TABLE digest_waiting (
  user_id   TEXT NOT NULL REFERENCES users (id),
  artist_id TEXT NOT NULL REFERENCES artists (id),
  noted_at  INTEGER NOT NULL,
  due_at    INTEGER NOT NULL,
  PRIMARY KEY (user_id, artist_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX digest_waiting_by_time ON digest_waiting (due_at, user_id);

-- How far of a thread a person has been mailed.
CREATE TABLE digest_places (
  artist_id TEXT NOT NULL REFERENCES artists (id),
  user_id   TEXT NOT NULL REFERENCES users (id),
  thread_id TEXT NOT NULL,
  seq       INTEGER NOT NULL,
  PRIMARY KEY (artist_id, user_id, thread_id)
) STRICT, WITHOUT ROWID;
