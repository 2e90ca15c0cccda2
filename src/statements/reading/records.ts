// The home of the cut from bytes to blocks, and from a block's text to records of cells.

import type { Delimiter } from "../formats/format.ts";
import { LineProblemError } from "../formats/format.ts";
import type { LineEnd } from "./encoding.ts";
import { newlineByte } from "./encoding.ts";

/** How the records of one file are told apart; the same for every block of it. */
export interface RecordShape {
  readonly newline: LineEnd;
  readonly delimiter: Delimiter;
  /** Whether a quote at a cell's start opens a cell that may hold delimiters and line ends (RFC 4180). */
  readonly quoting: boolean;
}

/** What to cut, and where to stop. */
export interface BlockOptions {
  readonly newline: 10 | 13;
  readonly delimiter: Delimiter;
  readonly quoting: boolean;
  /** Physical lines a block holds; more where a quoted cell runs on, fewer from {@link BLOCK_BYTES} on. */
  readonly linesPerBlock: number;
  /** Whether the bytes reach to the end of the file, so that what remains is a block too. */
  readonly atEnd: boolean;
}

/** A run of whole records in the bytes given. */
export interface Block {
  /** Offset of the first byte, from the start of the bytes given. */
  readonly start: number;
  /** Offset after the last byte. */
  readonly end: number;
  /** Physical lines that begin in it. */
  readonly lines: number;
  /** False for a remainder that more bytes must complete: the next slice begins at its `start`. */
  readonly complete: boolean;
  /** Set on a block that no further bytes can mend: a record longer than {@link MAX_RECORD_BYTES}. */
  readonly fault: BlockFault | null;
}

/** A record that will not end. */
export interface BlockFault {
  readonly code: "quote_not_closed" | "record_too_long";
  /** Physical line where the record begins, counted from 0 at the start of the bytes given. */
  readonly line: number;
}

/** The longest record read: it bounds what a file without line ends, or with a stray quote, can cost. */
export const MAX_RECORD_BYTES = 262_144;

/**
 * A block ends with the record that takes it past this size, however few lines it has. So a slice of
 * {@link MIN_SLICE_BYTES} always holds a whole block, and reading always gets on.
 */
export const BLOCK_BYTES = 524_288;

/** The least that must be given to `splitBlocks` at a time, short of the end of the file. */
export const MIN_SLICE_BYTES = BLOCK_BYTES + MAX_RECORD_BYTES + 1;

const QUOTE = 34;

/**
 * Cuts bytes into blocks of whole records.
 *
 * @param bytes begins where a record begins; UTF-8 or windows-1252, in which no byte of a letter looks like a delimiter
 * @returns blocks in order without a gap. All are complete but perhaps the last, which is the remainder (absent where
 * nothing remains). A block with a fault is the last one: the file cannot be read beyond it.
 */
export function splitBlocks(bytes: Uint8Array, opts: BlockOptions): Block[] {
  const blocks: Block[] = [];
  let start = 0;
  let lines = 0;
  let linesBefore = 0;
  let recordStart = 0;
  let recordLine = 0;
  const close = (end: number, complete: boolean, fault: BlockFault | null): void => {
    blocks.push({ start, end, lines, complete, fault });
    linesBefore += lines;
    start = end;
    lines = 0;
  };
  const ends = opts.quoting ? quotedLineEnds(bytes, opts) : null;
  while (recordStart < bytes.length) {
    const limit = recordStart + MAX_RECORD_BYTES;
    let open = false;
    let at = recordStart;
    recordLine = linesBefore + lines;
    if (ends === null) {
      at = bytes.indexOf(opts.newline, recordStart);
      if (at !== -1) lines += 1;
    } else {
      const record = ends.next(recordStart, limit);
      at = record.end;
      open = record.open;
      lines += record.lines;
    }
    const length = (at === -1 ? bytes.length : at) - recordStart;
    if (length > MAX_RECORD_BYTES) {
      close(bytes.length, false, { code: open ? "quote_not_closed" : "record_too_long", line: recordLine });
      return blocks;
    }
    if (at === -1) {
      if (bytes[bytes.length - 1] !== opts.newline) lines += 1;
      recordStart = bytes.length;
      break;
    }
    recordStart = at + 1;
    if (lines >= opts.linesPerBlock || recordStart - start >= BLOCK_BYTES) close(recordStart, true, null);
  }
  if (start < bytes.length) close(bytes.length, opts.atEnd, null);
  return blocks;
}

interface RecordEnd {
  /** Offset of the newline that ends the record; -1 where the bytes end first. */
  end: number;
  /** Newlines passed, the last one included. */
  lines: number;
  open: boolean;
}

/**
 * Finds the ends of records whose cells may be quoted. A quote opens a cell only at the cell's start, and reopens it
 * only right behind the quote that closed it: so a lone inch mark in a title does not swallow the file.
 */
