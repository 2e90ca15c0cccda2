// The home of the endpoints of printed identities.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import { pageOf, pageQuery } from "../../http/page.ts";
import type { Register } from "../../http/registry.ts";
import { IdentityAssignment, IdentityShape, presentIdentity } from "./schema.ts";
import { assignIdentity, listIdentityPage } from "./service.ts";

const tag = "Statements";
const path = "/api/dashboard/statements/unmatched";

const ListIdentities = endpoint({
  operation: "listIdentities",
  method: "get",
  path,
  tag,
  summary: "List what no ISRC names",
  description:
    "What posted lines earned under names that are no valid ISRC, per name as printed. The money is booked; it waits for a recording.",
  access: "artist",
  query: z.strictObject({
    filter: z
      .enum(["unassigned", "assigned", "all"])
      .default("unassigned")
      .meta({ description: "Those that wait, those that were assigned, or both." }),
    ...pageQuery,
  }),
  answers: { 200: { description: "Identities.", schema: pageOf(IdentityShape) } },
  handle: async ({ ctx, query }) => listIdentityPage(ctx, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentIdentity), nextCursor } }),
});

const AssignIdentity = endpoint({
  operation: "assignIdentity",
  method: "put",
  path: `${path}/:identity`,
  tag,
  summary: "Say which recording an identity is",
  description:
    "Its money moves to that recording at once, of past statements and of coming ones, without importing again. With `isrc` null it stands for itself again.",
  access: "artist",
  params: z.strictObject({ identity: z.string() }),
  body: z.strictObject({ isrc: z.string().max(20).nullable() }).meta({ id: "IdentityAssignmentInput" }),
  answers: { 200: { description: "Where its money stands now.", schema: IdentityAssignment } },
  problems: ["isrc_invalid", "conflict"],
  example: { params: { identity: "193959000013 Night Swims" }, body: { isrc: "QZAB12400101" } },
  handle: async ({ ctx, params: { identity }, body: { isrc } }) => assignIdentity(ctx, { identity, isrc }),
  present: (assigned) => ({ status: 200, body: assigned }),
});

/** Adds printed identities to the API. */
export function registerIdentities(register: Register): void {
  register(ListIdentities);
  register(AssignIdentity);
}
