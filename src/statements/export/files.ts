// The home of the kinds of files an export is made of, and of how each is written.

import type { Ctx } from "../../db/ctx.ts";
import { ObjectWriter } from "../../db/objects.ts";
import { BYTE_ORDER_MARK } from "../../kernel/csv.ts";
import type { StatementLine } from "../formats/format.ts";
import type { StatementRow } from "../repository.ts";
import { openWalk } from "../walk.ts";
import { LINE_HEADER, LineRows } from "./columns.ts";
import type { Place } from "./model.ts";
import type { ExportFileRow, ExportRow } from "./repository.ts";
import { segmentKey } from "./segments.ts";

const utf8 = new TextEncoder();

/** A file that is to be written. */
export type PlannedFile =
  | { readonly kind: "lines"; readonly name: string; readonly statements: readonly StatementRow[] }
  | { readonly kind: "original"; readonly name: string; readonly statementId: string }
  | {
      readonly kind: "made";
      readonly name: string;
      /** @param before the files of the export before this one, all of them whole */
      readonly make: (before: readonly ExportFileRow[]) => Promise<string | Uint8Array>;
    };

/** How far writing a file came. */
export interface Written {
  readonly place: Place;
  readonly isWhole: boolean;
  readonly lines: number;
  readonly bytes: number;
}

/** Writes the next segment of a file, of about so many bytes, or all that is left of it. */
export async function writeSegment(
  ctx: Ctx,
  row: ExportRow,
  file: PlannedFile,
  place: Place,
  before: readonly ExportFileRow[],
  mostBytes: number,
): Promise<Written> {
  if (file.kind === "original") return { place, isWhole: true, lines: 0, bytes: 0 };
  const writer = new ObjectWriter(ctx.stores.files, segmentKey(ctx.scope, row.id, place.file, place.segments));
  const next = { ...place, segments: place.segments + 1 };
  try {
    if (file.kind === "lines") {
      const written = await writeLines(ctx, row, file.statements, place, writer, mostBytes);
      await writer.finish();
      return { ...written, place: { ...next, ...written.at } };
    }
    const made = await file.make(before);
    const bytes = typeof made === "string" ? utf8.encode(made) : made;
    await writer.write(bytes);
    await writer.finish();
    return { place: next, isWhole: true, lines: 0, bytes: bytes.byteLength };
  } catch (error) {
    await writer.abort().catch(() => undefined);
    throw error;
  }
}

async function writeLines(
  ctx: Ctx,
  row: ExportRow,
  statements: readonly StatementRow[],
  { segments, statement: from, line: fromLine }: Place,
  writer: ObjectWriter,
  mostBytes: number,
): Promise<{ at: { statement: number; line: number }; isWhole: boolean; lines: number; bytes: number }> {
  let bytes = 0;
  let lines = 0;
  const write = async (chunk: CsvChunk) => {
    lines += chunk.lines;
    bytes += chunk.bytes.byteLength;
    await writer.write(chunk.bytes);
  };
  if (segments === 0) await write(headerOf(row.hasBom === 1));
  for (let at = from; at < statements.length; at += 1) {
    const statement = statements[at];
    if (statement === undefined) break;
    for await (const chunk of linesFrom(ctx, statement, at === from ? fromLine : 1)) {
      await write(chunk);
      if (bytes >= mostBytes) return { at: { statement: at, line: chunk.nextLine }, isWhole: false, lines, bytes };
    }
  }
  return { at: { statement: 0, line: 1 }, isWhole: true, lines, bytes };
}

/** Some rows of CSV. */
interface CsvChunk {
  readonly bytes: Uint8Array;
  readonly lines: number;
  /** The physical line of the statement's file from which to go on. */
  readonly nextLine: number;
}

/** What stands above the lines. */
function headerOf(hasMark: boolean): CsvChunk {
  return { bytes: utf8.encode((hasMark ? BYTE_ORDER_MARK : "") + LINE_HEADER), lines: 0, nextLine: 1 };
}

/** Writes a statement's lines as a whole file. @param visit is shown each line that is written */
export async function* csvOf(
  ctx: Ctx,
  statement: StatementRow,
  hasMark: boolean,
  visit: (line: StatementLine) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  yield headerOf(hasMark).bytes;
  for await (const { bytes } of linesFrom(ctx, statement, 1, visit)) yield bytes;
}

/** Writes a statement's lines from one of its blocks on, a block of about 1,000 at a time. */
async function* linesFrom(
  ctx: Ctx,
  statement: StatementRow,
  firstLine: number,
  visit: (line: StatementLine) => void = () => undefined,
): AsyncGenerator<CsvChunk> {
  const walk = await openWalk(ctx, statement);
  const rows = new LineRows(statement.id, statement.source ?? "");
  let text = "";
  let lines = 0;
  const blocks = walk.from(firstLine, (line, nanos, details) => {
    visit(line);
    text += rows.row(line, nanos, details());
    lines += 1;
  });
  for await (const nextLine of blocks) {
    yield { bytes: utf8.encode(text), lines, nextLine };
    text = "";
    lines = 0;
  }
}
