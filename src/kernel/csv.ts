// The home of CSV as others read it: RFC 4180, and no cell that a spreadsheet would take for a formula.

/** What ends a row. */
export const ROW_END = "\r\n";

/** Before the header, for spreadsheets that otherwise take UTF-8 for something else. */
export const BYTE_ORDER_MARK = "\uFEFF";

/** Stands for what no text file should hold: NUL, and half of a surrogate pair. */
const REPLACEMENT = "\uFFFD";

// What spreadsheets take for the start of a formula, in both widths; a cell that looks guarded already is guarded again,
// so that taking one apostrophe away always gives the cell back. The replacement counts since it may have been NUL.
const GUARDED_FROM = /^'*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20\uFFFD]/;
const QUOTED_FOR = /[",\r\n]/;

const QUOTE = 34;
const COMMA = 44;
const SURROGATES = 0xd800;

/**
 * Writes a text as a cell.
 *
 * One that a spreadsheet would take for a formula gets an apostrophe before it, which {@link unguarded} takes away
 * again. NUL and lone surrogates become U+FFFD.
 * @see https://owasp.org/www-community/attacks/CSV_Injection checked 2026-11
 */
export function textCell(text: string): string {
  return isPlain(text) ? text : carefulCell(text);
}

/** Nearly every cell is plain, and looking at its letters is several times faster than three patterns. */
function isPlain(text: string): boolean {
  const first = text.charCodeAt(0);
  // ' + - = @
  if (first === 39 || first === 43 || first === 45 || first === 61 || first === 64) return false;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit > COMMA ? unit < SURROGATES : unit >= 32 && unit !== QUOTE && unit !== COMMA) continue;
    return false;
  }
  return true;
}

function carefulCell(text: string): string {
  const clean = text.toWellFormed().replaceAll("\0", REPLACEMENT);
  const guarded = GUARDED_FROM.test(clean) ? `'${clean}` : clean;
  return QUOTED_FOR.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** Takes away the apostrophe that {@link textCell} put before a text; gives any other cell back as it is. */
export function unguarded(cell: string): string {
  return cell.charCodeAt(0) === 39 && GUARDED_FROM.test(cell) ? cell.slice(1) : cell;
}

/**
 * Writes a number as a cell: digits, at most one point, a leading minus. What is no such number is written as a text,
 * so a number cell never begins a formula and a negative amount stays a number.
 */
export function numberCell(printed: string): string {
  return isNumber(printed) ? printed : textCell(printed);
}

/** The same as `^-?\d+(\.\d+)?$`. */
function isNumber(text: string): boolean {
  let digits = 0;
  let hasPoint = false;
  for (let at = text.charCodeAt(0) === 45 ? 1 : 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 48 && unit <= 57) digits += 1;
    else if (unit !== 46 || hasPoint || digits === 0) return false;
    else {
      hasPoint = true;
      digits = 0;
    }
  }
  return digits > 0;
}

/** Writes a row of cells that are written already. */
export function rowOf(cells: readonly string[]): string {
  return cells.join(",") + ROW_END;
}

/** A record of a CSV file. */
export interface CsvRecord {
  /** The line on which it begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A file that is no CSV from some place on. */
export class CsvError extends Error {
  readonly line: number;
  /** Which cell of its record, from 1. */
  readonly cell: number;
  constructor(line: number, cell: number, message: string) {
    super(message);
    this.name = "CsvError";
    this.line = line;
    this.cell = cell;
  }
}

/**
 * Reads the records of a text, as RFC 4180 writes them; lines may end in LF, CR LF or CR. Blank lines are passed over.
 *
 * @throws CsvError where a quote never closes, or something follows one that did
 */
export function* csvRecords(text: string, delimiter: string): Generator<CsvRecord> {
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const first = line;
    const cells: string[] = [];
    for (;;) {
      const cell = text[at] === '"' ? quotedCell(text, at, line, cells.length + 1) : plainCell(text, at, delimiter);
      cells.push(cell.text);
      line += cell.lines;
      at = cell.end;
      if (text[at] === delimiter) {
        at += 1;
        continue;
      }
      if (at < text.length && text[at] !== "\r" && text[at] !== "\n") {
        throw new CsvError(line, cells.length, "something follows the quote that ends the cell");
      }
      break;
    }
    if (at < text.length) {
      at += text.startsWith("\r\n", at) ? 2 : 1;
      line += 1;
    }
    if (cells.length > 1 || cells[0] !== "") yield { line: first, cells };
  }
}

function plainCell(text: string, from: number, delimiter: string): { text: string; end: number; lines: number } {
  let end = from;
  while (end < text.length && text[end] !== delimiter && text[end] !== "\n" && text[end] !== "\r") end += 1;
  return { text: text.slice(from, end), end, lines: 0 };
}

function quotedCell(
  text: string,
  from: number,
  line: number,
  cell: number,
): { text: string; end: number; lines: number } {
  let end = text.indexOf('"', from + 1);
  while (end !== -1 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  if (end === -1) throw new CsvError(line, cell, "a quote is opened and never closed");
  const inner = text.slice(from + 1, end);
  const lines = inner.match(/\r\n|\r|\n/gu)?.length ?? 0;
  return { text: inner.replaceAll('""', '"'), end: end + 1, lines };
}
