// The home of an import's objects in R2: the file as it was sent, and the plan, one entry a line.

import type { Ctx } from "../../db/ctx.ts";
import { answered, ObjectWriter, openObject, readRange } from "../../db/objects.ts";
import type { Instant } from "../../kernel/time.ts";
import type { ImportEntry } from "./entry.ts";

/** Where an object of an import lies. No part of a caller's file name is ever in it. */
function keyOf(ctx: Ctx, importId: string, name: "original" | "plan"): string {
  return `artists/${ctx.scope.artistId}/imports/${importId}/${name}`;
}

/** Begins to keep the file. */
export function originalWriter(ctx: Ctx, importId: string): ObjectWriter {
  return new ObjectWriter(ctx.stores.files, keyOf(ctx, importId, "original"));
}

/** Opens the file as it was sent. @throws Problem `unavailable` */
export async function openOriginal(ctx: Ctx, importId: string): Promise<ReadableStream<Uint8Array>> {
  return (await openObject(ctx.stores.files, keyOf(ctx, importId, "original"))).body;
}

/** Writes the plan. Gives how many bytes it has. */
export async function writePlan(ctx: Ctx, importId: string, entries: readonly ImportEntry[]): Promise<number> {
  const writer = new ObjectWriter(ctx.stores.files, keyOf(ctx, importId, "plan"));
  const encoder = new TextEncoder();
  let bytes = 0;
  for (const entry of entries) {
    const line = encoder.encode(`${JSON.stringify(entry)}\n`);
    bytes += line.byteLength;
    await writer.write(line);
  }
  await writer.finish();
  return bytes;
}

const SLICE_BYTES = 1024 * 1024;
const NEWLINE = 10;

/** An entry of the plan and where the next begins. */
export interface Planned {
  readonly entry: ImportEntry;
  readonly end: number;
}

/** Reads the next entries of a plan, at least one while any is left. */
export async function readPlan(
  ctx: Ctx,
  { id, planBytes }: { readonly id: string; readonly planBytes: number },
  offset: number,
): Promise<Planned[]> {
  for (let length = SLICE_BYTES; offset < planBytes; length *= 2) {
    const most = Math.min(length, planBytes - offset);
    const bytes = await readRange(ctx.stores.files, keyOf(ctx, id, "plan"), offset, most);
    const planned = linesOf(bytes, offset);
    if (planned.length > 0) return planned;
    if (most < length) break;
  }
  return [];
}

function linesOf(bytes: Uint8Array, offset: number): Planned[] {
  const decoder = new TextDecoder();
  const planned: Planned[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
    planned.push({ entry: JSON.parse(decoder.decode(bytes.subarray(start, end))), end: offset + end + 1 });
    start = end + 1;
  }
  return planned;
}

/** Removes an import's objects: all of them, or the plan alone when it is carried out. */
export async function removeObjects(
  ctx: Ctx,
  importId: string,
  names: readonly ("original" | "plan")[],
): Promise<void> {
  await answered(ctx.stores.files.delete(names.map((name) => keyOf(ctx, importId, name))));
}

/** An object of an import, when it was written. */
export interface StoredObject {
  readonly key: string;
  readonly importId: string;
  readonly uploadedAt: Instant;
}

/** Lists an artist's objects of imports page by page. */
export async function* listObjects(ctx: Ctx): AsyncGenerator<StoredObject[]> {
  const prefix = `artists/${ctx.scope.artistId}/imports/`;
  let cursor: string | undefined;
  do {
    const page = await answered(ctx.stores.files.list({ prefix, ...(cursor === undefined ? {} : { cursor }) }));
    yield page.objects.map(({ key, uploaded }) => ({
      key,
      importId: key.slice(prefix.length).split("/")[0] ?? "",
      uploadedAt: uploaded.getTime(),
    }));
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
}
