// The home of the endpoints of embargoes.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import { pageOf, pageQuery } from "../../http/page.ts";
import type { Register } from "../../http/registry.ts";
import { Access, Embargo, EmbargoInput, presentAccess, presentEmbargo, untilOf } from "./schema.ts";
import { getEmbargo, liftEmbargo, listAccess, setEmbargo } from "./service.ts";

const tag = "Catalog";
const base = "/api/dashboard/catalog/releases/:id";
const params = z.strictObject({ id: z.string() });
const example = { params: { id: "rel_01k9v3m6s0n8w2e4r6t8y0b1c3" } };

const GetEmbargo = endpoint({
  operation: "getEmbargo",
  method: "get",
  path: `${base}/embargo`,
  tag,
  summary: "Show the embargo of a release",
  access: "artist",
  params,
  answers: { 200: { description: "The embargo, active or ended.", schema: Embargo } },
  example,
  handle: async ({ ctx, params: { id } }) => ({ row: await getEmbargo(ctx, id), now: ctx.now }),
  present: ({ row, now }) => ({ status: 200, body: presentEmbargo(row, now) }),
});

const SetEmbargo = endpoint({
  operation: "setEmbargo",
  method: "put",
  path: `${base}/embargo`,
  tag,
  summary: "Put a release under embargo, or change until when",
  description:
    "Until then nobody without the right to it learns that the release exists: not its title, its dates, its art and sound, its recordings and works that are on nothing else. Owners, admins, managers, labels, marketers and editors have the right, and what they see is written down.",
  access: "artist",
  params,
  body: EmbargoInput,
  answers: { 200: { description: "The embargo.", schema: Embargo } },
  example: { ...example, body: { until: "lift" } },
  handle: async ({ ctx, params: { id }, body }) => ({ row: await setEmbargo(ctx, id, untilOf(body)), now: ctx.now }),
  present: ({ row, now }) => ({ status: 200, body: presentEmbargo(row, now) }),
});

const LiftEmbargo = endpoint({
  operation: "liftEmbargo",
  method: "delete",
  path: `${base}/embargo`,
  tag,
  summary: "Lift the embargo of a release",
  access: "artist",
  params,
  answers: { 204: { description: "It is lifted." } },
  example,
  handle: async ({ ctx, params: { id } }) => liftEmbargo(ctx, id),
  present: () => ({ status: 204 }),
});

const ListAccess = endpoint({
  operation: "listReleaseAccess",
  method: "get",
  path: `${base}/access-log`,
  tag,
  summary: "List who saw a release while it was under embargo",
  description: "The latest day first; one entry for each day, person or key, place and thing.",
  access: "artist",
  params,
  query: z.strictObject(pageQuery),
  answers: { 200: { description: "The access log.", schema: pageOf(Access) } },
  example,
  handle: async ({ ctx, params: { id }, query }) => listAccess(ctx, id, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentAccess), nextCursor } }),
});

/** Adds embargoes to the API. */
export function registerEmbargoes(register: Register): void {
  register(GetEmbargo);
  register(SetEmbargo);
  register(LiftEmbargo);
  register(ListAccess);
}
