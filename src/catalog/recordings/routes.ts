// The home of the endpoints of recordings.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import { pageOf, pageQuery } from "../../http/page.ts";
import type { Register } from "../../http/registry.ts";
import { etagOf } from "../../http/version.ts";
import { presentRecording, Recording, RecordingInput, RecordingPatch, recordingSaidIn } from "./schema.ts";
import { createRecording, deleteRecording, getRecording, listRecordings, updateRecording } from "./service.ts";

const tag = "Catalog";
const base = "/api/dashboard/catalog/recordings";
const params = z.strictObject({ id: z.string() });
const example = { params: { id: "rec_01k9v3m6s0n8w2e4r6t8y0b1c3" } };

const ListRecordings = endpoint({
  operation: "listRecordings",
  method: "get",
  path: base,
  tag,
  summary: "List the recordings",
  access: "artist",
  query: z.strictObject(pageQuery),
  answers: { 200: { description: "Newest first.", schema: pageOf(Recording) } },
  handle: async ({ ctx, query }) => listRecordings(ctx, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentRecording), nextCursor } }),
});

const CreateRecording = endpoint({
  operation: "createRecording",
  method: "post",
  path: base,
  tag,
  summary: "Add a recording",
  description: "An ISRC names one recording of an artist, however many releases it is on.",
  access: "artist",
  body: RecordingInput,
  answers: { 201: { description: "The recording, with its ETag.", schema: Recording } },
  problems: ["isrc_invalid", "reference_unknown", "code_taken", "conflict"],
  example: { body: { title: "Undertow", artists: [{ name: "Glass Harbor", role: "MainArtist" }], durationMs: 157000 } },
  handle: async ({ ctx, body }) => createRecording(ctx, recordingSaidIn(body)),
  present: (row) => ({
    status: 201,
    headers: { location: `${base}/${row.id}`, etag: etagOf(row.version) },
    body: presentRecording(row),
  }),
});

const GetRecording = endpoint({
  operation: "getRecording",
  method: "get",
  path: `${base}/:id`,
  tag,
  summary: "Show a recording",
  access: "artist",
  params,
  answers: { 200: { description: "The recording, with its ETag.", schema: Recording } },
  example,
  handle: async ({ ctx, params: { id } }) => getRecording(ctx, id),
  present: (row) => ({ status: 200, headers: { etag: etagOf(row.version) }, body: presentRecording(row) }),
});

const UpdateRecording = endpoint({
  operation: "updateRecording",
  method: "patch",
  path: `${base}/:id`,
  tag,
  summary: "Change a recording",
  description:
    "A field that is not said stays as it is. The ISRC of a delivered recording stays, since stores and statements know it by that; with `newRecording` a new recording comes of the change, derived from this one, which is not touched.",
  access: "artist",
  needsIfMatch: true,
  params,
  body: RecordingPatch,
  answers: {
    200: { description: "The recording as changed, with its new ETag.", schema: Recording },
    201: { description: "The new recording, with `newRecording`.", schema: Recording },
  },
  problems: ["isrc_invalid", "reference_unknown", "code_taken", "conflict", "isrc_locked"],
  example: { ...example, body: { versionTitle: "Radio Edit" } },
  handle: async ({ ctx, params: { id }, body: { newRecording = false, ...body }, seen }) => {
    const row = await updateRecording(ctx, id, seen, recordingSaidIn(body), newRecording);
    return { row, newRecording };
  },
  present: ({ row, newRecording }) => ({
    status: newRecording ? 201 : 200,
    headers: { etag: etagOf(row.version), ...(newRecording ? { location: `${base}/${row.id}` } : {}) },
    body: presentRecording(row),
  }),
});

const DeleteRecording = endpoint({
  operation: "deleteRecording",
  method: "delete",
  path: `${base}/:id`,
  tag,
  summary: "Remove a recording",
  description: "What is used by something else stays.",
  access: "artist",
  needsIfMatch: true,
  params,
  answers: { 204: { description: "It is gone." } },
  problems: ["in_use", "conflict"],
  example,
  handle: async ({ ctx, params: { id }, seen }) => deleteRecording(ctx, id, seen),
  present: () => ({ status: 204 }),
});

/** Adds recordings to the API. */
export function registerRecordings(register: Register): void {
  register(ListRecordings);
  register(CreateRecording);
  register(GetRecording);
  register(UpdateRecording);
  register(DeleteRecording);
}
