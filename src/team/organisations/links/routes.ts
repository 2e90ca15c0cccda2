// The home of the endpoints of links between artists and organisations, from both sides.

import { z } from "zod";
import { endpoint } from "../../../http/endpoint.ts";
import { pageOf, pageQuery } from "../../../http/page.ts";
import type { Register } from "../../../http/registry.ts";
import type { Role } from "../../model.ts";
import {
  ArtistProposal,
  LinkedArtist,
  OrganisationAcceptance,
  OrganisationLink,
  OrganisationProposal,
  presentLinkedArtist,
} from "../schema.ts";
import {
  acceptArtist,
  acceptOrganisation,
  endArtist,
  endOrganisation,
  listOrganisationArtists,
  proposeArtist,
  proposeOrganisation,
} from "./service.ts";

const ORGANISATION = "org_01k9v3m6s0n8w2e4r6t8y0b1c3";
const ARTIST = "art_01k9v3m6s0n8w2e4r6t8y0b1c3";
const own = "/api/organisations/:id/artists";
const ownParams = z.strictObject({ id: z.string(), artist: z.string() });
const ownExample = { id: ORGANISATION, artist: ARTIST };
const theirs = "/api/dashboard/team/organisations";
const theirParams = z.strictObject({ organisation: z.string() });

const ListOrganisationArtists = endpoint({
  operation: "listOrganisationArtists",
  method: "get",
  path: own,
  tag: "Organisations",
  summary: "List the artists of an organisation",
  access: "signedIn",
  params: z.strictObject({ id: z.string() }),
  query: z.strictObject(pageQuery),
  answers: { 200: { description: "Those it looks after, oldest first.", schema: pageOf(LinkedArtist) } },
  problems: ["forbidden", "not_found"],
  example: { params: { id: ORGANISATION } },
  handle: async ({ ctx, params: { id }, query }) => listOrganisationArtists(ctx, id, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentLinkedArtist), nextCursor } }),
});

const ProposeArtist = endpoint({
  operation: "proposeArtist",
  method: "post",
  path: own,
  tag: "Organisations",
  summary: "Propose to an artist to look after it",
  description:
    "The artist's side accepts, and says what the organisation's people may be. The answer does not tell whether there is such an artist.",
  access: "signedIn",
  params: z.strictObject({ id: z.string() }),
  body: ArtistProposal,
  answers: { 201: { description: "Proposed.", schema: OrganisationLink } },
  problems: ["forbidden", "not_found", "conflict"],
  example: { params: { id: ORGANISATION }, body: { artistId: ARTIST } },
  handle: async ({ ctx, params: { id }, body }) => proposeArtist(ctx, id, body.artistId),
  present: (link) => ({ status: 201, body: link }),
});

const AcceptArtist = endpoint({
  operation: "acceptArtist",
  method: "post",
  path: `${own}/:artist/accept`,
  tag: "Organisations",
  summary: "Accept an artist's proposal",
  access: "signedIn",
  idempotencyKey: false,
  params: ownParams,
  answers: { 200: { description: "The link, which holds from the next request on.", schema: OrganisationLink } },
  problems: ["forbidden", "not_found", "conflict"],
  example: { params: ownExample },
  handle: async ({ ctx, params: { id, artist } }) => acceptArtist(ctx, id, artist),
  present: (link) => ({ status: 200, body: link }),
});

const EndArtist = endpoint({
  operation: "endArtist",
  method: "delete",
  path: `${own}/:artist`,
  tag: "Organisations",
  summary: "Stop looking after an artist",
  description: "Also declines or withdraws a proposal. The history stays in the artist's audit log.",
  access: "signedIn",
  params: ownParams,
  answers: { 204: { description: "The organisation's people are strangers from the next request on." } },
  problems: ["forbidden", "not_found"],
  example: { params: ownExample },
  handle: async ({ ctx, params: { id, artist } }) => endArtist(ctx, id, artist),
  present: () => ({ status: 204 }),
});

const ProposeOrganisation = endpoint({
  operation: "proposeOrganisation",
  method: "post",
  path: theirs,
  tag: "Team",
  summary: "Propose to an organisation to look after the artist",
  description: "It has to accept. The answer does not tell whether there is such an organisation.",
  access: "artist",
  body: OrganisationProposal,
  answers: { 201: { description: "Proposed.", schema: OrganisationLink } },
  problems: ["conflict"],
  example: { body: { organisationId: ORGANISATION, role: "label" } },
  handle: async ({ ctx, body }) => proposeOrganisation(ctx, body.organisationId, body.role as Role),
  present: (link) => ({ status: 201, body: link }),
});

const AcceptOrganisation = endpoint({
  operation: "acceptOrganisation",
  method: "post",
  path: `${theirs}/:organisation/accept`,
  tag: "Team",
  summary: "Let an organisation look after the artist",
  description: "It has proposed so. `role` is the most any of its people may be here.",
  access: "artist",
  idempotencyKey: false,
  params: theirParams,
  body: OrganisationAcceptance,
  answers: { 200: { description: "The link, which holds from the next request on.", schema: OrganisationLink } },
  problems: ["conflict"],
  example: { params: { organisation: ORGANISATION }, body: { role: "label" } },
  handle: async ({ ctx, params: { organisation }, body }) => acceptOrganisation(ctx, organisation, body.role as Role),
  present: (link) => ({ status: 200, body: link }),
});

const EndOrganisation = endpoint({
  operation: "endOrganisation",
  method: "delete",
  path: `${theirs}/:organisation`,
  tag: "Team",
  summary: "End the link with an organisation",
  description: "Also declines or withdraws a proposal. The history stays in the audit log.",
  access: "artist",
  params: theirParams,
  answers: { 204: { description: "Its people are strangers from the next request on." } },
  example: { params: { organisation: ORGANISATION } },
  handle: async ({ ctx, params: { organisation } }) => endOrganisation(ctx, organisation),
  present: () => ({ status: 204 }),
});

/** Adds links, from both sides, to the API. */
export function registerLinks(register: Register): void {
  register(ListOrganisationArtists);
  register(ProposeArtist);
  register(AcceptArtist);
  register(EndArtist);
  register(ProposeOrganisation);
  register(AcceptOrganisation);
  register(EndOrganisation);
}
