// The home of reading: slice after slice from the last checkpoint on, one batch at the end of each step.

import { ConstraintError, type Write } from "../db/client.ts";
import { commit, persist } from "../db/commit.ts";
import type { Ctx } from "../db/ctx.ts";
import { readRange } from "../db/objects.ts";
import type { JobRequest } from "../jobs/messages.ts";
import { judge, listEarlier } from "./check.ts";
import { AnswerMissingError, isApart, LineProblemError } from "./formats/format.ts";
import { findFittingTemplate } from "./mapping/repository.ts";
import {
  LINES_PER_BLOCK,
  MAX_CELLS,
  NOTHING_READ,
  type ReadingState,
  type StatementProblem,
  type StatementStatus,
  UNREAD,
} from "./model.ts";
import { MADE_OBJECTS, objectKey, removeObjects } from "./objects.ts";
import { joinReport } from "./parts/reports.ts";
import { decoder, markBytes, newlineByte } from "./reading/encoding.ts";
import { type Block, forEachRecord, MIN_SLICE_BYTES, splitBlocks } from "./reading/records.ts";
import {
  type BlockRow,
  findCheckpoint,
  findStatement,
  forgetReadingStatements,
  moveStatements,
  type StatementRow,
  stepStatements,
} from "./repository.ts";
import { Tally } from "./tally.ts";
import { filled, headOf, knownText, readerFor, type StatementText, type TextReader, TextRefusal } from "./text.ts";
import { writeText } from "./unpack.ts";

type BlockOfStep = Omit<BlockRow, "artistId" | "statementId">;

/**
 * Takes one step of reading a statement; asks for the next until the text is at its end.
 *
 * A statement that is read, or of which another reader took this step, is left as it is. A line that cannot be read
 * ends the statement as `failed` with that line, or as `needs_mapping` if it was read by a mapping, which can be made
 * anew; a text that no format claims ends as `needs_mapping` too.
 */
export async function readStatement(ctx: Ctx, statementId: string): Promise<void> {
  const found = await findStatement(ctx.db, ctx.scope, statementId);
  if (found === null || (found.status !== "received" && found.status !== "reading")) return;
  let statement = found;
  try {
    const own = knownText(found) ?? (await writeText(ctx, found));
    if (own === null) return;
    statement = { ...found, ...textFacts(own) };
    // A statement that has a format has begun to be read, whatever its text is made of; a mapping is of its own text.
    const isNew = found.format === null && found.mapping === null;
    const text = isNew ? await joinReport(ctx, found, own) : own;
    statement = { ...found, ...textFacts(text) };
    await takeStep(ctx, statement, text);
  } catch (error) {
    if (error instanceof LineProblemError) {
      await end(ctx, statement, statement.mapping === null ? "failed" : "needs_mapping", error.problem);
    } else if (error instanceof AnswerMissingError) {
      const code = `${error.asks}_needed`;
      await end(ctx, statement, "needs_mapping", { line: null, column: null, code, message: error.message });
    } else if (error instanceof TextRefusal) {
      await end(ctx, statement, error.outcome, { line: null, column: null, code: error.code, message: error.message });
    }
    // A step that another reader took first, or a statement that moved on, needs nothing more of this one.
    else if (!(error instanceof ConstraintError) || error.kind === "other") throw error;
  }
}

