// The home of the reads and writes of invitations.

import { and, eq, gt, gte, isNull, type SQL, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { Instant } from "../../kernel/time.ts";
import { scopeOf } from "../admission/repository.ts";
import { type Access, INVITATIONS_PER_WINDOW, type Role, WHOLE_ARTIST } from "../model.ts";
import { artists, organisationMembers, organisations } from "../tables.ts";
import { invitations, organisationInvitations } from "./tables.ts";

const MOST_SHOWN = 200;

/** What an invitation leads into. */
export interface InvitationHome {
  readonly kind: "artist" | "organisation";
  readonly id: string;
  readonly name: string;
}

/** An invitation, without its token, which nobody has but its mail. */
export interface InvitationRow extends Access {
  readonly id: string;
  readonly email: string;
  readonly invitedBy: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly mailedAt: Instant | null;
  readonly acceptedAt: Instant | null;
  readonly revokedAt: Instant | null;
}

const columnsOf = <T extends typeof invitations | typeof organisationInvitations>(t: T) => ({
  id: sql<string>`${t.id}`.as("invitation_id"),
  email: t.email,
  role: sql<Role>`${t.role}`.as("invited_role"),
  until: t.until,
  invitedBy: t.invitedBy,
  createdAt: sql<number>`${t.createdAt}`.as("invited_at"),
  expiresAt: t.expiresAt,
  mailedAt: t.mailedAt,
  acceptedAt: t.acceptedAt,
  revokedAt: t.revokedAt,
});

const toArtist = { ...columnsOf(invitations), scope: invitations.scope };
const toOrganisation = columnsOf(organisationInvitations);

/** Reads the stored scope; an invitation into an organisation has none. */
function rowOf<R extends object>(row: R): Omit<R, "scope"> & Pick<Access, "scope"> {
  return { ...row, scope: "scope" in row ? scopeOf(String(row.scope)) : WHOLE_ARTIST };
}

const open = (t: typeof invitations | typeof organisationInvitations, now: Instant) =>
  and(isNull(t.acceptedAt), isNull(t.revokedAt), gt(t.expiresAt, now));

/** Lists the invitations to a team that can still be accepted; at most 200. Reads those of the artist. */
export async function listInvitations(db: Db, scope: ArtistScope, now: Instant): Promise<InvitationRow[]> {
  const t = invitations;
  const [rows] = await db.read(
    db.orm
      .select(toArtist)
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), open(t, now)))
      .orderBy(t.id)
      .limit(MOST_SHOWN),
  );
  return rows.map(rowOf);
}

/** Lists the invitations into an organisation that can still be accepted; at most 200. */
export async function listOrganisationInvitations(
  db: Db,
  organisationId: string,
  now: Instant,
): Promise<InvitationRow[]> {
  const t = organisationInvitations;
  const [rows] = await db.read(
    db.orm
      .select(toOrganisation)
      .from(t)
      .where(and(eq(t.organisationId, organisationId), open(t, now)))
      .orderBy(t.id)
      .limit(MOST_SHOWN),
  );
  return rows.map(rowOf);
}

/** An invitation with what it leads into. */
export type InvitationTo = InvitationRow & { readonly to: InvitationHome };

/** Finds an invitation by where it stands, or by its token's hash: into a team or an organisation. One round trip. */
export async function findInvitation(
  db: Db,
  by: { artistId: string; id: string } | { organisationId: string; id: string } | { tokenHash: string },
): Promise<InvitationTo | null> {
  const [i, o] = [invitations, organisationInvitations];
  const nowhere = sql`0`;
  const inArtist: SQL | undefined =
    "tokenHash" in by
      ? eq(i.tokenHash, by.tokenHash)
      : "artistId" in by
        ? and(eq(i.artistId, by.artistId), eq(i.id, by.id))
        : nowhere;
  const inOrganisation: SQL | undefined =
    "tokenHash" in by
      ? eq(o.tokenHash, by.tokenHash)
      : "organisationId" in by
        ? and(eq(o.organisationId, by.organisationId), eq(o.id, by.id))
        : nowhere;
  const [[artist], [organisation]] = await db.read(
    db.orm
      .select({ ...toArtist, toId: i.artistId, toName: artists.name })
      .from(i)
      .innerJoin(artists, eq(artists.id, i.artistId))
      .where(inArtist),
    db.orm
      .select({ ...toOrganisation, toId: o.organisationId, toName: organisations.name })
      .from(o)
      .innerJoin(organisations, eq(organisations.id, o.organisationId))
      .where(inOrganisation),
  );
  const kind = artist === undefined ? "organisation" : "artist";
  const found = artist ?? organisation;
  if (found === undefined) return null;
  const { toId, toName, ...row } = found;
  return { ...rowOf(row), to: { kind, id: toId, name: toName } };
}

