// The home of the verbs on uploads in parts: open, send a part, look, complete, discard, and sweep what has expired.

import { ConstraintError } from "../../db/client.ts";
import { commit, persist } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import { openObject } from "../../db/objects.ts";
import { arriving } from "../../http/multipart.ts";
import { Problem, type ProblemCode } from "../../kernel/problems.ts";
import { actorName } from "../../kernel/scope.ts";
import { dropParts, joinParts, objectKey, openParts, removeObjects, sendPart } from "../objects.ts";
import { FileLook, type Seen } from "../reading/look.ts";
import { admitFile, type Received } from "../receive.ts";
import { findStatement } from "../repository.ts";
import {
  allParts,
  closed,
  expired,
  incomplete,
  MAX_FILE_BYTES,
  MAX_OPEN_UPLOADS,
  measured,
  missingParts,
  noSuchPart,
  partSize,
  statusAt,
  UPLOAD_LIFE_MS,
  UPLOAD_PART_BYTES,
  type UploadStatus,
  wrongSize,
} from "./model.ts";
import {
  closeStatements,
  findUpload,
  forgetStatements,
  listOpenUploads,
  listParts,
  openStatements,
  receivePartStatements,
  type UploadRow,
} from "./repository.ts";

/** An upload as it stands: its state now, and the numbers of the parts that have come. */
export interface UploadState {
  readonly upload: UploadRow;
  readonly status: UploadStatus;
  readonly received: readonly number[];
}

/** What is said of a file before its first byte is sent. */
export interface UploadOpening {
  readonly filename: string;
  readonly sizeBytes: number;
  readonly isPreview: boolean;
}

