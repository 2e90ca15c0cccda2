-- Organisations that people make themselves: invitations into them, and links with artists that both sides agreed to.

ALTER TABLE organisation_members ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE organisation_members ADD COLUMN last_seen_at INTEGER;

-- The most that any member of the organisation may be with this artist, as the artist's side said.
ALTER TABLE organisation_artists ADD COLUMN role TEXT NOT NULL DEFAULT 'label';

CREATE TABLE organisation_invitations (
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  id              TEXT NOT NULL,
  email           TEXT NOT NULL,
  role            TEXT NOT NULL,
  until           INTEGER,
  invited_by      TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,
  token_hash      TEXT,
  mailed_at       INTEGER,
  accepted_at     INTEGER,
  revoked_at      INTEGER,
  PRIMARY KEY (organisation_id, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX organisation_invitations_by_token ON organisation_invitations (token_hash)
  WHERE token_hash IS NOT NULL;

-- A link that one side has proposed. Without references: whoever proposes must not learn whether the other exists.
CREATE TABLE organisation_proposals (
  artist_id       TEXT NOT NULL,
  organisation_id TEXT NOT NULL,
  proposed_by     TEXT NOT NULL,
  role            TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  PRIMARY KEY (artist_id, organisation_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX organisation_proposals_by_organisation ON organisation_proposals (organisation_id, artist_id);
