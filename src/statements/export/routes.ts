// The home of the endpoints for exports.

import { z } from "zod";
import type { Ctx } from "../../db/ctx.ts";
import { endpoint } from "../../http/endpoint.ts";
import { eventsOf, type Moment, wantsEvents } from "../../http/events.ts";
import { pageOf, pageQuery } from "../../http/page.ts";
import type { Register } from "../../http/registry.ts";
import { streamOf } from "../../kernel/bytes.ts";
import { LINE_COLUMNS } from "./columns.ts";
import { csvOf } from "./files.ts";
import type { ExportFormat } from "./model.ts";
import { exportFilename } from "./plan.ts";
import { ExportOrderShape, presentExport, presentTotals, StatementExport } from "./schema.ts";
import { bytesOfExport } from "./segments.ts";
import {
  askExport,
  getExport,
  LINK_BASE,
  listExportPage,
  lookAtExport,
  openDownload,
  openForExport,
  printStatement,
  removeExport,
} from "./service.ts";

const tag = "Statements";
const statements = "/api/dashboard/statements";
const base = `${statements}/exports`;
const params = z.strictObject({ id: z.string() });
const exampleId = { id: "exp_01k9v3m6s0n8w2e4r6t8y0b1c3" };

const CSV = "text/csv; charset=utf-8";
const PDF = "application/pdf";
const MEDIA_TYPES: Readonly<Record<ExportFormat, string>> = { csv: CSV, pdf: PDF, bundle: "application/zip" };

function attached(type: string, filename: string): Record<string, string> {
  return { "content-type": type, "content-disposition": `attachment; filename="${filename}"` };
}

const ExportStatement = endpoint({
  operation: "exportStatement",
  method: "get",
  path: `${statements}/:id/export`,
  tag,
  summary: "Get a statement as CSV or PDF",
  description: `As PDF its totals by store, territory, month and recording. As CSV every line, in the order of the file: RFC 4180, UTF-8, ISO dates, dot decimals. A text that a spreadsheet would take for a formula has an apostrophe before it. \`x-statement-lines\` and \`x-statement-totals\` say beforehand what the file must come to, \`x-statement-sha256\` which original its lines are of. The columns: ${LINE_COLUMNS.map((name) => `\`${name}\``).join(", ")}; \`amount\` is as booked, \`amount_exact\` as printed.`,
  access: "artist",
  params,
  query: z.strictObject({
    format: z.enum(["csv", "pdf"]).default("csv"),
    bom: z.boolean().default(false).meta({ description: "Begins with a byte order mark, for spreadsheets." }),
  }),
  answers: { 200: { description: "The lines, or with `format=pdf` their sums.", mediaType: "text/csv" } },
  problems: ["statement_not_ready"],
  example: { params: { id: "stm_01k9v3m6s0n8w2e4r6t8y0b1c3" }, query: { format: "csv" } },
  handle: async ({ ctx, params: { id }, query: { format, bom } }) => {
    const { statement, filename } = await openForExport(ctx, id, format);
    const body = format === "csv" ? streamOf(csvOf(ctx, statement, bom)) : await printStatement(ctx, statement);
    return { statement, body, headers: attached(MEDIA_TYPES[format], filename) };
  },
  present: ({ statement, body, headers }) =>
    new Response(body, { headers: { ...headers, ...presentTotals(statement) } }),
});

const CreateExport = endpoint({
  operation: "createStatementExport",
  method: "post",
  path: base,
  tag,
  summary: "Ask for an export of many statements",
  description:
    "Of the statements that are posted now and whose period meets the months, each of them whole: as one CSV, as one PDF of up to 60, or as an audit bundle, a zip that holds the originals, their lines, postings and changes, and a program that checks all of it offline. It is written by itself; read it until it is `ready`.",
  access: "artist",
  body: ExportOrderShape,
  answers: { 202: { description: "It is being written.", schema: StatementExport } },
  problems: ["export_too_large"],
  example: { body: { bom: false, format: "csv", from: "2024-01", to: "2024-12", filter: {} } },
  handle: async ({ ctx, body }) => askExport(ctx, body),
  present: (state) => ({
    status: 202,
    headers: { location: `${base}/${state.row.id}` },
    body: presentExport(state),
  }),
});

