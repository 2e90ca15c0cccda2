// The home of the verbs on exports: ask for one, look at it, download it by its link, remove it, and end what is over.

import { ConstraintError } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { BaseCtx, Ctx } from "../../db/ctx.ts";
import { bindingOf, type Page, pageFrom, readCursor } from "../../http/page.ts";
import { hashSecret, TOKEN_BYTES, tokenFrom } from "../../identity/index.ts";
import { Problem } from "../../kernel/problems.ts";
import { actorName } from "../../kernel/scope.ts";
import { findGeneration, openArtist } from "../../team/index.ts";
import { listPosted, type StatementRow } from "../repository.ts";
import { openStatement } from "../walk.ts";
import {
  type ExportOrder,
  LINK_LIFE_MS,
  LONGEST_RUN_MS,
  MOST_BYTES,
  MOST_STATEMENTS,
  MOST_STATEMENTS_PRINTED,
  START,
  safeName,
  stemOf,
} from "./model.ts";
import { pdfOf } from "./printed.ts";
import {
  askStatements,
  type ExportFileRow,
  type ExportRow,
  endStatements,
  findExport,
  findLinked,
  linkStatements,
  listExports,
  listFiles,
  listKept,
  listOverdue,
  removeStatements,
} from "./repository.ts";
import { jobOf } from "./run.ts";
import { listSegments, removeSegments } from "./segments.ts";

/** A statement that is about to be written out, and what its file is called. */
export interface StatementToExport {
  readonly statement: StatementRow;
  readonly filename: string;
}

/** Finds a statement whose lines can be exported. @throws Problem `not_found`, `statement_not_ready` */
export async function openForExport(ctx: Ctx, id: string, extension: string): Promise<StatementToExport> {
  const statement = await openStatement(ctx, id);
  return { statement, filename: `${stemOf(safeName(statement.filename))}.${extension}` };
}

/** Prints one statement as PDF. */
export function printStatement(ctx: Ctx, statement: StatementRow): Promise<Uint8Array> {
  return pdfOf(ctx, "Statement", [statement], ctx.now);
}

/**
 * Asks for an export of the statements that are posted now. Each is exported whole, also if it is taken back meanwhile.
 *
 * @throws Problem `invalid_request` when the months are no range or a named statement is not among those posted,
 *   `export_too_large`
 */
export async function askExport(ctx: Ctx, order: ExportOrder): Promise<ExportState> {
  const { from, to, filter } = order;
  if (from > to) throw refusedField("from", "must not come after `to`");
  const [posted, { generation }] = await Promise.all([
    listPosted(ctx.db, ctx.scope, { from, to, ...filter }, MOST_STATEMENTS + 1),
    findGeneration(ctx.db, ctx.scope),
  ]);
  const most = order.format === "pdf" ? MOST_STATEMENTS_PRINTED : MOST_STATEMENTS;
  if (posted.length > most) {
    const detail = `More than ${most} statements are meant, the most of this format; ask for fewer months.`;
    throw new Problem("export_too_large", { detail });
  }
  const missing = filter.statementIds?.find((id) => !posted.some((row) => row.id === id));
  if (missing !== undefined) {
    throw refusedField("filter.statementIds", `${missing} is no posted statement of these months and this filter`);
  }
  const originals = posted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (order.format === "bundle" && originals > MOST_BYTES) {
    throw new Problem("export_too_large", { detail: "The originals come to more than 4 GiB; ask for fewer months." });
  }
  const row = rowOf(ctx, order, posted, generation);
  const asked = { row, url: null };
  await commit(ctx, "export.ask", {
    writes: askStatements(ctx.db, row),
    target: row.id,
    after: { ...order, statements: posted.length, generation },
    jobs: [jobOf(ctx, row.id)],
    result: asked,
  });
  return asked;
}

function refusedField(field: string, message: string): Problem {
  const path = `body.${field}`;
  return new Problem("invalid_request", {
    detail: `${path} ${message}.`,
    errors: [{ path, code: "invalid", message }],
  });
}

function rowOf(
  ctx: Ctx,
  { format, bom, from, to, filter }: ExportOrder,
  posted: readonly Pick<StatementRow, "id" | "lines">[],
  generation: number,
): ExportRow {
  return {
    artistId: ctx.scope.artistId,
    id: ctx.newId("export"),
    status: "queued",
    format,
    hasBom: bom ? 1 : 0,
    periodFrom: from,
    periodTo: to,
    filter: JSON.stringify(filter),
    generation,
    statementIds: JSON.stringify(posted.map(({ id }) => id)),
    totalLines: posted.reduce((sum, { lines }) => sum + lines, 0),
    doneLines: 0,
    step: 0,
    place: JSON.stringify(START),
    sizeBytes: null,
    sha256: null,
    errorCode: null,
    errorMessage: null,
    createdBy: actorName(ctx.actor),
    createdAt: ctx.now,
    readyAt: null,
    keepUntil: null,
    linkHash: null,
    linkExpiresAt: null,
  };
}

