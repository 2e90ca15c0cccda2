// The home of the endpoints of imports.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import { readMultipartFile } from "../../http/multipart.ts";
import { pageOf, pageQuery } from "../../http/page.ts";
import type { Register } from "../../http/registry.ts";
import { Problem } from "../../kernel/problems.ts";
import { tooLarge } from "./ern/reader.ts";
import { OUTCOMES } from "./model.ts";
import { type ImportUpload, MAX_IMPORT_BYTES, receiveImport } from "./receive.ts";
import { CatalogImport, CatalogImportEntry, presentEntry, presentImport } from "./schema.ts";
import { getImport, listEntryPage, listImportPage } from "./service.ts";

const tag = "Catalog";
const base = "/api/dashboard/catalog/imports";
const params = z.strictObject({ id: z.string() });
const example = { params: { id: "imp_01k9v3m6s0n8w2e4r6t8y0b1c3" } };

/** Above the file itself, a form has boundaries and headers. */
const FORM_BYTES = 64 * 1024;
const RAW_TYPES = /^(?:text\/(?:csv|xml|plain)|application\/(?:xml|octet-stream))\b/i;

async function uploadOf(request: Request, filename: string | undefined): Promise<ImportUpload> {
  const type = request.headers.get("content-type") ?? "";
  const length = Number(request.headers.get("content-length") ?? 0);
  if (length > MAX_IMPORT_BYTES + FORM_BYTES) throw tooLarge();
  const body = request.body as ReadableStream<Uint8Array> | null;
  if (/^multipart\/form-data\b/i.test(type)) {
    if (body === null) throw new Problem("file_empty");
    const file = await readMultipartFile(body, type);
    return { filename: filename ?? file.filename ?? "catalogue", body: file.body };
  }
  if (!RAW_TYPES.test(type)) {
    throw new Problem("unsupported_media_type", {
      detail: "Send multipart/form-data with the field file, or the raw file as text/csv or application/xml.",
    });
  }
  if (body === null) throw new Problem("file_empty");
  return { filename: filename ?? "catalogue", body };
}

const CreateImport = endpoint({
  operation: "createCatalogImport",
  method: "post",
  path: base,
  tag,
  summary: "Import a catalogue",
  description:
    "Takes a catalogue as CSV, or a release notification of DDEX ERN 3.8.2, 4.2 or 4.3 that is new, an update or a purge; up to 50 MB. It is carried out by itself, each release whole or not at all; a recording is known by its ISRC, a release by its UPC, a work by its ISWC, a party by its IPI. The bytes of an import that did not fail answer 200 with that import.",
  access: "artist",
  idempotencyKey: false,
  query: z.strictObject({ filename: z.string().min(1).max(255).optional() }),
  rawBody: {
    description: "The file.",
    content: {
      "multipart/form-data": {
        schema: { type: "object", required: ["file"], properties: { file: { type: "string", format: "binary" } } },
      },
      "text/csv": {
        schema: { type: "string", format: "binary" },
        example: "release_title,upc_gtin,track_title,isrc\nNight Swims,193959000013,Undertow,QZAB12400101\n",
      },
      "application/xml": { schema: { type: "string", format: "binary" } },
    },
  },
  answers: {
    202: { description: "Received; it is being carried out.", schema: CatalogImport },
    200: { description: "These bytes have been imported already.", schema: CatalogImport },
  },
  problems: ["unsupported_media_type", "too_large", "file_empty", "file_unreadable", "ern_unsupported"],
  handle: async ({ ctx, query, request }) => receiveImport(ctx, await uploadOf(request, query.filename)),
  present: ({ row, isNew }) => ({
    status: isNew ? 202 : 200,
    headers: { location: `${base}/${row.id}` },
    body: presentImport(row),
  }),
});

const ListImports = endpoint({
  operation: "listCatalogImports",
  method: "get",
  path: base,
  tag,
  summary: "List the imports",
  access: "artist",
  query: z.strictObject(pageQuery),
  answers: { 200: { description: "Newest first.", schema: pageOf(CatalogImport) } },
  handle: async ({ ctx, query }) => listImportPage(ctx, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentImport), nextCursor } }),
});

const GetImport = endpoint({
  operation: "getCatalogImport",
  method: "get",
  path: `${base}/:id`,
  tag,
  summary: "Show how far an import is",
  access: "artist",
  params,
  answers: { 200: { description: "The import.", schema: CatalogImport } },
  example,
  handle: async ({ ctx, params: { id } }) => getImport(ctx, id),
  present: (row) => ({ status: 200, body: presentImport(row) }),
});

const ListEntries = endpoint({
  operation: "listCatalogImportEntries",
  method: "get",
  path: `${base}/:id/entries`,
  tag,
  summary: "List what became of what was imported",
  description:
    "In the order of the file: what was created, updated or left alone, and every line that was not taken as it stood.",
  access: "artist",
  params,
  query: z.strictObject({ outcome: z.enum(OUTCOMES).optional(), ...pageQuery }),
  answers: { 200: { description: "The entries.", schema: pageOf(CatalogImportEntry) } },
  example,
  handle: async ({ ctx, params: { id }, query }) => listEntryPage(ctx, id, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentEntry), nextCursor } }),
});

/** Adds imports to the API. */
export function registerImports(register: Register): void {
  register(CreateImport);
  register(ListImports);
  register(GetImport);
  register(ListEntries);
}