async function takeStep(ctx: Ctx, statement: StatementRow, text: StatementText): Promise<void> {
  const head = await headOf(ctx, statement, text);
  const textReader = readerFor(ctx, statement, text, head);
  if (textReader === null) {
    const template = await findFittingTemplate(ctx.db, ctx.scope, head);
    const offer = template === null ? "map its columns" : `the template ${template.name} fits`;
    throw new TextRefusal(
      "format_unknown",
      `No known format has all of these columns; ${offer}. The file is kept, and nothing of it is booked.`,
      "needs_mapping",
    );
  }
  const { reader } = textReader;
  const before = (await findCheckpoint(ctx.db, ctx.scope, statement.id)) ?? NOTHING_READ;
  const tally = new Tally(before);
  if (before.number === 0) tally.state(reader.stated);
  if (before.memory !== null) reader.memory?.load(before.memory);
  const place = { offset: before.offset, line: before.line };
  const blocks: BlockOfStep[] = [];
  for (let slice = 0; slice < ctx.settings.slicesPerRun && place.offset < text.bytes; slice++) {
    blocks.push(...(await readSlice(ctx, statement.id, text, textReader, tally, place)));
    // Answers waiting in this isolate get out between slices.
    await scheduler.wait(0);
  }
  const isStep = blocks.length > 0 || before.number === 0;
  if (isStep && place.offset >= text.bytes) tally.state(reader.atEnd?.() ?? []);
  const cells = before.cells + tally.cells;
  if (cells > MAX_CELLS) {
    throw new LineProblemError({
      line: place.line,
      column: null,
      code: "statement_too_varied",
      message: `the lines up to here differ in more than ${MAX_CELLS} ways; send the file in parts`,
    });
  }
  const state: ReadingState = {
    number: before.number + 1,
    offset: place.offset,
    line: place.line,
    exact: tally.exact,
    lines: tally.lines,
    unmatchedLines: tally.unmatchedLines,
    units: tally.units,
    apart: tally.apart,
    stated: tally.stated,
    invalidCodes: tally.invalidCodes,
    memory: reader.memory?.save() ?? null,
    cells,
    dictionary: tally.dictionary,
  };
  const writes = isStep
    ? stepStatements(ctx.db, ctx.scope, statement.id, state, blocks, tally.cellRows(), ctx.now)
    : [];
  const known = rowFactsOf(state, text, textReader, tally);
  if (state.offset < text.bytes) await goOn(ctx, statement, writes, known);
  else await finish(ctx, statement, writes, known, state);
}

/**
 * Reads one slice; moves `place` behind the last whole block of it.
 *
 * @throws LineProblemError where a line cannot be read
 */
export async function readSlice(
  ctx: Ctx,
  statementId: string,
  text: StatementText,
  textReader: TextReader,
  tally: Tally,
  place: { offset: number; line: number },
): Promise<BlockOfStep[]> {
  const { reader, match, head, quoting } = textReader;
  const length = Math.min(Math.max(ctx.settings.sliceBytes, MIN_SLICE_BYTES), text.bytes - place.offset);
  const range = await readRange(ctx.stores.files, objectKey(ctx.scope, statementId, text.object), place.offset, length);
  const atEnd = place.offset + length >= text.bytes;
  const { newline } = text;
  const cut = {
    newline: newlineByte(newline),
    delimiter: head.delimiter,
    quoting,
    linesPerBlock: LINES_PER_BLOCK,
    atEnd,
  };
  const bytes = place.offset === 0 ? range.subarray(markBytes(range)) : range;
  place.offset += range.length - bytes.length;
  const from = { ...place };
  const letters = decoder(text.encoding);
  const rows: BlockOfStep[] = [];
  for (const block of splitBlocks(bytes, cut)) {
    if (block.fault !== null) throw faultOf(block, from.line);
    if (!block.complete) break;
    const shape = { newline, delimiter: head.delimiter, quoting };
    const firstLine = place.line;
    const memory = reader.memory?.save() ?? null;
    forEachRecord(
      letters.decode(bytes.subarray(block.start, block.end)),
      shape,
      (cellsOfLine, line) => {
        if (line <= match.headerLine) return;
        const row = reader.read(filled(textReader, cellsOfLine), line);
        if (isApart(row)) tally.setApart(row);
        else tally.add(row);
      },
      firstLine,
    );
    place.line += block.lines;
    place.offset = from.offset + block.end;
    const byteFrom = from.offset + block.start;
    rows.push({ firstLine, lastLine: place.line - 1, byteFrom, byteTo: place.offset, memory, ...tally.closeBlock() });
  }
  return rows;
}

function faultOf(block: Block, firstLine: number): LineProblemError {
  const fault = block.fault ?? { code: "record_too_long" as const, line: 0 };
  const message = fault.code === "quote_not_closed" ? "a quote is opened and never closed" : "the line does not end";
  return new LineProblemError({ line: firstLine + fault.line, column: null, code: fault.code, message });
}

type RowFacts = Partial<StatementRow>;

function textFacts({ object, bytes, encoding, newline }: StatementText) {
  return { textObject: object, textBytes: bytes, encoding, newline };
}