/** An export, and a link to it where one was just made. */
export interface ExportState {
  readonly row: ExportRow;
  readonly url: string | null;
}

/** Where a link to an export leads. */
export const LINK_BASE = "/api/exports/";

/**
 * Looks at an export; one that is ready gets a link for a quarter of an hour, and the link before it ends.
 *
 * @throws Problem `not_found`
 */
export async function lookAtExport(ctx: Ctx, id: string): Promise<ExportState> {
  const row = await getExport(ctx, id);
  if (row.status !== "ready") return { row, url: null };
  const token = tokenFrom(ctx.randomBytes(TOKEN_BYTES));
  const link = { linkHash: hashSecret(token), linkExpiresAt: ctx.now + LINK_LIFE_MS };
  try {
    await commit(ctx, "export.link", {
      writes: linkStatements(ctx.db, ctx.scope, id, link),
      target: id,
      after: { expiresAt: link.linkExpiresAt },
    });
  } catch (error) {
    // It was removed or expired in between.
    if (error instanceof ConstraintError && error.kind === "guard") {
      return { row: await getExport(ctx, id), url: null };
    }
    throw error;
  }
  return { row: { ...row, ...link }, url: LINK_BASE + token };
}

/** Finds an export. @throws Problem `not_found` */
export async function getExport(ctx: Ctx, id: string): Promise<ExportRow> {
  const row = await findExport(ctx.db, ctx.scope, id);
  if (row === null) throw new Problem("not_found");
  return row;
}

/** Lists exports, newest first, without links. */
export async function listExportPage(
  ctx: Ctx,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Page<ExportRow>> {
  const binding = bindingOf(ctx.scope, "listStatementExports", {});
  const [before] = readCursor(ctx, binding, cursor) ?? [];
  const rows = await listExports(ctx.db, ctx.scope, before === undefined ? null : String(before), limit);
  return pageFrom(ctx, binding, rows, limit, (row) => [row.id]);
}

/** An export that is about to be downloaded. */
export interface Download {
  readonly ctx: Ctx;
  readonly row: ExportRow;
  readonly files: readonly ExportFileRow[];
}

/**
 * Opens an export by its link. Each download is in the audit log.
 *
 * @param isLook whether only the answer's headers are asked for
 * @throws Problem `link_expired` when the link is over, was followed by a newer one, or never was
 */
export async function openDownload(base: BaseCtx, token: string, isLook: boolean): Promise<Download> {
  const row = await findLinked(base.db, hashSecret(token), base.now);
  const ctx = row === null ? null : await openArtist(base, row.artistId);
  if (row === null || ctx === null) throw new Problem("link_expired");
  if (!isLook) await commit(ctx, "export.download", { writes: [], target: row.id, after: { sha256: row.sha256 } });
  return { ctx, row, files: await listFiles(ctx.db, row) };
}

/** Removes an export and its bytes; what is being written of it stops. @throws Problem `not_found` */
export async function removeExport(ctx: Ctx, id: string): Promise<void> {
  const { status, format } = await getExport(ctx, id);
  try {
    await commit(ctx, "export.remove", {
      writes: removeStatements(ctx.db, ctx.scope, id),
      target: id,
      before: { status, format },
    });
  } catch (error) {
    if (error instanceof ConstraintError && error.kind === "guard") throw new Problem("not_found", { cause: error });
    throw error;
  }
  await removeSegments(ctx, id);
}

/** An object younger than this may belong to a step that is being taken. */
const ORPHAN_AGE_MS = 24 * 60 * 60 * 1000;

/** Ends the exports of an artist whose time is over, and removes what no export has any more. */
export async function sweepExports(ctx: Ctx): Promise<void> {
  for (const row of await listOverdue(ctx.db, ctx.scope, ctx.now, ctx.now - LONGEST_RUN_MS)) {
    const isKept = row.status === "ready";
    const set = isKept
      ? ({ status: "expired" } as const)
      : ({
          status: "failed",
          errorCode: "unavailable",
          errorMessage: "It could not be written within a day.",
        } as const);
    try {
      const writes = endStatements(ctx.db, ctx.scope, row, set);
      await commit(ctx, isKept ? "export.expire" : "export.fail", { writes, target: row.id, after: set });
    } catch (error) {
      if (!(error instanceof ConstraintError) || error.kind !== "guard") throw error;
    }
  }
  for await (const page of listSegments(ctx)) {
    const kept = new Set(await listKept(ctx.db, ctx.scope, [...new Set(page.map(({ id }) => id))]));
    const over = page.filter(({ id, uploadedAt }) => !kept.has(id) && uploadedAt < ctx.now - ORPHAN_AGE_MS);
    if (over.length > 0) await ctx.stores.files.delete(over.map(({ key }) => key));
  }
}
