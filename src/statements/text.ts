// The home of a statement's text: the object that holds its lines, and how a reader for it is made.
// A file of its own because reading, paging and explaining must all see the same text in the same way.

import type { Ctx } from "../db/ctx.ts";
import { Problem } from "../kernel/problems.ts";
import type { Answers, FileHead, FormatMatch, LineReader, StatementFormat } from "./formats/format.ts";
import { formatOf, recognise } from "./formats/registry.ts";
import { type ObjectName, ObjectWriter, objectKey, openObject, readRange } from "./objects.ts";
import { ARCHIVE_CAPS, unpack } from "./reading/archive.ts";
import { decoder, EncodingProbe, type LineEnd, type TextEncoding, type TextEncodingName } from "./reading/encoding.ts";
import { HEAD_BYTES, readHead } from "./reading/header.ts";
import { SNIFF_BYTES, sniff } from "./reading/sniff.ts";
import type { StatementRow } from "./repository.ts";

/** Where a statement's lines lie and how they are written. */
export interface StatementText {
  readonly object: ObjectName;
  readonly bytes: number;
  readonly encoding: TextEncodingName;
  readonly newline: LineEnd;
}

/** A file that cannot become lines: what is said of it, and whether a person may still map it by hand. */
export class TextRefusal extends Error {
  readonly code: string;
  readonly outcome: "failed" | "needs_mapping";
  constructor(code: string, message: string, outcome: "failed" | "needs_mapping") {
    super(message);
    this.name = "TextRefusal";
    this.code = code;
    this.outcome = outcome;
  }
}

/** Gives the text of a statement that is known already, or null when it must be written out first. */
export function knownText(statement: StatementRow): StatementText | null {
  const { textObject, textBytes, encoding, newline } = statement;
  if (textObject === null || textBytes === null || encoding === null || newline === null) return null;
  return {
    object: textObject as ObjectName,
    bytes: textBytes,
    encoding: encoding as TextEncodingName,
    newline: newline as LineEnd,
  };
}

/**
 * Writes an archive's one file, or a text of two bytes a letter, out as plain lines. Doing it again is harmless.
 *
 * @throws TextRefusal when the archive holds no statement, several files, or a workbook
 */
export async function writeText(ctx: Ctx, statement: StatementRow): Promise<StatementText> {
  const { id } = statement;
  const files = ctx.stores.files;
  const head = await readRange(files, objectKey(ctx.scope, id, "original"), 0, SNIFF_BYTES);
  const { kind } = sniff(head);
  if (kind !== "gzip" && kind !== "zip") {
    const probe = new EncodingProbe();
    for await (const chunk of (await openObject(files, objectKey(ctx.scope, id, "original"))).body) probe.push(chunk);
    return transcode(ctx, id, "original", probe.finish());
  }
  const { bytes, encoding } = await writeUnpacked(ctx, id, kind);
  if (!encoding.encoding.startsWith("utf-16")) return textOf("unpacked", bytes, encoding);
  return transcode(ctx, id, "unpacked", encoding);
}

async function writeUnpacked(
  ctx: Ctx,
  id: string,
  kind: "gzip" | "zip",
): Promise<{ bytes: number; encoding: TextEncoding }> {
  const files = ctx.stores.files;
  const names: string[] = [];
  const probe = new EncodingProbe();
  let writer: ObjectWriter | null = null;
  const object = await openObject(files, objectKey(ctx.scope, id, "original"));
  const members = await unpack(kind, object.body, ARCHIVE_CAPS, (name) => {
    names.push(name);
    if (names.length > 1) return null;
    const first = new ObjectWriter(files, objectKey(ctx.scope, id, "unpacked"));
    writer = first;
    return {
      write: (chunk) => {
        probe.push(chunk);
        return first.write(chunk);
      },
      close: () => first.finish(),
    };
  });
  if (names.some((name) => name === "[Content_Types].xml")) {
    throw new TextRefusal(
      "workbook",
      "The file is a workbook; export its sheet as CSV and send that.",
      "needs_mapping",
    );
  }
  if (names.length > 1) {
    const list = names.slice(0, 5).join(", ");
    throw new TextRefusal(
      "archive_of_several",
      `The archive holds ${names.length} files (${list}); send one at a time.`,
      "failed",
    );
  }
  const bytes = members.find((member) => !member.skipped)?.unpackedBytes ?? 0;
  if (writer === null || bytes === 0) {
    throw new TextRefusal("archive_empty", "The archive holds no file, or an empty one.", "failed");
  }
  const encoding = probe.finish();
  const start = await readRange(files, objectKey(ctx.scope, id, "unpacked"), 0, SNIFF_BYTES);
  if (sniff(start).kind !== "text" || encoding.hasNul) {
    throw new TextRefusal("file_unreadable", "What the archive holds is not text.", "failed");
  }
  return { bytes, encoding };
}

/** Rewrites UTF-16 as UTF-8, so that a byte range is a range of lines. */
async function transcode(ctx: Ctx, id: string, from: ObjectName, encoding: TextEncoding): Promise<StatementText> {
  const source = await openObject(ctx.stores.files, objectKey(ctx.scope, id, from));
  const writer = new ObjectWriter(ctx.stores.files, objectKey(ctx.scope, id, "lines"));
  const wide = new TextDecoder(encoding.encoding);
  const utf8 = new TextEncoder();
  let bytes = 0;
  const write = async (text: string) => {
    const chunk = utf8.encode(text);
    bytes += chunk.byteLength;
    await writer.write(chunk);
  };
  for await (const chunk of source.body) await write(wide.decode(chunk, { stream: true }));
  await write(wide.decode());
  await writer.finish();
  return { object: "lines", bytes, encoding: "utf-8", newline: encoding.newline };
}

function textOf(object: ObjectName, bytes: number, encoding: TextEncoding): StatementText {
  return { object, bytes, encoding: encoding.encoding, newline: encoding.newline };
}

/** The beginning of a text, cut into cells. */
export async function headOf(ctx: Ctx, statementId: string, text: StatementText): Promise<FileHead> {
  const key = objectKey(ctx.scope, statementId, text.object);
  const bytes = await readRange(ctx.stores.files, key, 0, Math.min(HEAD_BYTES, text.bytes));
  return readHead(decoder(text.encoding).decode(bytes), text);
}

/** A format that fits a text, and how to read lines of it. */
export interface TextReader {
  readonly format: StatementFormat;
  readonly head: FileHead;
  readonly match: FormatMatch;
  readonly reader: LineReader;
  readonly quoting: boolean;
}

/**
 * Makes the reader for a statement's text: of the format it was read with before, or of the one that claims it.
 *
 * @returns null when no format claims the text, or more than one does
 * @throws AnswerMissingError where a person must first be asked something
 */
export function readerFor(ctx: Ctx, statement: StatementRow, head: FileHead): TextReader | null {
  const found = claimOf(statement.format, head);
  if (found === null) return null;
  const { format, match } = found;
  const answers: Answers = statement.answers === null ? {} : JSON.parse(statement.answers);
  const given = { filename: statement.filename, artist: ctx.artist.name, answers };
  return { format, head, match, reader: format.reader(head, match, given), quoting: format.quoting(head) };
}

function claimOf(formatId: string | null, head: FileHead): { format: StatementFormat; match: FormatMatch } | null {
  if (formatId === null) {
    const found = recognise(head);
    return found.kind === "match" ? found : null;
  }
  const format = formatOf(formatId);
  const match = format.identify(head);
  if (match === null) throw new Problem("internal", { cause: new Error(`${formatId} no longer fits its own file`) });
  return { format, match };
}
