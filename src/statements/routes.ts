// The home of the statement endpoints.

import { z } from "zod";
import type { Ctx } from "../db/ctx.ts";
import { endpoint } from "../http/endpoint.ts";
import { eventsOf, type Moment, wantsEvents } from "../http/events.ts";
import { readMultipartFile } from "../http/multipart.ts";
import { pageOf, pageQuery } from "../http/page.ts";
import type { Register } from "../http/registry.ts";
import { Problem } from "../kernel/problems.ts";
import { registerExports } from "./export/routes.ts";
import { FORMATS } from "./formats/registry.ts";
import { registerIdentities } from "./identities/routes.ts";
import { explainLine, listLines } from "./lines.ts";
import { registerMapping } from "./mapping/routes.ts";
import { MAX_UPLOAD_BYTES, STATEMENT_STATUSES } from "./model.ts";
import { receiveStatement, tooLarge, type Upload } from "./receive.ts";
import {
  LineExplanation,
  presentExplanation,
  presentFormat,
  presentLine,
  presentStatement,
  Statement,
  StatementFormatShape,
  StatementLineShape,
} from "./schema.ts";
import { askRetraction, commitStatement, getStatement, listStatementPage, openOriginal } from "./service.ts";
import { registerUploads } from "./uploads/routes.ts";

const tag = "Statements";
const base = "/api/dashboard/statements";
const params = z.strictObject({ id: z.string() });
const exampleId = { id: "stm_01k9v3m6s0n8w2e4r6t8y0b1c3" };
const MonthParam = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, "must be a month, YYYY-MM");

/** Above the file itself, a form has boundaries and headers. */
const FORM_BYTES = 64 * 1024;
const RAW_TYPES =
  /^(text\/|application\/(octet-stream|csv|zip|x-zip-compressed|gzip|x-gzip|vnd\.ms-excel|vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet)\b)/i;

async function uploadOf(request: Request, filename: string | undefined, isPreview: boolean): Promise<Upload> {
  const type = request.headers.get("content-type") ?? "";
  const length = Number(request.headers.get("content-length") ?? 0);
  if (length > MAX_UPLOAD_BYTES + FORM_BYTES) throw tooLarge();
  const body = request.body as ReadableStream<Uint8Array> | null;
  if (/^multipart\/form-data\b/i.test(type)) {
    if (body === null) throw required("body.file", "send the file in a part of this name");
    const file = await readMultipartFile(body, type);
    return { filename: filename ?? file.filename ?? "statement", isPreview, body: file.body };
  }
  if (!RAW_TYPES.test(type)) {
    throw new Problem("unsupported_media_type", {
      detail: "Send multipart/form-data with the field file, or the raw file as text/csv or application/octet-stream.",
    });
  }
  if (filename === undefined) throw required("query.filename", "name the file when its bytes are the body");
  return { filename, isPreview, body: body ?? emptyBody() };
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

function required(path: string, message: string): Problem {
  return new Problem("invalid_request", {
    detail: `${path}: ${message}.`,
    errors: [{ path, code: "required", message }],
  });
}

const UploadStatement = endpoint({
  operation: "uploadStatement",
  method: "post",
  path: base,
  tag,
  summary: "Upload a statement file",
  description:
    "Takes the file as the source gave it, also as gzip or zip, up to 95 MB; send a larger one in parts. It is read and booked by itself; with `preview` it stops at `ready`. The bytes of a living statement answer 200 with that statement.",
  access: "artist",
  idempotencyKey: false,
  query: z.strictObject({
    filename: z.string().min(1).max(255).optional().meta({ description: "Required with a raw body." }),
    preview: z.boolean().default(false).meta({ description: "Read it, and wait for commit before booking." }),
  }),
  rawBody: {
    description: "The file.",
    content: {
      "multipart/form-data": {
        schema: {
          type: "object",
          required: ["file"],
          properties: { file: { type: "string", format: "binary" } },
        },
      },
      "text/csv": {
        schema: { type: "string", format: "binary" },
        example: "Reporting Date,Sale Month,Store,Artist,Title,ISRC,UPC,Quantity,Team Percentage,…",
      },
      "application/octet-stream": { schema: { type: "string", format: "binary" } },
    },
  },
  answers: {
    202: { description: "Received; it is being read.", schema: Statement },
    200: { description: "These bytes are a living statement already.", schema: Statement },
  },
  problems: [
    "unsupported_media_type",
    "use_upload_session",
    "file_empty",
    "file_unreadable",
    "archive_too_large",
    "archive_unreadable",
  ],
  handle: async ({ ctx, query, request }) =>
    receiveStatement(ctx, await uploadOf(request, query.filename, query.preview)),
  present: ({ statement, isNew }) => ({
    status: isNew ? 202 : 200,
    headers: { location: `${base}/${statement.id}` },
    body: presentStatement(statement),
  }),
});

const ListStatements = endpoint({
  operation: "listStatements",
  method: "get",
  path: base,
  tag,
  summary: "List statements",
  description: "Newest first. `from` and `to` are months; a statement is listed when its period meets them.",
  access: "artist",
  query: z.strictObject({
    status: z.enum(STATEMENT_STATUSES).optional(),
    source: z.string().min(1).max(64).optional(),
    from: MonthParam.optional(),
    to: MonthParam.optional(),
    ...pageQuery,
  }),
  answers: { 200: { description: "Statements.", schema: pageOf(Statement) } },
  handle: async ({ ctx, query }) => listStatementPage(ctx, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentStatement), nextCursor } }),
});

