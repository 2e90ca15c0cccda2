// The home of the reads and writes of runs, checkpoints and notes.

import { and, desc, eq, gt, gte, inArray, lt, lte, or, type SQL, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { Day, Instant } from "../../kernel/time.ts";
import type { Health } from "../grants/model.ts";
import { providerGrants } from "../grants/tables.ts";
import { FIRST_PLACE, type Place, type RunStatus } from "./model.ts";
import { connectionNotes, connectionRuns, connectionStreams } from "./tables.ts";

/** One run as it is stored. */
export type RunRow = typeof connectionRuns.$inferSelect;

/** One stream's checkpoint as it is stored. */
export type StreamRow = typeof connectionStreams.$inferSelect;

/** Something a reader of a series must know. */
export type NoteRow = typeof connectionNotes.$inferSelect;

/** A connection that is due, for planning. */
export interface DueConnection {
  readonly artistId: string;
  readonly id: string;
  readonly provider: string;
}

function ownRun(scope: ArtistScope, connectionId: string, id: string): SQL | undefined {
  const t = connectionRuns;
  return and(eq(t.artistId, scope.artistId), eq(t.connectionId, connectionId), eq(t.id, id));
}

/** Finds a run. Reads one row. */
export async function findRun(db: Db, scope: ArtistScope, connectionId: string, id: string): Promise<RunRow | null> {
  const [[row]] = await db.read(
    db.orm
      .select()
      .from(connectionRuns)
      .where(ownRun(scope, connectionId, id)),
  );
  return row ?? null;
}

const OPEN: RunStatus[] = ["queued", "running", "waiting"];
/** A run is over after a day; among a connection's newest there is every one that is not. */
const NEWEST = 10;

/** Finds the run of a connection that is not over, the newest of several. Reads ten rows at most. */
export async function findOpenRun(
  db: Db,
  scope: ArtistScope,
  connectionId: string,
  since: Instant,
): Promise<RunRow | null> {
  const t = connectionRuns;
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.connectionId, connectionId)))
      .orderBy(desc(t.id))
      .limit(NEWEST),
  );
  return rows.find(({ status, asOf }) => OPEN.includes(status) && asOf > since) ?? null;
}

/** Lists a connection's runs, newest first, one more than `limit`. */
export async function listRuns(
  db: Db,
  scope: ArtistScope,
  connectionId: string,
  before: string | null,
  limit: number,
): Promise<RunRow[]> {
  const t = connectionRuns;
  const page = before === null ? undefined : lt(t.id, before);
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.connectionId, connectionId), page))
      .orderBy(desc(t.id))
      .limit(limit + 1),
  );
  return rows;
}

/** Makes a run. @returns nothing written where it exists already */
export function newRunStatements(
  db: Db,
  scope: ArtistScope,
  run: { connectionId: string; id: string; night: Day | null; asOf: Instant; total: number },
): Write[] {
  const row = { ...run, artistId: scope.artistId, status: "queued" as const, place: JSON.stringify(FIRST_PLACE) };
  return [db.orm.insert(connectionRuns).values(row)];
}

/** Lists connections whose last planned night is an earlier one. Reads as many rows as it returns. */
export async function listDue(db: Db, night: Day, limit: number): Promise<DueConnection[]> {
  const t = providerGrants;
  const [rows] = await db.read(
    db.orm
      .select({ artistId: t.artistId, id: t.id, provider: t.provider })
      .from(t)
      .where(and(eq(t.status, sql`'active'`), lt(t.night, night)))
      .orderBy(t.night, t.artistId, t.id)
      .limit(limit),
  );
  return rows;
}

/** Plans the runs of a night. Fails if another has planned one of them meanwhile. */
export function planStatements(
  db: Db,
  night: Day,
  asOf: Instant,
  planned: readonly { artistId: string; connectionId: string; id: string; total: number }[],
): Write[] {
  const rows = JSON.stringify(
    planned.map(({ artistId, connectionId, id, total }) => [artistId, connectionId, id, total]),
  );
  return [
    db.orm.run(sql`
      INSERT INTO ${connectionRuns} (artist_id, connection_id, id, night, status, as_of, place_json, total)
      SELECT value->>0, value->>1, value->>2, ${night}, 'queued', ${asOf}, ${JSON.stringify(FIRST_PLACE)}, value->>3
      FROM json_each(${rows})`),
    db.orm.run(sql`
      UPDATE ${providerGrants} SET night = ${night}
      WHERE (artist_id, id) IN (SELECT value->>0, value->>1 FROM json_each(${rows})) AND night < ${night}
        AND status = 'active'`),
    db.orm.run(sql`SELECT iif(changes() = json_array_length(${rows}), 1, json('guard'))`),
  ];
}

