// The home of the endpoints of artists, people and keys.

import { z } from "zod";
import { endpoint } from "../http/endpoint.ts";
import { pageOf, pageQuery } from "../http/page.ts";
import type { Register } from "../http/registry.ts";
import { registerAudit } from "./audit/routes.ts";
import { registerInvitations } from "./invitations/routes.ts";
import { registerMembers } from "./members/routes.ts";
import { registerOrganisations } from "./organisations/routes.ts";
import { registerReviews } from "./reviews/routes.ts";
import {
  ApiKey,
  ApiKeyInput,
  Artist,
  ArtistInput,
  Me,
  NewApiKey,
  presentApiKey,
  presentArtist,
  presentMe,
} from "./schema.ts";
import { createApiKey, createArtist, getMe, listApiKeys, revokeApiKey } from "./service.ts";
import { registerSupport } from "./support/routes.ts";

const GetMe = endpoint({
  operation: "getMe",
  method: "get",
  path: "/api/me",
  tag: "People",
  summary: "Say who is signed in",
  description: "A person and their artists; for an API key, the key and its one artist.",
  access: "signedIn",
  answers: { 200: { description: "Who is asking.", schema: Me } },
  handle: async ({ ctx }) => getMe(ctx),
  present: (me) => ({ status: 200, body: presentMe(me) }),
});

const CreateArtist = endpoint({
  operation: "createArtist",
  method: "post",
  path: "/api/artists",
  tag: "People",
  summary: "Make an artist",
  description: "The person who asks becomes its owner. An artist is the tenant: everything belongs to exactly one.",
  access: "signedIn",
  body: ArtistInput,
  answers: { 201: { description: "The new artist.", schema: Artist } },
  problems: ["forbidden", "currency_unknown", "time_zone_unknown"],
  example: { body: { name: "Glass Harbor", currency: "USD", timeZone: "Europe/Berlin" } },
  handle: async ({ ctx, body }) => createArtist(ctx, body),
  present: (artist) => ({ status: 201, body: presentArtist(artist) }),
});

const CreateApiKey = endpoint({
  operation: "createApiKey",
  method: "post",
  path: "/api/dashboard/team/api-keys",
  tag: "Team",
  summary: "Make an API key",
  description: "The key is shown in this answer and never again; no role above the caller's can be given.",
  access: "artist",
  secret: true,
  body: ApiKeyInput,
  answers: { 201: { description: "The new key, with its secret.", schema: NewApiKey } },
  example: { body: { name: "Dashboard", role: "viewer", expiresAt: null } },
  handle: async ({ ctx, body }) =>
    createApiKey(ctx, { ...body, expiresAt: body.expiresAt === null ? null : Date.parse(body.expiresAt) }),
  present: (key) => ({ status: 201, body: { ...(presentApiKey(key) as object), key: key.key } }),
});

const ListApiKeys = endpoint({
  operation: "listApiKeys",
  method: "get",
  path: "/api/dashboard/team/api-keys",
  tag: "Team",
  summary: "List the API keys",
  description: "Newest first, revoked and expired ones included.",
  access: "artist",
  query: z.strictObject(pageQuery),
  answers: { 200: { description: "Keys, without their secrets.", schema: pageOf(ApiKey) } },
  handle: async ({ ctx, query }) => listApiKeys(ctx, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentApiKey), nextCursor } }),
});

const RevokeApiKey = endpoint({
  operation: "revokeApiKey",
  method: "delete",
  path: "/api/dashboard/team/api-keys/:id",
  tag: "Team",
  summary: "Revoke an API key",
  description: "The next request with it is refused.",
  access: "artist",
  params: z.strictObject({ id: z.string() }),
  answers: { 204: { description: "The key no longer works." } },
  example: { params: { id: "key_01k9v3m6s0n8w2e4r6t8y0b1c3" } },
  handle: async ({ ctx, params }) => revokeApiKey(ctx, params.id),
  present: () => ({ status: 204 }),
});

/** Adds people, artists, teams, organisations and keys to the API. */
export function registerTeam(register: Register): void {
  register(GetMe);
  register(CreateArtist);
  register(CreateApiKey);
  register(ListApiKeys);
  register(RevokeApiKey);
  registerMembers(register);
  registerInvitations(register);
  registerOrganisations(register);
  registerReviews(register);
  registerSupport(register);
  registerAudit(register);
}
