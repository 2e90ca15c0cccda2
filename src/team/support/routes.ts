// The home of the endpoints of support access.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import type { Register } from "../../http/registry.ts";
import { Member, presentMember } from "../members/schema.ts";
import { presentSupportRequest, SupportRequest, SupportRequestInput } from "./schema.ts";
import { approveSupport, declineSupport, requestSupport } from "./service.ts";

const tag = "Team";
const params = z.strictObject({ id: z.string() });
const example = { params: { id: "sup_01k9v3m6s0n8w2e4r6t8y0b1c3" } };

const RequestSupport = endpoint({
  operation: "requestSupport",
  method: "post",
  path: "/api/support/artists/:artist/requests",
  tag,
  summary: "Ask an artist for support access",
  description: "For whoever runs this service, as `SUPPORT_EMAILS` says. An owner or admin of the artist decides.",
  access: "signedIn",
  params: z.strictObject({ artist: z.string() }),
  body: SupportRequestInput,
  answers: { 201: { description: "Asked; nothing is shown before it is approved.", schema: SupportRequest } },
  problems: ["forbidden", "not_found", "already_member", "conflict"],
  example: {
    params: { artist: "art_01k9v3m6s0n8w2e4r6t8y0b1c3" },
    body: { reason: "You wrote that July looks wrong.", hours: 24 },
  },
  handle: async ({ ctx, params: { artist }, body }) => requestSupport(ctx, artist, body),
  present: (request) => ({ status: 201, body: presentSupportRequest(request) }),
});

const ApproveSupport = endpoint({
  operation: "approveSupport",
  method: "post",
  path: "/api/dashboard/team/support-requests/:id/approve",
  tag,
  summary: "Let support look",
  description:
    "As a viewer, for the hours asked for; ended before by ending the membership. Each visit is in the audit log.",
  access: "artist",
  idempotencyKey: false,
  params,
  answers: { 200: { description: "The membership of support.", schema: Member } },
  problems: ["conflict", "already_member"],
  example,
  handle: async ({ ctx, params: { id } }) => approveSupport(ctx, id),
  present: (member) => ({ status: 200, body: presentMember(member) }),
});

const DeclineSupport = endpoint({
  operation: "declineSupport",
  method: "delete",
  path: "/api/dashboard/team/support-requests/:id",
  tag,
  summary: "Decline a request for support access",
  access: "artist",
  params,
  answers: { 204: { description: "Declined." } },
  problems: ["conflict"],
  example,
  handle: async ({ ctx, params: { id } }) => declineSupport(ctx, id),
  present: () => ({ status: 204 }),
});

/** Adds support access to the API. */
export function registerSupport(register: Register): void {
  register(RequestSupport);
  register(ApproveSupport);
  register(DeclineSupport);
}
