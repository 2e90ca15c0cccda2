// The home of the bytes of media in R2.

import type { BaseCtx, Ctx } from "../../db/ctx.ts";
import { Problem } from "../../kernel/problems.ts";

/** Where the bytes of a picture or a sound lie. */
export function mediaKey(artistId: string, id: string): string {
  return `artists/${artistId}/catalog/${id}`;
}

/** Bytes on their way in. */
export interface Incoming {
  readonly head: Uint8Array;
  readonly rest: ReadableStreamDefaultReader<Uint8Array>;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly type: string;
}

/** What R2 says when bytes are not what was announced. @see Workers R2 error codes, 10037, checked 2026-11 */
const BAD_DIGEST = /10037|checksum/i;

/**
 * Keeps bytes as they stream in; R2 itself holds them against their announced SHA-256.
 *
 * @throws Problem `checksum_differs`, `invalid_request` when there are fewer or more than announced, `unavailable`;
 *   nothing is kept then
 */
export async function keepObject(ctx: BaseCtx, key: string, incoming: Incoming): Promise<void> {
  const { head, rest, sizeBytes, sha256, type } = incoming;
  // R2 takes a stream only when it knows how long it is.
  const { readable, writable } = new FixedLengthStream(sizeBytes);
  const writer = writable.getWriter();
  // R2 closes its end when it refuses; that is told by its own answer.
  writer.closed.catch(() => undefined);
  let bytes = head.length;
  const pump = async () => {
    await writer.write(head);
    for (;;) {
      const { done, value } = await rest.read();
      if (done) return writer.close();
      bytes += value.length;
      await writer.write(value);
    }
  };
  const [, kept] = await Promise.allSettled([
    pump().catch((error) => Promise.all([writer.abort(error).catch(() => undefined), Promise.reject(error)])),
    ctx.stores.files.put(key, readable, { sha256, httpMetadata: { contentType: type } }),
  ]);
  if (bytes !== sizeBytes) {
    throw new Problem("invalid_request", { detail: "The file is not as long as its Content-Length says." });
  }
  if (kept.status === "fulfilled") return;
  if (BAD_DIGEST.test(String(kept.reason))) {
    throw new Problem("checksum_differs", { detail: "Its SHA-256 is not the announced one.", cause: kept.reason });
  }
  throw new Problem("unavailable", { retryAfterSeconds: 5, cause: kept.reason });
}

/** Opens bytes; null when they are gone. @throws Problem `unavailable` */
export async function openObject(ctx: BaseCtx, artistId: string, id: string): Promise<ReadableStream | null> {
  const object = await ctx.stores.files.get(mediaKey(artistId, id)).catch((cause: unknown) => {
    throw new Problem("unavailable", { retryAfterSeconds: 5, cause });
  });
  return object?.body ?? null;
}

/** Removes the bytes of media whose rows are gone. */
export async function removeObjects({ stores, scope }: Ctx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await stores.files.delete(ids.map((id) => mediaKey(scope.artistId, id)));
}
