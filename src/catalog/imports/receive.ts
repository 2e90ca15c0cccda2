// The home of receiving a file to import: it streams into R2 while it is hashed and looked at; what is refused leaves nothing.

import { encodeHexLowerCase } from "@oslojs/encoding";
import { ConstraintError } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import { arriving } from "../../http/multipart.ts";
import { Problem } from "../../kernel/problems.ts";
import { actorName } from "../../kernel/scope.ts";
import type { Dialect } from "./ern/dialect.ts";
import { ErnReader, MAX_MESSAGE_BYTES, tooLarge } from "./ern/reader.ts";
import { NO_COUNTS } from "./model.ts";
import { originalWriter, removeObjects } from "./objects.ts";
import { findImportByBytes, type ImportRow, receiveStatements } from "./repository.ts";
import { jobOf } from "./run.ts";

/** The largest file to import. */
export const MAX_IMPORT_BYTES = MAX_MESSAGE_BYTES;

/** The largest table: it is understood as a whole, since rows of one release may lie apart. */
const MAX_CSV_BYTES = 16 * 1024 * 1024;

function tableTooLarge(): Problem {
  const detail = `A catalogue as CSV may have ${MAX_CSV_BYTES / 1024 / 1024} MB; send its releases in several files.`;
  return new Problem("too_large", { detail });
}

/** A file on its way in. */
export interface ImportUpload {
  readonly filename: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What became of an upload: a new import, or the one that has the same bytes. */
export interface ReceivedImport {
  readonly row: ImportRow;
  readonly isNew: boolean;
}

/** What a file turned out to be while it streamed past. */
interface Seen {
  readonly dialect: Dialect | null;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * Keeps a file and asks for it to be imported.
 *
 * The bytes of an import that did not fail give that import again. A message that is none of those imported is refused by
 * its name before anything is kept.
 * @throws Problem `file_empty`, `too_large`, `ern_unsupported`, `file_unreadable`, `unavailable`, and what reading the
 *   body throws
 */
export async function receiveImport(ctx: Ctx, { filename, body }: ImportUpload): Promise<ReceivedImport> {
  const id = ctx.newId("import");
  const seen = await keep(ctx, id, body);
  try {
    const received = await admit(ctx, id, filename, seen);
    if (!received.isNew) await removeObjects(ctx, id, ["original"]);
    return received;
  } catch (error) {
    // A write whose answer was lost may have happened: only an object that no row can name is removed.
    if (!(error instanceof Problem && error.code === "unavailable")) await removeObjects(ctx, id, ["original"]);
    throw error;
  }
}

async function admit(ctx: Ctx, id: string, filename: string, seen: Seen): Promise<ReceivedImport> {
  const known = await findImportByBytes(ctx.db, ctx.scope, seen.sha256);
  if (known !== null) return { row: known, isNew: false };
  const row = rowOf(ctx, id, filename, seen);
  try {
    await commit(ctx, "import.receive", {
      writes: receiveStatements(ctx.db, row),
      target: id,
      after: { filename, sha256: seen.sha256, sizeBytes: seen.sizeBytes },
      jobs: [jobOf(ctx, id)],
    });
    return { row, isNew: true };
  } catch (error) {
    if (!(error instanceof ConstraintError && error.kind === "unique")) throw error;
    const winner = await findImportByBytes(ctx.db, ctx.scope, seen.sha256);
    if (winner === null) throw error;
    return { row: winner, isNew: false };
  }
}

function rowOf(ctx: Ctx, id: string, filename: string, { dialect, sha256, sizeBytes }: Seen): ImportRow {
  return {
    artistId: ctx.scope.artistId,
    id,
    status: "received",
    format: dialect === null ? "csv" : "ern",
    filename,
    sha256,
    sizeBytes,
    version: dialect?.version ?? null,
    messageId: null,
    sender: null,
    totalEntries: 0,
    doneEntries: 0,
    planBytes: 0,
    planOffset: 0,
    counts: JSON.stringify(NO_COUNTS),
    problem: null,
    createdBy: actorName(ctx.actor),
    createdAt: ctx.now,
    finishedAt: null,
  };
}

async function keep(ctx: Ctx, id: string, body: AsyncIterable<Uint8Array>): Promise<Seen> {
  const writer = originalWriter(ctx, id);
  const digest = new crypto.DigestStream("SHA-256");
  // The digest is awaited only when all went well; without this a refusal would also be an unhandled rejection.
  digest.digest.catch(() => undefined);
  const hasher = digest.getWriter();
  const head = new Head();
  let sizeBytes = 0;
  try {
    for await (const chunk of arriving(body)) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > MAX_IMPORT_BYTES) throw tooLarge();
      head.push(chunk);
      if (head.isTable && sizeBytes > MAX_CSV_BYTES) throw tableTooLarge();
      await Promise.all([hasher.write(chunk), writer.write(chunk)]);
    }
    if (sizeBytes === 0) throw new Problem("file_empty", { detail: "The file has no bytes." });
    const dialect = head.finish();
    await hasher.close();
    const sha256 = encodeHexLowerCase(new Uint8Array(await digest.digest));
    await writer.finish();
    return { dialect, sha256, sizeBytes };
  } catch (error) {
    await Promise.allSettled([hasher.abort(error), writer.abort()]);
    throw error;
  }
}

const LESS = 60;
/** Blanks of XML, and the bytes of a byte order mark. */
const BEFORE_TAG = new Set([9, 10, 13, 32, 0xef, 0xbb, 0xbf]);

/** Tells a message from a table by its first letter, and reads a message up to its root element, which says what it is. */
class Head {
  #isMessage: boolean | null = null;
  #reader: ErnReader | null = new ErnReader();
  #dialect: Dialect | null = null;

  /** Whether the file is a table, as far as it was seen. */
  get isTable(): boolean {
    return this.#isMessage === false;
  }

  push(chunk: Uint8Array): void {
    if (this.#isMessage === null) {
      const first = chunk.find((byte) => !BEFORE_TAG.has(byte));
      if (first !== undefined) this.#isMessage = first === LESS;
    }
    if (this.isTable || this.#reader === null) return;
    this.#reader.push(chunk);
    this.#dialect = this.#reader.dialect;
    // The rest is read when it is carried out.
    if (this.#dialect !== null) this.#reader = null;
  }

  /** What message the file is; null for a table. @throws Problem `file_unreadable` for one without a root element */
  finish(): Dialect | null {
    if (!this.isTable) this.#reader?.finish();
    return this.#dialect;
  }
}
