// The home of the endpoints of the mapper: preview, mapping, templates.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import { pageOf, pageQuery } from "../../http/page.ts";
import type { Register } from "../../http/registry.ts";
import { presentStatement, Statement } from "../schema.ts";
import { EXAMPLES } from "./examples.ts";
import { previewStatement } from "./preview.ts";
import {
  MappingTemplate,
  MappingTemplateInput,
  presentPreview,
  presentTemplate,
  StatementMapping,
  StatementPreview,
  saidIn,
  templateIn,
} from "./schema.ts";
import { mapStatement } from "./service.ts";
import { deleteTemplate, getTemplate, importTemplate, listTemplatePage } from "./templates.ts";

const tag = "Statements";
const base = "/api/dashboard/statements";
const params = z.strictObject({ id: z.string() });
const exampleId = { id: "stm_01k9v3m6s0n8w2e4r6t8y0b1c3" };
const exampleTemplateId = { id: EXAMPLES.MappingTemplate.id };

const PreviewStatement = endpoint({
  operation: "previewStatement",
  method: "get",
  path: `${base}/:id/preview`,
  tag,
  summary: "Look at a statement's file",
  description:
    "Its first rows as they are cut, the formats that come close, a proposal for a mapping by hand, the template that fits, and what reading has found. Nothing is read by a guess: a proposal counts once it is sent back as the mapping.",
  access: "artist",
  params,
  answers: { 200: { description: "The beginning of the file.", schema: StatementPreview } },
  problems: ["statement_not_ready"],
  example: { params: exampleId },
  handle: async ({ ctx, params: { id } }) => previewStatement(ctx, id),
  present: (preview) => ({ status: 200, body: presentPreview(preview) }),
});

const MapStatement = endpoint({
  operation: "mapStatement",
  method: "put",
  path: `${base}/:id/mapping`,
  tag,
  summary: "Say what the columns of a statement are",
  description:
    "For a file that no format claims: its columns, or a template for them. For one that waits for an answer: the answer alone. The mapping is tried on the file (its first 16 MB) before it is taken; a line that it cannot read is named, and nothing has changed. With `saveAs` it is kept as a template for the next file with the same header.",
  access: "artist",
  params,
  body: StatementMapping,
  answers: { 202: { description: "It is being read so.", schema: Statement } },
  problems: ["mapping_unreadable", "currency_unknown", "conflict", "statement_not_ready"],
  example: {
    params: exampleId,
    body: { ...EXAMPLES.MappingTemplate.mapping, sign: 1, saveAs: "My label" },
  },
  handle: async ({ ctx, params: { id }, body }) => mapStatement(ctx, id, saidIn(body)),
  present: (statement) => ({
    status: 202,
    headers: { location: `${base}/${statement.id}` },
    body: presentStatement(statement),
  }),
});

const ListTemplates = endpoint({
  operation: "listMappingTemplates",
  method: "get",
  path: `${base}/templates`,
  tag,
  summary: "List the mapping templates",
  access: "artist",
  query: z.strictObject(pageQuery),
  answers: { 200: { description: "Templates.", schema: pageOf(MappingTemplate) } },
  handle: async ({ ctx, query }) => listTemplatePage(ctx, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentTemplate), nextCursor } }),
});

const GetTemplate = endpoint({
  operation: "getMappingTemplate",
  method: "get",
  path: `${base}/templates/:id`,
  tag,
  summary: "Read a mapping template",
  description: "The answer is also what another artist takes in.",
  access: "artist",
  params,
  answers: { 200: { description: "The template.", schema: MappingTemplate } },
  example: { params: exampleTemplateId },
  handle: async ({ ctx, params: { id } }) => getTemplate(ctx, id),
  present: (template) => ({
    status: 200,
    headers: { etag: `"${template.version}"` },
    body: presentTemplate(template),
  }),
});

const ImportTemplate = endpoint({
  operation: "importMappingTemplate",
  method: "post",
  path: `${base}/templates`,
  tag,
  summary: "Take in a mapping template",
  description: "As read from another artist, or written by hand. One of the same name becomes the next version of it.",
  access: "artist",
  body: MappingTemplateInput,
  answers: { 201: { description: "The template.", schema: MappingTemplate } },
  problems: ["mapping_unreadable", "currency_unknown"],
  example: { body: EXAMPLES.MappingTemplate },
  handle: async ({ ctx, body }) => importTemplate(ctx, templateIn(body)),
  present: (template) => ({
    status: 201,
    headers: { location: `${base}/templates/${template.id}`, etag: `"${template.version}"` },
    body: presentTemplate(template),
  }),
});

const DeleteTemplate = endpoint({
  operation: "deleteMappingTemplate",
  method: "delete",
  path: `${base}/templates/:id`,
  tag,
  summary: "Remove a mapping template",
  description: "Say which version is meant, with `If-Match` or `version`. What was read with it stays as it is.",
  access: "artist",
  params,
  query: z.strictObject({
    version: z.int().min(1).optional().meta({ description: "In place of `If-Match`." }),
  }),
  answers: { 204: { description: "It is gone." } },
  problems: ["if_match_required", "stale"],
  example: { params: exampleTemplateId, query: { version: "1" } },
  handle: async ({ ctx, params: { id }, query, request }) =>
    deleteTemplate(ctx, id, query.version ?? versionIn(request.headers.get("if-match"))),
  present: () => ({ status: 204 }),
});

/** The version that an `If-Match` names; no version at all matches a text that is none of ours. */
function versionIn(header: string | null): number | null {
  if (header === null) return null;
  const digits = /^"(\d{1,9})"$/.exec(header.trim())?.[1];
  return digits === undefined ? 0 : Number.parseInt(digits, 10);
}

/** Adds the mapper to the API; its templates before anything that would take their path for a statement's. */
export function registerMapping(register: Register): void {
  register(ListTemplates);
  register(ImportTemplate);
  register(GetTemplate);
  register(DeleteTemplate);
  register(PreviewStatement);
  register(MapStatement);
}
