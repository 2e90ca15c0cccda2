// The home of a statement's text: the object that holds its lines, and how a reader for it is made.
// A file of its own because reading, paging and explaining must all see the same text in the same way.

import type { Ctx } from "../db/ctx.ts";
import { readRange } from "../db/objects.ts";
import { Problem } from "../kernel/problems.ts";
import type { Answers, Delimiter, FileHead, FormatMatch, LineReader, StatementFormat } from "./formats/format.ts";
import { formatOf, recognise } from "./formats/registry.ts";
import { mappedFormat } from "./mapping/format.ts";
import type { Mapping } from "./mapping/model.ts";
import { type ObjectName, objectKey } from "./objects.ts";
import { decoder, type LineEnd, type TextEncodingName } from "./reading/encoding.ts";
import { HEAD_BYTES, readHead } from "./reading/header.ts";
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

/** The first bytes of a text, enough for its head. */
export function headBytesOf(ctx: Ctx, statementId: string, text: StatementText): Promise<Uint8Array> {
  const key = objectKey(ctx.scope, statementId, text.object);
  return readRange(ctx.stores.files, key, 0, Math.min(HEAD_BYTES, text.bytes));
}

/** The beginning of a text, cut into cells: at the delimiter that a person told, or at the one that is found. */
export function cutHead(bytes: Uint8Array, text: StatementText, delimiter?: Delimiter): FileHead {
  const told = delimiter === undefined ? null : { delimiter };
  return readHead(decoder(text.encoding).decode(bytes), text, text.object === "sheet" ? SHEET_SHAPE : told);
}

/** What a person said of a statement's columns; null where nobody had to. */
export function mappingOf(statement: Pick<StatementRow, "mapping">): Mapping | null {
  return statement.mapping === null ? null : JSON.parse(statement.mapping);
}

/** What a person answered about a statement. */
export function answersOf(statement: Pick<StatementRow, "answers">): Answers {
  return statement.answers === null ? {} : JSON.parse(statement.answers);
}

/** The beginning of a statement's text, cut as its lines are. */
export async function headOf(ctx: Ctx, statement: StatementRow, text: StatementText): Promise<FileHead> {
  return cutHead(await headBytesOf(ctx, statement.id, text), text, mappingOf(statement)?.delimiter);
}

/** How the lines of a sheet are written: see `reading/workbook.ts`. */
const SHEET_SHAPE = { delimiter: "\t", quoting: true } as const;

/** A format that fits a text, and how to read lines of it. */
export interface TextReader {
  readonly format: StatementFormat;
  readonly head: FileHead;
  readonly match: FormatMatch;
  readonly reader: LineReader;
  readonly quoting: boolean;
  /** Cells that a row ends without: a sheet's row ends with its last cell that holds something. */
  readonly fillsTo: number;
}

/**
 * Makes the reader for a statement's text: of the mapping a person made, of the format it was read with before, or of
 * the one that claims it.
 *
 * @returns null when no format claims the text, or more than one does
 * @throws AnswerMissingError where a person must first be asked something
 */
export function readerFor(ctx: Ctx, statement: StatementRow, text: StatementText, head: FileHead): TextReader | null {
  const found = claimOf(statement, head);
  if (found === null) return null;
  const { format, match } = found;
  const given = { filename: statement.filename, artist: ctx.artist.name, answers: answersOf(statement) };
  const reader = format.reader(head, match, given);
  const fillsTo = text.object === "sheet" ? reader.columns.length : 0;
  return { format, head, match, reader, quoting: format.quoting(head), fillsTo };
}

/** A row's cells, with the blank ones at its end that a sheet leaves out. */
export function filled({ fillsTo }: TextReader, cells: string[]): string[] {
  while (cells.length < fillsTo) cells.push("");
  return cells;
}

function claimOf(
  statement: Pick<StatementRow, "format" | "mapping">,
  head: FileHead,
): { format: StatementFormat; match: FormatMatch } | null {
  const mapping = mappingOf(statement);
  if (mapping === null && statement.format === null) {
    const found = recognise(head);
    return found.kind === "match" ? found : null;
  }
  const format = mapping === null ? formatOf(statement.format ?? "") : mappedFormat(mapping);
  const match = format.identify(head);
  if (match === null) throw new Problem("internal", { cause: new Error(`${format.id} no longer fits its own file`) });
  return { format, match };
}