function quotedLineEnds(bytes: Uint8Array, opts: BlockOptions): { next(from: number, limit: number): RecordEnd } {
  const newline = opts.newline;
  const delimiter = opts.delimiter.charCodeAt(0);
  const result: RecordEnd = { end: -1, lines: 0, open: false };
  return {
    next(from, limit) {
      const stop = Math.min(bytes.length, limit + 1);
      result.lines = 0;
      result.open = false;
      let mayOpen = true;
      let open = false;
      for (let at = from; at < stop; at += 1) {
        const byte = bytes[at];
        if (byte === QUOTE) {
          if (open) {
            open = false;
            mayOpen = true;
          } else if (mayOpen) open = true;
        } else if (byte === newline) {
          result.lines += 1;
          if (!open) {
            result.end = at;
            return result;
          }
        } else if (!open) mayOpen = byte === delimiter;
      }
      result.end = -1;
      result.open = open;
      return result;
    },
  };
}

/**
 * Takes one record. `line` is the physical line where it begins; `raw` is its text without the line end.
 * The cells are slices of the block: keep them only through `detached` (kernel/text.ts).
 */
export type RecordVisitor = (cells: string[], line: number, raw: string) => void;

/**
 * Hands every record of a block's text to a visitor. Blank lines are counted and passed over.
 *
 * @param text      a block as `splitBlocks` cut it, decoded
 * @param firstLine number of the block's first physical line; 0 to count within the block
 * @throws LineProblemError `quote_not_closed` where the text ends within quotes
 */
export function forEachRecord(text: string, shape: RecordShape, visit: RecordVisitor, firstLine = 0): void {
  const { newline, delimiter } = shape;
  const quoting = shape.quoting && text.includes('"');
  const length = text.length;
  let line = firstLine;
  let start = 0;
  while (start < length) {
    const found = text.indexOf(newline, start);
    let end = found === -1 ? length : found;
    let raw = text.slice(start, beforeReturn(text, start, end, newline));
    if (raw.length === 0) {
      start = end + 1;
      line += 1;
      continue;
    }
    let lines = 1;
    let cells: string[] | null;
    if (!quoting || !raw.includes('"')) cells = raw.split(delimiter);
    else {
      cells = cellsOf(raw, delimiter);
      if (cells === null) {
        const record = longRecord(text, start, shape);
        if (record !== null) {
          end = record.end;
          lines = record.lines;
          raw = text.slice(start, beforeReturn(text, start, end, newline));
          cells = cellsOf(raw, delimiter);
        }
      }
      if (cells === null) throw new LineProblemError(notClosed(line));
    }
    visit(cells, line, raw);
    line += lines;
    start = end + 1;
  }
}

/** A record as a value: for the head of a file and for tests; the hot path uses `forEachRecord`. */
export interface TextRecord {
  readonly line: number;
  readonly cells: string[];
  readonly raw: string;
}

/** All records of a text. @see forEachRecord */
export function recordsOf(text: string, shape: RecordShape, firstLine = 0): TextRecord[] {
  const records: TextRecord[] = [];
  forEachRecord(text, shape, (cells, line, raw) => records.push({ line, cells, raw }), firstLine);
  return records;
}

/**
 * Where a record that spans several physical lines ends; null where it does not. One pass by the rules of
 * `quotedLineEnds`: trying again after every further line would take quadratic time on a file made for it.
 */
function longRecord(text: string, start: number, shape: RecordShape): { end: number; lines: number } | null {
  const newline = newlineByte(shape.newline);
  const delimiter = shape.delimiter.charCodeAt(0);
  let lines = 0;
  let mayOpen = true;
  let open = false;
  for (let at = start; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      if (open) {
        open = false;
        mayOpen = true;
      } else if (mayOpen) open = true;
    } else if (unit === newline) {
      lines += 1;
      if (!open) return { end: at, lines };
    } else if (!open) mayOpen = unit === delimiter;
  }
  return open ? null : { end: text.length, lines: lines + 1 };
}

function beforeReturn(text: string, start: number, end: number, newline: LineEnd): number {
  return newline === "\n" && end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
}

function notClosed(line: number): LineProblemError["problem"] {
  return { line, column: null, code: "quote_not_closed", message: "a quoted cell begins here and never ends" };
}

/** The cells of a record that may hold quotes; null where it ends within them. */
export function cellsOf(raw: string, delimiter: Delimiter): string[] | null {
  const cells: string[] = [];
  const length = raw.length;
  let at = 0;
  for (;;) {
    if (raw.charCodeAt(at) !== QUOTE) {
      const end = raw.indexOf(delimiter, at);
      if (end === -1) {
        cells.push(raw.slice(at));
        return cells;
      }
      cells.push(raw.slice(at, end));
      at = end + 1;
      continue;
    }
    let close = raw.indexOf('"', at + 1);
    let doubled = false;
    while (close !== -1 && raw.charCodeAt(close + 1) === QUOTE) {
      doubled = true;
      close = raw.indexOf('"', close + 2);
    }
    if (close === -1) return null;
    const inner = raw.slice(at + 1, close);
    const cell = doubled ? inner.replaceAll('""', '"') : inner;
    const end = raw.indexOf(delimiter, close);
    if (end === close + 1) cells.push(cell);
    else cells.push(cell + raw.slice(close + 1, end === -1 ? length : end));
    if (end === -1) return cells;
    at = end + 1;
  }
}
