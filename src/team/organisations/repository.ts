// The home of the reads and writes of organisations, their members and their artists.

import { and, asc, count, eq, gt, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import { users } from "../../identity/index.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { Instant } from "../../kernel/time.ts";
import type { Role } from "../model.ts";
import { artists, organisationArtists, organisationMembers, organisations } from "../tables.ts";
import { OPEN_PROPOSALS } from "./model.ts";
import { organisationProposals } from "./tables.ts";

const MOST_SHOWN = 500;

/** An organisation, and the role of whoever asks in it. */
export interface OrganisationRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Instant;
}

/** A person's membership in an organisation. */
export interface OrganisationMemberRow {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly email: string | null;
  readonly role: Role;
  readonly until: Instant | null;
  readonly version: number;
  readonly createdAt: Instant;
  readonly lastSeenAt: Instant | null;
}

/** A link one side has proposed. `organisationName` and `artistName` are null for what does not exist. */
export interface ProposalRow {
  readonly artistId: string;
  readonly artistName: string | null;
  readonly organisationId: string;
  readonly organisationName: string | null;
  readonly proposedBy: "artist" | "organisation";
  readonly role: Role;
  readonly createdAt: Instant;
}

const om = organisationMembers;
const lasting = (now: Instant) => or(isNull(om.until), gt(om.until, now));

const memberColumns = {
  id: sql<string>`${om.id}`.as("member_id"),
  userId: om.userId,
  name: users.name,
  email: users.email,
  role: sql<Role>`${om.role}`.as("member_role"),
  until: om.until,
  version: om.version,
  createdAt: sql<number>`${om.createdAt}`.as("member_created_at"),
  lastSeenAt: om.lastSeenAt,
};

async function listMembersWhere(db: Db, condition: SQL | undefined): Promise<OrganisationMemberRow[]> {
  const [rows] = await db.read(
    db.orm
      .select(memberColumns)
      .from(om)
      .innerJoin(users, eq(users.id, om.userId))
      .where(condition)
      .orderBy(asc(om.id))
      .limit(MOST_SHOWN),
  );
  return rows;
}

/** Lists the members of an organisation whose access has not ended; at most 500. */
export function listOrganisationMembers(db: Db, id: string, now: Instant): Promise<OrganisationMemberRow[]> {
  return listMembersWhere(db, and(eq(om.organisationId, id), lasting(now)));
}

/** Finds a membership by its id, or the one a person has that has not ended. Reads 2 rows. */
export async function findOrganisationMember(
  db: Db,
  organisationId: string,
  by: { id: string } | { userId: string } | { email: string },
  now: Instant,
): Promise<OrganisationMemberRow | null> {
  const mine = eq(om.organisationId, organisationId);
  if ("id" in by) return (await listMembersWhere(db, and(mine, eq(om.id, by.id))))[0] ?? null;
  const who = "userId" in by ? eq(om.userId, by.userId) : eq(users.email, by.email);
  return (await listMembersWhere(db, and(mine, who, lasting(now))))[0] ?? null;
}

/** Lists the organisations a person belongs to, by id after one, one more than `limit`. */
export async function listOrganisationsOf(
  db: Db,
  userId: string,
  after: string,
  limit: number,
  now: Instant,
): Promise<OrganisationRow[]> {
  const o = organisations;
  const [rows] = await db.read(
    db.orm
      .select({ id: o.id, name: o.name, role: sql<Role>`${om.role}`.as("member_role"), createdAt: o.createdAt })
      .from(om)
      .innerJoin(o, eq(o.id, om.organisationId))
      .where(and(eq(om.userId, userId), gt(om.organisationId, after), lasting(now)))
      .orderBy(asc(om.organisationId))
      .limit(limit + 1),
  );
  return rows;
}

/** Finds an organisation as one of its people sees it; null for a stranger, as for one that does not exist. */
export async function findOrganisation(
  db: Db,
  id: string,
  userId: string,
  now: Instant,
): Promise<OrganisationRow | null> {
  const o = organisations;
  const [[row]] = await db.read(
    db.orm
      .select({ id: o.id, name: o.name, role: sql<Role>`${om.role}`.as("member_role"), createdAt: o.createdAt })
      .from(om)
      .innerJoin(o, eq(o.id, om.organisationId))
      .where(and(eq(om.userId, userId), eq(om.organisationId, id), lasting(now))),
  );
  return row ?? null;
}

/** Makes an organisation with its first owner. */
export function organisationStatements(
  db: Db,
  organisation: { id: string; name: string; createdAt: Instant },
  owner: { id: string; userId: string },
): Write[] {
  const { id, createdAt } = organisation;
  return [
    db.orm.insert(organisations).values(organisation),
    db.orm.insert(om).values({ ...owner, organisationId: id, role: "owner", createdAt }),
  ];
}

function unchanged(organisationId: string, { id, version }: OrganisationMemberRow): SQL | undefined {
  return and(eq(om.organisationId, organisationId), eq(om.id, id), eq(om.version, version));
}

/** Writes what a membership gives, if it still has the version that was read. */
export function memberStatements(
  db: Db,
  organisationId: string,
  member: OrganisationMemberRow,
  after: { role: Role; until: Instant | null },
): Write[] {
  const set = { ...after, version: sql`${om.version} + 1` };
  return [db.orm.update(om).set(set).where(unchanged(organisationId, member)), db.orm.run(oneRowChanged)];
}

/** Ends a membership, if it still has the version that was read. */
export function removeMemberStatements(db: Db, organisationId: string, member: OrganisationMemberRow): Write[] {
  return [db.orm.delete(om).where(unchanged(organisationId, member)), db.orm.run(oneRowChanged)];
}

