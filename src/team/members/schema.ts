// The home of the wire shapes of a team and its members.

import { z } from "zod";
import { instantToIso } from "../../kernel/time.ts";
import { Invitation, MemberScope, presentInvitation, Until } from "../invitations/schema.ts";
import { ROLES } from "../model.ts";
import type { MemberRow, SharedMember } from "./repository.ts";
import type { OwnershipAnswer, OwnershipOffer as OwnershipOfferFacts, Team as TeamFacts } from "./service.ts";

const Named = z.object({ id: z.string(), name: z.string() });
const iso = (at: number | null) => (at === null ? null : instantToIso(at));

export const MemberPatch = z
  .strictObject({ role: z.enum(ROLES).optional(), until: Until.optional(), scope: MemberScope.optional() })
  .refine((patch) => Object.keys(patch).length > 0, "names nothing to change")
  .meta({ id: "MemberPatch" });

export const Member = z
  .object({
    id: z.string(),
    user: Named.extend({ email: z.string().nullable() }),
    role: z.enum(ROLES),
    scope: MemberScope,
    until: Until,
    support: z.boolean().meta({ description: "Whether it is help from whoever runs this service." }),
    ownershipOfferedUntil: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime().nullable().meta({ description: "To the hour." }),
    version: z.int().meta({ description: "What `If-Match` must name, in quotes, to change or end it." }),
  })
  .meta({
    id: "Member",
    example: {
      id: "mem_01k9v3m6s0n8w2e4r6t8y0b1c3",
      user: { id: "usr_01k9v3m6s0n8w2e4r6t8y0b1c3", name: "Ada", email: "ada@example.com" },
      role: "manager",
      scope: { kind: "artist" },
      until: null,
      support: false,
      ownershipOfferedUntil: null,
      createdAt: "2026-09-01T12:00:00.000Z",
      lastSeenAt: "2026-09-03T08:00:00.000Z",
      version: 1,
    },
  });

export function presentMember(member: MemberRow): unknown {
  const { userId, name, email } = member;
  return {
    ...member,
    user: { id: userId, name, email },
    until: iso(member.until),
    support: member.isSupport,
    ownershipOfferedUntil: iso(member.offeredUntil),
    createdAt: instantToIso(member.createdAt),
    lastSeenAt: iso(member.lastSeenAt),
  };
}

export const Team = z
  .object({
    artist: Named,
    members: z.array(Member),
    invitations: z.array(Invitation),
    organisations: z
      .array(
        z.object({
          organisation: Named.extend({
            name: z.string().nullable().meta({ description: "Null until it has agreed to be linked." }),
          }),
          status: z.enum(["proposed", "active"]),
          proposedBy: z.enum(["artist", "organisation"]).nullable(),
          role: z.enum(ROLES).meta({ description: "The most any of its people may be here." }),
          people: z.array(z.object({ user: Named, role: z.enum(ROLES), until: z.iso.datetime().nullable() })),
          createdAt: z.iso.datetime(),
        }),
      )
      .meta({ description: "Labels and managements that look after the artist, or are proposed to." }),
    supportRequests: z.array(
      z.object({
        id: z.string(),
        user: Named.extend({ email: z.string().nullable() }),
        reason: z.string(),
        hours: z.int(),
        createdAt: z.iso.datetime(),
        expiresAt: z.iso.datetime(),
      }),
    ),
  })
  .meta({ id: "Team" });

export function presentTeam(team: TeamFacts): unknown {
  const { artist, members, invitations, shared, proposals, supportRequests, now } = team;
  return {
    artist,
    members: members.map(presentMember),
    invitations: invitations.map((invitation) => presentInvitation(invitation, now)),
    organisations: [
      ...presentShared(shared),
      ...proposals.map(({ organisationId, organisationName, proposedBy, role, createdAt }) => ({
        // Whoever only was proposed to has said nothing yet, so nothing of them is shown.
        organisation: { id: organisationId, name: proposedBy === "organisation" ? organisationName : null },
        status: "proposed",
        proposedBy,
        role,
        people: [],
        createdAt: instantToIso(createdAt),
      })),
    ],
    supportRequests: supportRequests.map(({ userId, name, email, createdAt, expiresAt, ...request }) => ({
      ...request,
      user: { id: userId, name, email },
      createdAt: instantToIso(createdAt),
      expiresAt: instantToIso(expiresAt),
    })),
  };
}

function presentShared(shared: readonly SharedMember[]): unknown[] {
  return [...Map.groupBy(shared, ({ organisationId }) => organisationId).values()].flatMap((rows) => {
    const [first] = rows;
    if (first === undefined) return [];
    const people = rows.flatMap(({ member }) => (member === null ? [] : [member]));
    return [
      {
        organisation: { id: first.organisationId, name: first.organisationName },
        status: "active",
        proposedBy: null,
        role: first.mostRole,
        people: people.map(({ userId, name, role, until }) => ({
          user: { id: userId, name },
          role,
          until: iso(until),
        })),
        createdAt: instantToIso(first.linkedAt),
      },
    ];
  });
}

export const OwnershipOffer = z.object({ member: Member, expiresAt: z.iso.datetime() }).meta({ id: "OwnershipOffer" });

export function presentOffer({ member, expiresAt }: OwnershipOfferFacts): unknown {
  const offered = { ...member, offeredUntil: expiresAt };
  return { member: presentMember(offered), expiresAt: instantToIso(expiresAt) };
}

export const Ownership = z.object({ artist: Named, member: Member }).meta({ id: "Ownership" });

export function presentOwnership({ artist, member }: OwnershipAnswer): unknown {
  return { artist, member: presentMember({ ...member, offeredUntil: null }) };
}
