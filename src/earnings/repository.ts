// The home of finished answers: in D1 one row per artist and view, in KV one value per generation and day.

import { and, eq, lte } from "drizzle-orm";
import type { Db, Write } from "../db/client.ts";
import type { ArtistScope } from "../kernel/scope.ts";
import type { Day } from "../kernel/time.ts";
import { kpiSnapshots } from "./tables.ts";

/** What a finished answer depends on; two answers with equal keys are equal. */
export interface SnapshotKey {
  readonly view: "overview";
  readonly generation: number;
  readonly day: Day;
}

/** The name of a finished answer in KV: it holds everything the answer depends on, so a value is never changed. */
export function kpiKey(scope: ArtistScope, { view, generation, day }: SnapshotKey): string {
  return `kpi/${scope.artistId}/${generation}/${day}/${view}`;
}

/** Finds the answer kept in D1, if it is of this generation and day. Reads 1 row. */
export async function findSnapshot(db: Db, scope: ArtistScope, key: SnapshotKey): Promise<string | null> {
  const t = kpiSnapshots;
  const [[row]] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.view, key.view))),
  );
  return row !== undefined && row.generation === key.generation && row.day === key.day ? row.body : null;
}

export function snapshotStatements(db: Db, scope: ArtistScope, key: SnapshotKey, body: string): Write[] {
  return [
    db.orm
      .insert(kpiSnapshots)
      .values({ artistId: scope.artistId, ...key, body })
      .onConflictDoUpdate({
        target: [kpiSnapshots.artistId, kpiSnapshots.view],
        set: { generation: key.generation, day: key.day, body },
        // A refresh that was overtaken leaves the newer answer where it is.
        setWhere: lte(kpiSnapshots.generation, key.generation),
      }),
  ];
}