/** Aborts the batch that would leave an organisation without an owner for good. */
export function lastingOwnerGuard(db: Db, organisationId: string): Write {
  return db.orm.run(sql`SELECT iif(EXISTS (SELECT 1 FROM ${om} WHERE ${om.organisationId} = ${organisationId}
    AND ${om.role} = 'owner' AND ${om.until} IS NULL), 1, json('guard'))`);
}

/** An artist an organisation looks after. */
export interface LinkedArtist {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Instant;
}

/** Lists the artists of an organisation, by id after one, one more than `limit`. */
export async function listLinkedArtists(
  db: Db,
  organisationId: string,
  after: string,
  limit: number,
): Promise<LinkedArtist[]> {
  const oa = organisationArtists;
  const [rows] = await db.read(
    db.orm
      .select({
        id: artists.id,
        name: artists.name,
        role: sql<Role>`${oa.role}`.as("most_role"),
        createdAt: sql<number>`${oa.createdAt}`.as("linked_at"),
      })
      .from(oa)
      .innerJoin(artists, eq(artists.id, oa.artistId))
      .where(and(eq(oa.organisationId, organisationId), gt(oa.artistId, after)))
      .orderBy(asc(oa.artistId))
      .limit(limit + 1),
  );
  return rows;
}

/** Counts the artists of an organisation; reads a row for each. */
export async function countLinkedArtists(db: Db, organisationId: string): Promise<number> {
  const oa = organisationArtists;
  const [[row]] = await db.read(
    db.orm.select({ artists: count() }).from(oa).where(eq(oa.organisationId, organisationId)),
  );
  return row?.artists ?? 0;
}

const p = organisationProposals;
const proposalColumns = {
  artistId: p.artistId,
  artistName: sql<string | null>`${artists.name}`.as("artist_name"),
  organisationId: p.organisationId,
  organisationName: sql<string | null>`${organisations.name}`.as("organisation_name"),
  proposedBy: sql<ProposalRow["proposedBy"]>`${p.proposedBy}`.as("proposed_by"),
  role: sql<Role>`${p.role}`.as("proposed_role"),
  createdAt: sql<number>`${p.createdAt}`.as("proposed_at"),
};

async function listProposals(db: Db, condition: SQL | undefined): Promise<ProposalRow[]> {
  const [rows] = await db.read(
    db.orm
      .select(proposalColumns)
      .from(p)
      .leftJoin(artists, eq(artists.id, p.artistId))
      .leftJoin(organisations, eq(organisations.id, p.organisationId))
      .where(condition)
      .limit(OPEN_PROPOSALS),
  );
  return rows;
}

/** Lists the links an artist has proposed or been proposed; at most 100. */
export function listProposalsTo(db: Db, scope: ArtistScope): Promise<ProposalRow[]> {
  return listProposals(db, eq(p.artistId, scope.artistId));
}

/** Lists the links an organisation has proposed or been proposed; at most 100. */
export function listProposalsOf(db: Db, organisationId: string): Promise<ProposalRow[]> {
  return listProposals(db, eq(p.organisationId, organisationId));
}

/** Finds the proposal between two. */
export async function findProposal(db: Db, artistId: string, organisationId: string): Promise<ProposalRow | null> {
  return (await listProposals(db, and(eq(p.artistId, artistId), eq(p.organisationId, organisationId))))[0] ?? null;
}

/** The link between two, if there is one; null otherwise. */
export async function findLink(db: Db, artistId: string, organisationId: string): Promise<{ role: Role } | null> {
  const oa = organisationArtists;
  const [[row]] = await db.read(
    db.orm
      .select({ role: sql<Role>`${oa.role}`.as("most_role") })
      .from(oa)
      .where(and(eq(oa.artistId, artistId), eq(oa.organisationId, organisationId))),
  );
  return row ?? null;
}

/** Keeps a proposal; the batch fails when its side would have more than 100 open. */
export function proposalStatements(db: Db, proposal: typeof organisationProposals.$inferInsert): Write[] {
  const isArtists = proposal.proposedBy === "artist";
  const side = isArtists ? eq(p.artistId, proposal.artistId) : eq(p.organisationId, proposal.organisationId);
  const opened = sql`(SELECT count(*) FROM ${p} WHERE ${and(side, eq(p.proposedBy, proposal.proposedBy))})`;
  return [
    db.orm.insert(p).values(proposal),
    db.orm.run(sql`SELECT iif(${opened} <= ${OPEN_PROPOSALS}, 1, json('guard'))`),
  ];
}

/** Makes a link of a proposal; the batch fails when the proposal is gone, or was made by this very side. */
export function linkStatements(db: Db, proposal: ProposalRow, role: Role, now: Instant): Write[] {
  const { artistId, organisationId, proposedBy } = proposal;
  return [
    db.orm
      .delete(p)
      .where(and(eq(p.artistId, artistId), eq(p.organisationId, organisationId), eq(p.proposedBy, proposedBy))),
    db.orm.run(oneRowChanged),
    db.orm.insert(organisationArtists).values({ artistId, organisationId, role, createdAt: now }),
  ];
}

/** Ends a link, or what was proposed. */
export function unlinkStatements(db: Db, artistId: string, organisationId: string): Write[] {
  const oa = organisationArtists;
  return [
    db.orm.delete(oa).where(and(eq(oa.artistId, artistId), eq(oa.organisationId, organisationId))),
    db.orm.delete(p).where(and(eq(p.artistId, artistId), eq(p.organisationId, organisationId))),
  ];
}
