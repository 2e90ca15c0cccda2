// The home of the reads and writes of which recordings a statement's lines are of.

import { and, eq, type SQL, sql } from "drizzle-orm";
import { recordingIdOf } from "../../catalog/index.ts";
import type { Db, Write } from "../../db/client.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import { assignedKey } from "../identities/repository.ts";
import { identityAssignments } from "../identities/tables.ts";
import { statementSums } from "../tables.ts";
import { statementRecordings } from "./tables.ts";

const IDENTITIES_PER_ROW = 10_000;

/** The recording of an identity by now: of its own code, or of the one it was said to be; "" while there is none. */
function recordingOf(scope: ArtistScope, identity: SQL): SQL {
  return sql`coalesce(${recordingIdOf(scope, assignedKey(scope, identity))}, '')`;
}

/** Lists the recordings of a statement by the identity of their lines. Reads a row for each 10,000 identities. */
export async function listStatementRecordings(
  db: Db,
  scope: ArtistScope,
  statementId: string,
): Promise<Record<string, string>> {
  const t = statementRecordings;
  const [rows] = await db.read(
    db.orm
      .select({ recordings: t.recordings })
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.statementId, statementId))),
  );
  return Object.assign({}, ...rows.map(({ recordings }) => JSON.parse(recordings)));
}

/** Keeps the recordings of a statement that is posted in the same batch, whose sums are there. */
export function keepRecordingStatements(db: Db, scope: ArtistScope, statementId: string): Write[] {
  return [
    db.orm.run(sql`
      INSERT INTO ${statementRecordings} (artist_id, statement_id, part, recordings_json)
      SELECT ${scope.artistId}, ${statementId}, (n - 1) / ${sql.raw(String(IDENTITIES_PER_ROW))},
        json_group_object(identity, recording)
      FROM (
        SELECT identity, row_number() OVER (ORDER BY identity) AS n, ${recordingOf(scope, sql`identity`)} AS recording
        FROM (
          SELECT DISTINCT j.value->>1 AS identity FROM ${statementSums} s, json_each(s.cells_json) j
          WHERE s.artist_id = ${scope.artistId} AND s.statement_id = ${statementId} AND s.cut = 'recording'
        )
      )
      GROUP BY 3`),
  ];
}

/** Forgets them when the statement leaves the books. */
export function forgetRecordingStatements(db: Db, scope: ArtistScope, statementId: string): Write[] {
  const t = statementRecordings;
  return [db.orm.delete(t).where(and(eq(t.artistId, scope.artistId), eq(t.statementId, statementId)))];
}

/**
 * Says anew which recordings some identities are, and those that were said to be one of them, in every posted statement.
 *
 * What they are is looked up by the write itself, so that two of these in any order leave what the catalog says.
 * Reads the artist's rows.
 */
export function matchRecordingStatements(db: Db, scope: ArtistScope, identities: readonly string[]): Write[] {
  const asked = JSON.stringify(identities);
  const t = sql.identifier("statement_recordings");
  return [
    db.orm.run(sql`
      WITH asked (identity) AS (
        SELECT value FROM json_each(${asked})
        UNION SELECT a.identity FROM json_each(${asked}) j
          JOIN ${identityAssignments} a ON a.artist_id = ${scope.artistId} AND a.isrc = j.value
      ),
      meant (identity, sign, recording) AS MATERIALIZED (
        SELECT identity, json_quote(identity) || ':', ${recordingOf(scope, sql`asked.identity`)} FROM asked
      )
      UPDATE ${t} SET recordings_json = json_patch(recordings_json,
        (SELECT json_group_object(identity, recording) FROM meant WHERE instr(recordings_json, sign) > 0))
      WHERE artist_id = ${scope.artistId} AND EXISTS (SELECT 1 FROM meant WHERE instr(recordings_json, sign) > 0)`),
  ];
}
