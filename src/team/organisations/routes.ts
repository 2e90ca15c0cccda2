// The home of the endpoints of organisations and their people.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import { pageOf, pageQuery } from "../../http/page.ts";
import type { Register } from "../../http/registry.ts";
import { etagOf } from "../../http/version.ts";
import { Invitation, presentInvitation } from "../invitations/schema.ts";
import { registerLinks } from "./links/routes.ts";
import {
  Organisation,
  OrganisationDetail,
  OrganisationInput,
  OrganisationInvitationInput,
  OrganisationMember,
  OrganisationMemberPatch,
  presentOrganisation,
  presentOrganisationDetail,
  presentOrganisationMember,
} from "./schema.ts";
import {
  createOrganisation,
  getOrganisation,
  inviteToOrganisation,
  listOrganisations,
  removeOrganisationMember,
  revokeOrganisationInvitation,
  updateOrganisationMember,
} from "./service.ts";

const tag = "Organisations";
const base = "/api/organisations";
const ORGANISATION = "org_01k9v3m6s0n8w2e4r6t8y0b1c3";
const params = z.strictObject({ id: z.string() });
const memberParams = z.strictObject({ id: z.string(), member: z.string() });
const memberExample = { id: ORGANISATION, member: "mem_01k9v3m6s0n8w2e4r6t8y0b1c3" };

const CreateOrganisation = endpoint({
  operation: "createOrganisation",
  method: "post",
  path: base,
  tag,
  summary: "Make an organisation",
  description: "A label or a management: a set of artists for the purpose of membership, and nothing else.",
  access: "signedIn",
  body: OrganisationInput,
  answers: { 201: { description: "The organisation; the person who asks is its owner.", schema: Organisation } },
  problems: ["forbidden"],
  example: { body: { name: "Tidewater Records" } },
  handle: async ({ ctx, body }) => createOrganisation(ctx, body),
  present: (organisation) => ({ status: 201, body: presentOrganisation(organisation) }),
});

const ListOrganisations = endpoint({
  operation: "listOrganisations",
  method: "get",
  path: base,
  tag,
  summary: "List one's organisations",
  access: "signedIn",
  query: z.strictObject(pageQuery),
  answers: { 200: { description: "Those the person belongs to, oldest first.", schema: pageOf(Organisation) } },
  problems: ["forbidden"],
  handle: async ({ ctx, query }) => listOrganisations(ctx, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentOrganisation), nextCursor } }),
});

const GetOrganisation = endpoint({
  operation: "getOrganisation",
  method: "get",
  path: `${base}/:id`,
  tag,
  summary: "Show an organisation",
  description: "Its people, whom it has invited, and the links that are proposed.",
  access: "signedIn",
  params,
  answers: { 200: { description: "The organisation; at most 500 members.", schema: OrganisationDetail } },
  problems: ["forbidden", "not_found"],
  example: { params: { id: ORGANISATION } },
  handle: async ({ ctx, params: { id } }) => getOrganisation(ctx, id),
  present: (facts) => ({ status: 200, body: presentOrganisationDetail(facts) }),
});

const InviteToOrganisation = endpoint({
  operation: "inviteToOrganisation",
  method: "post",
  path: `${base}/:id/invitations`,
  tag,
  summary: "Invite somebody into an organisation",
  description: "As with a team. Their role holds in the organisation, and at most with each of its artists.",
  access: "signedIn",
  params,
  body: OrganisationInvitationInput,
  answers: { 201: { description: "The invitation; its link is in the mail alone.", schema: Invitation } },
  problems: ["forbidden", "not_found", "already_member", "rate_limited"],
  example: { params: { id: ORGANISATION }, body: { email: "ada@example.com", role: "label", until: null } },
  handle: async ({ ctx, params: { id }, body, request }) => {
    const until = body.until === null ? null : Date.parse(body.until);
    return inviteToOrganisation(ctx, id, { ...body, until }, new URL(request.url).origin);
  },
  present: (invitation) => ({ status: 201, body: presentInvitation(invitation, invitation.createdAt) }),
});

const RevokeOrganisationInvitation = endpoint({
  operation: "revokeOrganisationInvitation",
  method: "delete",
  path: `${base}/:id/invitations/:invitation`,
  tag,
  summary: "Revoke an invitation into an organisation",
  access: "signedIn",
  params: z.strictObject({ id: z.string(), invitation: z.string() }),
  answers: { 204: { description: "It can no longer be accepted." } },
  problems: ["forbidden", "not_found"],
  example: { params: { id: ORGANISATION, invitation: "inv_01k9v3m6s0n8w2e4r6t8y0b1c3" } },
  handle: async ({ ctx, params: { id, invitation } }) => revokeOrganisationInvitation(ctx, id, invitation),
  present: () => ({ status: 204 }),
});

const UpdateOrganisationMember = endpoint({
  operation: "updateOrganisationMember",
  method: "patch",
  path: `${base}/:id/members/:member`,
  tag,
  summary: "Change what a member of an organisation may do",
  description: "There, and with each of its artists, from their next request on.",
  access: "signedIn",
  needsIfMatch: true,
  params: memberParams,
  body: OrganisationMemberPatch,
  answers: { 200: { description: "The member as changed, with its new ETag.", schema: OrganisationMember } },
  problems: ["forbidden", "not_found", "last_owner"],
  example: { params: memberExample, body: { role: "viewer", until: null } },
  handle: async ({ ctx, params: { id, member }, body, seen }) => {
    const { role, until } = body;
    return updateOrganisationMember(ctx, id, member, seen, {
      role,
      until: typeof until === "string" ? Date.parse(until) : until,
    });
  },
  present: (member) => ({
    status: 200,
    body: presentOrganisationMember(member),
    headers: { etag: etagOf(member.version) },
  }),
});

const RemoveOrganisationMember = endpoint({
  operation: "removeOrganisationMember",
  method: "delete",
  path: `${base}/:id/members/:member`,
  tag,
  summary: "End a membership in an organisation",
  description: "The next request of theirs is a stranger's. Anybody may end their own.",
  access: "signedIn",
  needsIfMatch: true,
  params: memberParams,
  answers: { 204: { description: "The membership has ended." } },
  problems: ["forbidden", "not_found", "last_owner"],
  example: { params: memberExample },
  handle: async ({ ctx, params: { id, member }, seen }) => removeOrganisationMember(ctx, id, member, seen),
  present: () => ({ status: 204 }),
});

/** Adds organisations to the API. */
export function registerOrganisations(register: Register): void {
  register(CreateOrganisation);
  register(ListOrganisations);
  register(GetOrganisation);
  register(InviteToOrganisation);
  register(RevokeOrganisationInvitation);
  register(UpdateOrganisationMember);
  register(RemoveOrganisationMember);
  registerLinks(register);
}
