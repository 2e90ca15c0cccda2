-- Uploads in parts: a session is open until its file is whole. The parts lie in R2; here stands which of them have come.

CREATE TABLE statement_uploads (
  artist_id      TEXT NOT NULL REFERENCES artists (id),
  id             TEXT NOT NULL,
  status         TEXT NOT NULL CHECK (status IN ('open', 'completed', 'refused', 'expired')),
  -- The statement the file is to be. Once completed, the one it is: an older one if that has the same bytes.
  statement_id   TEXT NOT NULL,
  -- R2's own name of the multipart upload.
  multipart_id   TEXT NOT NULL,
  filename       TEXT NOT NULL,
  size_bytes     INTEGER NOT NULL,
  -- The size of every part but the last, as promised when the session was opened.
  part_bytes     INTEGER NOT NULL,
  is_preview     INTEGER NOT NULL,
  -- Why the whole file was refused: the problem's code, and what was said of it.
  refused_code   TEXT,
  refused_detail TEXT,
  created_by     TEXT NOT NULL,
  created_at     INTEGER NOT NULL,
  expires_at     INTEGER NOT NULL,
  PRIMARY KEY (artist_id, id)
) STRICT, WITHOUT ROWID;

-- Opening one counts the open ones, and the nightly sweep looks for those that have expired.
CREATE INDEX statement_uploads_open ON statement_uploads (artist_id, expires_at) WHERE status = 'open';

-- One row per part that has come whole, so that parts may come at once. Gone when the session is closed.
CREATE TABLE statement_upload_parts (
  artist_id TEXT NOT NULL,
  upload_id TEXT NOT NULL,
  part      INTEGER NOT NULL,
  -- What R2 called this sending of the part; it joins the parts by these.
  etag      TEXT NOT NULL,
  PRIMARY KEY (artist_id, upload_id, part),
  FOREIGN KEY (artist_id, upload_id) REFERENCES statement_uploads (artist_id, id)
) STRICT, WITHOUT ROWID;