function rowFactsOf(state: ReadingState, text: StatementText, { format, reader }: TextReader, tally: Tally): RowFacts {
  const months = [...state.dictionary.months].sort();
  return {
    ...textFacts(text),
    format: format.id,
    formatVersion: reader.version,
    source: format.source,
    measures: format.measures,
    periodFrom: months[0] ?? null,
    periodTo: months.at(-1) ?? null,
    windowFrom: reader.window?.from ?? null,
    windowTo: reader.window?.to ?? null,
    lines: state.lines,
    unmatchedLines: state.unmatchedLines,
    units: state.units,
    totals: JSON.stringify(tally.totals),
    apart: JSON.stringify(state.apart),
    dictionary: JSON.stringify(state.dictionary),
    doneBytes: state.offset,
  };
}

async function goOn(ctx: Ctx, statement: StatementRow, writes: readonly Write[], known: RowFacts): Promise<void> {
  await persist(
    ctx,
    [...writes, ...movedTo(ctx, statement, "reading", known)],
    [jobFor(ctx, "statement.read", statement.id)],
  );
}

/**
 * Ends reading: what the file states of itself is held against its lines, and its lines against those booked before.
 *
 * Whatever differs leaves the statement `ready` for a person to decide; else it is asked to be booked.
 */
async function finish(
  ctx: Ctx,
  statement: StatementRow,
  step: readonly Write[],
  known: RowFacts,
  state: ReadingState,
): Promise<void> {
  if (state.lines === 0) {
    throw new LineProblemError({ line: 1, column: null, code: "lines_missing", message: emptyWords(state) });
  }
  const read = { ...statement, ...known };
  const earlier = await listEarlier(ctx, read);
  // Sums can only be compared once they are kept; without anything to compare to, one batch is enough.
  if (earlier.length > 0) await persist(ctx, [...step, ...movedTo(ctx, statement, "reading", known)], []);
  const verdict = await judge(ctx, read, state, earlier);
  const set = {
    ...known,
    stated: JSON.stringify(verdict.stated),
    warnings: JSON.stringify(verdict.warnings),
    problems: JSON.stringify(verdict.problems),
  };
  const isHeld = statement.isPreview === 1 || verdict.problems.length > 0;
  await commit(ctx, "statement.read", {
    writes: [...(earlier.length > 0 ? [] : step), ...movedTo(ctx, statement, "ready", set)],
    target: statement.id,
    after: { format: known.format, lines: known.lines, totals: known.totals },
    jobs: isHeld ? [] : [jobFor(ctx, "statement.post", statement.id)],
  });
}

function emptyWords({ apart }: ReadingState): string {
  const rows = Object.values(apart).reduce((sum, count) => sum + count, 0);
  return rows === 0 ? "the file has a header and no lines" : `none of the file's ${rows} rows is a line`;
}

/** A run that began under another mapping moves nothing. */
function movedTo(ctx: Ctx, statement: StatementRow, status: StatementStatus, set: RowFacts): Write[] {
  return moveStatements(ctx.db, ctx.scope, statement.id, ["received", "reading"], { ...set, status }, statement);
}

/** Ends a statement that cannot be read, with what was wrong, and forgets whatever was read of it. */
async function end(
  ctx: Ctx,
  statement: StatementRow,
  status: "failed" | "needs_mapping",
  problem: StatementProblem,
): Promise<void> {
  const { id, textObject, textBytes, encoding, newline } = statement;
  const isFinal = status === "failed";
  // What was written out for reading goes with a final refusal.
  const isKept = !isFinal || textObject === "original";
  const text = isKept ? { textObject, textBytes, encoding, newline } : { textObject: null };
  const set = { ...UNREAD, ...text, problems: JSON.stringify([problem]) };
  await commit(ctx, "statement.refuse", {
    writes: [...movedTo(ctx, statement, status, set), ...forgetReadingStatements(ctx.db, ctx.scope, id)],
    target: id,
    after: { status, problem },
  });
  // A person who answers or maps by hand looks at the text, so it stays until nobody can.
  if (isFinal) await removeObjects(ctx.stores, ctx.scope, id, MADE_OBJECTS);
}

function jobFor(ctx: Ctx, kind: "statement.read" | "statement.post", statementId: string): JobRequest {
  return { kind, body: { artistId: ctx.scope.artistId, statementId: statementId as `stm_${string}` } };
}
