// The home of walking a statement's lines: a look-up in the index, a range of R2, and the reader that read them first.
// A file of its own because pages, explanations, checks and exports all read lines again in this one way.

import type { Ctx } from "../db/ctx.ts";
import { readRange } from "../db/objects.ts";
import { Problem } from "../kernel/problems.ts";
import { isApart, type LineDetails, type StatementLine } from "./formats/format.ts";
import { objectKey } from "./objects.ts";
import { decoder } from "./reading/encoding.ts";
import { forEachRecord } from "./reading/records.ts";
import { type BlockRow, findStatement, listBlocks, type StatementRow } from "./repository.ts";
import { RunningSums } from "./sums/running.ts";
import { filled, headOf, knownText, readerFor, type StatementText, type TextReader } from "./text.ts";

/** A line with the nanos it was booked at. */
export interface BookedLine extends StatementLine {
  readonly nanos: bigint;
}

/** Finds a statement whose lines can be shown. @throws Problem `not_found`, `statement_not_ready` */
export async function openStatement(ctx: Ctx, statementId: string): Promise<StatementRow> {
  const statement = await findStatement(ctx.db, ctx.scope, statementId);
  if (statement === null) throw new Problem("not_found");
  if (statement.dictionary === null || statement.status === "reading") {
    throw new Problem("statement_not_ready", {
      detail: `The statement is ${statement.status}; it has no lines to show.`,
    });
  }
  return statement;
}

/** A statement's text and the reader of it. */
export interface LineSource {
  readonly statement: StatementRow;
  readonly text: StatementText;
  readonly textReader: TextReader;
}

/** Opens a statement's lines. @throws Problem `statement_not_ready` when it was never read */
export async function openLines(ctx: Ctx, statement: StatementRow): Promise<LineSource> {
  const text = knownText(statement);
  const textReader = text && readerFor(ctx, statement, text, await headOf(ctx, statement, text));
  if (!text || !textReader) throw new Problem("statement_not_ready");
  return { statement, text, textReader };
}

/** Fetches the bytes of one block. */
export async function fetchBlock(ctx: Ctx, { statement, text }: LineSource, block: BlockRow): Promise<Uint8Array> {
  const key = objectKey(ctx.scope, statement.id, text.object);
  return readRange(ctx.stores.files, key, block.byteFrom, block.byteTo - block.byteFrom);
}

/** Hands the rows of a block to `visit` as cells, those that are no lines among them. */
export function visitBlock(
  { text, textReader }: LineSource,
  block: BlockRow,
  bytes: Uint8Array,
  visit: (cells: string[], line: number, raw: string) => void,
): void {
  if (block.memory !== null) textReader.reader.memory?.load(block.memory);
  const { head, quoting, match } = textReader;
  const shape = { newline: text.newline, delimiter: head.delimiter, quoting };
  forEachRecord(
    decoder(text.encoding).decode(bytes),
    shape,
    (cells, line, raw) => {
      if (line > match.headerLine) visit(filled(textReader, cells), line, raw);
    },
    block.firstLine,
  );
}

function visitLines(source: LineSource, block: BlockRow, bytes: Uint8Array, visit: LineVisitor): void {
  const { reader } = source.textReader;
  const sums = new RunningSums(JSON.parse(block.exactBefore));
  visitBlock(source, block, bytes, (cells, at) => {
    const row = reader.read(cells, at);
    if (!isApart(row)) visit(row, sums.add(row.currency, row.exact), () => reader.details(cells));
  });
}

/** Reads the lines of one block. */
export async function readBlock(ctx: Ctx, source: LineSource, block: BlockRow): Promise<BookedLine[]> {
  const lines: BookedLine[] = [];
  const bytes = await fetchBlock(ctx, source, block);
  visitLines(source, block, bytes, (line, nanos) => lines.push({ ...line, nanos }));
  return lines;
}

/** Reads every line of a statement again, block after block; for checks. */
export async function* readAllLines(ctx: Ctx, statementId: string): AsyncGenerator<BookedLine[]> {
  const walk = await openWalk(ctx, await openStatement(ctx, statementId));
  let lines: BookedLine[] = [];
  const visit: LineVisitor = (line, nanos) => lines.push({ ...line, nanos });
  for await (const _ of walk.from(1, visit)) {
    yield lines;
    lines = [];
  }
}

/** Takes a line, what it was booked at, and what only exports show of it. */
export type LineVisitor = (line: StatementLine, nanos: bigint, details: () => LineDetails) => void;

/** A statement whose lines can be walked from one of its blocks to the end. */
export interface LineWalk {
  /**
   * Hands every line to `visit`, from the block on that holds `firstLine`.
   *
   * @returns after each block the physical line behind it, from which another walk goes on
   */
  from(firstLine: number, visit: LineVisitor): AsyncGenerator<number>;
}

/** Rows of the index that a walk asks for at a time, and bytes of the text. */
const BLOCKS_PER_LOOK = 50;
const BYTES_PER_RANGE = 2 * 1024 * 1024;

/**
 * Opens a statement's lines for a walk, whatever its state; what is known of them is only read.
 *
 * Holds a look at the index and a range of the text at a time: of a million lines twenty look-ups and some sixty ranges.
 * @throws Problem `statement_not_ready` when it was never read
 */
export async function openWalk(ctx: Ctx, statement: StatementRow): Promise<LineWalk> {
  const source = await openLines(ctx, statement);
  return {
    async *from(firstLine, visit) {
      for await (const { block, bytes } of blocksFrom(ctx, source, firstLine)) {
        visitLines(source, block, bytes, visit);
        yield block.lastLine + 1;
      }
    },
  };
}

/** Blocks with their bytes, in order; neighbours lie side by side and are fetched together. */
async function* blocksFrom(
  ctx: Ctx,
  { statement, text }: LineSource,
  firstLine: number,
): AsyncGenerator<{ block: BlockRow; bytes: Uint8Array }> {
  const anywhere = { month: null, platform: null, territory: null };
  const key = objectKey(ctx.scope, statement.id, text.object);
  for (let line = firstLine; ; ) {
    const looked = await listBlocks(ctx.db, ctx.scope, statement.id, { ...anywhere, fromLine: line }, BLOCKS_PER_LOOK);
    const blocks = looked.filter(({ lastLine }) => lastLine >= line);
    for (let at = 0; at < blocks.length; ) {
      const range = rangeFrom(blocks, at);
      const bytes = await readRange(ctx.stores.files, key, range.from, range.to - range.from);
      for (const block of blocks.slice(at, at + range.blocks)) {
        yield { block, bytes: bytes.subarray(block.byteFrom - range.from, block.byteTo - range.from) };
      }
      at += range.blocks;
    }
    const last = blocks.at(-1);
    if (last === undefined || looked.length < BLOCKS_PER_LOOK) return;
    line = last.lastLine + 1;
  }
}

/** As many blocks as fit one range; at least one. */
function rangeFrom(blocks: readonly BlockRow[], at: number): { from: number; to: number; blocks: number } {
  const from = blocks[at]?.byteFrom ?? 0;
  let end = at + 1;
  while (end < blocks.length && (blocks[end]?.byteTo ?? 0) - from <= BYTES_PER_RANGE) end += 1;
  return { from, to: blocks[end - 1]?.byteTo ?? from, blocks: end - at };
}