const ListFormats = endpoint({
  operation: "listStatementFormats",
  method: "get",
  path: `${base}/formats`,
  tag,
  summary: "List the formats that are read",
  description: "Whatever else is uploaded waits as `needs_mapping` until somebody says what its columns are.",
  access: "artist",
  answers: {
    200: {
      description: "Every format, and how well it is known.",
      schema: z.object({ data: z.array(StatementFormatShape) }),
    },
  },
  handle: async () => FORMATS,
  present: (formats) => ({ status: 200, body: { data: formats.map(presentFormat) } }),
});

const GetStatement = endpoint({
  operation: "getStatement",
  method: "get",
  path: `${base}/:id`,
  tag,
  summary: "Read a statement's state and totals",
  description:
    "With `Accept: text/event-stream` the same resource comes again whenever it changes, until it is at rest.",
  access: "artist",
  params,
  answers: { 200: { description: "The statement.", schema: Statement } },
  example: { params: exampleId },
  handle: async ({ ctx, params: { id }, request }) => {
    const statement = await getStatement(ctx, id);
    return { ctx, statement, isWatched: wantsEvents(request) };
  },
  present: ({ ctx, statement, isWatched }) =>
    isWatched
      ? eventsOf("statement", () => momentOf(ctx, statement.id))
      : { status: 200, body: presentStatement(statement) },
});

const MOVING = new Set(["received", "reading", "posting", "retracting"]);

/** A statement as it is now. */
async function momentOf(ctx: Ctx, id: string): Promise<Moment> {
  const statement = await getStatement(ctx, id);
  // "ready" moves on by itself unless a person is to look at it, or something is wrong with it.
  const isHeld = statement.isPreview === 1 || statement.problems !== "[]";
  const isAtRest = !MOVING.has(statement.status) && (statement.status !== "ready" || isHeld);
  return { state: JSON.stringify(Statement.parse(presentStatement(statement))), isAtRest };
}

const ListLines = endpoint({
  operation: "listStatementLines",
  method: "get",
  path: `${base}/:id/lines`,
  tag,
  summary: "List the lines of a statement",
  description: "Read again from the original, in the order of the file. A page may be short when few lines match.",
  access: "artist",
  params,
  query: z.strictObject({
    fromLine: z.int().min(1).optional().meta({ description: "The line of the file to begin at; the first is 1." }),
    platform: z.string().min(1).max(200).optional().meta({ description: "The store, as printed." }),
    territory: z.string().length(2).optional(),
    month: MonthParam.optional(),
    isrc: z.string().min(1).max(500).optional(),
    upc: z.string().min(1).max(64).optional(),
    ...pageQuery,
  }),
  answers: { 200: { description: "Lines.", schema: pageOf(StatementLineShape) } },
  problems: ["statement_not_ready"],
  example: { params: exampleId },
  handle: async ({ ctx, params: { id }, query }) => listLines(ctx, id, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentLine), nextCursor } }),
});

