// The home of the reads and writes of deliveries.

import { and, asc, eq } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import { catalogDeliveries } from "./tables.ts";

/** A delivery as kept. */
export type DeliveryRow = typeof catalogDeliveries.$inferSelect;

/** How many deliveries of one release are looked at: two hundred stores, ten times each. */
export const MOST_DELIVERIES = 2000;

/** Lists the deliveries of a release, oldest first. Reads 2 rows for each. */
export async function listDeliveriesOf(db: Db, scope: ArtistScope, releaseId: string): Promise<DeliveryRow[]> {
  const t = catalogDeliveries;
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.releaseId, releaseId)))
      .orderBy(asc(t.id))
      .limit(MOST_DELIVERIES),
  );
  return rows;
}

/** Finds a delivery. Reads 1 row. */
export async function findDelivery(db: Db, scope: ArtistScope, id: string): Promise<DeliveryRow | null> {
  const t = catalogDeliveries;
  const [[row]] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.id, id))),
  );
  return row ?? null;
}

/** Asks stores for something. Writes 2 rows for each. */
export function addDeliveryStatements(db: Db, rows: readonly DeliveryRow[]): Write[] {
  return rows.map((row) => db.orm.insert(catalogDeliveries).values(row));
}

/** Moves a delivery; the batch fails if it stands elsewhere by now. */
export function moveDeliveryStatements(db: Db, before: DeliveryRow, after: DeliveryRow): Write[] {
  const t = catalogDeliveries;
  const { status, reason, updatedAt } = after;
  const isThis = and(eq(t.artistId, before.artistId), eq(t.id, before.id), eq(t.status, before.status));
  return [db.orm.update(t).set({ status, reason, updatedAt }).where(isThis), db.orm.run(oneRowChanged)];
}
