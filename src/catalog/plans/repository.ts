// The home of the reads and writes of milestone templates.

import { and, asc, eq } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { PlannedMilestone } from "../calendar/model.ts";
import { linesOf } from "./model.ts";
import { catalogPlans } from "./tables.ts";

/** A template as kept. */
export type PlanRow = typeof catalogPlans.$inferSelect;

/** Finds the lines that new dates are planned with; null when the artist has chosen none. Reads 1 row. */
export async function findDefaultPlan(db: Db, scope: ArtistScope): Promise<PlannedMilestone[] | null> {
  const t = catalogPlans;
  const [[row]] = await db.read(
    db.orm
      .select({ milestones: t.milestones })
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.isDefault, 1))),
  );
  return row === undefined ? null : linesOf(row);
}

/** Finds a template. Reads 1 row. */
export async function findPlan(db: Db, scope: ArtistScope, id: string): Promise<PlanRow | null> {
  const t = catalogPlans;
  const [[row]] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.id, id))),
  );
  return row ?? null;
}

/** Lists an artist's templates, oldest first. Reads the rows it lists. */
export async function listPlans(db: Db, scope: ArtistScope, limit: number): Promise<PlanRow[]> {
  const t = catalogPlans;
  const [rows] = await db.read(
    db.orm.select().from(t).where(eq(t.artistId, scope.artistId)).orderBy(asc(t.id)).limit(limit),
  );
  return rows;
}

/** Adds a template. */
export function addPlanStatements(db: Db, row: PlanRow): Write[] {
  return [...soleDefault(db, row), db.orm.insert(catalogPlans).values(row)];
}

/** Changes a template; the batch fails if it is in another version by now than in the one before this. */
export function changePlanStatements(db: Db, row: PlanRow): Write[] {
  const t = catalogPlans;
  const { artistId, id, createdAt: _, ...changed } = row;
  const isThis = and(eq(t.artistId, artistId), eq(t.id, id), eq(t.version, row.version - 1));
  return [...soleDefault(db, row), db.orm.update(t).set(changed).where(isThis), db.orm.run(oneRowChanged)];
}

/** Removes one version of a template. */
export function removePlanStatements(db: Db, { artistId, id, version }: PlanRow): Write[] {
  const t = catalogPlans;
  const isThis = and(eq(t.artistId, artistId), eq(t.id, id), eq(t.version, version));
  return [db.orm.delete(t).where(isThis), db.orm.run(oneRowChanged)];
}

/** There is one default at most: another one steps back. */
function soleDefault(db: Db, { artistId, isDefault }: PlanRow): Write[] {
  const t = catalogPlans;
  if (isDefault === 0) return [];
  return [
    db.orm
      .update(t)
      .set({ isDefault: 0 })
      .where(and(eq(t.artistId, artistId), eq(t.isDefault, 1))),
  ];
}
