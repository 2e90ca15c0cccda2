// The home of the head of a file: its delimiter, its first lines as cells, and header names made comparable.
import type { Delimiter, FileHead } from "../formats/format.ts";
import type { LineEnd, TextEncoding } from "./encoding.ts";
import { cellsOf } from "./records.ts";

/** How many physical lines at the start of a file may hold its header. */
export const HEAD_LINES = 10;

/** Enough bytes for ten lines of any real statement; a head cut off within a line does no harm. */
export const HEAD_BYTES = 65_536;

/** The first record of a DDEX sales report, whose records are too unlike one another to be counted. */
const DDEX_HEAD = /^\uFEFF?(?:HEAD|FHEA)\t/u;

/** No real header has so many: a line made of delimiters costs every format a look at each of its cells. */
const MOST_HEADER_CELLS = 1000;

const DELIMITERS: readonly Delimiter[] = ["\t", ";", ","];

/** A line that may be the header. */
export interface HeaderCandidate {
  /** Physical line, counted from 1. */
  readonly line: number;
  /** Names as printed, without byte order mark and outer blanks. */
  readonly names: readonly string[];
  /** Names made comparable by {@link normaliseHeader}, in the same order. */
  readonly keys: readonly string[];
}

/**
 * Makes a header cell comparable: without byte order mark (also one already decoded as `ï»¿`), outer quotes and
 * blanks, every run of blanks a single space, in lower case.
 */
export function normaliseHeader(cell: string): string {
  return printedHeader(cell).replaceAll(/\s+/gu, " ").toLowerCase();
}

/** A header cell as a person would write it: see {@link normaliseHeader}, but with its own case and spaces. */
export function printedHeader(cell: string): string {
  const text = withoutMark(cell).trim();
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).trim() : text;
}

function withoutMark(text: string): string {
  return text.replace(/^(?:\uFEFF|\u00EF\u00BB\u00BF)+/u, "");
}

/**
 * Finds the delimiter by the count that stays constant over the lines: the one with the most lines of its commonest
 * count wins, then the one that occurs more often.
 *
 * @returns a comma where none occurs: a file of one column
 */
export function detectDelimiter(lines: readonly string[]): Delimiter {
  if (lines.some((line) => DDEX_HEAD.test(line))) return "\t";
  let best: { delimiter: Delimiter; agreeing: number; count: number } = { delimiter: ",", agreeing: 0, count: 0 };
  for (const delimiter of DELIMITERS) {
    const linesOfCount = new Map<number, number>();
    for (const line of lines) {
      const count = occurrences(line, delimiter);
      if (count > 0) linesOfCount.set(count, (linesOfCount.get(count) ?? 0) + 1);
    }
    for (const [count, agreeing] of linesOfCount) {
      if (agreeing > best.agreeing || (agreeing === best.agreeing && count > best.count)) {
        best = { delimiter, agreeing, count };
      }
    }
  }
  return best.delimiter;
}

function occurrences(line: string, delimiter: Delimiter): number {
  let count = 0;
  let open = false;
  for (const letter of line) {
    if (letter === '"') open = !open;
    else if (letter === delimiter && !open) count += 1;
  }
  return count;
}

/**
 * Cuts the beginning of a file into the cells of its first ten physical lines.
 *
 * @param text the first {@link HEAD_BYTES} of the file or so, decoded, with or without byte order mark
 * @param known how the cells are parted, as far as somebody knows it: we where we wrote the lines, or a person
 */
export function readHead(
  text: string,
  encoding: Pick<TextEncoding, "encoding" | "newline">,
  known: Partial<Pick<FileHead, "delimiter" | "quoting">> | null = null,
): FileHead {
  const { newline } = encoding;
  const lines = withoutMark(text)
    .split(newline, HEAD_LINES)
    .map((line) => (newline === "\n" && line.endsWith("\r") ? line.slice(0, -1) : line));
  if (lines.at(-1) === "") lines.pop();
  const delimiter = known?.delimiter ?? detectDelimiter(lines);
  const quoting = known?.quoting ?? (delimiter !== "\t" || lines.some(isWhollyQuoted));
  const cut = quoting ? cutQuoted(lines, delimiter, newline) : lines.map((line) => cutLine(line, delimiter));
  return { lines: cut, delimiter, quoting, newline, encoding: encoding.encoding };
}

function cutLine(line: string, delimiter: Delimiter): string[] {
  return line === "" ? [] : line.split(delimiter);
}

/**
 * A record that quotes carry over several lines has its cells on the first of them; one that does not end has none. So
 * no header is seen within a quoted cell, and none whose record would take lines below it along.
 */
function cutQuoted(lines: readonly string[], delimiter: Delimiter, newline: LineEnd): string[][] {
  const cut = lines.map((): string[] => []);
  let first = 0;
  let raw: string | null = null;
  for (const [at, line] of lines.entries()) {
    if (raw === null) first = at;
    raw = raw === null ? line : raw + newline + line;
    const cells = raw === "" ? [] : cellsOf(raw, delimiter);
    if (cells === null) continue;
    cut[first] = cells;
    raw = null;
  }
  return cut;
}

/** In a tab-delimited file quotes are letters, unless some line wraps every cell in them. */
function isWhollyQuoted(line: string): boolean {
  const cells = line.split("\t");
  return cells.length > 1 && cells.every((cell) => cell.length > 1 && cell.startsWith('"') && cell.endsWith('"'));
}

/** The lines of a head that may be its header: those with at least one name, and not with thousands. */
export function candidateHeaders(head: FileHead): HeaderCandidate[] {
  return head.lines.flatMap((cells, index) => {
    if (cells.length > MOST_HEADER_CELLS) return [];
    const keys = cells.map(normaliseHeader);
    if (keys.every((key) => key === "")) return [];
    return [{ line: index + 1, names: cells.map(printedHeader), keys }];
  });
}
