// The home of the reads and writes of measures.

import { and, eq, gte, lte, sql } from "drizzle-orm";
import { packRows } from "../../db/bulk.ts";
import type { Db, Write } from "../../db/client.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { Day } from "../../kernel/time.ts";
import type { Measure, MeasuredDay } from "./model.ts";
import { measureDays } from "./tables.ts";

type Packed = [string, string, string, string | null, string];

/** Lists what a stream of a source measured over days, oldest first. Reads one row a day. */
export async function listMeasures(
  db: Db,
  scope: ArtistScope,
  place: { source: string; stream: string },
  days: { from: Day; to: Day },
): Promise<MeasuredDay[]> {
  const t = measureDays;
  const [rows] = await db.read(
    db.orm
      .select({ day: t.day, cells: t.cells })
      .from(t)
      .where(
        and(
          eq(t.artistId, scope.artistId),
          eq(t.source, place.source),
          eq(t.stream, place.stream),
          gte(t.day, days.from),
          lte(t.day, days.to),
        ),
      )
      .orderBy(t.day),
  );
  return rows.map(({ day, cells }) => ({
    day: day as Day,
    measures: (JSON.parse(cells) as Packed[]).map(([metric, dimension, key, label, value]): Measure => {
      return { metric, dimension, key, label, value };
    }),
  }));
}

/** Replaces what a stream of a source measured on some days. */
export function measureStatements(
  db: Db,
  scope: ArtistScope,
  { source, stream }: { source: string; stream: string },
  days: readonly MeasuredDay[],
): Write[] {
  const rows = days.map(({ day, measures }) => {
    const cells = measures.map(({ metric, dimension, key, label, value }): Packed => {
      return [metric, dimension, key, label, value];
    });
    return JSON.stringify([day, JSON.stringify(cells)]);
  });
  return packRows(rows).map((pack) =>
    db.orm.run(sql`
      INSERT INTO ${measureDays} (artist_id, source, stream, day, cells_json)
      SELECT ${scope.artistId}, ${source}, ${stream}, value->>0, value->>1 FROM json_each(${pack}) WHERE true
      ON CONFLICT DO UPDATE SET cells_json = excluded.cells_json WHERE cells_json <> excluded.cells_json`),
  );
}

/** Forgets all that a source measured. */
export function forgetMeasureStatements(db: Db, scope: ArtistScope, source: string): Write[] {
  const t = measureDays;
  return [db.orm.delete(t).where(and(eq(t.artistId, scope.artistId), eq(t.source, source)))];
}