/** Keeps an invitation; the batch fails when there would be more than 50 since a moment, counted exactly. */
export function inviteStatements(
  db: Db,
  home: Pick<InvitationHome, "kind" | "id">,
  invitation: InvitationRow,
  firstId: string,
): Write[] {
  const { scope, ...row } = invitation;
  const t = home.kind === "artist" ? invitations : organisationInvitations;
  const mine = home.kind === "artist" ? invitations.artistId : organisationInvitations.organisationId;
  const insert =
    home.kind === "artist"
      ? db.orm.insert(invitations).values({ ...row, artistId: home.id, scope: JSON.stringify(scope) })
      : db.orm.insert(organisationInvitations).values({ ...row, organisationId: home.id });
  // Ids sort by time, so the key itself finds those of the window.
  const sent = sql`(SELECT count(*) FROM ${t} WHERE ${and(eq(mine, home.id), gte(t.id, firstId))})`;
  return [insert, db.orm.run(sql`SELECT iif(${sent} <= ${INVITATIONS_PER_WINDOW}, 1, json('guard'))`)];
}

function whichOf({ to, id }: Pick<InvitationTo, "to" | "id">) {
  if (to.kind === "artist") {
    return { t: invitations, row: and(eq(invitations.artistId, to.id), eq(invitations.id, id)) };
  }
  const o = organisationInvitations;
  return { t: o, row: and(eq(o.organisationId, to.id), eq(o.id, id)) };
}

/** Writes the hash of the secret that is about to be mailed; a mail that is repeated has another. */
export function secretStatements(db: Db, invitation: InvitationTo, tokenHash: string): Write[] {
  const { t, row } = whichOf(invitation);
  return [
    db.orm
      .update(t)
      .set({ tokenHash })
      .where(and(row, isNull(t.mailedAt))),
  ];
}

/** Says that an invitation's mail has left. */
export function mailedStatements(db: Db, invitation: InvitationTo, now: Instant): Write[] {
  const { t, row } = whichOf(invitation);
  return [db.orm.update(t).set({ mailedAt: now }).where(row)];
}

/** Revokes an invitation that nobody has accepted. */
export function revokeStatements(db: Db, invitation: Pick<InvitationTo, "to" | "id">, now: Instant): Write[] {
  const { t, row } = whichOf(invitation);
  return [
    db.orm
      .update(t)
      .set({ revokedAt: now })
      .where(and(row, isNull(t.acceptedAt), isNull(t.revokedAt))),
  ];
}

/** Uses an invitation up; the batch fails when somebody did before, or when it was revoked or is over. */
export function useStatements(db: Db, invitation: InvitationTo, now: Instant): Write[] {
  const { t, row } = whichOf(invitation);
  return [
    db.orm
      .update(t)
      .set({ acceptedAt: now })
      .where(and(row, open(t, now))),
    db.orm.run(oneRowChanged),
  ];
}

/** Makes a person a member of an organisation; a membership whose time is over makes room. Fails on one that is not. */
export function joinOrganisationStatements(
  db: Db,
  member: { organisationId: string; id: string; userId: string; role: Role; until: Instant | null },
  now: Instant,
): Write[] {
  const om = organisationMembers;
  const { organisationId, userId } = member;
  return [
    db.orm
      .delete(om)
      .where(and(eq(om.userId, userId), eq(om.organisationId, organisationId), sql`${om.until} <= ${now}`)),
    db.orm.insert(om).values({ ...member, createdAt: now }),
  ];
}
