// The home of the endpoints of a team's members.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import { pageOf, pageQuery } from "../../http/page.ts";
import type { Register } from "../../http/registry.ts";
import { etagOf } from "../../http/version.ts";
import {
  Member,
  MemberPatch,
  Ownership,
  OwnershipOffer,
  presentMember,
  presentOffer,
  presentOwnership,
  presentTeam,
  Team,
} from "./schema.ts";
import {
  answerOwnership,
  getTeam,
  listMembersPage,
  offerOwnership,
  removeMember,
  updateMember,
  withdrawOwnership,
} from "./service.ts";

const tag = "Team";
const params = z.strictObject({ id: z.string() });
const example = { params: { id: "mem_01k9v3m6s0n8w2e4r6t8y0b1c3" } };

const GetTeam = endpoint({
  operation: "getTeam",
  method: "get",
  path: "/api/dashboard/team",
  tag,
  summary: "Show the team",
  description:
    "Everybody who can see the artist: members, people of linked organisations, support. And whoever was invited, or asks.",
  access: "artist",
  answers: { 200: { description: "The team; of its members the first 500, and all in their list.", schema: Team } },
  handle: async ({ ctx }) => getTeam(ctx),
  present: (team) => ({ status: 200, body: presentTeam(team) }),
});

const ListMembers = endpoint({
  operation: "listMembers",
  method: "get",
  path: "/api/dashboard/team/members",
  tag,
  summary: "List the members",
  description: "All of them whose access has not ended, in the order of their ids.",
  access: "artist",
  query: z.strictObject(pageQuery),
  answers: { 200: { description: "Members.", schema: pageOf(Member) } },
  handle: async ({ ctx, query }) => listMembersPage(ctx, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentMember), nextCursor } }),
});

const UpdateMember = endpoint({
  operation: "updateMember",
  method: "patch",
  path: "/api/dashboard/team/members/:id",
  tag,
  summary: "Change what a member may do",
  description: "It holds from their next request on. Nobody gives or changes more than they have themselves.",
  access: "artist",
  needsIfMatch: true,
  params,
  body: MemberPatch,
  answers: { 200: { description: "The member as changed, with its new ETag.", schema: Member } },
  problems: ["last_owner"],
  example: { ...example, body: { role: "viewer", until: null, scope: { kind: "artist" } } },
  handle: async ({ ctx, params: { id }, body, seen }) => {
    const { until, ...patch } = body;
    return updateMember(ctx, id, seen, { ...patch, until: typeof until === "string" ? Date.parse(until) : until });
  },
  present: (member) => ({ status: 200, body: presentMember(member), headers: { etag: etagOf(member.version) } }),
});

const RemoveMember = endpoint({
  operation: "removeMember",
  method: "delete",
  path: "/api/dashboard/team/members/:id",
  tag,
  summary: "End a membership",
  description: "The next request of theirs is a stranger's. Anybody may end their own.",
  access: "artist",
  needsIfMatch: true,
  params,
  answers: { 204: { description: "The membership has ended." } },
  problems: ["last_owner"],
  example,
  handle: async ({ ctx, params: { id }, seen }) => removeMember(ctx, id, seen),
  present: () => ({ status: 204 }),
});

const OfferOwnership = endpoint({
  operation: "offerOwnership",
  method: "post",
  path: "/api/dashboard/team/members/:id/ownership",
  tag,
  summary: "Offer the artist to a member",
  description:
    "They are mailed so, and have seven days to accept; until then nothing changes. Then they are its owner, and whoever offered an admin.",
  access: "artist",
  idempotencyKey: false,
  params,
  answers: { 201: { description: "The offer.", schema: OwnershipOffer } },
  problems: ["conflict"],
  example,
  handle: async ({ ctx, params: { id }, request }) => offerOwnership(ctx, id, new URL(request.url).origin),
  present: (offer) => ({ status: 201, body: presentOffer(offer) }),
});

const WithdrawOwnership = endpoint({
  operation: "withdrawOwnership",
  method: "delete",
  path: "/api/dashboard/team/members/:id/ownership",
  tag,
  summary: "Take an offer of ownership back",
  access: "artist",
  params,
  answers: { 204: { description: "Nothing is offered any more." } },
  example,
  handle: async ({ ctx, params: { id } }) => withdrawOwnership(ctx, id),
  present: () => ({ status: 204 }),
});

const AcceptOwnership = endpoint({
  operation: "acceptOwnership",
  method: "post",
  path: "/api/me/memberships/:id/ownership",
  tag,
  summary: "Accept an artist that is offered",
  description: "The id is that of one's own membership, as `/api/me` names it.",
  access: "signedIn",
  idempotencyKey: false,
  params,
  answers: { 200: { description: "The membership, now an owner's.", schema: Ownership } },
  problems: ["not_found", "conflict"],
  example,
  handle: async ({ ctx, params: { id } }) => answerOwnership(ctx, id, true),
  present: (answer) => ({ status: 200, body: presentOwnership(answer) }),
});

const DeclineOwnership = endpoint({
  operation: "declineOwnership",
  method: "delete",
  path: "/api/me/memberships/:id/ownership",
  tag,
  summary: "Decline an artist that is offered",
  access: "signedIn",
  params,
  answers: { 204: { description: "Declined." } },
  problems: ["not_found"],
  example,
  handle: async ({ ctx, params: { id } }) => answerOwnership(ctx, id, false),
  present: () => ({ status: 204 }),
});

/** Adds a team's members to the API. */
export function registerMembers(register: Register): void {
  register(GetTeam);
  register(ListMembers);
  register(UpdateMember);
  register(RemoveMember);
  register(OfferOwnership);
  register(WithdrawOwnership);
  register(AcceptOwnership);
  register(DeclineOwnership);
}
