// The home of receiving: an upload streams into R2 while it is hashed and looked at; nothing is held, nothing half kept.

import { encodeHexLowerCase } from "@oslojs/encoding";
import { ConstraintError } from "../db/client.ts";
import { commit } from "../db/commit.ts";
import type { Ctx } from "../db/ctx.ts";
import { Problem } from "../kernel/problems.ts";
import { actorName } from "../kernel/scope.ts";
import { MAX_UPLOAD_BYTES } from "./model.ts";
import { ObjectWriter, objectKey, openObject, removeObjects } from "./objects.ts";
import { ARCHIVE_CAPS, unpack } from "./reading/archive.ts";
import { EncodingProbe, type TextEncoding } from "./reading/encoding.ts";
import { SNIFF_BYTES, type Sniffed, sniff } from "./reading/sniff.ts";
import { findByBytes, receiveStatements, type StatementRow } from "./repository.ts";

/** A file on its way in. */
export interface Upload {
  readonly filename: string;
  readonly isPreview: boolean;
  readonly body: AsyncIterable<Uint8Array>;
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
export async function receiveStatement(ctx: Ctx, upload: Upload): Promise<Received> {
  const id = ctx.newId("statement");
  const seen = await keep(ctx, id, upload.body);
  try {
    if (seen.kind === "gzip" || seen.kind === "zip") await checkArchive(ctx, id, seen.kind);
    const known = await findByBytes(ctx.db, ctx.scope, seen.sha256);
    if (known !== null) {
      await removeObjects(ctx.stores, ctx.scope, id, ["original"]);
      return { statement: known, isNew: false };
    }
    const statement = rowOf(ctx, id, upload, seen);
    await commit(ctx, "statement.receive", {
      writes: receiveStatements(ctx.db, statement),
      target: id,
      after: { filename: statement.filename, sha256: seen.sha256, sizeBytes: seen.sizeBytes },
      jobs: [{ kind: "statement.read", body: { artistId: ctx.scope.artistId, statementId: id } }],
    });
    return { statement, isNew: true };
  } catch (error) {
    // A write whose answer was lost may have happened: only an object that no row can name is removed.
    if (!(error instanceof Problem && error.code === "unavailable")) {
      await removeObjects(ctx.stores, ctx.scope, id, ["original"]);
    }
    if (error instanceof ConstraintError && error.kind === "unique") {
      const winner = await findByBytes(ctx.db, ctx.scope, seen.sha256);
      if (winner !== null) return { statement: winner, isNew: false };
    }
    throw error;
  }
}

interface Seen {
  readonly kind: Sniffed["kind"];
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly encoding: TextEncoding;
}

/** Streams a body into R2; what is refused on the way leaves no object. */
async function keep(ctx: Ctx, id: string, body: AsyncIterable<Uint8Array>): Promise<Seen> {
  const writer = new ObjectWriter(ctx.stores.files, objectKey(ctx.scope, id, "original"));
  const digest = new crypto.DigestStream("SHA-256");
  // The digest is awaited only when all went well; without this a refusal would also be an unhandled rejection.
  digest.digest.catch(() => undefined);
  const hasher = digest.getWriter();
  const probe = new EncodingProbe();
  let head = new Uint8Array(0);
  let sizeBytes = 0;
  try {
    for await (const chunk of arriving(body)) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > MAX_UPLOAD_BYTES) throw tooLarge();
      if (head.byteLength < SNIFF_BYTES) {
        head = join(head, chunk.subarray(0, SNIFF_BYTES - head.byteLength));
        if (head.byteLength >= SNIFF_BYTES) refuseUnreadable(sniff(head));
      }
      probe.push(chunk);
      await Promise.all([hasher.write(chunk), writer.write(chunk)]);
    }
    const sniffed = sniff(head);
    refuseUnreadable(sniffed);
    const encoding = probe.finish();
    if (sniffed.kind === "text" && encoding.hasNul) throw unreadable();
    await hasher.close();
    const sha256 = encodeHexLowerCase(new Uint8Array(await digest.digest));
    await writer.finish();
    return { kind: sniffed.kind, sha256, sizeBytes, encoding };
  } catch (error) {
    await Promise.allSettled([hasher.abort(error), writer.abort()]);
    throw error;
  }
}

/** Passes a body on; a sender that breaks off is the sender's fault, and no fault of ours in the log. */
async function* arriving(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  for (;;) {
    const next = await chunks.next().catch((cause: unknown) => {
      if (cause instanceof Problem) throw cause;
      throw new Problem("invalid_request", { detail: "The upload broke off before its end.", cause });
    });
    if (next.done === true) return;
    yield next.value;
  }
}

function refuseUnreadable(sniffed: Sniffed): void {
  if (sniffed.kind === "empty") throw new Problem("file_empty", { detail: "The file has no bytes." });
  if (sniffed.kind === "unreadable") throw unreadable();
}

function unreadable(): Problem {
  return new Problem("file_unreadable", { detail: "The file is neither text nor a gzip or zip archive." });
}

/** The problem of a body above the limit of one request. */
export function tooLarge(): Problem {
  return new Problem("use_upload_session", {
    detail: `One request may carry ${MAX_UPLOAD_BYTES / 1024 / 1024} MB. Send the file zipped.`,
  });
}

/** Unpacks an archive to nowhere, so that a bomb or a broken one is refused before anything of it is kept. */
async function checkArchive(ctx: Ctx, id: string, kind: "gzip" | "zip"): Promise<void> {
  const object = await openObject(ctx.stores.files, objectKey(ctx.scope, id, "original"));
  await unpack(kind, object.body, ARCHIVE_CAPS, () => ({ write: async () => undefined }));
}

function rowOf(ctx: Ctx, id: string, upload: Upload, seen: Seen): StatementRow {
  const isPlain = seen.kind === "text" && !seen.encoding.encoding.startsWith("utf-16");
  return {
    artistId: ctx.scope.artistId,
    id,
    status: "received",
    filename: upload.filename,
    sha256: seen.sha256,
    sizeBytes: seen.sizeBytes,
    textObject: isPlain ? "original" : null,
    textBytes: isPlain ? seen.sizeBytes : null,
    encoding: isPlain ? seen.encoding.encoding : null,
    newline: isPlain ? seen.encoding.newline : null,
    format: null,
    formatVersion: null,
    source: null,
    isPreview: upload.isPreview ? 1 : 0,
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
    partOf: null,
  };
}

function join(head: Uint8Array<ArrayBuffer>, more: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(head.byteLength + more.byteLength);
  joined.set(head);
  joined.set(more, head.byteLength);
  return joined;
}
