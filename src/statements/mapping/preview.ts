// The home of the preview: the beginning of a file as it is cut, what it may be, and what reading it has found so far.
import type { Ctx } from "../../db/ctx.ts";
import { Problem } from "../../kernel/problems.ts";
import { listEarlier, listOverlaps, type Overlap } from "../check.ts";
import { WITHHELD } from "../formats/cells.ts";
import { type FileHead, type FormatMatch, LineProblemError, type StatementFormat } from "../formats/format.ts";
import { formatOf, recognise } from "../formats/registry.ts";
import { decoder, markBytes, newlineByte } from "../reading/encoding.ts";
import { forEachRecord, splitBlocks } from "../reading/records.ts";
import type { StatementRow } from "../repository.ts";
import { getStatement } from "../service.ts";
import { cutHead, headBytesOf, mappingOf, type StatementText, TextRefusal } from "../text.ts";
import { type Guess, guessHeaderRow, guessMapping } from "./guess.ts";
import { columnNames, type Mapping } from "./model.ts";
import { findFittingTemplate, type TemplateRow } from "./repository.ts";
import { askedBy, openText } from "./service.ts";

/** A row as it is cut. */
export interface PreviewRow {
  /** Physical line. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A format that has something of a file's header. */
export interface Candidate {
  readonly format: string;
  readonly score: number;
  readonly missing: readonly string[];
}

/** What a person sees of a file before saying how it is to be read, or that it is to be booked. */
export interface Preview {
  readonly statement: StatementRow;
  readonly head: FileHead;
  readonly headerRow: number;
  /** Names of the columns, as a mapping calls them. */
  readonly header: readonly string[];
  readonly rows: readonly PreviewRow[];
  /** Best first. */
  readonly candidates: readonly Candidate[];
  /** The mapping that stands, or what it probably is; null where a format is known. */
  readonly mapping: Mapping | Guess | null;
  readonly template: TemplateRow | null;
  /** What a known format waits for. */
  readonly asks: readonly string[];
  readonly overlaps: readonly Overlap[];
}

const ROWS = 20;

/**
 * Shows the beginning of a statement's file.
 *
 * @throws Problem `not_found`, `statement_not_ready` where the file has no text to show
 */
export async function previewStatement(ctx: Ctx, id: string): Promise<Preview> {
  const statement = await getStatement(ctx, id);
  const text = await openText(ctx, statement).catch((error: unknown) => {
    if (error instanceof TextRefusal) throw new Problem("statement_not_ready", { detail: error.message, cause: error });
    throw error;
  });
  const bytes = await headBytesOf(ctx, id, text);
  const mapping = mappingOf(statement);
  const head = cutHead(bytes, text, mapping?.delimiter);
  const known = mapping === null ? knownFormat(statement, head) : null;
  const headerRow = mapping?.headerRow ?? known?.match.headerLine ?? guessHeaderRow(head);
  const withheld = known === null ? new Set<number>() : privateColumns(head, known);
  const quoting = known?.format.quoting(head) ?? head.quoting;
  const header = columnNames(head, headerRow);
  // A sheet's row ends with its last cell that holds something.
  const width = text.object === "sheet" ? header.length : 0;
  return {
    statement,
    head,
    headerRow,
    header,
    rows: rowsOf(bytes, text, { ...head, quoting }, headerRow).map(({ line, cells }) => ({
      line,
      cells: Array.from({ length: Math.max(cells.length, width) }, (_, place) =>
        withheld.has(place) ? WITHHELD : (cells[place] ?? ""),
      ),
    })),
    candidates: candidatesOf(head),
    mapping: mapping ?? (known === null ? guessMapping(head) : null),
    template: known === null ? await findFittingTemplate(ctx.db, ctx.scope, cutHead(bytes, text)) : null,
    asks: askedBy(statement),
    overlaps: statement.dictionary === null ? [] : await overlapsOf(ctx, statement),
  };
}

async function overlapsOf(ctx: Ctx, statement: StatementRow): Promise<Overlap[]> {
  return listOverlaps(ctx, statement, await listEarlier(ctx, statement));
}

interface Known {
  readonly format: StatementFormat;
  readonly match: FormatMatch;
}

function knownFormat(statement: StatementRow, head: FileHead): Known | null {
  if (statement.format === null) {
    const found = recognise(head);
    return found.kind === "match" ? found : null;
  }
  const format = formatOf(statement.format);
  const match = format.identify(head);
  return match === null ? null : { format, match };
}

/** The places of columns with personal data of others. */
function privateColumns(head: FileHead, { format, match }: Known): Set<number> {
  if (match.missing.length > 0) return new Set();
  return new Set(format.columns(head, match).flatMap(({ isPrivate }, place) => (isPrivate ? [place] : [])));
}

/** The first rows below the header; fewer where the beginning of the file holds no more whole ones. */
function rowsOf(bytes: Uint8Array, text: StatementText, head: FileHead, headerRow: number): PreviewRow[] {
  const { delimiter, quoting } = head;
  const { newline } = text;
  const atEnd = bytes.byteLength >= text.bytes;
  const cut = { newline: newlineByte(newline), delimiter, quoting, linesPerBlock: 1, atEnd };
  const letters = decoder(text.encoding);
  const unmarked = bytes.subarray(markBytes(bytes));
  const rows: PreviewRow[] = [];
  let line = 1;
  try {
    for (const block of splitBlocks(unmarked, cut)) {
      if (!block.complete || rows.length === ROWS) break;
      const add = (cells: string[], at: number) => {
        if (at > headerRow) rows.push({ line: at, cells });
      };
      const record = letters.decode(unmarked.subarray(block.start, block.end));
      forEachRecord(record, { newline, delimiter, quoting }, add, line);
      line += block.lines;
    }
  } catch (error) {
    // A quote that never closes: what stands before it can still be shown.
    if (!(error instanceof LineProblemError)) throw error;
  }
  return rows;
}

const MOST_CANDIDATES = 5;

function candidatesOf(head: FileHead): Candidate[] {
  const found = recognise(head);
  const candidates = found.kind === "match" ? [found] : found.candidates;
  return candidates
    .slice(0, MOST_CANDIDATES)
    .map(({ format, match }) => ({ format: format.id, score: match.score, missing: match.missing }));
}
