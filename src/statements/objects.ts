// The home of a statement's objects in R2. A file of its own because receiving, reading and paging all need it.

import type { Stores } from "../db/ctx.ts";
import { answered } from "../db/objects.ts";
import { Problem } from "../kernel/problems.ts";
import type { ArtistScope } from "../kernel/scope.ts";

/**
 * The objects a statement may have: what was sent, what was unpacked from it, its text as UTF-8 lines, the sheet of a
 * workbook as lines of tab-parted, quoted cells, and the files of one report one behind the other.
 */
export type ObjectName = "original" | "unpacked" | "lines" | "sheet" | "joined";

/** What a statement has beside its original: all of it can be made again. */
export const MADE_OBJECTS: readonly ObjectName[] = ["unpacked", "lines", "sheet", "joined"];

/** Where an object of a statement lies. No part of a caller's file name is ever in it. */
export function objectKey(scope: ArtistScope, statementId: string, name: ObjectName): string {
  return `artists/${scope.artistId}/statements/${statementId}/${name}`;
}

/** Begins an object that comes in parts of many requests. Gives R2's name of the multipart upload. */
export async function openParts(files: R2Bucket, key: string): Promise<string> {
  return (await answered(files.createMultipartUpload(key))).uploadId;
}

/**
 * Streams one part of an object into R2, holding a chunk of it. A part sent again takes the place of the one before.
 *
 * @param sizeBytes what `body` has exactly; R2 wants to know beforehand
 * @returns what R2 calls this sending of the part, or null when it no longer knows the multipart upload
 * @throws Problem `unavailable`, and what reading `body` throws: R2 then has nothing of this sending
 */
export async function sendPart(
  files: R2Bucket,
  of: { readonly key: string; readonly multipartId: string; readonly part: number; readonly sizeBytes: number },
  body: AsyncIterable<Uint8Array>,
): Promise<string | null> {
  const { readable, writable } = new FixedLengthStream(of.sizeBytes);
  const sent = files.resumeMultipartUpload(of.key, of.multipartId).uploadPart(of.part, readable);
  const failed = sent.then(() => undefined);
  // Whether R2 fails is asked for at each chunk and at the end; one that fails in between is no unhandled rejection.
  failed.catch(() => undefined);
  const writer = writable.getWriter();
  try {
    // A write waits for R2 to read on, for ever when R2 has refused: so each waits for that too.
    for await (const chunk of body) await Promise.race([writer.write(chunk), failed]);
    await Promise.race([writer.close(), failed]);
    return (await sent).etag;
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    if (error instanceof Problem) throw error;
    if (isR2Fault(error, NO_SUCH_UPLOAD)) return null;
    throw new Problem("unavailable", { retryAfterSeconds: 5, cause: error });
  }
}

/**
 * Makes one object of its parts. Doing it again finds the object there.
 *
 * @returns `differs` when R2 has another sending of a part than the one named, `gone` when it has neither parts nor object
 * @throws Problem `unavailable`
 */
export async function joinParts(
  files: R2Bucket,
  of: { readonly key: string; readonly multipartId: string },
  parts: readonly { readonly part: number; readonly etag: string }[],
): Promise<"joined" | "differs" | "gone"> {
  try {
    const named = parts.map(({ part, etag }) => ({ partNumber: part, etag }));
    await files.resumeMultipartUpload(of.key, of.multipartId).complete(named);
    return "joined";
  } catch (cause) {
    if (isR2Fault(cause, INVALID_PART)) return "differs";
    if ((await answered(files.head(of.key))) !== null) return "joined";
    if (isR2Fault(cause, NO_SUCH_UPLOAD)) return "gone";
    throw new Problem("unavailable", { retryAfterSeconds: 5, cause });
  }
}

/** Gives up an object that was to come in parts. @throws Problem `unavailable`, also when its parts were joined before */
export async function dropParts(
  files: R2Bucket,
  of: { readonly key: string; readonly multipartId: string },
): Promise<void> {
  await answered(files.resumeMultipartUpload(of.key, of.multipartId).abort());
}

/** What R2 says of a multipart upload it does not know, and of a part it does not have. @see R2 error codes, 2026-11 */
const NO_SUCH_UPLOAD = 10024;
const INVALID_PART = 10025;

/** Tells an error of R2 by its number, which stands at the end of its message. */
function isR2Fault(error: unknown, code: number): boolean {
  return error instanceof Error && error.message.includes(`(${code})`);
}

/** An object of an artist and the statement it was written for. */
export interface StoredObject {
  readonly key: string;
  readonly id: string;
  readonly uploadedAt: number;
}

/** Lists an artist's objects page by page. */
export async function* listObjects(stores: Stores, scope: ArtistScope): AsyncGenerator<StoredObject[]> {
  const prefix = `artists/${scope.artistId}/statements/`;
  let cursor: string | undefined;
  do {
    const page = await answered(stores.files.list({ prefix, ...(cursor === undefined ? {} : { cursor }) }));
    yield page.objects.map(({ key, uploaded }) => ({
      key,
      id: key.slice(prefix.length).split("/")[0] ?? "",
      uploadedAt: uploaded.getTime(),
    }));
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
}

/** Removes what a statement left besides its original, or all of it. */
export async function removeObjects(
  stores: Stores,
  scope: ArtistScope,
  statementId: string,
  names: readonly ObjectName[],
): Promise<void> {
  await answered(stores.files.delete(names.map((name) => objectKey(scope, statementId, name))));
}
