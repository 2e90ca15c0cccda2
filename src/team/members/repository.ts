// The home of the reads and writes of memberships.

import { and, asc, desc, eq, gt, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import { users } from "../../identity/index.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { Instant } from "../../kernel/time.ts";
import { scopeOf } from "../admission/repository.ts";
import { type Access, lowerRole, type Role, WHOLE_ARTIST } from "../model.ts";
import { artists, memberships, organisationArtists, organisationMembers, organisations } from "../tables.ts";

/** How many people are shown with a team; members beyond are listed by themselves. */
export const MOST_SHOWN = 500;

/** A membership with its person. */
export interface MemberRow extends Access {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly email: string | null;
  readonly version: number;
  readonly isSupport: boolean;
  readonly createdAt: Instant;
  readonly lastSeenAt: Instant | null;
  readonly reviewedAt: Instant | null;
  readonly offeredBy: string | null;
  readonly offeredUntil: Instant | null;
}

const columns = {
  id: sql<string>`${memberships.id}`.as("member_id"),
  userId: memberships.userId,
  role: memberships.role,
  until: memberships.until,
  scope: memberships.scope,
  version: memberships.version,
  isSupport: memberships.isSupport,
  createdAt: sql<number>`${memberships.createdAt}`.as("member_created_at"),
  lastSeenAt: memberships.lastSeenAt,
  reviewedAt: memberships.reviewedAt,
  offeredBy: memberships.offeredBy,
  offeredUntil: memberships.offeredUntil,
  name: users.name,
  email: users.email,
};

async function listWhere(db: Db, condition: SQL | undefined, limit = 1): Promise<MemberRow[]> {
  const [rows] = await db.read(
    db.orm
      .select(columns)
      .from(memberships)
      .innerJoin(users, eq(users.id, memberships.userId))
      .where(condition)
      .orderBy(asc(memberships.id))
      .limit(limit),
  );
  return rows.map((row) => ({
    ...row,
    role: row.role as Role,
    scope: scopeOf(row.scope),
    isSupport: row.isSupport === 1,
  }));
}

/**
 * Lists the members of a team whose access has not ended, in the order of their ids. Reads two rows a member.
 *
 * @param after the id of the last member of the page before, or null
 */
export function listMembers(
  db: Db,
  scope: ArtistScope,
  now: Instant,
  { after, limit }: { after: string | null; limit: number },
): Promise<MemberRow[]> {
  const lasting = or(isNull(memberships.until), gt(memberships.until, now));
  const later = after === null ? undefined : gt(memberships.id, after);
  return listWhere(db, and(eq(memberships.artistId, scope.artistId), lasting, later), limit);
}

/** Finds a membership of a team by its id, one whose time is over included. Reads 2 rows. */
export async function findMember(db: Db, scope: ArtistScope, id: string): Promise<MemberRow | null> {
  const rows = await listWhere(db, and(eq(memberships.artistId, scope.artistId), eq(memberships.id, id)));
  return rows[0] ?? null;
}

/** Finds the membership a person has with an artist, if it has not ended. Reads 2 rows. */
export async function findMemberOf(
  db: Db,
  artistId: string,
  person: { userId: string } | { email: string },
  now: Instant,
): Promise<MemberRow | null> {
  const who = "userId" in person ? eq(memberships.userId, person.userId) : eq(users.email, person.email);
  const lasting = or(isNull(memberships.until), gt(memberships.until, now));
  return (await listWhere(db, and(eq(memberships.artistId, artistId), who, lasting)))[0] ?? null;
}

/** One of a person's own memberships, with its artist. */
export async function findOwn(
  db: Db,
  userId: string,
  id: string,
): Promise<{ artistId: `art_${string}`; artistName: string } | null> {
  const [[row]] = await db.read(
    db.orm
      .select({ artistId: memberships.artistId, artistName: artists.name })
      .from(memberships)
      .innerJoin(artists, eq(artists.id, memberships.artistId))
      .where(and(eq(memberships.userId, userId), eq(memberships.id, id))),
  );
  return row === undefined ? null : { ...row, artistId: row.artistId as `art_${string}` };
}

/** What a person has with an artist, and through whom. */
export interface OwnMembership extends Access {
  readonly id: string;
  readonly artistId: string;
  readonly artistName: string;
  readonly through: { readonly id: string; readonly name: string } | null;
  readonly isSupport: boolean;
  readonly offeredUntil: Instant | null;
}

const ownColumns = {
  id: columns.id,
  role: memberships.role,
  until: memberships.until,
  scope: memberships.scope,
  isSupport: memberships.isSupport,
  offeredUntil: memberships.offeredUntil,
};

/** Lists the artists a person belongs to, oldest first; their own memberships count before those of organisations. */
export async function listMemberships(db: Db, userId: string, now: Instant): Promise<OwnMembership[]> {
  const lasting = or(isNull(memberships.until), gt(memberships.until, now));
  const [om, oa] = [organisationMembers, organisationArtists];
  const artist = {
    artistId: sql<string>`${artists.id}`.as("artist_id"),
    artistName: sql<string>`${artists.name}`.as("artist_name"),
  };
  const [own, shared] = await db.read(
    db.orm
      .select({ ...artist, ...ownColumns })
      .from(memberships)
      .innerJoin(artists, eq(artists.id, memberships.artistId))
      .where(and(eq(memberships.userId, userId), lasting)),
    db.orm
      .select({
        ...artist,
        id: sql<string>`${om.id}`.as("member_id"),
        role: sql<string>`${om.role}`.as("member_role"),
        until: om.until,
        mostRole: sql<string>`${oa.role}`.as("most_role"),
        throughId: sql<string>`${organisations.id}`.as("through_id"),
        throughName: sql<string>`${organisations.name}`.as("through_name"),
      })
      .from(om)
      .innerJoin(oa, eq(oa.organisationId, om.organisationId))
      .innerJoin(organisations, eq(organisations.id, om.organisationId))
      .innerJoin(artists, eq(artists.id, oa.artistId))
      .where(and(eq(om.userId, userId), or(isNull(om.until), gt(om.until, now))))
      // Of several organisations the oldest counts, as at the door: it comes last and stays in the map.
      .orderBy(desc(om.organisationId)),
  );
  const all: OwnMembership[] = [
    ...shared.map(({ throughId, throughName, role, mostRole, ...row }) => ({
      ...row,
      role: lowerRole(role as Role, mostRole as Role),
      scope: WHOLE_ARTIST,
      through: { id: throughId, name: throughName },
      isSupport: false,
      offeredUntil: null,
    })),
    ...own.map((row) => ({
      ...row,
      role: row.role as Role,
      scope: scopeOf(row.scope),
      through: null,
      isSupport: row.isSupport === 1,
    })),
  ];
  const byArtist = new Map(all.map((membership) => [membership.artistId, membership]));
  return [...byArtist.values()].sort((left, right) => (left.artistId < right.artistId ? -1 : 1));
}

/** Writes what a membership gives, if it still has the version that was read. */
export function accessStatements(db: Db, scope: ArtistScope, member: MemberRow, after: Access): Write[] {
  const { role, until, scope: reach } = after;
  return [
    db.orm
      .update(memberships)
      .set({ role, until, scope: JSON.stringify(reach), version: sql`${memberships.version} + 1` })
      .where(unchanged(scope, member)),
    db.orm.run(oneRowChanged),
  ];
}

/** Ends a membership, if it still has the version that was read. */
export function removeStatements(db: Db, scope: ArtistScope, member: MemberRow): Write[] {
  return [db.orm.delete(memberships).where(unchanged(scope, member)), db.orm.run(oneRowChanged)];
}

function unchanged(scope: ArtistScope, { id, version }: MemberRow): SQL | undefined {
  return and(eq(memberships.artistId, scope.artistId), eq(memberships.id, id), eq(memberships.version, version));
}

/** Aborts the batch that would leave an artist without an owner for good. */
export function lastingOwnerGuard(db: Db, artistId: string): Write {
  const t = memberships;
  return db.orm.run(sql`SELECT iif(EXISTS (SELECT 1 FROM ${t} WHERE ${t.artistId} = ${artistId} AND ${t.role} = 'owner'
    AND ${t.until} IS NULL), 1, json('guard'))`);
}

/** Makes a person a member; a membership of theirs whose time is over makes room. Fails on one that is not. */
export function joinStatements(
  db: Db,
  member: { artistId: string; id: string; userId: string; isSupport?: number } & Access,
  now: Instant,
): Write[] {
  const { scope, ...row } = member;
  const ended = sql`${memberships.until} <= ${now}`;
  return [
    db.orm
      .delete(memberships)
      .where(and(eq(memberships.userId, row.userId), eq(memberships.artistId, row.artistId), ended)),
    db.orm.insert(memberships).values({ ...row, scope: JSON.stringify(scope), createdAt: now }),
  ];
}

/** Writes an offer of ownership to a member, or takes it back with nulls; an artist has one offer at a time. */
export function offerStatements(
  db: Db,
  scope: ArtistScope,
  memberId: string,
  offer: { by: string; until: Instant } | null,
): Write[] {
  const mine = eq(memberships.artistId, scope.artistId);
  const clear = { offeredBy: null, offeredUntil: null };
  const writes: Write[] = [
    db.orm
      .update(memberships)
      .set(clear)
      .where(and(mine, sql`${memberships.offeredBy} IS NOT NULL`)),
  ];
  if (offer === null) return writes;
  const set = { offeredBy: offer.by, offeredUntil: offer.until };
  const write = db.orm
    .update(memberships)
    .set(set)
    .where(and(mine, eq(memberships.id, memberId)));
  return [...writes, write, db.orm.run(oneRowChanged)];
}

/** Hands an artist over: the offered member becomes its owner for good, whoever offered an admin. */
export function handOverStatements(db: Db, artistId: string, memberId: string, by: string, now: Instant): Write[] {
  const t = memberships;
  const version = sql`${t.version} + 1`;
  const clear = { offeredBy: null, offeredUntil: null };
  return [
    db.orm
      .update(t)
      .set({ ...clear, role: "owner", until: null, scope: JSON.stringify(WHOLE_ARTIST), version })
      .where(and(eq(t.artistId, artistId), eq(t.id, memberId), eq(t.offeredBy, by), gt(t.offeredUntil, now))),
    db.orm.run(oneRowChanged),
    db.orm
      .update(t)
      .set({ role: "admin", version })
      .where(and(eq(t.artistId, artistId), eq(t.id, by), eq(t.role, "owner"), or(isNull(t.until), gt(t.until, now)))),
    db.orm.run(oneRowChanged),
  ];
}

/** A person who sees an artist through an organisation. */
export interface SharedMember {
  readonly organisationId: string;
  readonly organisationName: string;
  readonly mostRole: Role;
  readonly linkedAt: Instant;
  readonly member: {
    readonly userId: string;
    readonly name: string;
    readonly role: Role;
    readonly until: Instant | null;
  } | null;
}

/** Lists the organisations that look after an artist, with their people; at most 500 people. */
export async function listSharedMembers(db: Db, scope: ArtistScope, now: Instant): Promise<SharedMember[]> {
  const [om, oa] = [organisationMembers, organisationArtists];
  const [rows] = await db.read(
    db.orm
      .select({
        organisationId: oa.organisationId,
        organisationName: sql<string>`${organisations.name}`.as("organisation_name"),
        mostRole: sql<string>`${oa.role}`.as("most_role"),
        linkedAt: sql<number>`${oa.createdAt}`.as("linked_at"),
        userId: om.userId,
        name: sql<string>`${users.name}`.as("user_name"),
        role: sql<string | null>`${om.role}`.as("member_role"),
        until: om.until,
      })
      .from(oa)
      .innerJoin(organisations, eq(organisations.id, oa.organisationId))
      .leftJoin(om, and(eq(om.organisationId, oa.organisationId), or(isNull(om.until), gt(om.until, now))))
      .leftJoin(users, eq(users.id, om.userId))
      .where(eq(oa.artistId, scope.artistId))
      .orderBy(asc(oa.organisationId), asc(om.id))
      .limit(MOST_SHOWN),
  );
  return rows.map(({ userId, name, role, until, mostRole, ...link }) => ({
    ...link,
    mostRole: mostRole as Role,
    member:
      userId === null || role === null
        ? null
        : { userId, name, role: lowerRole(role as Role, mostRole as Role), until },
  }));
}
