// The home of the reads and writes of artists, members and keys.

import { and, desc, eq, gt, isNotNull, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import type { Db, Write } from "../db/client.ts";
import type { ArtistFacts } from "../db/ctx.ts";
import { sessions, users } from "../identity/index.ts";
import type { Currency } from "../kernel/currency.ts";
import type { Id } from "../kernel/id.ts";
import type { ArtistScope } from "../kernel/scope.ts";
import type { Instant } from "../kernel/time.ts";
import type { Role } from "./model.ts";
import { apiKeys, artists, generationCauses, memberships, organisationArtists, organisationMembers } from "./tables.ts";

export type ApiKeyRow = typeof apiKeys.$inferSelect;

/** A key that works, with the artist it belongs to. */
export interface KeyAdmission {
  readonly keyId: Id<"apiKey">;
  readonly name: string;
  readonly role: Role;
  readonly artist: ArtistFacts;
}

/** A session that works, with one membership per row; `membership` is null for a person without any. */
export interface SessionAdmission {
  readonly userId: Id<"user">;
  readonly email: string | null;
  readonly name: string;
  readonly membership: { readonly role: Role; readonly artist: ArtistFacts } | null;
}

// D1 hands a batch's rows over as objects, so two columns of one name would be one: each is given a name of its own.
const artistColumns = {
  artistId: sql<string | null>`${artists.id}`.as("artist_id"),
  artistName: sql<string>`${artists.name}`.as("artist_name"),
  currency: artists.currency,
  timeZone: artists.timeZone,
  generation: artists.generation,
  generationAt: artists.generationAt,
};

interface ArtistColumns {
  artistId: string | null;
  artistName: string;
  currency: string | null;
  timeZone: string | null;
  generation: number | null;
  generationAt: number | null;
}

/** Reads the artist out of a joined row; currency and zone were checked when the artist was made. */
function artistOf(row: ArtistColumns): ArtistFacts {
  return {
    id: row.artistId as Id<"artist">,
    name: row.artistName,
    currency: row.currency as Currency,
    timeZone: row.timeZone ?? "UTC",
    generation: row.generation ?? 0,
    generationAt: row.generationAt ?? 0,
  };
}

// Every request of a program begins with this read, and building it anew took a fifth of the Worker's own time.
const KEY_ADMISSION = `
  SELECT k.id AS key_id, k.name AS key_name, k.role AS role, a.id AS artistId, a.name AS artistName,
    a.currency AS currency, a.time_zone AS timeZone, a.generation AS generation, a.generation_at AS generationAt
  FROM api_keys k JOIN artists a ON a.id = k.artist_id
  WHERE k.key_hash = ?1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?2)`;

/** Finds a key that is neither revoked nor expired, with its artist. Reads 2 rows. */
export async function findKey(db: Db, keyHash: string, now: Instant): Promise<KeyAdmission | null> {
  const [rows] = await db.readNumbered([{ sql: KEY_ADMISSION, params: [keyHash, now] }]);
  const row = rows?.[0] as (ArtistColumns & { key_id: string; key_name: string; role: string }) | undefined;
  if (row === undefined) return null;
  return { keyId: row.key_id as Id<"apiKey">, name: row.key_name, role: row.role as Role, artist: artistOf(row) };
}

/**
 * Finds a session that has not expired, with up to two of its person's memberships (two tell "several").
 *
 * A person belongs to an artist directly, or through an organisation that looks after it; a membership of their own
 * comes before the organisation's. One round trip.
 * @param artistId only the membership with this artist, or null for any
 */
export async function findSession(
  db: Db,
  tokenHash: string,
  artistId: string | null,
  now: Instant,
): Promise<SessionAdmission[]> {
  const [own, shared] = await Promise.all([
    findOwnMemberships(db, tokenHash, artistId, now),
    findSharedMemberships(db, tokenHash, artistId, now),
  ]);
  const direct = own.filter(({ membership }) => membership !== null);
  const ids = new Set(direct.map(({ membership }) => membership?.artist.id));
  const all = [...direct, ...shared.filter(({ membership }) => !ids.has(membership?.artist.id))];
  return all.length > 0 ? all : own;
}

async function findSharedMemberships(
  db: Db,
  tokenHash: string,
  artistId: string | null,
  now: Instant,
): Promise<SessionAdmission[]> {
  const [om, oa] = [organisationMembers, organisationArtists];
  const [rows] = await db.read(
    db.orm
      .select({
        // Of several organisations that look after one artist the oldest counts: SQLite takes the other columns from it.
        organisationId: sql<string>`min(${om.organisationId})`.as("organisation_id"),
        userId: sql<string>`${users.id}`.as("user_id"),
        email: users.email,
        name: sql<string>`${users.name}`.as("user_name"),
        role: om.role,
        ...artistColumns,
      })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .innerJoin(om, and(eq(om.userId, users.id), or(isNull(om.until), gt(om.until, now))))
      .innerJoin(
        oa,
        and(eq(oa.organisationId, om.organisationId), artistId === null ? undefined : eq(oa.artistId, artistId)),
      )
      .innerJoin(artists, eq(artists.id, oa.artistId))
      .where(and(eq(sessions.tokenHash, tokenHash), gt(sessions.expiresAt, now)))
      .groupBy(artists.id)
      .limit(2),
  );
  return rows.map(sessionAdmission);
}

async function findOwnMemberships(
  db: Db,
  tokenHash: string,
  artistId: string | null,
  now: Instant,
): Promise<SessionAdmission[]> {
  const lasting = or(isNull(memberships.until), gt(memberships.until, now));
  const named: SQL | undefined = artistId === null ? undefined : eq(memberships.artistId, artistId);
  const [rows] = await db.read(
    db.orm
      .select({
        userId: sql<string>`${users.id}`.as("user_id"),
        email: users.email,
        name: sql<string>`${users.name}`.as("user_name"),
        role: memberships.role,
        ...artistColumns,
      })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .leftJoin(memberships, and(eq(memberships.userId, users.id), lasting, named))
      .leftJoin(artists, eq(artists.id, memberships.artistId))
      .where(and(eq(sessions.tokenHash, tokenHash), gt(sessions.expiresAt, now)))
      .limit(2),
  );
  return rows.map(sessionAdmission);
}

interface SessionColumns extends ArtistColumns {
  userId: string;
  email: string | null;
  name: string;
  role: string | null;
}

function sessionAdmission(row: SessionColumns): SessionAdmission {
  return {
    userId: row.userId as Id<"user">,
    email: row.email,
    name: row.name,
    membership: row.artistId === null ? null : { role: row.role as Role, artist: artistOf(row) },
  };
}

/** Lists the artists a person belongs to, oldest first, their own memberships before those of organisations. */
export async function listMemberships(
  db: Db,
  userId: string,
  now: Instant,
): Promise<{ artistId: string; name: string; role: string }[]> {
  const lasting = or(isNull(memberships.until), gt(memberships.until, now));
  const [om, oa] = [organisationMembers, organisationArtists];
  const [own, shared] = await db.read(
    db.orm
      .select({ artistId: sql<string>`${artists.id}`.as("artist_id"), name: artists.name, role: memberships.role })
      .from(memberships)
      .innerJoin(artists, eq(artists.id, memberships.artistId))
      .where(and(eq(memberships.userId, userId), lasting)),
    db.orm
      .select({ artistId: sql<string>`${artists.id}`.as("artist_id"), name: artists.name, role: om.role })
      .from(om)
      .innerJoin(oa, eq(oa.organisationId, om.organisationId))
      .innerJoin(artists, eq(artists.id, oa.artistId))
      .where(and(eq(om.userId, userId), or(isNull(om.until), gt(om.until, now)))),
  );
  const byArtist = new Map([...shared, ...own].map((membership) => [membership.artistId, membership]));
  return [...byArtist.values()].sort((left, right) => (left.artistId < right.artistId ? -1 : 1));
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
