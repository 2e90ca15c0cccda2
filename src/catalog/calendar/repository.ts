// The home of the reads and writes of dates and milestones.

import { and, asc, eq, gte, inArray, lte, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { Day, Instant } from "../../kernel/time.ts";
import { catalogItems } from "../items/tables.ts";
import type { Move } from "./model.ts";
import { catalogDates, catalogMilestones } from "./tables.ts";

/** A date as kept. */
export type DateRow = typeof catalogDates.$inferSelect;

/** A milestone as kept. */
export type MilestoneRow = typeof catalogMilestones.$inferSelect;

/** A release that has a date, as a calendar shows it. */
export interface DatedRow extends DateRow {
  readonly title: string;
  readonly status: string;
  readonly version: number;
  readonly updatedAt: Instant;
}

/** A milestone with the title of its release. */
export interface DueRow extends MilestoneRow {
  readonly title: string;
}

/** The days a calendar covers, both included, and what must not be in it. */
export interface Span {
  readonly from: Day;
  readonly to: Day;
  /** The ids its reader may not know of, if there can be any. */
  readonly hidden: SQL | null;
}

const isShown = (column: SQLiteColumn, hidden: SQL | null) =>
  hidden === null ? undefined : sql`${column} NOT IN ${hidden}`;

/** Lists the releases that come out in a span, by day, one more than `limit`. Reads 2 rows for each. */
export async function listDated(db: Db, scope: ArtistScope, span: Span, limit: number): Promise<DatedRow[]> {
  const [d, i] = [catalogDates, catalogItems];
  const [rows] = await db.read(
    db.orm
      .select({
        artistId: d.artistId,
        releaseId: d.releaseId,
        onDay: d.onDay,
        firstAt: d.firstAt,
        lastAt: d.lastAt,
        title: i.title,
        status: sql<string>`${i.status}`,
        version: i.version,
        updatedAt: i.updatedAt,
      })
      .from(d)
      .innerJoin(i, and(eq(i.artistId, d.artistId), eq(i.id, d.releaseId)))
      .where(
        and(
          eq(d.artistId, scope.artistId),
          gte(d.onDay, span.from),
          lte(d.onDay, span.to),
          isShown(d.releaseId, span.hidden),
        ),
      )
      .orderBy(asc(d.onDay), asc(d.releaseId))
      .limit(limit + 1),
  );
  return rows;
}

/** Lists what is due in a span, by day, one more than `limit`. Reads 2 rows for each. */
export async function listDue(db: Db, scope: ArtistScope, span: Span, limit: number): Promise<DueRow[]> {
  const [m, i] = [catalogMilestones, catalogItems];
  const [rows] = await db.read(
    db.orm
      .select({
        artistId: m.artistId,
        id: m.id,
        releaseId: m.releaseId,
        name: m.name,
        onDay: m.onDay,
        offsetDays: m.offsetDays,
        isDone: m.isDone,
        version: m.version,
        updatedAt: m.updatedAt,
        title: i.title,
      })
      .from(m)
      .innerJoin(i, and(eq(i.artistId, m.artistId), eq(i.id, m.releaseId)))
      .where(
        and(
          eq(m.artistId, scope.artistId),
          gte(m.onDay, span.from),
          lte(m.onDay, span.to),
          isShown(m.releaseId, span.hidden),
        ),
      )
      .orderBy(asc(m.onDay), asc(m.id))
      .limit(limit + 1),
  );
  return rows;
}

/** Finds the date of a release. Reads 1 row. */
export async function findDate(db: Db, scope: ArtistScope, releaseId: string): Promise<DateRow | null> {
  const t = catalogDates;
  const isThis = and(eq(t.artistId, scope.artistId), eq(t.releaseId, releaseId));
  const [[row]] = await db.read(db.orm.select().from(t).where(isThis));
  return row ?? null;
}

/** Lists the milestones of a release, by day. Reads 2 rows for each. */
export async function listMilestones(db: Db, scope: ArtistScope, releaseId: string): Promise<MilestoneRow[]> {
  const t = catalogMilestones;
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.releaseId, releaseId)))
      .orderBy(asc(t.onDay), asc(t.id)),
  );
  return rows;
}

/** Finds a milestone. Reads 1 row. */
export async function findMilestone(db: Db, scope: ArtistScope, id: string): Promise<MilestoneRow | null> {
  const t = catalogMilestones;
  const [[row]] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.id, id))),
  );
  return row ?? null;
}

/** Gives a release its date, or takes it away. Writes 1 row. */
export function dateStatements(db: Db, scope: ArtistScope, releaseId: string, row: DateRow | null): Write[] {
  const t = catalogDates;
  if (row === null) {
    return [db.orm.delete(t).where(and(eq(t.artistId, scope.artistId), eq(t.releaseId, releaseId)))];
  }
  const { onDay, firstAt, lastAt } = row;
  const target = [t.artistId, t.releaseId];
  return [db.orm.insert(t).values(row).onConflictDoUpdate({ target, set: { onDay, firstAt, lastAt } })];
}

/** Adds milestones. Writes a row for each. */
export function addMilestoneStatements(db: Db, rows: readonly MilestoneRow[]): Write[] {
  return rows.map((row) => db.orm.insert(catalogMilestones).values(row));
}

/** Moves milestones. Writes a row for each. */
export function moveStatements(db: Db, scope: ArtistScope, moves: readonly Move[], now: Instant): Write[] {
  if (moves.length === 0) return [];
  const places = JSON.stringify(moves.map(({ id, to }) => [id, to]));
  return [
    db.orm.run(sql`
      UPDATE ${catalogMilestones} AS m SET on_day = j.value->>1, version = version + 1, updated_at = ${now}
      FROM json_each(${places}) j WHERE m.artist_id = ${scope.artistId} AND m.id = j.value->>0`),
  ];
}

/** Changes a milestone; the batch fails if it is in another version by now than in the one before this. */
export function changeMilestoneStatements(db: Db, row: MilestoneRow): Write[] {
  const t = catalogMilestones;
  const { artistId, id, releaseId: _, ...changed } = row;
  const isThis = and(eq(t.artistId, artistId), eq(t.id, id), eq(t.version, row.version - 1));
  return [db.orm.update(t).set(changed).where(isThis), db.orm.run(oneRowChanged)];
}

/** Removes milestones of a release. */
export function removeMilestoneStatements(db: Db, scope: ArtistScope, ids: readonly string[]): Write[] {
  const t = catalogMilestones;
  return ids.length === 0 ? [] : [db.orm.delete(t).where(and(eq(t.artistId, scope.artistId), inArray(t.id, [...ids])))];
}

/** Removes what the calendar holds of a release that is removed. */
export function forgetReleaseStatements(db: Db, scope: ArtistScope, releaseId: string): Write[] {
  const m = catalogMilestones;
  return [
    ...dateStatements(db, scope, releaseId, null),
    db.orm.delete(m).where(and(eq(m.artistId, scope.artistId), eq(m.releaseId, releaseId))),
  ];
}
