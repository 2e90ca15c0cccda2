// The home of the wire shapes of organisations.

import { z } from "zod";
import { isId } from "../../kernel/id.ts";
import { instantToIso } from "../../kernel/time.ts";
import { Invitation, presentInvitation, Until } from "../invitations/schema.ts";
import { ROLES } from "../model.ts";
import type { LinkedArtist as LinkedArtistRow, OrganisationMemberRow, OrganisationRow } from "./repository.ts";
import type { OrganisationFacts } from "./service.ts";

const iso = (at: number | null) => (at === null ? null : instantToIso(at));
const OUTSIDERS = ROLES.filter((role) => role !== "owner");

/** The most an organisation's people may be with an artist; never its owner. */
export const MostRole = z.enum(OUTSIDERS as [string, ...string[]]).meta({
  description: "The most any of the organisation's people may be with the artist.",
});

export const OrganisationInput = z
  .strictObject({ name: z.string().trim().min(1).max(200) })
  .meta({ id: "OrganisationInput" });

export const Organisation = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(ROLES).meta({ description: "The role of whoever asks." }),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Organisation" });

export function presentOrganisation(row: OrganisationRow): unknown {
  return { ...row, createdAt: instantToIso(row.createdAt) };
}

export const OrganisationMember = z
  .object({
    id: z.string(),
    user: z.object({ id: z.string(), name: z.string(), email: z.string().nullable() }),
    role: z.enum(ROLES),
    until: Until,
    createdAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime().nullable(),
    version: z.int(),
  })
  .meta({ id: "OrganisationMember" });

export function presentOrganisationMember(member: OrganisationMemberRow): unknown {
  const { userId, name, email } = member;
  return {
    ...member,
    user: { id: userId, name, email },
    until: iso(member.until),
    createdAt: instantToIso(member.createdAt),
    lastSeenAt: iso(member.lastSeenAt),
  };
}

export const OrganisationDetail = Organisation.extend({
  members: z.array(OrganisationMember),
  invitations: z.array(Invitation),
  proposals: z.array(
    z.object({
      artist: z.object({ id: z.string(), name: z.string().nullable() }),
      proposedBy: z.enum(["artist", "organisation"]),
      role: z.enum(ROLES),
      createdAt: z.iso.datetime(),
    }),
  ),
}).meta({ id: "OrganisationDetail" });

export function presentOrganisationDetail(facts: OrganisationFacts): unknown {
  const { organisation, members, invitations, proposals, now } = facts;
  return {
    ...(presentOrganisation(organisation) as object),
    members: members.map(presentOrganisationMember),
    invitations: invitations.map((invitation) => presentInvitation(invitation, now)),
    proposals: proposals.map(({ artistId, artistName, proposedBy, role, createdAt }) => ({
      // An artist that has not said anything is not named, nor is it told whether it exists.
      artist: { id: artistId, name: proposedBy === "artist" ? artistName : null },
      proposedBy,
      role,
      createdAt: instantToIso(createdAt),
    })),
  };
}

export const OrganisationInvitationInput = z
  .strictObject({ email: z.email().max(254), role: z.enum(ROLES), until: Until.default(null) })
  .meta({ id: "OrganisationInvitationInput" });

export const OrganisationMemberPatch = z
  .strictObject({ role: z.enum(ROLES).optional(), until: Until.optional() })
  .refine((patch) => Object.keys(patch).length > 0, "names nothing to change")
  .meta({ id: "OrganisationMemberPatch" });

export const LinkedArtist = z
  .object({ id: z.string(), name: z.string(), role: z.enum(ROLES), createdAt: z.iso.datetime() })
  .meta({ id: "LinkedArtist" });

export function presentLinkedArtist(row: LinkedArtistRow): unknown {
  return { ...row, createdAt: instantToIso(row.createdAt) };
}

export const ArtistProposal = z
  .strictObject({ artistId: z.string().refine((id) => isId("artist", id), "is no artist's id") })
  .meta({ id: "ArtistProposal" });

export const OrganisationProposal = z
  .strictObject({
    organisationId: z.string().refine((id) => isId("organisation", id), "is no organisation's id"),
    role: MostRole.default("label"),
  })
  .meta({ id: "OrganisationProposal" });

export const OrganisationAcceptance = z
  .strictObject({ role: MostRole.default("label") })
  .meta({ id: "OrganisationAcceptance" });

export const OrganisationLink = z
  .object({
    artistId: z.string(),
    organisationId: z.string(),
    status: z.enum(["proposed", "active"]),
    role: z.enum(ROLES),
  })
  .meta({ id: "OrganisationLink" });
