// The home of a statement's lines as people see them: pages and explanations, read again from the original.
// A file of its own because the lines are nowhere else: every page is one look-up in the index and a range of R2.

import { listHidden } from "../catalog/index.ts";
import type { Ctx } from "../db/ctx.ts";
import { bindingOf, type Page, readCursor, writeCursor } from "../http/page.ts";
import { Problem } from "../kernel/problems.ts";
import { type LedgerPosting, listPostingsOfSource } from "../royalties/index.ts";
import { WITHHELD } from "./formats/cells.ts";
import { type ApartReason, type ExplainedCell, isApart, type StatementLine } from "./formats/format.ts";
import { listAssigned } from "./identities/repository.ts";
import { type Dictionary, identityOf } from "./model.ts";
import { mayContain } from "./reading/bloom.ts";
import { listStatementRecordings } from "./recordings/repository.ts";
import { listBlocks, type StatementRow } from "./repository.ts";
import { RunningSums } from "./sums/running.ts";
import type { TextReader } from "./text.ts";
import { type BookedLine, fetchBlock, openLines, openStatement, readBlock, visitBlock } from "./walk.ts";

/** Which lines of a statement. */
export interface LineQuery {
  readonly fromLine?: number | undefined;
  readonly platform?: string | undefined;
  readonly territory?: string | undefined;
  readonly month?: string | undefined;
  readonly isrc?: string | undefined;
  readonly upc?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Blocks of 1,000 lines that one page may walk when most of them hold nothing that is looked for. */
const BLOCKS_PER_PAGE = 5;
/** A page without a filter spans two blocks at the most. */
const BLOCKS_OF_PLAIN_PAGE = 2;

/** A line as it is shown: with the recording of the catalog that it is of, as far as there is one. */
export interface ShownLine extends BookedLine {
  readonly recordingId: string | null;
}

/** The recordings of a statement's lines, without those the caller may not know of. */
async function knownRecordings(ctx: Ctx, statementId: string): Promise<Record<string, string>> {
  const [recordings, hidden] = await Promise.all([
    listStatementRecordings(ctx.db, ctx.scope, statementId),
    listHidden(ctx),
  ]);
  if (hidden.length === 0) return recordings;
  return Object.fromEntries(Object.entries(recordings).filter(([, recordingId]) => !hidden.includes(recordingId)));
}

function shown(line: BookedLine, recordings: Readonly<Record<string, string>>): ShownLine {
  const identity = identityOf(line);
  // The file says what an identity is called, and may call it `constructor`.
  const recordingId = Object.hasOwn(recordings, identity) ? recordings[identity] : "";
  return { ...line, recordingId: recordingId || null };
}

/**
 * Lists lines of a statement in order. A page may be short when few lines match; its cursor goes on.
 *
 * Reads the statement's row, one to find the first block, the blocks, and the row that names the recordings of up to 10,000
 * identities: five rows for a page without a filter.
 * @throws Problem `not_found`, `statement_not_ready` while it is not read, `bad_cursor`
 */
export async function listLines(ctx: Ctx, statementId: string, query: LineQuery): Promise<Page<ShownLine>> {
  const statement = await openStatement(ctx, statementId);
  const binding = bindingOf(ctx.scope, `lines:${statementId}`, { ...query });
  const [place] = readCursor(ctx, binding, query.cursor) ?? [];
  const fromLine = Math.max(Number(place ?? query.fromLine ?? 1), 1);
  const filter = blockFilterOf(dictionaryOf(statement), query, fromLine);
  if (filter === null) return { data: [], nextCursor: null };
  const { month, platform, territory, isrc, upc } = query;
  const isFiltered = [month, platform, territory, isrc, upc].some((value) => value !== undefined);
  const most = isFiltered ? BLOCKS_PER_PAGE : BLOCKS_OF_PLAIN_PAGE;
  const [blocks, assigned, recordings] = await Promise.all([
    listBlocks(ctx.db, ctx.scope, statementId, filter, most),
    isrc === undefined ? [] : listAssigned(ctx.db, ctx.scope, isrc),
    knownRecordings(ctx, statementId),
  ]);
  // A recording's lines are those that print its code, and those whose printed name was said to be it.
  const identities = isrc === undefined ? null : [isrc, ...assigned];
  const source = await openLines(ctx, statement);
  const data: ShownLine[] = [];
  let next: number | null = null;
  for (const block of blocks) {
    next = block.lastLine + 1;
    if (identities !== null && !identities.some((identity) => mayContain(block.identities, identity))) continue;
    for (const line of await readBlock(ctx, source, block)) {
      if (line.line < fromLine || !matches(line, query, identities)) continue;
      if (data.length === query.limit) {
        return { data, nextCursor: writeCursor(ctx, binding, [line.line]) };
      }
      data.push(shown(line, recordings));
    }
  }
  const isEnd = blocks.length < most || next === null;
  return { data, nextCursor: isEnd ? null : writeCursor(ctx, binding, [next]) };
}

/** How one line came to be what it is. */
export interface ExplainedLine {
  readonly statement: StatementRow;
  readonly number: number;
  /** Null where the row is no line. */
  readonly line: ShownLine | null;
  readonly apart: ApartReason | null;
  readonly raw: string;
  readonly cells: readonly ExplainedCell[];
  readonly readBy: string;
  /** The running exact sums before and after, whose rounded difference is the line's nanos. */
  readonly exactBefore: string;
  readonly exactAfter: string;
  readonly postings: readonly LedgerPosting[];
}

/**
 * Explains one line down to the cells as printed.
 *
 * @throws Problem `not_found` when the statement or the line does not exist, `statement_not_ready`
 */
export async function explainLine(ctx: Ctx, statementId: string, number: number): Promise<ExplainedLine> {
  const statement = await openStatement(ctx, statementId);
  const anywhere = { fromLine: number, month: null, platform: null, territory: null };
  const [[block], recordings] = await Promise.all([
    listBlocks(ctx.db, ctx.scope, statementId, anywhere, 1),
    knownRecordings(ctx, statementId),
  ]);
  if (block === undefined || number < block.firstLine || number > block.lastLine) throw new Problem("not_found");
  const source = await openLines(ctx, statement);
  const { reader } = source.textReader;
  const sums = new RunningSums(JSON.parse(block.exactBefore));
  let found: Omit<ExplainedLine, "statement" | "postings"> | null = null;
  visitBlock(source, block, await fetchBlock(ctx, source, block), (cells, at, raw) => {
    if (found !== null || at > number) return;
    const row = reader.read(cells, at);
    const currency = isApart(row) ? "" : row.currency;
    const exactBefore = sums.exactOf(currency);
    const line = isApart(row) ? null : shown({ ...row, nanos: sums.add(currency, row.exact) }, recordings);
    if (at !== number) return;
    found = {
      number,
      line,
      apart: isApart(row) ? row.apart : null,
      raw: shownRaw(source.textReader, cells, raw),
      cells: reader.explain(cells, at),
      readBy: reader.version,
      exactBefore,
      exactAfter: sums.exactOf(currency),
    };
  });
  if (found === null) throw new Problem("not_found");
  const explained: Omit<ExplainedLine, "statement" | "postings"> = found;
  const { line } = explained;
  const postings = line === null ? [] : await listPostingsOfSource(ctx.db, ctx.scope, statementId);
  const own = postings.filter(({ period, currency }) => period === line?.period && currency === line?.currency);
  return { ...explained, statement, postings: own };
}

/** The row as printed, but for what is personal data of others. */
function shownRaw({ reader, head }: TextReader, cells: readonly string[], raw: string): string {
  if (!reader.columns.some(({ isPrivate }) => isPrivate)) return raw;
  return cells.map((cell, at) => (reader.columns[at]?.isPrivate === true ? WITHHELD : cell)).join(head.delimiter);
}

function dictionaryOf(statement: StatementRow): Dictionary {
  return JSON.parse(statement.dictionary ?? "");
}

/** Finds the dictionary's places of what is looked for; null when it does not occur in the statement at all. */
function blockFilterOf({ months, platforms, territories }: Dictionary, query: LineQuery, fromLine: number) {
  const placeIn = (names: readonly string[], name: string | undefined) =>
    name === undefined ? null : names.indexOf(name);
  const filter = {
    fromLine,
    month: placeIn(months, query.month),
    platform: placeIn(platforms, query.platform),
    territory: placeIn(territories, query.territory),
  };
  return [filter.month, filter.platform, filter.territory].includes(-1) ? null : filter;
}

function matches(line: StatementLine, query: LineQuery, identities: readonly string[] | null): boolean {
  return (
    (query.month === undefined || line.period === query.month) &&
    (query.platform === undefined || line.platform === query.platform) &&
    (query.territory === undefined || line.territory === query.territory) &&
    (identities === null || identities.includes(identityOf(line))) &&
    (query.upc === undefined || line.upc === query.upc)
  );
}
