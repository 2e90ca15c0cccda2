-- Matching happens per printed identity, never per line: what has no valid ISRC is listed here and may be given one.

-- What each posted statement earned under an identity that is no valid ISRC.
CREATE TABLE unmatched_identities (
  artist_id    TEXT NOT NULL,
  identity     TEXT NOT NULL,
  statement_id TEXT NOT NULL,
  currency     TEXT NOT NULL,
  label        TEXT,
  lines        INTEGER NOT NULL,
  units        INTEGER NOT NULL,
  nanos        INTEGER NOT NULL,
  PRIMARY KEY (artist_id, identity, statement_id, currency),
  FOREIGN KEY (artist_id, statement_id) REFERENCES statements (artist_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX unmatched_identities_by_statement ON unmatched_identities (artist_id, statement_id);

-- Which recording an identity was said to be; its money then stands under that ISRC, of past and of coming statements.
CREATE TABLE identity_assignments (
  artist_id TEXT NOT NULL REFERENCES artists (id),
  identity  TEXT NOT NULL,
  isrc      TEXT NOT NULL,
  at        INTEGER NOT NULL,
  PRIMARY KEY (artist_id, identity)
) STRICT, WITHOUT ROWID;

CREATE INDEX identity_assignments_by_isrc ON identity_assignments (artist_id, isrc);

INSERT INTO unmatched_identities (artist_id, identity, statement_id, currency, label, lines, units, nanos)
SELECT s.artist_id, j.value->>1, s.statement_id, s.currency, max(j.value->>2), sum(j.value->>3),
  sum((j.value->>4) + (j.value->>5) + (j.value->>6)), sum(j.value->>7)
FROM statement_sums s, json_each(s.cells_json) j
JOIN statements t ON t.artist_id = s.artist_id AND t.id = s.statement_id AND t.status = 'posted'
WHERE s.cut = 'recording'
  AND NOT (length(j.value->>1) = 12 AND j.value->>1 GLOB '[A-Z][A-Z]*'
    AND NOT substr(j.value->>1, 3, 3) GLOB '*[^A-Z0-9]*' AND NOT substr(j.value->>1, 6) GLOB '*[^0-9]*')
GROUP BY 1, 2, 3, 4;
