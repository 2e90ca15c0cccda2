// The home of the reads that every request begins with: a key or a session, and what it opens; and of being seen.

import { sha256 } from "@oslojs/crypto/sha2";
import { and, eq, gt, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import type { ArtistFacts, BaseCtx } from "../../db/ctx.ts";
import { auditLog } from "../../db/tables.ts";
import { sessions, users } from "../../identity/index.ts";
import { derivedId, type Id } from "../../kernel/id.ts";
import { type Actor, actorName } from "../../kernel/scope.ts";
import type { Instant } from "../../kernel/time.ts";
import { lowerRole, type MemberScope, type Role, SIGHTING_MS, WHOLE_ARTIST } from "../model.ts";
import { type ArtistColumns, artistColumns, artistOf } from "../repository.ts";
import { apiKeys, artists, memberships, organisationArtists, organisationMembers } from "../tables.ts";

const HOUR_MS = 60 * 60 * 1000;

/** A key that works, with the artist it belongs to. */
export interface KeyAdmission {
  readonly keyId: Id<"apiKey">;
  readonly name: string;
  readonly role: Role;
  readonly artist: ArtistFacts;
  readonly lastUsedAt: Instant | null;
}

/** What a person has with one artist: of their own, or through an organisation. */
export interface MembershipAdmission {
  readonly id: string;
  /** The organisation the membership is one of; null for one's own. */
  readonly organisationId: string | null;
  readonly role: Role;
  readonly scope: MemberScope;
  readonly isSupport: boolean;
  readonly lastSeenAt: Instant | null;
  readonly artist: ArtistFacts;
}

/** A session that works, with one membership per row; `membership` is null for a person without any. */
export interface SessionAdmission {
  readonly sessionId: Id<"session">;
  readonly userId: Id<"user">;
  readonly email: string | null;
  readonly name: string;
  readonly lastSeenAt: Instant | null;
  readonly membership: MembershipAdmission | null;
}

// Every request of a program begins with this read, and building it anew took a fifth of the Worker's own time.
const KEY_ADMISSION = `
  SELECT k.id AS key_id, k.name AS key_name, k.role AS role, k.last_used_at AS lastUsedAt, a.id AS artistId,
    a.name AS artistName, a.currency AS currency, a.time_zone AS timeZone, a.generation AS generation,
    a.generation_at AS generationAt, a.catalog_generation AS catalogGeneration, a.secrets_until AS secretsUntil
  FROM api_keys k JOIN artists a ON a.id = k.artist_id
  WHERE k.key_hash = ?1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?2)`;

type KeyColumns = ArtistColumns & { key_id: string; key_name: string; role: string; lastUsedAt: number | null };

/** Finds a key that is neither revoked nor expired, with its artist. Reads 2 rows. */
export async function findKey(db: Db, keyHash: string, now: Instant): Promise<KeyAdmission | null> {
  const [rows] = await db.readNumbered([{ sql: KEY_ADMISSION, params: [keyHash, now] }]);
  const row = rows?.[0] as KeyColumns | undefined;
  if (row === undefined) return null;
  const { key_id: keyId, key_name: name, role, lastUsedAt } = row;
  return { keyId: keyId as Id<"apiKey">, name, role: role as Role, artist: artistOf(row), lastUsedAt };
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

const sessionColumns = {
  sessionId: sql<string>`${sessions.id}`.as("session_id"),
  sessionSeenAt: sql<number | null>`${sessions.lastSeenAt}`.as("session_seen_at"),
  userId: sql<string>`${users.id}`.as("user_id"),
  email: users.email,
  name: sql<string>`${users.name}`.as("user_name"),
};

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
        ...sessionColumns,
        // Of several organisations that look after one artist the oldest counts: SQLite takes the other columns from it.
        organisationId: sql<string>`min(${om.organisationId})`.as("organisation_id"),
        membershipId: sql<string>`${om.id}`.as("membership_id"),
        memberSeenAt: sql<number | null>`${om.lastSeenAt}`.as("member_seen_at"),
        role: sql<string>`${om.role}`.as("member_role"),
        mostRole: sql<string>`${oa.role}`.as("most_role"),
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
  return rows.map((row) => ({
    ...sessionOf(row),
    membership: {
      id: row.membershipId,
      organisationId: row.organisationId,
      role: lowerRole(row.role as Role, row.mostRole as Role),
      scope: WHOLE_ARTIST,
      isSupport: false,
      lastSeenAt: row.memberSeenAt,
      artist: artistOf(row),
    },
  }));
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
        ...sessionColumns,
        membershipId: sql<string>`${memberships.id}`.as("membership_id"),
        memberSeenAt: sql<number | null>`${memberships.lastSeenAt}`.as("member_seen_at"),
        role: memberships.role,
        scope: memberships.scope,
        isSupport: memberships.isSupport,
        ...artistColumns,
      })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .leftJoin(memberships, and(eq(memberships.userId, users.id), lasting, named))
      .leftJoin(artists, eq(artists.id, memberships.artistId))
      .where(and(eq(sessions.tokenHash, tokenHash), gt(sessions.expiresAt, now)))
      .limit(2),
  );
  return rows.map((row) => ({
    ...sessionOf(row),
    membership:
      row.artistId === null
        ? null
        : {
            id: row.membershipId,
            organisationId: null,
            role: row.role as Role,
            scope: scopeOf(row.scope),
            isSupport: row.isSupport === 1,
            lastSeenAt: row.memberSeenAt,
            artist: artistOf(row),
          },
  }));
}

