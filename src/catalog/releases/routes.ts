// The home of the endpoints of releases.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import { pageOf, pageQuery } from "../../http/page.ts";
import type { Register } from "../../http/registry.ts";
import { etagOf } from "../../http/version.ts";
import {
  ChangedRelease,
  presentChangedRelease,
  presentRelease,
  Release,
  ReleaseInput,
  ReleasePatch,
  releaseSaidIn,
} from "./schema.ts";
import { createRelease, deleteRelease, getRelease, listReleases, updateRelease } from "./service.ts";

const tag = "Catalog";
const base = "/api/dashboard/catalog/releases";
const params = z.strictObject({ id: z.string() });
const example = { params: { id: "rel_01k9v3m6s0n8w2e4r6t8y0b1c3" } };

const ListReleases = endpoint({
  operation: "listReleases",
  method: "get",
  path: base,
  tag,
  summary: "List the releases",
  access: "artist",
  query: z.strictObject(pageQuery),
  answers: { 200: { description: "Newest first.", schema: pageOf(Release) } },
  handle: async ({ ctx, query }) => listReleases(ctx, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentRelease), nextCursor } }),
});

const CreateRelease = endpoint({
  operation: "createRelease",
  method: "post",
  path: base,
  tag,
  summary: "Add a release",
  description: "It begins as a draft. Tracks name recordings, or bring new ones, which are kept beside it.",
  access: "artist",
  body: ReleaseInput,
  answers: { 201: { description: "The release, with its ETag.", schema: Release } },
  problems: [
    "upc_invalid",
    "grid_invalid",
    "isrc_invalid",
    "release_at_invalid",
    "deal_invalid",
    "deals_overlap",
    "track_repeated",
    "reference_unknown",
    "code_taken",
    "conflict",
  ],
  example: {
    body: {
      title: "Night Swims",
      type: "ep",
      releaseAt: { mode: "local_midnight", date: "2026-11-20" },
      tracks: [{ recording: { title: "Undertow", durationMs: 157000 } }],
    },
  },
  handle: async ({ ctx, body }) => createRelease(ctx, releaseSaidIn(body)),
  present: (row) => ({
    status: 201,
    headers: { location: `${base}/${row.id}`, etag: etagOf(row.version) },
    body: presentRelease(row),
  }),
});

const GetRelease = endpoint({
  operation: "getRelease",
  method: "get",
  path: `${base}/:id`,
  tag,
  summary: "Show a release",
  access: "artist",
  params,
  answers: { 200: { description: "The release, with its ETag.", schema: Release } },
  example,
  handle: async ({ ctx, params: { id } }) => getRelease(ctx, id),
  present: (row) => ({ status: 200, headers: { etag: etagOf(row.version) }, body: presentRelease(row) }),
});

const UpdateRelease = endpoint({
  operation: "updateRelease",
  method: "patch",
  path: `${base}/:id`,
  tag,
  summary: "Change a release",
  description:
    "A field that is not said stays as it is; tracks and deals that are said take the place of all there were. While it is looked at, scheduled or on its way it cannot be changed.",
  access: "artist",
  needsIfMatch: true,
  params,
  body: ReleasePatch,
  answers: {
    200: {
      description: "The release as changed, with its new ETag, and what moved with its date.",
      schema: ChangedRelease,
    },
  },
  problems: [
    "upc_invalid",
    "grid_invalid",
    "isrc_invalid",
    "release_at_invalid",
    "deal_invalid",
    "deals_overlap",
    "track_repeated",
    "reference_unknown",
    "code_taken",
    "conflict",
    "release_locked",
  ],
  example: { ...example, body: { subtitle: "Deluxe Edition" } },
  handle: async ({ ctx, params: { id }, body, seen }) => updateRelease(ctx, id, seen, releaseSaidIn(body)),
  present: (changed) => ({
    status: 200,
    headers: { etag: etagOf(changed.row.version) },
    body: presentChangedRelease(changed),
  }),
});

const DeleteRelease = endpoint({
  operation: "deleteRelease",
  method: "delete",
  path: `${base}/:id`,
  tag,
  summary: "Remove a release",
  description: "Its recordings stay.",
  access: "artist",
  needsIfMatch: true,
  params,
  answers: { 204: { description: "It is gone." } },
  problems: ["in_use", "conflict"],
  example,
  handle: async ({ ctx, params: { id }, seen }) => deleteRelease(ctx, id, seen),
  present: () => ({ status: 204 }),
});

/** Adds releases to the API. */
export function registerReleases(register: Register): void {
  register(ListReleases);
  register(CreateRelease);
  register(GetRelease);
  register(UpdateRelease);
  register(DeleteRelease);
}