const ListExports = endpoint({
  operation: "listStatementExports",
  method: "get",
  path: base,
  tag,
  summary: "List exports",
  description: "Newest first, without links: read one to get its link.",
  access: "artist",
  query: z.strictObject({ ...pageQuery }),
  answers: { 200: { description: "Exports.", schema: pageOf(StatementExport) } },
  handle: async ({ ctx, query }) => listExportPage(ctx, query),
  present: ({ data, nextCursor }) => ({
    status: 200,
    body: { data: data.map((row) => presentExport({ row, url: null })), nextCursor },
  }),
});

const GetExport = endpoint({
  operation: "getStatementExport",
  method: "get",
  path: `${base}/:id`,
  tag,
  summary: "Read an export's state, and get a link to it",
  description:
    "A link works for 15 minutes, as often as it is opened; the next reading makes another and ends it. With `Accept: text/event-stream` the same resource comes again whenever it changes, until it is at rest.",
  access: "artist",
  params,
  answers: { 200: { description: "The export.", schema: StatementExport } },
  example: { params: exampleId },
  handle: async ({ ctx, params: { id }, request }) => {
    if (!wantsEvents(request)) return lookAtExport(ctx, id);
    await getExport(ctx, id);
    return eventsOf("export", () => momentOf(ctx, id));
  },
  present: (answer) => (answer instanceof Response ? answer : { status: 200, body: presentExport(answer) }),
});

/** An export as it is now; its link is made when it is ready, which ends the watch. */
async function momentOf(ctx: Ctx, id: string): Promise<Moment> {
  const state = await lookAtExport(ctx, id);
  const isAtRest = state.row.status !== "queued" && state.row.status !== "running";
  return { state: JSON.stringify(StatementExport.parse(presentExport(state))), isAtRest };
}

const DeleteExport = endpoint({
  operation: "deleteStatementExport",
  method: "delete",
  path: `${base}/:id`,
  tag,
  summary: "Remove an export",
  description: "Its file and its link are gone at once; otherwise both go after seven days.",
  access: "artist",
  params,
  answers: { 204: { description: "Removed." } },
  example: { params: exampleId },
  handle: async ({ ctx, params: { id } }) => removeExport(ctx, id),
  present: () => ({ status: 204 }),
});

const DownloadExport = endpoint({
  operation: "downloadStatementExport",
  method: "get",
  path: `${LINK_BASE}:token`,
  tag,
  summary: "Download an export by its link",
  description: "Needs no key. Each download is in the audit log.",
  access: "public",
  params: z.strictObject({ token: z.string().min(1).max(100) }),
  answers: { 200: { description: "The file.", mediaType: "application/octet-stream" } },
  problems: ["link_expired"],
  example: { params: { token: "q9TqXk2hPz0c1V3nR8yWm4dJbA7uLsEoFiGxNtKvYwQ" } },
  handle: async ({ ctx, params: { token }, request }) => openDownload(ctx, token, request.method === "HEAD"),
  present: ({ ctx, row, files }, { request }) => {
    const size = row.sizeBytes ?? 0;
    const headers = { ...attached(MEDIA_TYPES[row.format], exportFilename(row)), "content-length": String(size) };
    const isLook = request.method === "HEAD";
    const file = isLook ? null : streamOf(bytesOfExport(ctx, row, files)).pipeThrough(new FixedLengthStream(size));
    return new Response(file, { headers: { ...headers, etag: `"${row.sha256}"` } });
  },
});

/** Adds exports to the API; before the statements themselves, whose ids stand in the same place of the path. */
export function registerExports(register: Register): void {
  register(ListExports);
  register(CreateExport);
  register(GetExport);
  register(DeleteExport);
  register(ExportStatement);
  register(DownloadExport);
}