function sessionOf(row: {
  sessionId: string;
  sessionSeenAt: number | null;
  userId: string;
  email: string | null;
  name: string;
}): Omit<SessionAdmission, "membership"> {
  return {
    sessionId: row.sessionId as Id<"session">,
    userId: row.userId as Id<"user">,
    email: row.email,
    name: row.name,
    lastSeenAt: row.sessionSeenAt,
  };
}

/** Reads a stored scope, which was checked when it was written. */
export function scopeOf(text: string | null): MemberScope {
  return text === null ? WHOLE_ARTIST : (JSON.parse(text) as MemberScope);
}

const ACCESS = `
  SELECT role, NULL AS most FROM memberships
  WHERE user_id = ?1 AND artist_id = ?2 AND (until IS NULL OR until > ?3)
  UNION ALL
  SELECT om.role, oa.role FROM organisation_members om
  JOIN organisation_artists oa ON oa.organisation_id = om.organisation_id AND oa.artist_id = ?2
  WHERE om.user_id = ?1 AND (om.until IS NULL OR om.until > ?3)`;

/** Finds the role a person has with an artist at this moment; null when none. Reads a row per way in. */
export async function findRole(db: Db, artistId: string, userId: string, now: Instant): Promise<Role | null> {
  const [rows] = await db.readNumbered([{ sql: ACCESS, params: [userId, artistId, now] }]);
  const row = rows?.[0] as { role: Role; most: Role | null } | undefined;
  if (row === undefined) return null;
  return row.most === null ? row.role : lowerRole(row.role, row.most);
}

/** Tells whether it is time to write down again that somebody was seen. */
export function isSightingDue(lastSeenAt: Instant | null, now: Instant): boolean {
  return lastSeenAt === null || lastSeenAt <= now - SIGHTING_MS;
}

/** Says that a key was used. Writes 1 row. */
export function keySeenStatements(db: Db, key: KeyAdmission, now: Instant): Write[] {
  return [
    db.orm
      .update(apiKeys)
      .set({ lastUsedAt: now })
      .where(and(eq(apiKeys.artistId, key.artist.id), eq(apiKeys.id, key.keyId))),
  ];
}

/** Says that a session was used, and that its person was seen with an artist. Writes at most 2 rows. */
export function sessionSeenStatements(db: Db, tokenHash: string, session: SessionAdmission, now: Instant): Write[] {
  const writes: Write[] = [];
  const { membership } = session;
  if (isSightingDue(session.lastSeenAt, now)) {
    writes.push(db.orm.update(sessions).set({ lastSeenAt: now }).where(eq(sessions.tokenHash, tokenHash)));
  }
  if (membership === null || !isSightingDue(membership.lastSeenAt, now)) return writes;
  if (membership.organisationId !== null) {
    const om = organisationMembers;
    const row = and(eq(om.organisationId, membership.organisationId), eq(om.id, membership.id));
    return [...writes, db.orm.update(om).set({ lastSeenAt: now }).where(row)];
  }
  const row = and(eq(memberships.artistId, membership.artist.id), eq(memberships.id, membership.id));
  return [...writes, db.orm.update(memberships).set({ lastSeenAt: now }).where(row)];
}

/**
 * Says in the audit log that somebody was refused an operation; once an hour for each, however often they try.
 *
 * Writes 1 row, or none.
 */
export function denialStatements(
  base: BaseCtx,
  denial: { actor: Actor; artistId: string; role: Role; operation: string },
): Write[] {
  const { artistId, role, operation } = denial;
  const actor = actorName(denial.actor);
  const hour = base.now - (base.now % HOUR_MS);
  // The same in the same hour, so that the key of the log keeps the second one out.
  const id = derivedId("audit", hour, sha256(new TextEncoder().encode([artistId, actor, operation, hour].join("\n"))));
  const after = JSON.stringify({ operation, role });
  const { now: at, requestId } = base;
  return [
    base.db.orm
      .insert(auditLog)
      .values({ artistId, id, at, actor, action: "access.deny", target: null, before: null, after, requestId })
      .onConflictDoNothing(),
  ];
}
