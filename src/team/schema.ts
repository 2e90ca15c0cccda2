// The home of the wire shapes of artists, people and keys.

import { z } from "zod";
import { instantToIso } from "../kernel/time.ts";
import { EXAMPLES } from "./examples.ts";
import { MemberScope } from "./invitations/schema.ts";
import { ROLES } from "./model.ts";
import type { ApiKeyRow } from "./repository.ts";
import type { Me as MeFacts, NewArtist } from "./service.ts";

export const ArtistInput = z
  .strictObject({
    name: z.string().trim().min(1).max(200),
    currency: z.string().length(3).meta({ description: "The currency figures are shown in, ISO 4217." }),
    timeZone: z.string().min(1).max(64).meta({ description: "IANA name, as in Europe/Berlin." }),
  })
  .meta({ id: "ArtistInput" });

export const Artist = z
  .object({
    id: z.string(),
    name: z.string(),
    currency: z.string(),
    timeZone: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Artist", example: EXAMPLES.Artist });

export function presentArtist(artist: NewArtist): z.input<typeof Artist> {
  return { ...artist, createdAt: instantToIso(artist.createdAt) };
}

export const Me = z
  .object({
    id: z.string().meta({ description: "The person's id, or the key's when a key asks." }),
    email: z.string().nullable(),
    name: z.string(),
    memberships: z.array(
      z.object({
        id: z.string().meta({ description: "The membership's id; for a key, the key's." }),
        artist: z.object({ id: z.string(), name: z.string() }),
        role: z.enum(ROLES),
        scope: MemberScope,
        until: z.iso.datetime().nullable(),
        through: z
          .object({ id: z.string(), name: z.string() })
          .nullable()
          .meta({ description: "The organisation that gives it; null for a membership of one's own." }),
        support: z.boolean(),
        ownershipOfferedUntil: z.iso.datetime().nullable(),
      }),
    ),
  })
  .meta({ id: "Me", example: EXAMPLES.Me });

export function presentMe(me: MeFacts): unknown {
  const memberships = me.memberships.map(({ artistId, artistName, until, isSupport, offeredUntil, ...rest }) => ({
    ...rest,
    artist: { id: artistId, name: artistName },
    until: until === null ? null : instantToIso(until),
    support: isSupport,
    ownershipOfferedUntil: offeredUntil === null ? null : instantToIso(offeredUntil),
  }));
  return { ...me, memberships };
}

export const ApiKeyInput = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    role: z.enum(ROLES),
    expiresAt: z.iso.datetime().nullable().default(null),
  })
  .meta({ id: "ApiKeyInput" });

export const ApiKey = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    prefix: z.string(),
    last4: z.string(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable().meta({ description: "To the hour." }),
  })
  .meta({ id: "ApiKey", example: EXAMPLES.ApiKey });

export const NewApiKey = ApiKey.extend({
  key: z.string().meta({ description: "The key itself. It is shown this once." }),
}).meta({ id: "NewApiKey", example: EXAMPLES.NewApiKey });

export function presentApiKey(row: ApiKeyRow): unknown {
  return {
    ...row,
    createdAt: instantToIso(row.createdAt),
    expiresAt: row.expiresAt === null ? null : instantToIso(row.expiresAt),
    revokedAt: row.revokedAt === null ? null : instantToIso(row.revokedAt),
    lastUsedAt: row.lastUsedAt === null ? null : instantToIso(row.lastUsedAt),
  };
}
