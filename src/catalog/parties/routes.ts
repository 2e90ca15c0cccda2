// The home of the endpoints of parties.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import { pageOf, pageQuery } from "../../http/page.ts";
import type { Register } from "../../http/registry.ts";
import { etagOf } from "../../http/version.ts";
import { Party, PartyInput, PartyPatch, presentParty } from "./schema.ts";
import { createParty, deleteParty, getParty, listParties, updateParty } from "./service.ts";

const tag = "Catalog";
const base = "/api/dashboard/catalog/parties";
const params = z.strictObject({ id: z.string() });
const example = { params: { id: "pty_01k9v3m6s0n8w2e4r6t8y0b1c3" } };

const ListParties = endpoint({
  operation: "listParties",
  method: "get",
  path: base,
  tag,
  summary: "List the parties",
  access: "artist",
  query: z.strictObject(pageQuery),
  answers: { 200: { description: "Newest first.", schema: pageOf(Party) } },
  handle: async ({ ctx, query }) => listParties(ctx, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentParty), nextCursor } }),
});

const CreateParty = endpoint({
  operation: "createParty",
  method: "post",
  path: base,
  tag,
  summary: "Add a party",
  description: "Somebody to credit: a name tells two people apart only with a code, or with this id.",
  access: "artist",
  body: PartyInput,
  answers: { 201: { description: "The party, with its ETag.", schema: Party } },
  problems: ["ipi_invalid", "isni_invalid", "dpid_invalid", "code_taken"],
  example: { body: { name: "Ana Ünal", isni: "0000 0001 2103 2683" } },
  handle: async ({ ctx, body }) => createParty(ctx, body),
  present: (row) => ({
    status: 201,
    headers: { location: `${base}/${row.id}`, etag: etagOf(row.version) },
    body: presentParty(row),
  }),
});

const GetParty = endpoint({
  operation: "getParty",
  method: "get",
  path: `${base}/:id`,
  tag,
  summary: "Show a party",
  access: "artist",
  params,
  answers: { 200: { description: "The party, with its ETag.", schema: Party } },
  example,
  handle: async ({ ctx, params: { id } }) => getParty(ctx, id),
  present: (row) => ({ status: 200, headers: { etag: etagOf(row.version) }, body: presentParty(row) }),
});

const UpdateParty = endpoint({
  operation: "updateParty",
  method: "patch",
  path: `${base}/:id`,
  tag,
  summary: "Change a party",
  description: "A field that is not said stays as it is. Credits that name it keep the name they print.",
  access: "artist",
  needsIfMatch: true,
  params,
  body: PartyPatch,
  answers: {
    200: { description: "The party as changed, with its new ETag.", schema: Party },
  },
  problems: ["ipi_invalid", "isni_invalid", "dpid_invalid", "code_taken"],
  example: { ...example, body: { localNames: [{ language: "tr", name: "Ana Ünal" }] } },
  handle: async ({ ctx, params: { id }, body, seen }) => updateParty(ctx, id, seen, body),
  present: (row) => ({ status: 200, headers: { etag: etagOf(row.version) }, body: presentParty(row) }),
});

const DeleteParty = endpoint({
  operation: "deleteParty",
  method: "delete",
  path: `${base}/:id`,
  tag,
  summary: "Remove a party",
  description: "What is used by something else stays.",
  access: "artist",
  needsIfMatch: true,
  params,
  answers: { 204: { description: "It is gone." } },
  problems: ["in_use", "conflict"],
  example,
  handle: async ({ ctx, params: { id }, seen }) => deleteParty(ctx, id, seen),
  present: () => ({ status: 204 }),
});

/** Adds parties to the API. */
export function registerParties(register: Register): void {
  register(ListParties);
  register(CreateParty);
  register(GetParty);
  register(UpdateParty);
  register(DeleteParty);
}
