-- An archive of several files is a statement of parts: the ids of the statements its files became.
ALTER TABLE statements ADD COLUMN parts_json TEXT;
