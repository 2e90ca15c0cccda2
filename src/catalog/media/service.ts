// The home of keeping artwork and sound, and of handing them out by private links.

import { commit } from "../../db/commit.ts";
import type { BaseCtx, Ctx } from "../../db/ctx.ts";
import { decodeCursor, encodeCursor } from "../../kernel/cursor.ts";
import { Problem } from "../../kernel/problems.ts";
import { actorName } from "../../kernel/scope.ts";
import type { Instant } from "../../kernel/time.ts";
import { openArtist } from "../../team/index.ts";
import { findSecrets, requireShown } from "../embargo/secrets.ts";
import { getItem } from "../items/service.ts";
import { requireOpen } from "../versions/model.ts";
import { HEAD_BYTES, LINK_LIFE_MS, MEDIA_RULES, type MediaKind, typeOfMedia } from "./model.ts";
import { keepObject, mediaKey, openObject, removeObjects } from "./objects.ts";
import { addMediaStatements, findMedia, type MediaRow } from "./repository.ts";

/** A file as it comes in, with what its sender says of it. */
export interface MediaUpload {
  readonly filename: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly body: ReadableStream<Uint8Array>;
}

/**
 * Keeps a picture of a release or the sound of a recording, if it is what its sender says.
 *
 * @throws Problem `not_found`, `release_locked`, `file_empty`, `too_large`, `file_type_refused`, `checksum_differs`,
 *   `invalid_request`, `unavailable`
 */
export async function uploadMedia(ctx: Ctx, kind: MediaKind, itemId: string, upload: MediaUpload): Promise<MediaRow> {
  const { of, mostBytes, taken } = MEDIA_RULES[kind];
  requireOpen(await getItem(ctx, of, itemId));
  const { filename, sha256, sizeBytes, body } = upload;
  if (sizeBytes === 0) throw new Problem("file_empty");
  if (sizeBytes > mostBytes) throw new Problem("too_large", { detail: `Of ${kind}, ${mostBytes} bytes are taken.` });
  const rest = body.getReader();
  const head = await readHead(rest);
  const type = typeOfMedia(kind, head);
  if (type === null) {
    await rest.cancel().catch(() => undefined);
    throw new Problem("file_type_refused", { detail: `Of ${kind}, ${taken} are taken.` });
  }
  const id = ctx.newId("media");
  await keepObject(ctx, mediaKey(ctx.scope.artistId, id), { head, rest, sizeBytes, sha256, type });
  const facts = { id, itemId, kind, filename, type, sizeBytes, sha256 };
  const row = { ...facts, artistId: ctx.scope.artistId, createdBy: actorName(ctx.actor), createdAt: ctx.now };
  const change = { writes: addMediaStatements(ctx.db, row), target: itemId, after: facts };
  await commit(ctx, `${of}.${kind}`, change).catch(async (error: unknown) => {
    await removeObjects(ctx, [id]).catch(() => undefined);
    throw error;
  });
  return row;
}

async function readHead(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array> {
  let head = new Uint8Array();
  while (head.length < HEAD_BYTES) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new Problem("invalid_request", { detail: "The file broke off.", cause });
    });
    if (done) break;
    const longer = new Uint8Array(head.length + value.length);
    longer.set(head);
    longer.set(value, head.length);
    head = longer;
  }
  return head;
}

/** A private link; whoever has it may open the file until it expires. */
export interface MediaLink {
  readonly media: MediaRow;
  readonly url: string;
  readonly expiresAt: Instant;
}

const BINDING = "catalog media";

/** Makes a private link to a picture or a sound. @throws Problem `not_found`, also for what the caller may not know of */
export async function linkMedia(ctx: Ctx, id: string): Promise<MediaLink> {
  const [media, secrets] = await Promise.all([findMedia(ctx.db, ctx.scope, id), findSecrets(ctx)]);
  if (media === null) throw new Problem("not_found");
  requireShown(secrets, media.itemId);
  await secrets.note(media.kind, [media.itemId]);
  const expiresAt = ctx.now + LINK_LIFE_MS;
  const token = encodeCursor(ctx.settings.signingKey, BINDING, [ctx.scope.artistId, id, expiresAt]);
  return { media, url: `/api/catalog/media?token=${token}`, expiresAt };
}

/** Opens the file of a private link. @throws Problem `link_expired` for any link that does not work */
export async function openMedia(ctx: BaseCtx, token: string): Promise<{ media: MediaRow; body: ReadableStream }> {
  const { artistId, id, expiresAt } = readToken(ctx, token);
  if (expiresAt <= ctx.now) throw new Problem("link_expired");
  const owner = await openArtist(ctx, artistId);
  const media = owner === null ? null : await findMedia(owner.db, owner.scope, id);
  const body = media === null ? null : await openObject(ctx, artistId, id);
  if (media === null || body === null) throw new Problem("link_expired");
  return { media, body };
}

function readToken(ctx: BaseCtx, token: string): { artistId: string; id: string; expiresAt: Instant } {
  try {
    const [artistId, id, expiresAt] = decodeCursor(ctx.settings.signingKey, BINDING, token);
    return { artistId: String(artistId), id: String(id), expiresAt: typeof expiresAt === "number" ? expiresAt : 0 };
  } catch (cause) {
    throw new Problem("link_expired", { cause });
  }
}