/** A part on its way in. */
export interface PartBody {
  readonly part: number;
  /** What the request says of its length, if it does. */
  readonly declaredBytes: number | null;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What a file can be refused for once all of it has been seen; the upload is then closed, and its bytes are gone. */
const REFUSALS: readonly ProblemCode[] = ["file_empty", "file_unreadable", "archive_too_large", "archive_unreadable"];

/** Opens an upload. @throws Problem `file_empty`, `too_large`, `too_many_uploads` */
export async function openUpload(ctx: Ctx, { filename, sizeBytes, isPreview }: UploadOpening): Promise<UploadState> {
  if (sizeBytes === 0) throw new Problem("file_empty", { detail: "sizeBytes: a file without bytes is not taken." });
  if (sizeBytes > MAX_FILE_BYTES) {
    throw new Problem("too_large", { detail: `sizeBytes: a file may have at most ${MAX_FILE_BYTES} bytes.` });
  }
  const statementId = ctx.newId("statement");
  const multipartId = await openParts(ctx.stores.files, objectKey(ctx.scope, statementId, "original"));
  const upload: UploadRow = {
    artistId: ctx.scope.artistId,
    id: ctx.newId("upload"),
    status: "open",
    statementId,
    multipartId,
    filename,
    sizeBytes,
    partBytes: UPLOAD_PART_BYTES,
    isPreview: isPreview ? 1 : 0,
    refusedCode: null,
    refusedDetail: null,
    createdBy: actorName(ctx.actor),
    createdAt: ctx.now,
    expiresAt: ctx.now + UPLOAD_LIFE_MS,
  };
  const state: UploadState = { upload, status: "open", received: [] };
  try {
    await commit(ctx, "upload.open", {
      writes: openStatements(ctx.db, upload, MAX_OPEN_UPLOADS),
      target: upload.id,
      after: { filename, sizeBytes },
      result: state,
    });
  } catch (error) {
    // A write whose answer was lost may have happened; R2 drops parts that nobody asks for by itself.
    if (error instanceof ConstraintError) await release(ctx, upload);
    if (!isGuard(error)) throw error;
    throw new Problem("too_many_uploads", {
      detail: `At most ${MAX_OPEN_UPLOADS} uploads may be open; complete or discard one first.`,
      cause: error,
    });
  }
  return state;
}

/** Finds an upload and what of it has come. @throws Problem `not_found` */
export async function getUpload(ctx: Ctx, id: string): Promise<UploadState> {
  const [upload, parts] = await Promise.all([findUpload(ctx.db, ctx.scope, id), listParts(ctx.db, ctx.scope, id)]);
  if (upload === null) throw new Problem("not_found");
  const received = upload.status === "completed" ? allParts(upload) : parts.map(({ part }) => part);
  return { upload, status: statusAt(upload, ctx.now), received };
}

/**
 * Keeps a part. Parts may come in any order and at once; one that is sent again takes the place of the one before.
 *
 * A body that breaks off or has another length is not kept, and the part is as it was before.
 * @throws Problem `not_found`, `upload_closed`, `upload_expired`, `too_large`, `invalid_request` for a number the
 *   upload does not have, a wrong length or a body that broke off
 */
export async function sendUploadPart(
  ctx: Ctx,
  id: string,
  { part, declaredBytes, body }: PartBody,
): Promise<{ part: number; sizeBytes: number }> {
  const upload = await findUpload(ctx.db, ctx.scope, id);
  if (upload === null) throw new Problem("not_found");
  const status = statusAt(upload, ctx.now);
  if (status === "expired") throw expired();
  if (status !== "open") throw closed();
  const sizeBytes = partSize(upload, part);
  if (sizeBytes === null) throw noSuchPart(upload);
  if (declaredBytes !== null && declaredBytes !== sizeBytes) throw wrongSize(upload, part, declaredBytes);
  const place = { ...placeOf(ctx, upload), part, sizeBytes };
  const etag = await sendPart(ctx.stores.files, place, measured(upload, part, arriving(body)));
  if (etag === null) throw closed();
  try {
    await persist(ctx, receivePartStatements(ctx.db, ctx.scope, id, { part, etag }));
  } catch (error) {
    throw isGuard(error) ? closed(error) : error;
  }
  return { part, sizeBytes };
}

/**
 * Makes the statement of an upload whose parts have all come, as if the file had come in one request. Asking again, or
 * twice at once, answers the same statement.
 *
 * @throws Problem `not_found`, `upload_incomplete`, `upload_expired`, `conflict` when a part was sent twice at once,
 *   and for a file that is refused, now and whenever it is asked again, `file_empty`, `file_unreadable`,
 *   `archive_too_large` or `archive_unreadable`
 */
export async function completeUpload(ctx: Ctx, id: string): Promise<Received> {
  const { upload, status, received } = await getUpload(ctx, id);
  if (status !== "open") return outcomeOf(ctx, upload);
  const missing = missingParts(upload, received);
  if (missing.length > 0) throw incomplete(upload, missing);
  try {
    return await settle(ctx, upload);
  } catch (error) {
    // Another request may have completed or discarded it while this one read the file.
    const now = await findUpload(ctx.db, ctx.scope, id);
    if (now === null) throw new Problem("not_found", { cause: error });
    if (now.status !== "open") return outcomeOf(ctx, now);
    if (!isGuard(error)) throw error;
    throw new Problem("conflict", { detail: "The upload moved on meanwhile; read it again.", cause: error });
  }
}

/**
 * Discards an upload and what has come of it. The statement of a completed one stays; only the upload is forgotten.
 *
 * @throws Problem `not_found`, `conflict` when it moved on meanwhile
 */
export async function discardUpload(ctx: Ctx, id: string): Promise<void> {
  const upload = await findUpload(ctx.db, ctx.scope, id);
  if (upload === null) throw new Problem("not_found");
  const { filename, status } = upload;
  try {
    const writes = forgetStatements(ctx.db, ctx.scope, upload);
    await commit(ctx, "upload.discard", { writes, target: id, before: { filename, status } });
  } catch (error) {
    if (!isGuard(error)) throw error;
    throw new Problem("conflict", { detail: "The upload moved on meanwhile; read it again.", cause: error });
  }
  if (status !== "completed") await release(ctx, upload);
}

/** Closes the uploads whose time has run out, and removes what has come of them. */
export async function sweepUploads(ctx: Ctx): Promise<void> {
  for (const upload of await listOpenUploads(ctx.db, ctx.scope, "expired", ctx.now)) {
    try {
      const writes = closeStatements(ctx.db, ctx.scope, upload.id, { status: "expired" });
      await commit(ctx, "upload.expire", { writes, target: upload.id, before: { filename: upload.filename } });
    } catch (error) {
      // It was completed or discarded in its last moment.
      if (isGuard(error)) continue;
      throw error;
    }
    await release(ctx, upload);
  }
}

/** Lists the statements to be that an upload may still keep a file for. */
export async function listAwaitedStatements(ctx: Ctx): Promise<string[]> {
  const running = await listOpenUploads(ctx.db, ctx.scope, "running", ctx.now);
  return running.map(({ statementId }) => statementId);
}

/** Joins the parts, looks at the whole file once, and closes the upload with what came of it. */
async function settle(ctx: Ctx, upload: UploadRow): Promise<Received> {
  const { id, statementId, filename } = upload;
  const parts = await listParts(ctx.db, ctx.scope, id);
  const outcome = await joinParts(ctx.stores.files, placeOf(ctx, upload), parts);
  if (outcome === "gone") throw expired();
  if (outcome === "differs") {
    throw new Problem("conflict", {
      detail: "A part was sent twice at once, and what was kept of it is not what was confirmed. Send the parts again.",
    });
  }
  try {
    const seen = await lookAt(ctx, upload);
    const closing = closeStatements(ctx.db, ctx.scope, id, { status: "completed" });
    const file = { statementId, filename, isPreview: upload.isPreview === 1, seen };
    const received = await admitFile(ctx, file, closing);
    const known = received.statement.id as typeof statementId;
    if (known !== statementId) {
      const writes = closeStatements(ctx.db, ctx.scope, id, { status: "completed", statementId: known });
      await commit(ctx, "upload.complete", { writes, target: id, after: { statementId: known } });
      await removeObjects(ctx.stores, ctx.scope, statementId, ["original"]);
    }
    return received;
  } catch (error) {
    if (error instanceof Problem && REFUSALS.includes(error.code)) await refuse(ctx, upload, error);
    throw error;
  }
}

/** Looks at every byte of the joined file. @throws Problem `file_empty`, `file_unreadable`, `unavailable` */
async function lookAt(ctx: Ctx, upload: UploadRow): Promise<Seen> {
  const look = new FileLook();
  try {
    const object = await openObject(ctx.stores.files, placeOf(ctx, upload).key);
    for await (const chunk of object.body) await look.take(chunk);
    return await look.finish();
  } catch (cause) {
    await look.abort(cause);
    throw cause instanceof Problem ? cause : new Problem("unavailable", { retryAfterSeconds: 5, cause });
  }
}

/** Closes an upload whose file is no statement, and keeps nothing of it but why. */
async function refuse(ctx: Ctx, upload: UploadRow, { code, detail }: Problem): Promise<void> {
  const set = { status: "refused", refusedCode: code, refusedDetail: detail ?? null } as const;
  const writes = closeStatements(ctx.db, ctx.scope, upload.id, set);
  await commit(ctx, "upload.refuse", { writes, target: upload.id, after: { code } });
  await removeObjects(ctx.stores, ctx.scope, upload.statementId, ["original"]);
}

/** Answers what became of a closed upload. @throws Problem as it was refused with, `upload_expired` */
async function outcomeOf(ctx: Ctx, upload: UploadRow): Promise<Received> {
  if (upload.status === "refused") {
    throw new Problem((upload.refusedCode ?? "file_unreadable") as ProblemCode, {
      detail: upload.refusedDetail ?? undefined,
    });
  }
  if (upload.status !== "completed") throw expired();
  const statement = await findStatement(ctx.db, ctx.scope, upload.statementId);
  if (statement === null) throw new Problem("not_found");
  return { statement, isNew: false };
}

/**
 * Gives back what R2 holds of an upload that is closed already. A failure is made good without us: R2 drops parts after
 * seven days, and the nightly sweep finds a joined file that no statement names.
 */
async function release(ctx: Ctx, upload: UploadRow): Promise<void> {
  await dropParts(ctx.stores.files, placeOf(ctx, upload)).catch(() => undefined);
  await removeObjects(ctx.stores, ctx.scope, upload.statementId, ["original"]).catch(() => undefined);
}

function placeOf(ctx: Ctx, { statementId, multipartId }: UploadRow): { key: string; multipartId: string } {
  return { key: objectKey(ctx.scope, statementId, "original"), multipartId };
}

function isGuard(error: unknown): boolean {
  return error instanceof ConstraintError && error.kind === "guard";
}
