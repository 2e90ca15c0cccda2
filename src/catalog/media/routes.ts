// The home of the endpoints of artwork and sound.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import type { Register } from "../../http/registry.ts";
import { Problem } from "../../kernel/problems.ts";
import { MEDIA_RULES, type MediaKind } from "./model.ts";
import { Media, MediaLink, mediaQuery, presentLink, presentMedia } from "./schema.ts";
import { linkMedia, openMedia, uploadMedia } from "./service.ts";

const tag = "Catalog";
const base = "/api/dashboard/catalog";
const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const NAMES = {
  artwork: { operation: "uploadArtwork", path: `${base}/releases/:id/artwork`, id: "rel_01k9v3m6s0n8w2e4r6t8y0b1c3" },
  audio: { operation: "uploadAudio", path: `${base}/recordings/:id/audio`, id: "rec_01k9v3m6s0n8w2e4r6t8y0b1c3" },
} as const;

function lengthOf(request: Request): number {
  const length = request.headers.get("content-length");
  if (length !== null && /^\d{1,15}$/.test(length)) return Number(length);
  throw new Problem("invalid_request", { detail: "Say with Content-Length how long the file is." });
}

function uploadEndpoint(kind: MediaKind) {
  const { operation, path, id } = NAMES[kind];
  const { of, mostBytes, taken } = MEDIA_RULES[kind];
  return endpoint({
    operation,
    method: "post",
    path,
    tag,
    summary: `Upload the ${kind} of a ${of}`,
    description: `The raw file is the body: ${taken}, up to ${mostBytes / 1_000_000} MB, told by its first bytes. Its SHA-256 is said beforehand, and nothing else is kept. It takes the place of the one before, which versions still name.`,
    access: "artist",
    idempotencyKey: false,
    params: z.strictObject({ id: z.string() }),
    query: mediaQuery,
    rawBody: {
      description: "The file.",
      content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
    },
    answers: { 201: { description: "Kept.", schema: Media } },
    problems: ["release_locked", "file_empty", "too_large", "file_type_refused", "checksum_differs"],
    example: {
      params: { id },
      query: { filename: kind === "artwork" ? "cover.png" : "undertow.wav", sha256: EMPTY_SHA256 },
    },
    handle: async ({ ctx, params: named, query, request }) => {
      const sizeBytes = lengthOf(request);
      const body = request.body as ReadableStream<Uint8Array> | null;
      if (body === null) throw new Problem("file_empty");
      return uploadMedia(ctx, kind, named.id, { ...query, sizeBytes, body });
    },
    present: (row) => ({ status: 201, body: presentMedia(row) }),
  });
}

const LinkMedia = endpoint({
  operation: "linkMedia",
  method: "get",
  path: `${base}/media/:media/link`,
  tag,
  summary: "Get a private link to artwork or sound",
  access: "artist",
  params: z.strictObject({ media: z.string() }),
  answers: { 200: { description: "The link.", schema: MediaLink } },
  example: { params: { media: "med_01k9v3m6s0n8w2e4r6t8y0b1c3" } },
  handle: async ({ ctx, params: { media } }) => linkMedia(ctx, media),
  present: (link) => ({ status: 200, body: presentLink(link) }),
});

const DownloadMedia = endpoint({
  operation: "downloadMedia",
  method: "get",
  path: "/api/catalog/media",
  tag,
  summary: "Download artwork or sound by its private link",
  access: "public",
  query: z.strictObject({ token: z.string().min(1).max(1000) }),
  answers: { 200: { description: "The file, as a download.", mediaType: "application/octet-stream" } },
  problems: ["link_expired"],
  example: { query: { token: "AVQq9TqXk2hPz0c1V3nR8yWm4dJbA7uLsEoFiGxNtKvYwQ" } },
  handle: async ({ ctx, query }) => openMedia(ctx, query.token),
  present: ({ media, body }) =>
    new Response(body, {
      headers: {
        "content-type": media.type,
        "content-length": String(media.sizeBytes),
        "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(media.filename.toWellFormed())}`,
      },
    }),
});

/** Adds artwork and sound to the API. */
export function registerMedia(register: Register): void {
  register(uploadEndpoint("artwork"));
  register(uploadEndpoint("audio"));
  register(LinkMedia);
  register(DownloadMedia);
}
