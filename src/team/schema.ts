// The home of the wire shapes of artists, people and keys.

import { z } from "zod";
import { instantToIso } from "../kernel/time.ts";
import { EXAMPLES } from "./examples.ts";
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
    memberships: z.array(z.object({ artist: z.object({ id: z.string(), name: z.string() }), role: z.enum(ROLES) })),
  })
  .meta({ id: "Me", example: EXAMPLES.Me });

export function presentMe(me: MeFacts): unknown {
  const memberships = me.memberships.map(({ artistId, name, role }) => ({ artist: { id: artistId, name }, role }));
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
  };
}
