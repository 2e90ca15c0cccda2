// The home of the reads and writes of what belongs together: files of one report, parts of one archive.

import { and, eq, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import { LIVING } from "../repository.ts";
import { reportFiles, statements } from "../tables.ts";

/** Says which statement holds a file of a report; one sent again takes the place of the one before. */
export function reportFileStatements(
  db: Db,
  scope: ArtistScope,
  file: { report: string; number: number; statementId: string },
): Write[] {
  const t = reportFiles;
  return [
    db.orm
      .insert(t)
      .values({ artistId: scope.artistId, ...file })
      .onConflictDoUpdate({ target: [t.artistId, t.report, t.number], set: { statementId: file.statementId } }),
  ];
}

/** Lists the living statements that hold the files of a report, by number; number 0 is the one that reads them all. */
export async function listReportFiles(
  db: Db,
  scope: ArtistScope,
  report: string,
): Promise<{ number: number; statementId: string }[]> {
  const t = reportFiles;
  const [rows] = await db.read(
    db.orm
      .select({ number: t.number, statementId: t.statementId })
      .from(t)
      .innerJoin(statements, and(eq(statements.artistId, t.artistId), eq(statements.id, t.statementId)))
      .where(and(eq(t.artistId, scope.artistId), eq(t.report, report), LIVING))
      .orderBy(t.number),
  );
  return rows;
}

/** Makes one statement the reader of a whole report, unless a living one is already. */
export function claimReportStatements(db: Db, scope: ArtistScope, report: string, statementId: string): Write[] {
  return [
    db.orm.run(sql`
      INSERT INTO ${reportFiles} (artist_id, report, number, statement_id)
      VALUES (${scope.artistId}, ${report}, 0, ${statementId})
      ON CONFLICT DO UPDATE SET statement_id = excluded.statement_id
      WHERE report_files.statement_id = excluded.statement_id OR NOT EXISTS (
        SELECT 1 FROM ${statements} s WHERE s.artist_id = report_files.artist_id
          AND s.id = report_files.statement_id AND s.status NOT IN ('retracted', 'failed'))`),
    db.orm.run(oneRowChanged),
  ];
}

/** Marks statements as parts of another, in whatever state they wait. */
export function partStatements(
  db: Db,
  scope: ArtistScope,
  ids: readonly string[],
  set: { partOf: string; problems: string },
): Write[] {
  return [
    db.orm
      .update(statements)
      .set(set)
      .where(
        and(
          eq(statements.artistId, scope.artistId),
          sql`${statements.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
        ),
      ),
  ];
}
