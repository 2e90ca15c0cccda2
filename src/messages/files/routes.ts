// The home of the endpoints of attachments.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import type { Register } from "../../http/registry.ts";
import { Problem } from "../../kernel/problems.ts";
import { callerOf, type Visible } from "../ask.ts";
import { Attachment } from "../schema.ts";
import { dispositionOf } from "./model.ts";
import { AttachmentLink, presentLink } from "./schema.ts";
import { linkAttachment, openAttachment, uploadAttachment } from "./service.ts";

const tag = "Messages";
const base = "/api/dashboard/team/messages";

function lengthOf(request: Request): number {
  const length = request.headers.get("content-length");
  if (length !== null && /^\d{1,15}$/.test(length)) return Number(length);
  throw new Problem("invalid_request", { detail: "Say with Content-Length how long the file is." });
}

function uploadEndpoint(visible: Visible) {
  return endpoint({
    operation: "uploadAttachment",
    method: "post",
    path: `${base}/attachments`,
    tag,
    summary: "Upload a file for a message",
    description:
      "The raw file is the body, up to 25 MB: images, PDF, sound, CSV or plain text, told by their first bytes. Send a message with its id; a file that no message carries is gone after a day.",
    access: "artist",
    idempotencyKey: false,
    query: z.strictObject({ filename: z.string().min(1).max(255) }),
    rawBody: {
      description: "The file.",
      content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
    },
    answers: { 201: { description: "Kept; a message may carry it.", schema: Attachment } },
    problems: ["file_empty", "too_large", "file_type_refused"],
    example: { query: { filename: "cover.png" } },
    handle: async ({ ctx, query, request }) => {
      const sizeBytes = lengthOf(request);
      const body = request.body as ReadableStream<Uint8Array> | null;
      if (body === null) throw new Problem("file_empty");
      return uploadAttachment(ctx, await callerOf(ctx, visible), { filename: query.filename, sizeBytes, body });
    },
    present: (attachment) => ({ status: 201, body: attachment }),
  });
}

function linkEndpoint(visible: Visible) {
  return endpoint({
    operation: "linkAttachment",
    method: "get",
    path: `${base}/:thread/attachments/:attachment`,
    tag,
    summary: "Get a private link to an attachment",
    description: "Only who sees the message that carries the file gets one.",
    access: "artist",
    params: z.strictObject({ thread: z.string(), attachment: z.string() }),
    answers: { 200: { description: "The link.", schema: AttachmentLink } },
    example: { params: { thread: "thr_01k9v3m6s0n8w2e4r6t8y0b1c3", attachment: "att_01k9v3m6s0n8w2e4r6t8y0b1c3" } },
    handle: async ({ ctx, params }) => linkAttachment(ctx, await callerOf(ctx, visible), params),
    present: (link) => ({ status: 200, body: presentLink(link) }),
  });
}

const DownloadAttachment = endpoint({
  operation: "downloadAttachment",
  method: "get",
  path: "/api/messages/file",
  tag,
  summary: "Download an attachment by its private link",
  access: "public",
  query: z.strictObject({ token: z.string().min(1).max(1000) }),
  answers: { 200: { description: "The file, as a download.", mediaType: "application/octet-stream" } },
  problems: ["link_expired"],
  example: { query: { token: "AVQq9TqXk2hPz0c1V3nR8yWm4dJbA7uLsEoFiGxNtKvYwQ" } },
  handle: async ({ ctx, query }) => openAttachment(ctx, query.token),
  present: ({ attachment, body }) =>
    new Response(body, {
      headers: {
        "content-type": attachment.type,
        "content-length": String(attachment.sizeBytes),
        "content-disposition": dispositionOf(attachment.filename),
      },
    }),
});

/** Adds attachments to the API. */
export function registerFiles(register: Register, visible: Visible): void {
  register(uploadEndpoint(visible));
  register(linkEndpoint(visible));
  register(DownloadAttachment);
}
