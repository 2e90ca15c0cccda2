// The home of the wire shapes of invitations.

import { z } from "zod";
import { isId } from "../../kernel/id.ts";
import { instantToIso } from "../../kernel/time.ts";
import { INVITATION_STATES, invitationState, ROLES } from "../model.ts";
import type { InvitationRow } from "./repository.ts";
import type { Joined } from "./service.ts";

const MOST_RELEASES = 100;

/** What of an artist a membership reaches. */
export const MemberScope = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("artist") }),
    z.strictObject({
      kind: z.literal("release"),
      releaseIds: z
        .array(z.string().refine((id) => isId("release", id), "is no release's id"))
        .min(1)
        .max(MOST_RELEASES),
    }),
  ])
  .meta({ id: "MemberScope", description: "All of an artist, or single releases." });

/** When access ends by itself. */
export const Until = z.iso
  .datetime()
  .nullable()
  .meta({ description: "When access ends by itself; null for never. Asked at every request." });

export const InvitationInput = z
  .strictObject({
    email: z.email().max(254),
    role: z.enum(ROLES),
    scope: MemberScope.default({ kind: "artist" }),
    until: Until.default(null),
  })
  .meta({ id: "InvitationInput" });

export const Invitation = z
  .object({
    id: z.string(),
    status: z.enum(INVITATION_STATES),
    email: z.string(),
    role: z.enum(ROLES),
    scope: MemberScope,
    until: Until,
    invitedBy: z.string(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .meta({
    id: "Invitation",
    example: {
      id: "inv_01k9v3m6s0n8w2e4r6t8y0b1c3",
      status: "pending",
      email: "ada@example.com",
      role: "manager",
      scope: { kind: "artist" },
      until: null,
      invitedBy: "user:usr_01k9v3m6s0n8w2e4r6t8y0b1c3",
      createdAt: "2026-09-01T12:00:00.000Z",
      expiresAt: "2026-09-08T12:00:00.000Z",
    },
  });

export function presentInvitation(row: InvitationRow, now: number): unknown {
  return {
    ...row,
    status: invitationState(row, now),
    until: row.until === null ? null : instantToIso(row.until),
    createdAt: instantToIso(row.createdAt),
    expiresAt: instantToIso(row.expiresAt),
  };
}

const Named = z.object({ id: z.string(), name: z.string() });

export const Joining = z
  .object({
    membership: z.object({
      id: z.string(),
      artist: Named.nullable(),
      organisation: Named.nullable(),
      role: z.enum(ROLES),
      scope: MemberScope,
      until: Until,
    }),
  })
  .meta({
    id: "Joining",
    example: {
      membership: {
        id: "mem_01k9v3m6s0n8w2e4r6t8y0b1c3",
        artist: { id: "art_01k9v3m6s0n8w2e4r6t8y0b1c3", name: "Glass Harbor" },
        organisation: null,
        role: "manager",
        scope: { kind: "artist" },
        until: null,
      },
    },
  });

export function presentJoining({ id, to, role, scope, until }: Joined): unknown {
  const named = { id: to.id, name: to.name };
  return {
    membership: {
      id,
      artist: to.kind === "artist" ? named : null,
      organisation: to.kind === "organisation" ? named : null,
      role,
      scope,
      until: until === null ? null : instantToIso(until),
    },
  };
}
