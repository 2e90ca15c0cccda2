// The home of the endpoints of works.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import { pageOf, pageQuery } from "../../http/page.ts";
import type { Register } from "../../http/registry.ts";
import { etagOf } from "../../http/version.ts";
import { presentWork, Work, WorkInput, WorkPatch } from "./schema.ts";
import { createWork, deleteWork, getWork, listWorks, updateWork } from "./service.ts";

const tag = "Catalog";
const base = "/api/dashboard/catalog/works";
const params = z.strictObject({ id: z.string() });
const example = { params: { id: "wrk_01k9v3m6s0n8w2e4r6t8y0b1c3" } };

const ListWorks = endpoint({
  operation: "listWorks",
  method: "get",
  path: base,
  tag,
  summary: "List the works",
  access: "artist",
  query: z.strictObject(pageQuery),
  answers: { 200: { description: "Newest first.", schema: pageOf(Work) } },
  handle: async ({ ctx, query }) => listWorks(ctx, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentWork), nextCursor } }),
});

const CreateWork = endpoint({
  operation: "createWork",
  method: "post",
  path: base,
  tag,
  summary: "Add a work",
  description: "The composition: its writers and publishers, with exact shares or none.",
  access: "artist",
  body: WorkInput,
  answers: { 201: { description: "The work, with its ETag.", schema: Work } },
  problems: ["iswc_invalid", "shares_not_whole", "reference_unknown", "code_taken", "conflict"],
  example: { body: { title: "Undertow", writers: [{ name: "Ana Ünal", role: "ComposerLyricist", share: "100" }] } },
  handle: async ({ ctx, body }) => createWork(ctx, body),
  present: (row) => ({
    status: 201,
    headers: { location: `${base}/${row.id}`, etag: etagOf(row.version) },
    body: presentWork(row),
  }),
});

const GetWork = endpoint({
  operation: "getWork",
  method: "get",
  path: `${base}/:id`,
  tag,
  summary: "Show a work",
  access: "artist",
  params,
  answers: { 200: { description: "The work, with its ETag.", schema: Work } },
  example,
  handle: async ({ ctx, params: { id } }) => getWork(ctx, id),
  present: (row) => ({ status: 200, headers: { etag: etagOf(row.version) }, body: presentWork(row) }),
});

const UpdateWork = endpoint({
  operation: "updateWork",
  method: "patch",
  path: `${base}/:id`,
  tag,
  summary: "Change a work",
  description: "A field that is not said stays as it is; a list that is said takes the place of the whole list.",
  access: "artist",
  needsIfMatch: true,
  params,
  body: WorkPatch,
  answers: {
    200: { description: "The work as changed, with its new ETag.", schema: Work },
  },
  problems: ["iswc_invalid", "shares_not_whole", "reference_unknown", "code_taken", "conflict"],
  example: { ...example, body: { alternativeTitles: ["Slack Tide"] } },
  handle: async ({ ctx, params: { id }, body, seen }) => updateWork(ctx, id, seen, body),
  present: (row) => ({ status: 200, headers: { etag: etagOf(row.version) }, body: presentWork(row) }),
});

const DeleteWork = endpoint({
  operation: "deleteWork",
  method: "delete",
  path: `${base}/:id`,
  tag,
  summary: "Remove a work",
  description: "What is used by something else stays.",
  access: "artist",
  needsIfMatch: true,
  params,
  answers: { 204: { description: "It is gone." } },
  problems: ["in_use", "conflict"],
  example,
  handle: async ({ ctx, params: { id }, seen }) => deleteWork(ctx, id, seen),
  present: () => ({ status: 204 }),
});

/** Adds works to the API. */
export function registerWorks(register: Register): void {
  register(ListWorks);
  register(CreateWork);
  register(GetWork);
  register(UpdateWork);
  register(DeleteWork);
}
