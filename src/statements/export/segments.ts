// The home of an export's bytes in R2: files written in segments, read again as one, and joined into what is downloaded.

import { encodeHexLowerCase } from "@oslojs/encoding";
import type { Ctx } from "../../db/ctx.ts";
import { answered, openObject } from "../../db/objects.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import { objectKey } from "../objects.ts";
import { Crc32 } from "../reading/crc32.ts";
import type { ExportFileRow, ExportRow } from "./repository.ts";
import { localHeader, zipDirectory } from "./zip-writer.ts";

/** Where the objects of an artist's exports lie. */
function prefixOf({ artistId }: ArtistScope): string {
  return `artists/${artistId}/exports/`;
}

/** Where a segment of a file lies. A step that is taken again writes the same bytes to the same place. */
export function segmentKey(scope: ArtistScope, exportId: string, file: number, segment: number): string {
  return `${prefixOf(scope)}${exportId}/${file}.${segment}`;
}

/** Reads a file of an export from its start to its end. @throws Problem `unavailable` */
export async function* bytesOfFile(
  ctx: Ctx,
  exportId: string,
  file: Pick<ExportFileRow, "place" | "originalOf" | "segments">,
): AsyncGenerator<Uint8Array> {
  const keys =
    file.originalOf === null
      ? Array.from({ length: file.segments }, (_, segment) => segmentKey(ctx.scope, exportId, file.place, segment))
      : [objectKey(ctx.scope, file.originalOf, "original")];
  for (const key of keys) yield* (await openObject(ctx.stores.files, key)).body;
}

/** Reads an export as it is downloaded: its one file, or all of them as a zip. @throws Problem `unavailable` */
export async function* bytesOfExport(
  ctx: Ctx,
  row: ExportRow,
  files: readonly ExportFileRow[],
): AsyncGenerator<Uint8Array> {
  const isZip = row.format === "bundle";
  for (const file of files) {
    if (isZip) yield localHeader(file);
    yield* bytesOfFile(ctx, row.id, file);
  }
  if (isZip) yield zipDirectory(files);
}

/** The sums of some bytes. */
export interface Sums {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly crc32: number;
}

/** Adds up bytes as they pass. */
export async function sumsOf(bytes: AsyncIterable<Uint8Array>): Promise<Sums> {
  const digest = new crypto.DigestStream("SHA-256");
  // Awaited only at the end; without this, bytes that break off would also be an unhandled rejection.
  digest.digest.catch(() => undefined);
  const hasher = digest.getWriter();
  const crc = new Crc32();
  let sizeBytes = 0;
  try {
    for await (const chunk of bytes) {
      sizeBytes += chunk.byteLength;
      crc.add(chunk);
      await hasher.write(chunk);
    }
    await hasher.close();
  } catch (error) {
    await hasher.abort(error).catch(() => undefined);
    throw error;
  }
  return { sizeBytes, sha256: encodeHexLowerCase(new Uint8Array(await digest.digest)), crc32: crc.value };
}

/** The objects of an artist's exports, page by page, each with its export's id. */
export async function* listSegments(
  { stores, scope }: Ctx,
  exportId: string | null = null,
): AsyncGenerator<{ key: string; id: string; uploadedAt: number }[]> {
  const all = prefixOf(scope);
  const prefix = exportId === null ? all : `${all}${exportId}/`;
  let cursor: string | undefined;
  do {
    const page = await answered(stores.files.list({ prefix, ...(cursor === undefined ? {} : { cursor }) }));
    yield page.objects.map(({ key, uploaded }) => ({
      key,
      id: key.slice(all.length).split("/")[0] ?? "",
      uploadedAt: uploaded.getTime(),
    }));
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
}

/** Removes all objects of an export. @throws Problem `unavailable` */
export async function removeSegments(ctx: Ctx, exportId: string): Promise<void> {
  for await (const page of listSegments(ctx, exportId)) {
    if (page.length > 0) await answered(ctx.stores.files.delete(page.map(({ key }) => key)));
  }
}
