-- The statement library: several currencies in one file, plays beside money, and what a file says of itself.

ALTER TABLE statements ADD COLUMN measures TEXT NOT NULL DEFAULT 'money' CHECK (measures IN ('money', 'plays'));
-- One entry per currency: {"currency", "exact" (a decimal), "nanos" (the same rounded once)}.
ALTER TABLE statements ADD COLUMN totals_json TEXT NOT NULL DEFAULT '[]';
ALTER TABLE statements ADD COLUMN units INTEGER NOT NULL DEFAULT 0;
-- The days a file of plays is about, where its rows tell none.
ALTER TABLE statements ADD COLUMN window_from TEXT;
ALTER TABLE statements ADD COLUMN window_to TEXT;
-- What the file states of itself, and whether its lines agree.
ALTER TABLE statements ADD COLUMN stated_json TEXT NOT NULL DEFAULT '[]';
-- How many rows are no lines, by reason.
ALTER TABLE statements ADD COLUMN apart_json TEXT NOT NULL DEFAULT '{}';
ALTER TABLE statements ADD COLUMN warnings_json TEXT NOT NULL DEFAULT '[]';
-- What a person said of the file that the file does not: answers to its format's questions, or a mapping of columns.
ALTER TABLE statements ADD COLUMN answers_json TEXT;
ALTER TABLE statements ADD COLUMN mapping_json TEXT;
-- The earlier statement whose place this one takes, and the whole of which this file is a part.
ALTER TABLE statements ADD COLUMN supersedes TEXT;
ALTER TABLE statements ADD COLUMN part_of TEXT;

UPDATE statements
SET totals_json = json_array(json_object('currency', currency, 'exact', total_exact, 'nanos', CAST(total_nanos AS TEXT)))
WHERE currency IS NOT NULL AND total_nanos IS NOT NULL;

-- A block begins with one running sum per currency, and with what its reader must remember of the rows before.
ALTER TABLE statement_blocks ADD COLUMN memory TEXT;

UPDATE statement_blocks
SET exact_before = json_object(coalesce((SELECT s.currency FROM statements s
  WHERE s.artist_id = statement_blocks.artist_id AND s.id = statement_blocks.statement_id), 'USD'), exact_before);

UPDATE statement_checkpoints
SET state_json = json_set(state_json, '$.exact', json_object(coalesce((SELECT s.currency FROM statements s
  WHERE s.artist_id = statement_checkpoints.artist_id AND s.id = statement_checkpoints.statement_id), 'USD'),
  json_extract(state_json, '$.exact')));

-- The sums of a statement's lines, now by currency too; the period is a month, or a day where plays are told by day.
CREATE TABLE statement_sums (
  artist_id    TEXT NOT NULL,
  statement_id TEXT NOT NULL,
  cut          TEXT NOT NULL,
  currency     TEXT NOT NULL,
  period       TEXT NOT NULL,
  step         INTEGER NOT NULL,
  part         INTEGER NOT NULL,
  cells_json   TEXT NOT NULL,
  PRIMARY KEY (artist_id, statement_id, cut, currency, period, step, part),
  FOREIGN KEY (artist_id, statement_id) REFERENCES statements (artist_id, id)
) STRICT, WITHOUT ROWID;

INSERT INTO statement_sums (artist_id, statement_id, cut, currency, period, step, part, cells_json)
SELECT c.artist_id, c.statement_id, c.cut, s.currency, c.month, c.step, c.part, c.cells_json
FROM statement_cells c JOIN statements s ON s.artist_id = c.artist_id AND s.id = c.statement_id
WHERE s.currency IS NOT NULL;

DROP TABLE statement_cells;

ALTER TABLE statements DROP COLUMN currency;
ALTER TABLE statements DROP COLUMN total_exact;
ALTER TABLE statements DROP COLUMN total_nanos;
ALTER TABLE statements DROP COLUMN stated_nanos;

-- A generation that came about by one statement taking another's place names both.
ALTER TABLE generation_causes ADD COLUMN replaced_id TEXT;
