// The home of the sources' reads and writes.

import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { Month } from "../../kernel/time.ts";
import type { EarningSource } from "./model.ts";
import { earningSources } from "./tables.ts";

const SOURCES = "SELECT source, periods_json FROM earning_sources WHERE artist_id = ?1 ORDER BY source";

/** Lists an artist's sources. Reads one row each; an artist has a handful. */
export async function listSources(db: Db, scope: ArtistScope): Promise<EarningSource[]> {
  const [rows = []] = await db.readNumbered([{ sql: SOURCES, params: [scope.artistId] }]);
  return rows.map((row) => ({
    id: String(row["source"]),
    periods: (JSON.parse(String(row["periods_json"])) as [Month, Month][]).map(([from, to]) => ({ from, to })),
  }));
}

/**
 * Sets which periods a source has reported; a source without any is no longer one.
 *
 * @param periods a subquery that gives one JSON array of `[from, to]`
 */
export function sourceStatements(db: Db, scope: ArtistScope, source: string, periods: SQL): Write[] {
  return [
    db.orm.run(sql`
      INSERT INTO ${earningSources} (artist_id, source, periods_json)
      VALUES (${scope.artistId}, ${source}, (${periods}))
      ON CONFLICT DO UPDATE SET periods_json = excluded.periods_json`),
    db.orm
      .delete(earningSources)
      .where(
        and(
          eq(earningSources.artistId, scope.artistId),
          eq(earningSources.source, source),
          eq(earningSources.periods, "[]"),
        ),
      ),
  ];
}
