// The home of receiving: an upload streams into R2 while it is hashed and looked at; nothing is held, nothing half kept.

import { ConstraintError, type Write } from "../db/client.ts";
import { commit } from "../db/commit.ts";
import type { Ctx } from "../db/ctx.ts";
import { ObjectWriter, openObject } from "../db/objects.ts";
import { arriving } from "../http/multipart.ts";
import type { Id } from "../kernel/id.ts";
import { Problem } from "../kernel/problems.ts";
import { actorName } from "../kernel/scope.ts";
import { MAX_UPLOAD_BYTES } from "./model.ts";
import { objectKey, removeObjects } from "./objects.ts";
import { ARCHIVE_CAPS, unpack } from "./reading/archive.ts";
import { FileLook, type Seen } from "./reading/look.ts";
import { WORKBOOK_CAPS, WORKBOOK_MARK } from "./reading/package.ts";
import { readWorkbook } from "./reading/workbook.ts";
import { findByBytes, receiveStatements, type StatementRow } from "./repository.ts";

/** A file on its way in. */
export interface Upload {
  readonly filename: string;
  readonly isPreview: boolean;
  readonly body: AsyncIterable<Uint8Array>;
}

/** A file that lies whole at the place of the statement it is to be, and has been looked at. */
export interface KeptFile {
  readonly statementId: Id<"statement">;
  readonly filename: string;
  readonly isPreview: boolean;
  readonly seen: Seen;
  /** The statement of the archive it came in. */
  readonly partOf?: string;
}

/** What became of an upload: a new statement, or the living one that has the same bytes. */
export interface Received {
  readonly statement: StatementRow;
  readonly isNew: boolean;
}

/**
 * Keeps an upload and asks for it to be read.
 *
 * The bytes of a living statement give that statement again. Whatever goes wrong leaves no object and no row.
 * @throws Problem `use_upload_session`, `file_empty`, `file_unreadable`, `archive_too_large`, `archive_unreadable`,
 *   and what reading the body throws
 */
export async function receiveStatement(ctx: Ctx, { filename, isPreview, body }: Upload): Promise<Received> {
  const statementId = ctx.newId("statement");
  const seen = await keep(ctx, statementId, body);
  try {
    const received = await admitFile(ctx, { statementId, filename, isPreview, seen });
    if (!received.isNew) await removeObjects(ctx.stores, ctx.scope, statementId, ["original"]);
    return received;
  } catch (error) {
    // A write whose answer was lost may have happened: only an object that no row can name is removed.
    if (!(error instanceof Problem && error.code === "unavailable")) {
      await removeObjects(ctx.stores, ctx.scope, statementId, ["original"]);
    }
    throw error;
  }
}

/**
 * Makes a statement of a kept file and asks for it to be read, or finds the living one of the same bytes. The object
 * is left where it is: whoever kept it removes it when it came to nothing.
 *
 * @param closing what is written in the same batch as a new statement
 * @throws Problem `archive_too_large`, `archive_unreadable`; ConstraintError when `closing` was refused
 */
export async function admitFile(ctx: Ctx, file: KeptFile, closing: readonly Write[] = []): Promise<Received> {
  const { statementId: id, filename, seen } = file;
  if (seen.kind !== "text") await checkArchive(ctx, id, seen.kind);
  const known = await findByBytes(ctx.db, ctx.scope, seen.sha256);
  if (known !== null) return { statement: known, isNew: false };
  const statement = rowOf(ctx, file);
  try {
    await commit(ctx, "statement.receive", {
      writes: [...receiveStatements(ctx.db, statement), ...closing],
      target: id,
      after: { filename, sha256: seen.sha256, sizeBytes: seen.sizeBytes },
      jobs: [{ kind: "statement.read", body: { artistId: ctx.scope.artistId, statementId: id } }],
    });
    return { statement, isNew: true };
  } catch (error) {
    if (!(error instanceof ConstraintError && error.kind === "unique")) throw error;
    const winner = await findByBytes(ctx.db, ctx.scope, seen.sha256);
    if (winner === null) throw error;
    return { statement: winner, isNew: false };
  }
}

/** Streams a body into R2; what is refused on the way leaves no object. */
async function keep(ctx: Ctx, id: string, body: AsyncIterable<Uint8Array>): Promise<Seen> {
  const writer = new ObjectWriter(ctx.stores.files, objectKey(ctx.scope, id, "original"));
  const look = new FileLook();
  try {
    for await (const chunk of arriving(body)) {
      if (look.sizeBytes + chunk.byteLength > MAX_UPLOAD_BYTES) throw tooLarge();
      await Promise.all([look.take(chunk), writer.write(chunk)]);
    }
    const seen = await look.finish();
    await writer.finish();
    return seen;
  } catch (error) {
    await Promise.allSettled([look.abort(error), writer.abort()]);
    throw error;
  }
}

/** The problem of a body above the limit of one request. */
export function tooLarge(): Problem {
  return new Problem("use_upload_session", {
    detail: `One request may carry ${MAX_UPLOAD_BYTES / 1024 / 1024} MB. Send the file in parts, or zipped.`,
  });
}

/**
 * Unpacks an archive to nowhere, so that a bomb or a broken one is refused before anything of it is kept; of a workbook
 * everything but the cells is read too.
 */
async function checkArchive(ctx: Ctx, id: string, kind: "gzip" | "zip"): Promise<void> {
  const open = async () => (await openObject(ctx.stores.files, objectKey(ctx.scope, id, "original"))).body;
  let isWorkbook = false;
  await unpack(kind, await open(), kind === "zip" ? WORKBOOK_CAPS : ARCHIVE_CAPS, (name) => {
    if (name === WORKBOOK_MARK) isWorkbook = true;
    return { write: async () => undefined };
  });
  if (isWorkbook) await readWorkbook(open);
}

/** A statement's row as it is when its file has just been kept. */
export function rowOf(ctx: Ctx, file: KeptFile): StatementRow {
  const { statementId: id, filename, isPreview, seen } = file;
  const isPlain = seen.kind === "text" && !seen.encoding.encoding.startsWith("utf-16");
  return {
    artistId: ctx.scope.artistId,
    id,
    status: "received",
    filename,
    sha256: seen.sha256,
    sizeBytes: seen.sizeBytes,
    textObject: isPlain ? "original" : null,
    textBytes: isPlain ? seen.sizeBytes : null,
    encoding: isPlain ? seen.encoding.encoding : null,
    newline: isPlain ? seen.encoding.newline : null,
    format: null,
    formatVersion: null,
    source: null,
    isPreview: isPreview ? 1 : 0,
    periodFrom: null,
    periodTo: null,
    lines: 0,
    unmatchedLines: 0,
    problems: "[]",
    dictionary: null,
    doneBytes: 0,
    createdBy: actorName(ctx.actor),
    createdAt: ctx.now,
    postedAt: null,
    retractedAt: null,
    measures: "money",
    totals: "[]",
    units: 0,
    windowFrom: null,
    windowTo: null,
    stated: "[]",
    apart: "{}",
    warnings: "[]",
    answers: null,
    mapping: null,
    supersedes: null,
    partOf: file.partOf ?? null,
    parts: null,
  };
}
