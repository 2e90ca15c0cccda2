// The home of making lines of what was sent: archives, workbooks and two-byte texts are written out as plain text.
// A file of its own beside `text.ts`, which only looks at a text that is there.

import type { Ctx } from "../db/ctx.ts";
import { ObjectWriter, openObject, readRange } from "../db/objects.ts";
import { objectKey } from "./objects.ts";
import { partsOf } from "./parts/service.ts";
import { ARCHIVE_CAPS, unpack } from "./reading/archive.ts";
import { EncodingProbe, type TextEncoding } from "./reading/encoding.ts";
import { WORKBOOK_CAPS, WORKBOOK_MARK } from "./reading/package.ts";
import { SNIFF_BYTES, sniff } from "./reading/sniff.ts";
import { pickSheet, readWorkbook, writeSheet } from "./reading/workbook.ts";
import type { StatementRow } from "./repository.ts";
import { type StatementText, TextRefusal } from "./text.ts";

/**
 * Writes out the lines of an archive's one file, of a workbook's sheet, or of a text of two bytes a letter. Doing it
 * again is harmless.
 *
 * @returns null where the file is an archive of several files, which are now statements of their own
 * @throws TextRefusal where there is nothing to read
 */
export async function writeText(ctx: Ctx, statement: StatementRow): Promise<StatementText | null> {
  const { id } = statement;
  const files = ctx.stores.files;
  const head = await readRange(files, objectKey(ctx.scope, id, "original"), 0, SNIFF_BYTES);
  const { kind } = sniff(head);
  if (kind !== "gzip" && kind !== "zip") {
    const probe = new EncodingProbe();
    for await (const chunk of (await openObject(files, objectKey(ctx.scope, id, "original"))).body) probe.push(chunk);
    return transcode(ctx, id, "original", probe.finish());
  }
  const names = kind === "zip" ? await namesIn(ctx, id) : [""];
  if (names.includes(WORKBOOK_MARK)) return writeWorkbook(ctx, id);
  if (names.length === 0) throw new TextRefusal("archive_empty", "The archive holds no file.", "failed");
  if (names.length > 1) return partsOf(ctx, statement);
  const { bytes, encoding } = await writeUnpacked(ctx, id, kind);
  if (!encoding.encoding.startsWith("utf-16")) {
    return { object: "unpacked", bytes, encoding: encoding.encoding, newline: encoding.newline };
  }
  return transcode(ctx, id, "unpacked", encoding);
}

/** The names of an archive's files; nothing is unpacked. */
async function namesIn(ctx: Ctx, id: string): Promise<string[]> {
  const object = await openObject(ctx.stores.files, objectKey(ctx.scope, id, "original"));
  const names: string[] = [];
  await unpack("zip", object.body, WORKBOOK_CAPS, (name) => {
    names.push(name);
    return null;
  });
  return names;
}

async function writeUnpacked(
  ctx: Ctx,
  id: string,
  kind: "gzip" | "zip",
): Promise<{ bytes: number; encoding: TextEncoding }> {
  const files = ctx.stores.files;
  const probe = new EncodingProbe();
  const object = await openObject(files, objectKey(ctx.scope, id, "original"));
  const writer = new ObjectWriter(files, objectKey(ctx.scope, id, "unpacked"));
  const members = await unpack(kind, object.body, ARCHIVE_CAPS, () => ({
    write: (chunk) => {
      probe.push(chunk);
      return writer.write(chunk);
    },
    close: () => writer.finish(),
  }));
  const bytes = members.find((member) => !member.skipped)?.unpackedBytes ?? 0;
  if (bytes === 0) throw new TextRefusal("archive_empty", "The archive holds no file, or an empty one.", "failed");
  const encoding = probe.finish();
  const start = await readRange(files, objectKey(ctx.scope, id, "unpacked"), 0, SNIFF_BYTES);
  if (sniff(start).kind !== "text" || encoding.hasNul) {
    throw new TextRefusal("file_unreadable", "What the archive holds is not text.", "failed");
  }
  return { bytes, encoding };
}

/** Writes the sheet that is the statement; a workbook without one has nothing to read. */
async function writeWorkbook(ctx: Ctx, id: string): Promise<StatementText> {
  const open = async () => (await openObject(ctx.stores.files, objectKey(ctx.scope, id, "original"))).body;
  const workbook = await readWorkbook(open);
  const sheet = pickSheet(workbook.sheets);
  if (sheet === null) throw new TextRefusal("workbook_empty", "No sheet of the workbook holds anything.", "failed");
  const text = new TextWriter(ctx, id, "sheet");
  await writeSheet(open, workbook, sheet, (lines) => text.write(lines));
  return text.finish("\n");
}

/** Rewrites UTF-16 as UTF-8, so that a byte range is a range of lines. */
async function transcode(
  ctx: Ctx,
  id: string,
  from: "original" | "unpacked",
  encoding: TextEncoding,
): Promise<StatementText> {
  const source = await openObject(ctx.stores.files, objectKey(ctx.scope, id, from));
  const text = new TextWriter(ctx, id, "lines");
  const wide = new TextDecoder(encoding.encoding);
  for await (const chunk of source.body) await text.write(wide.decode(chunk, { stream: true }));
  await text.write(wide.decode());
  return text.finish(encoding.newline);
}

/** Writes a text into an object of a statement as UTF-8. */
class TextWriter {
  readonly #object: "lines" | "sheet";
  readonly #writer: ObjectWriter;
  readonly #utf8 = new TextEncoder();
  #bytes = 0;

  constructor(ctx: Ctx, id: string, object: "lines" | "sheet") {
    this.#object = object;
    this.#writer = new ObjectWriter(ctx.stores.files, objectKey(ctx.scope, id, object));
  }

  async write(text: string): Promise<void> {
    const chunk = this.#utf8.encode(text);
    this.#bytes += chunk.byteLength;
    await this.#writer.write(chunk);
  }

  async finish(newline: StatementText["newline"]): Promise<StatementText> {
    await this.#writer.finish();
    return { object: this.#object, bytes: this.#bytes, encoding: "utf-8", newline };
  }
}