const ExplainLine = endpoint({
  operation: "explainStatementLine",
  method: "get",
  path: `${base}/:id/lines/:line/explain`,
  tag,
  summary: "Explain a line",
  description: "The line as printed, what each cell became, how the amount was rounded, and where it was posted.",
  access: "artist",
  params: params.extend({ line: z.string().regex(/^[1-9]\d{0,8}$/, "must be a line number") }),
  answers: { 200: { description: "How the line came to be what it is.", schema: LineExplanation } },
  problems: ["statement_not_ready"],
  example: { params: { ...exampleId, line: "2" } },
  handle: async ({ ctx, params: { id, line } }) => explainLine(ctx, id, Number(line)),
  present: (explained) => ({ status: 200, body: presentExplanation(explained) }),
});

const GetFile = endpoint({
  operation: "getStatementFile",
  method: "get",
  path: `${base}/:id/file`,
  tag,
  summary: "Get the original file",
  description: "The bytes as they were sent.",
  access: "artist",
  params,
  answers: { 200: { description: "The original bytes.", mediaType: "application/octet-stream" } },
  example: { params: exampleId },
  handle: async ({ ctx, params: { id } }) => openOriginal(ctx, id),
  present: ({ statement, object }) =>
    new Response(object.body, {
      headers: {
        "content-type": "application/octet-stream",
        "content-length": String(object.size),
        "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(statement.filename)}`,
        etag: `"${statement.sha256}"`,
      },
    }),
});

const CommitStatement = endpoint({
  operation: "commitStatement",
  method: "post",
  path: `${base}/:id/commit`,
  tag,
  summary: "Book a statement that was uploaded for preview",
  description:
    "If the file states a total that its lines do not sum to, `acceptDifference` must say that this is known; if its lines are booked already from another file, `acceptOverlap` must, or `supersedes` name that file's statement.",
  access: "artist",
  params,
  body: z
    .strictObject({
      acceptDifference: z.boolean().default(false),
      acceptOverlap: z
        .boolean()
        .default(false)
        .meta({ description: "Book it although lines of it are booked already, from another file." }),
      supersedes: z
        .string()
        .optional()
        .meta({ description: "The posted statement whose place this one takes: it leaves the books as this enters." }),
    })
    .meta({ id: "StatementCommit" }),
  answers: { 202: { description: "It is being booked.", schema: Statement } },
  problems: ["statement_not_ready", "stated_total_differs", "lines_booked_before", "supersedes_unknown", "conflict"],
  example: { params: exampleId, body: { acceptDifference: false } },
  handle: async ({ ctx, params: { id }, body }) => commitStatement(ctx, id, body),
  present: (statement) => ({
    status: 202,
    headers: { location: `${base}/${statement.id}` },
    body: presentStatement(statement),
  }),
});

const RetractStatement = endpoint({
  operation: "retractStatement",
  method: "delete",
  path: `${base}/:id`,
  tag,
  summary: "Take a statement back",
  description: "Its amounts leave every figure exactly as they came; its bytes may then be uploaded anew.",
  access: "artist",
  params,
  answers: { 202: { description: "It is being taken out of the books.", schema: Statement } },
  problems: ["statement_not_retractable", "conflict"],
  example: { params: exampleId },
  handle: async ({ ctx, params: { id } }) => askRetraction(ctx, id),
  present: (statement) => ({
    status: 202,
    headers: { location: `${base}/${statement.id}` },
    body: presentStatement(statement),
  }),
});

/** Adds statements, and uploads of them in parts, to the API. */
export function registerStatements(register: Register): void {
  register(UploadStatement);
  registerUploads(register);
  registerExports(register);
  register(ListStatements);
  register(ListFormats);
  // Before the statements themselves, whose ids stand in the same place of the path.
  registerIdentities(register);
  registerMapping(register);
  register(GetStatement);
  register(ListLines);
  register(ExplainLine);
  register(GetFile);
  register(CommitStatement);
  register(RetractStatement);
}
