// The home of attachments as the Worker carries them: bytes into R2 and out of it again, by private links.

import type { BaseCtx } from "../../db/ctx.ts";
import { hashSecret } from "../../identity/index.ts";
import { Problem } from "../../kernel/problems.ts";
import { ask, systemCaller } from "../ask.ts";
import {
  type Attachment,
  addressSecret,
  fileKey,
  LINK_LIFE_MS,
  MAX_FILE_BYTES,
  readSecret,
  SECRET_BYTES,
  secretFrom,
} from "../model.ts";
import type { HubCaller } from "../protocol.ts";
import { HEAD_BYTES, typeOfFile } from "./model.ts";

/** A file as it comes in. */
export interface FileUpload {
  readonly filename: string;
  readonly sizeBytes: number;
  readonly body: ReadableStream<Uint8Array>;
}

/**
 * Keeps a file that a message is going to carry. It goes through in a stream, and is swept if no message carries it
 * within a day.
 *
 * @throws Problem `file_empty`, `too_large`, `file_type_refused`, `invalid_request` when it is not as long as was said,
 *   `unavailable`
 */
export async function uploadAttachment(ctx: BaseCtx, caller: HubCaller, upload: FileUpload): Promise<Attachment> {
  const { filename, sizeBytes } = upload;
  if (sizeBytes === 0) throw new Problem("file_empty");
  if (sizeBytes > MAX_FILE_BYTES) {
    throw new Problem("too_large", { detail: `An attachment may have ${MAX_FILE_BYTES} bytes.` });
  }
  const reader = upload.body.getReader();
  const head = await readHead(reader);
  const type = typeOfFile(head.subarray(0, HEAD_BYTES), filename);
  if (type === null) {
    await reader.cancel().catch(() => undefined);
    throw new Problem("file_type_refused", {
      detail: "Send PNG, JPEG, GIF or WebP images, PDF, WAV, MP3 or FLAC sound, CSV or plain text.",
    });
  }
  const attachment = { id: ctx.newId("attachment"), filename, type, sizeBytes };
  // Written down first: bytes that nobody knows of could never be swept.
  await ask(ctx, caller, "reserveFile", attachment);
  await store(ctx, fileKey(caller.artistId, attachment.id), sizeBytes, type, head, reader);
  await ask(ctx, caller, "keepFile", { id: attachment.id });
  return attachment;
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

async function readHead(reader: Reader): Promise<Uint8Array> {
  let head = new Uint8Array();
  while (head.length < HEAD_BYTES) {
    const { done, value } = await reader.read().catch(cutOff);
    if (done) break;
    const longer = new Uint8Array(head.length + value.length);
    longer.set(head);
    longer.set(value, head.length);
    head = longer;
  }
  return head;
}

async function store(
  ctx: BaseCtx,
  key: string,
  sizeBytes: number,
  contentType: string,
  head: Uint8Array,
  reader: Reader,
): Promise<void> {
  // R2 takes a stream only when it knows how long it is.
  const { readable, writable } = new FixedLengthStream(sizeBytes);
  const writer = writable.getWriter();
  const pump = async () => {
    await writer.write(head);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return writer.close();
      await writer.write(value);
    }
  };
  const put = ctx.stores.files.put(key, readable, { httpMetadata: { contentType } });
  const [pumped, kept] = await Promise.allSettled([
    pump().catch((error) => Promise.all([writer.abort(error).catch(() => undefined), Promise.reject(error)])),
    put,
  ]);
  if (pumped.status === "rejected") cutOff(pumped.reason);
  if (kept.status === "rejected") throw new Problem("unavailable", { retryAfterSeconds: 5, cause: kept.reason });
}

function cutOff(cause: unknown): never {
  throw new Problem("invalid_request", { detail: "The file is not as long as its Content-Length says.", cause });
}

/** A private link to a file; whoever has it may open it until it expires. */
export interface AttachmentLink {
  readonly url: string;
  readonly expiresAt: number;
}

/** Makes a private link to a file of a thread the caller may see. @throws Problem `not_found` */
export async function linkAttachment(
  ctx: BaseCtx,
  caller: HubCaller,
  { thread, attachment }: { thread: string; attachment: string },
): Promise<AttachmentLink> {
  const secret = secretFrom(ctx.randomBytes(SECRET_BYTES));
  const expiresAt = ctx.now + LINK_LIFE_MS;
  await ask(ctx, caller, "linkFile", { thread, id: attachment, hash: hashSecret(secret), expiresAt });
  const token = addressSecret(ctx.settings.signingKey, "file", caller.artistId, secret);
  return { url: `/api/messages/file?token=${token}`, expiresAt };
}

/** Opens the file of a private link. @throws Problem `link_expired` for any link that does not work */
export async function openAttachment(
  ctx: BaseCtx,
  token: string,
): Promise<{ attachment: Attachment; body: ReadableStream }> {
  const known = readSecret(ctx.settings.signingKey, "file", token);
  if (known === null) throw new Problem("link_expired");
  const { artistId, secret } = known;
  const attachment = await ask(ctx, systemCaller(artistId), "openFile", { hash: hashSecret(secret) });
  const object = await ctx.stores.files.get(fileKey(artistId, attachment.id)).catch((cause: unknown) => {
    throw new Problem("unavailable", { retryAfterSeconds: 5, cause });
  });
  if (object === null) throw new Problem("link_expired");
  return { attachment, body: object.body };
}
