// The home of the statement contract: what a format promises, and what it makes of a line.
import type { Month } from "../../kernel/time.ts";
import type { LineEnd, TextEncodingName } from "../reading/encoding.ts";

/** How the thing on a line was used; decided by the format from the store and the row's own type. */
export type LineKind = "stream" | "download" | "ugc";

/**
 * One line of a statement, read: what was used where and when, and what it earned.
 */
export interface StatementLine {
  /** Physical line of the file on which the record begins; the first line of a file is 1. */
  readonly line: number;
  /** Month of use, not of reporting. */
  readonly period: Month;
  /** Store as printed; `platformOf` in the metrics room gives it its id. */
  readonly platform: string;
  /** ISO 3166-1 alpha-2, or `XW` (worldwide) or `ZZ` (not known). */
  readonly territory: string;
  /** Normalised where it is a valid ISRC, else as printed in capitals without hyphens; null where the cell is blank. */
  readonly isrc: string | null;
  /** Normalised where it is a valid GTIN, else as printed; null where the cell is blank. */
  readonly upc: string | null;
  /** Empty where the cell is; like `artist` perhaps a view of its block's text: keep it only through `detached`. */
  readonly title: string;
  readonly artist: string;
  readonly kind: LineKind;
  /** Whole units; zero and negative ones (returns) are real. */
  readonly units: number;
  /** Amount × 10^30, exactly as printed. */
  readonly exact: bigint;
  /** ISO 4217 code. */
  readonly currency: string;
}

/** What can be wrong with a line. */
export type LineProblemCode =
  | "amount_unreadable"
  | "period_unreadable"
  | "units_unreadable"
  | "platform_missing"
  | "cells_missing"
  | "cells_extra"
  | "quote_not_closed"
  | "amount_too_large"
  | "statement_too_varied"
  | "lines_missing"
  | "record_too_long";

/** Why a file stopped: the line, the column where one is to blame, and words for the person who sent it. */
export interface LineProblem {
  /** Physical line, counted from 1. */
  readonly line: number;
  /** Column name as printed in the header. */
  readonly column: string | null;
  readonly code: LineProblemCode;
  readonly message: string;
}

/** Thrown by whatever reads a line that cannot be read; the file stops there and nothing of it is booked. */
export class LineProblemError extends Error {
  override readonly name = "LineProblemError";
  readonly problem: LineProblem;

  constructor(problem: LineProblem) {
    super(`line ${problem.line}: ${problem.message}`);
    this.problem = problem;
  }
}

/** Characters that part the cells of a line. */
export type Delimiter = "\t" | ";" | ",";

/** The beginning of a file, cut into cells: all that a format may look at to recognise it. */
export interface FileHead {
  /** Cells of the first ten physical lines, unquoted; a blank line has none. `lines[0]` is line 1. */
  readonly lines: readonly (readonly string[])[];
  readonly delimiter: Delimiter;
  /** Whether a quote opens a cell that may hold delimiters and line ends; false means that quotes are letters. */
  readonly quoting: boolean;
  readonly newline: LineEnd;
  readonly encoding: TextEncodingName;
}

/** How well a format fits a head. It is a match only if nothing is missing. */
export interface FormatMatch {
  /** Share of the format's own columns present, 0 to 1. */
  readonly score: number;
  /** Physical line of the header, counted from 1. */
  readonly headerLine: number;
  /** Columns the format cannot do without, that are absent; for the person who maps by hand. */
  readonly missing: readonly string[];
}

/** A column of the file and the field of {@link StatementLine} it feeds, if any. */
export interface ReadColumn {
  readonly name: string;
  readonly field: string | null;
}

/** What one cell became, and why; shown to whoever asks how a number came to be. */
export interface ExplainedCell {
  readonly column: string;
  readonly printed: string;
  readonly field: string | null;
  readonly became: string | null;
  readonly note?: string;
}

/** Reads the lines of one file; made once per file, or per slice of it, and always with the same answer. */
export interface LineReader {
  /** `format@version`; changes whenever the same line would be read otherwise. */
  readonly version: string;
  readonly columns: readonly ReadColumn[];
  /** ISO 4217 code of every line. */
  readonly currency: string;
  /**
   * Reads one record.
   *
   * @param cells as printed, unquoted
   * @param line  physical line, counted from 1
   * @throws LineProblemError where a cell cannot be read; never a guess, never a zero instead
   */
  read(cells: readonly string[], line: number): StatementLine;
  /** Tells of every cell what it became. @throws LineProblemError as `read` does */
  explain(cells: readonly string[], line: number): ExplainedCell[];
}

/** A kind of statement file that can be read: data where possible, code where not. */
export interface StatementFormat {
  /** `source.version`, as in the API. */
  readonly id: string;
  readonly name: string;
  readonly source: string;
  /** A: header seen in a real file; B: names seen in importers written on real files. */
  readonly evidence: "A" | "B";
  /** Whether the project holds a sample file of it. */
  readonly sample: boolean;
  /** What it can read: fields of {@link StatementLine}. */
  readonly reads: readonly string[];
  /** Whether quotes wrap cells in a file with this head. */
  quoting(head: FileHead): boolean;
  /** How well the head fits; null where it has nothing of this format. */
  identify(head: FileHead): FormatMatch | null;
  /** A reader for the file. @throws Error if the match has something missing: that is a caller's mistake */
  reader(head: FileHead, match: FormatMatch): LineReader;
}
