-- An archive of several files is a statement of parts: the ids of the statements its files became.
ALTER TABLE statements ADD COLUMN parts_json TEXT;

-- A report that its sender cut into several files: which statement holds which of them, and (as file 0) which reads all.
CREATE TABLE report_files (
  artist_id    TEXT NOT NULL,
  report       TEXT NOT NULL,
  number       INTEGER NOT NULL,
  statement_id TEXT NOT NULL,
  PRIMARY KEY (artist_id, report, number),
  FOREIGN KEY (artist_id, statement_id) REFERENCES statements (artist_id, id)
) STRICT, WITHOUT ROWID;
