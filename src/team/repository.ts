// The home of the reads and writes of artists, members and keys.

import { and, desc, eq, gt, isNotNull, lt, sql } from "drizzle-orm";
import type { Db, Write } from "../db/client.ts";
import type { ArtistFacts } from "../db/ctx.ts";
import type { Currency } from "../kernel/currency.ts";
import type { Id } from "../kernel/id.ts";
import type { ArtistScope } from "../kernel/scope.ts";
import type { Instant } from "../kernel/time.ts";
import { apiKeys, artists, generationCauses, memberships } from "./tables.ts";

export type ApiKeyRow = typeof apiKeys.$inferSelect;

// D1 hands a batch's rows over as objects, so two columns of one name would be one: each is given a name of its own.
export const artistColumns = {
  artistId: sql<string | null>`${artists.id}`.as("artist_id"),
  artistName: sql<string>`${artists.name}`.as("artist_name"),
  currency: artists.currency,
  timeZone: artists.timeZone,
  generation: artists.generation,
  generationAt: artists.generationAt,
  catalogGeneration: artists.catalogGeneration,
  secretsUntil: artists.secretsUntil,
};

export interface ArtistColumns {
  artistId: string | null;
  artistName: string;
  currency: string | null;
  timeZone: string | null;
  generation: number | null;
  generationAt: number | null;
  catalogGeneration: number | null;
  secretsUntil: number | null;
}

/** Reads the artist out of a joined row; currency and zone were checked when the artist was made. */
export function artistOf(row: ArtistColumns): ArtistFacts {
  return {
    id: row.artistId as Id<"artist">,
    name: row.artistName,
    currency: row.currency as Currency,
    timeZone: row.timeZone ?? "UTC",
    generation: row.generation ?? 0,
    generationAt: row.generationAt ?? 0,
    catalogGeneration: row.catalogGeneration ?? 0,
    secretsUntil: row.secretsUntil ?? 0,
  };
}

/** Finds an artist by id alone, for jobs that name one. */
export async function findArtist(db: Db, artistId: string): Promise<ArtistFacts | null> {
  const [[row]] = await db.read(db.orm.select(artistColumns).from(artists).where(eq(artists.id, artistId)));
  return row === undefined ? null : artistOf(row);
}

const GENERATION = "SELECT generation, generation_at FROM artists WHERE id = ?1";

/**
 * Reads which generation the figures read beside it are of: asked for together they are one batch, and so of one moment,
 * which sign-in was not.
 */
export async function findGeneration(
  db: Db,
  scope: ArtistScope,
): Promise<{ generation: number; generationAt: Instant }> {
  const [rows] = await db.readNumbered([{ sql: GENERATION, params: [scope.artistId] }]);
  const row = rows?.[0];
  return { generation: Number(row?.["generation"] ?? 0), generationAt: Number(row?.["generation_at"] ?? 0) };
}

/** Lists the ids of all artists after one, for the nightly jobs. */
export async function listArtistIdsAfter(db: Db, after: string, limit: number): Promise<string[]> {
  const [rows] = await db.read(
    db.orm.select({ id: artists.id }).from(artists).where(gt(artists.id, after)).orderBy(artists.id).limit(limit),
  );
  return rows.map((row) => row.id);
}

export function artistStatements(
  db: Db,
  artist: typeof artists.$inferInsert,
  owner: { id: string; userId: string },
): Write[] {
  return [
    db.orm.insert(artists).values(artist),
    db.orm.insert(memberships).values({ ...owner, artistId: artist.id, role: "owner", createdAt: artist.createdAt }),
  ];
}

/** Says that an artist's figures may have changed: cached ones of the generation before are no longer asked for. */
export function nextGenerationStatements(db: Db, scope: ArtistScope, now: Instant): Write[] {
  return [
    db.orm
      .update(artists)
      .set({ generation: sql`${artists.generation} + 1`, generationAt: now })
      .where(eq(artists.id, scope.artistId)),
  ];
}

/** Says why the generation that this batch has just made is another than the one before. */
export function causeStatements(db: Db, scope: ArtistScope, cause: Omit<GenerationCause, "generation">): Write[] {
  const generation = sql`(SELECT ${artists.generation} FROM ${artists} WHERE ${artists.id} = ${scope.artistId})`;
  return [db.orm.insert(generationCauses).values({ ...cause, artistId: scope.artistId, generation })];
}

/** A reason why a generation is another than the one before. */
export interface GenerationCause {
  readonly generation: number;
  readonly kind: "posted" | "retracted" | "superseded" | "restated" | "corrected";
  readonly statementId: string | null;
  /** The statement whose place the other took. */
  readonly replacedId: string | null;
  readonly lines: number;
  readonly at: Instant;
}

/** Lists the statements that moved an artist's figures after a generation, oldest first. */
export async function listStatementCauses(
  db: Db,
  scope: ArtistScope,
  after: number,
  limit: number,
): Promise<GenerationCause[]> {
  const t = generationCauses;
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), gt(t.generation, after), isNotNull(t.statementId)))
      .orderBy(t.generation)
      .limit(limit),
  );
  return rows as GenerationCause[];
}

/** Lists keys, newest first, one more than `limit`. */
export async function listKeys(db: Db, scope: ArtistScope, before: string | null, limit: number): Promise<ApiKeyRow[]> {
  const page = before === null ? undefined : lt(apiKeys.id, before);
  const [rows] = await db.read(
    db.orm
      .select()
      .from(apiKeys)
      .where(and(eq(apiKeys.artistId, scope.artistId), page))
      .orderBy(desc(apiKeys.id))
      .limit(limit + 1),
  );
  return rows;
}

export async function findKeyById(db: Db, scope: ArtistScope, id: string): Promise<ApiKeyRow | null> {
  const [[row]] = await db.read(
    db.orm
      .select()
      .from(apiKeys)
      .where(and(eq(apiKeys.artistId, scope.artistId), eq(apiKeys.id, id))),
  );
  return row ?? null;
}

export function keyStatements(db: Db, key: typeof apiKeys.$inferInsert): Write[] {
  return [db.orm.insert(apiKeys).values(key)];
}

export function revokeKeyStatements(db: Db, scope: ArtistScope, id: string, now: Instant): Write[] {
  return [
    db.orm
      .update(apiKeys)
      .set({ revokedAt: now })
      .where(and(eq(apiKeys.artistId, scope.artistId), eq(apiKeys.id, id))),
  ];
}