/** Makes a connection one delivery's own, and says that its run is running. Fails if another has it or it is gone. */
export function beginStatements(
  db: Db,
  scope: ArtistScope,
  run: RunRow,
  lease: { id: string; until: Instant },
  now: Instant,
): Write[] {
  const t = providerGrants;
  const isFree = and(eq(t.artistId, scope.artistId), eq(t.id, run.connectionId), lte(t.syncUntil, now));
  return [
    db.orm.update(t).set({ syncRun: lease.id, syncUntil: lease.until }).where(isFree),
    db.orm.run(oneRowChanged),
    db.orm
      .update(connectionRuns)
      .set({ status: "running", startedAt: run.startedAt ?? now, resumeAt: null })
      .where(and(ownRun(scope, run.connectionId, run.id), inArray(connectionRuns.status, OPEN))),
    db.orm.run(oneRowChanged),
  ];
}

/** What a run has come to. */
export interface RunProgress {
  readonly place: Place;
  readonly done: number;
  readonly fromDay: string | null;
  readonly toDay: string | null;
  readonly readCount: number;
  readonly writtenCount: number;
  readonly requests: number;
}

/** Notes how far a run has come, and keeps the connection. Fails unless it is still this delivery's. */
export function stepStatements(
  db: Db,
  scope: ArtistScope,
  run: { connectionId: string; id: string; step: number },
  lease: { id: string; until: Instant },
  { place, ...progress }: RunProgress,
): Write[] {
  return [
    ...heldStatements(db, scope, run.connectionId, lease.id, { syncUntil: lease.until }),
    db.orm
      .update(connectionRuns)
      .set({ ...progress, place: JSON.stringify(place), step: run.step + 1 })
      .where(and(ownRun(scope, run.connectionId, run.id), eq(connectionRuns.step, run.step))),
    db.orm.run(oneRowChanged),
  ];
}

function heldStatements(
  db: Db,
  scope: ArtistScope,
  connectionId: string,
  leaseId: string,
  set: Partial<typeof providerGrants.$inferInsert>,
): Write[] {
  const t = providerGrants;
  const isHeld = and(eq(t.artistId, scope.artistId), eq(t.id, connectionId), eq(t.syncRun, leaseId));
  return [db.orm.update(t).set(set).where(isHeld), db.orm.run(oneRowChanged)];
}

/** Lets a connection go, with what is to be said of its health and of its run. Fails unless it is still this delivery's. */
export function letGoStatements(
  db: Db,
  scope: ArtistScope,
  run: { connectionId: string; id: string },
  leaseId: string,
  change: {
    grant: { health?: Health; healthReason?: string | null; healthUntil?: Instant | null; lastSuccessAt?: Instant };
    run: Partial<typeof connectionRuns.$inferInsert>;
  },
): Write[] {
  const free = { syncRun: null, syncUntil: 0 };
  return [
    ...heldStatements(db, scope, run.connectionId, leaseId, { ...change.grant, ...free }),
    db.orm
      .update(connectionRuns)
      .set(change.run)
      .where(ownRun(scope, run.connectionId, run.id)),
  ];
}

/** Lists what is known of a connection's streams. */
export async function listStreams(db: Db, scope: ArtistScope, connectionId: string): Promise<StreamRow[]> {
  const t = connectionStreams;
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.connectionId, connectionId))),
  );
  return rows;
}

/** Keeps how far a stream has come. Fails if another reading of it came in between. */
export function streamStatements(db: Db, scope: ArtistScope, row: Omit<StreamRow, "artistId">): Write[] {
  const { connectionId, stream, ...set } = row;
  const t = connectionStreams;
  return [
    db.orm
      .insert(t)
      .values({ ...row, artistId: scope.artistId })
      .onConflictDoUpdate({
        target: [t.artistId, t.connectionId, t.stream],
        set,
        setWhere: eq(t.version, row.version - 1),
      }),
    db.orm.run(oneRowChanged),
  ];
}

/** Keeps notes, each over the one of its place. */
export function noteStatements(
  db: Db,
  scope: ArtistScope,
  connectionId: string,
  notes: readonly { day: Day; kind: string; key: string; note: object }[],
): Write[] {
  if (notes.length === 0) return [];
  const rows = JSON.stringify(notes.map(({ day, kind, key, note }) => [day, kind, key, JSON.stringify(note)]));
  return [
    db.orm.run(sql`
      INSERT INTO ${connectionNotes} (artist_id, connection_id, day, kind, key, note_json)
      SELECT ${scope.artistId}, ${connectionId}, value->>0, value->>1, value->>2, value->>3 FROM json_each(${rows})
      WHERE true ON CONFLICT DO UPDATE SET note_json = excluded.note_json`),
  ];
}

/** Lists a connection's notes by day, kind and key, one more than `limit`. */
export async function listNotes(
  db: Db,
  scope: ArtistScope,
  connectionId: string,
  after: readonly [string, string, string] | null,
  limit: number,
): Promise<NoteRow[]> {
  const t = connectionNotes;
  const page =
    after === null
      ? undefined
      : and(
          gte(t.day, after[0]),
          or(gt(t.day, after[0]), gt(t.kind, after[1]), and(eq(t.kind, after[1]), gt(t.key, after[2]))),
        );
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.connectionId, connectionId), page))
      .orderBy(t.day, t.kind, t.key)
      .limit(limit + 1),
  );
  return rows;
}
