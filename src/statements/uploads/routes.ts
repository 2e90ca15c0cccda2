// The home of the endpoints for uploads in parts.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import type { Register } from "../../http/registry.ts";
import { presentStatement, Statement } from "../schema.ts";
import { presentUpload, StatementUpload, StatementUploadPart, UploadOpeningShape } from "./schema.ts";
import { completeUpload, discardUpload, getUpload, openUpload, sendUploadPart } from "./service.ts";

const tag = "Statements";
const statements = "/api/dashboard/statements";
const base = `${statements}/uploads`;
const params = z.strictObject({ id: z.string() });
const exampleId = { id: "upl_01k9v3m6s0n8w2e4r6t8y0b1c3" };

const OpenUpload = endpoint({
  operation: "openStatementUpload",
  method: "post",
  path: base,
  tag,
  summary: "Open an upload in parts",
  description:
    "For files beyond what one request may carry, up to 2 GiB, and for connections that break. Cut the file into parts of `partBytes`, send each to `parts/{part}`, then complete. An upload stays open for seven days; an artist may have ten open.",
  access: "artist",
  body: UploadOpeningShape,
  answers: { 201: { description: "It takes parts.", schema: StatementUpload } },
  problems: ["file_empty", "too_many_uploads"],
  example: { body: { filename: "distrokid-2026.tsv", sizeBytes: 113_246_208, preview: false } },
  handle: async ({ ctx, body: { filename, sizeBytes, preview } }) =>
    openUpload(ctx, { filename, sizeBytes, isPreview: preview }),
  present: (state) => ({
    status: 201,
    headers: { location: `${base}/${state.upload.id}` },
    body: presentUpload(state),
  }),
});

const GetUpload = endpoint({
  operation: "getStatementUpload",
  method: "get",
  path: `${base}/:id`,
  tag,
  summary: "Read which parts have come",
  description: "After a break, send the parts that are not in `received`.",
  access: "artist",
  params,
  answers: { 200: { description: "The upload.", schema: StatementUpload } },
  example: { params: exampleId },
  handle: async ({ ctx, params: { id } }) => getUpload(ctx, id),
  present: (state) => ({ status: 200, body: presentUpload(state) }),
});

const SendPart = endpoint({
  operation: "sendStatementUploadPart",
  method: "put",
  path: `${base}/:id/parts/:part`,
  tag,
  summary: "Send a part",
  description:
    "The raw bytes of one part: exactly `partBytes`, and of the last part what is left. Parts may come in any order and several at once; a part sent again takes the place of the one before. What breaks off is not kept.",
  access: "artist",
  params: params.extend({ part: z.string().regex(/^[1-9]\d{0,4}$/, "must be the number of a part") }),
  rawBody: {
    description: "The bytes of the part.",
    content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
  },
  answers: { 200: { description: "The part has come whole.", schema: StatementUploadPart } },
  problems: ["too_large", "upload_closed", "upload_expired"],
  example: { params: { ...exampleId, part: "1" } },
  handle: async ({ ctx, params: { id, part }, request }) => {
    const length = request.headers.get("content-length");
    return sendUploadPart(ctx, id, {
      part: Number(part),
      declaredBytes: length === null ? null : Number(length),
      body: (request.body as ReadableStream<Uint8Array> | null) ?? emptyBody(),
    });
  },
  present: (part) => ({ status: 200, body: part }),
});

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

const CompleteUpload = endpoint({
  operation: "completeStatementUpload",
  method: "post",
  path: `${base}/:id/complete`,
  tag,
  summary: "Make a statement of an upload",
  description:
    "Answers what uploading the file in one request would have answered. Asking again is harmless and answers the same statement. A file that is refused closes the upload, and nothing of it is kept.",
  access: "artist",
  idempotencyKey: false,
  params,
  answers: {
    202: { description: "Received; it is being read.", schema: Statement },
    200: {
      description: "These bytes are a living statement already, or the upload was completed before.",
      schema: Statement,
    },
  },
  problems: [
    "upload_incomplete",
    "upload_expired",
    "conflict",
    "file_empty",
    "file_unreadable",
    "archive_too_large",
    "archive_unreadable",
  ],
  example: { params: exampleId },
  handle: async ({ ctx, params: { id } }) => completeUpload(ctx, id),
  present: ({ statement, isNew }) => ({
    status: isNew ? 202 : 200,
    headers: { location: `${statements}/${statement.id}` },
    body: presentStatement(statement),
  }),
});

const DiscardUpload = endpoint({
  operation: "discardStatementUpload",
  method: "delete",
  path: `${base}/:id`,
  tag,
  summary: "Discard an upload",
  description: "What has come of it is removed. The statement of a completed upload stays.",
  access: "artist",
  params,
  answers: { 204: { description: "It is gone." } },
  problems: ["conflict"],
  example: { params: exampleId },
  handle: async ({ ctx, params: { id } }) => discardUpload(ctx, id),
  present: () => ({ status: 204 }),
});

/** Adds uploads in parts to the API. */
export function registerUploads(register: Register): void {
  register(OpenUpload);
  register(GetUpload);
  register(SendPart);
  register(CompleteUpload);
  register(DiscardUpload);
}
