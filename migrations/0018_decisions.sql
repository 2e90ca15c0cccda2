-- Decisions: a message of a thread that named people sign. The thread lies in the team's object; what is signed lies here.
CREATE TABLE decisions (
  artist_id   TEXT NOT NULL REFERENCES artists (id),
  id          TEXT NOT NULL,
  thread_id   TEXT NOT NULL,
  message_id  TEXT NOT NULL,
  -- What is signed, as canonical JSON, and its SHA-256.
  content     TEXT NOT NULL,
  hash        TEXT NOT NULL,
  status      TEXT NOT NULL CHECK (status IN ('proposed', 'decided', 'declined', 'withdrawn')),
  proposed_by TEXT NOT NULL,
  proposed_at INTEGER NOT NULL,
  ended_at    INTEGER,
  PRIMARY KEY (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE decision_answers (
  artist_id   TEXT NOT NULL,
  decision_id TEXT NOT NULL,
  party       TEXT NOT NULL,
  answer      TEXT NOT NULL CHECK (answer IN ('signed', 'declined')),
  hash        TEXT NOT NULL,
  at          INTEGER NOT NULL,
  PRIMARY KEY (artist_id, decision_id, party),
  FOREIGN KEY (artist_id, decision_id) REFERENCES decisions (artist_id, id)
) STRICT, WITHOUT ROWID;

-- INSERT OR REPLACE deletes without asking the trigger for deletes, so a second row of the same key is refused here.
CREATE TRIGGER decisions_begin_as_proposals BEFORE INSERT ON decisions
WHEN NEW.status <> 'proposed' OR NEW.ended_at IS NOT NULL
  OR EXISTS (SELECT 1 FROM decisions WHERE artist_id = NEW.artist_id AND id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END;

CREATE TRIGGER decisions_keep_rows BEFORE DELETE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END;

-- A proposal may end, once; nothing else of it ever changes, and nothing at all once it has ended.
CREATE TRIGGER decisions_keep_words BEFORE UPDATE ON decisions
WHEN OLD.status <> 'proposed' OR NEW.status = 'proposed' OR NEW.ended_at IS NULL
  OR NEW.artist_id <> OLD.artist_id OR NEW.id <> OLD.id
  OR NEW.thread_id <> OLD.thread_id OR NEW.message_id <> OLD.message_id
  OR NEW.content <> OLD.content OR NEW.hash <> OLD.hash
  OR NEW.proposed_by <> OLD.proposed_by OR NEW.proposed_at <> OLD.proposed_at
BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END;

CREATE TRIGGER decisions_are_signed_by_all BEFORE UPDATE ON decisions
WHEN NEW.status = 'decided' AND EXISTS (
  SELECT 1 FROM json_each(OLD.content, '$.parties') AS party WHERE NOT EXISTS (
    SELECT 1 FROM decision_answers
    WHERE artist_id = OLD.artist_id AND decision_id = OLD.id AND party = party.value AND answer = 'signed'))
BEGIN SELECT RAISE(ABORT, 'constraint failed: decisions are signed by all'); END;

-- Only who is named may answer, only to these very words, once, and while it is open.
CREATE TRIGGER decision_answers_fit BEFORE INSERT ON decision_answers
WHEN NOT EXISTS (
  SELECT 1 FROM decisions AS d, json_each(d.content, '$.parties') AS named
  WHERE d.artist_id = NEW.artist_id AND d.id = NEW.decision_id AND d.status = 'proposed' AND d.hash = NEW.hash
    AND named.value = NEW.party)
  OR EXISTS (
    SELECT 1 FROM decision_answers
    WHERE artist_id = NEW.artist_id AND decision_id = NEW.decision_id AND party = NEW.party)
BEGIN SELECT RAISE(ABORT, 'constraint failed: the answer does not fit'); END;

CREATE TRIGGER decision_answers_keep_rows BEFORE DELETE ON decision_answers
BEGIN SELECT RAISE(ABORT, 'decision_answers is append-only'); END;

CREATE TRIGGER decision_answers_keep_words BEFORE UPDATE ON decision_answers
BEGIN SELECT RAISE(ABORT, 'decision_answers is append-only'); END;
