// The home of the statement contract: what a format promises, and what it makes of a line.
import type { Day, Month } from "../../kernel/time.ts";
import type { LineEnd, TextEncodingName } from "../reading/encoding.ts";
import type { Span } from "./spans.ts";

/**
 * How the thing on a line was used; decided by the format from the store and the row's own type. `performance` and
 * `mechanical` are what societies pay for works, `charge` is what a source keeps back in a row of its own.
 */
export type LineKind =
  | "stream"
  | "download"
  | "ugc"
  | "physical"
  | "performance"
  | "mechanical"
  | "sync"
  | "charge"
  | "other";

/** What a file measures: money earned, or plays (which are never money and never summed with it). */
export type Measure = "money" | "plays";

/**
 * One line of a statement, read: what was used where and when, and what it earned.
 */
export interface StatementLine {
  /** Physical line of the file on which the record begins; the first line of a file is 1. */
  readonly line: number;
  /** Month of use, not of reporting. */
  readonly period: Month;
  /** Day of use where the file tells it; null where it tells only the month. */
  readonly day: Day | null;
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
  /** Amount × 10^30, exactly as printed; nought on a line of plays. */
  readonly exact: bigint;
  /** ISO 4217 code; empty on a line of plays. */
  readonly currency: string;
}

/** Why a row of a file is no line of it. `record` is a row that only serves others, a header within the file say. */
export const APART_REASONS = ["total", "payout", "balance", "refund_without_amount", "record"] as const;

/** One of {@link APART_REASONS}. */
export type ApartReason = (typeof APART_REASONS)[number];

/**
 * A row that is no line: it earns nothing by itself, and is counted by its reason so that nothing vanishes unseen.
 */
export interface RowApart {
  readonly apart: ApartReason;
  /** What the row prints as its amount × 10^30, if anything. */
  readonly exact: bigint | null;
  readonly currency: string | null;
  /** What the row says of the file. */
  readonly states: readonly StatedFact[];
}

/** Something a file says of itself, held against what was read of it before it is booked. */
export interface StatedFact {
  /** `amount` is the sum in `currency`; `units` and `lines` are counts; anything else the reader compares by itself. */
  readonly what: "amount" | "units" | "lines" | "records" | "balance";
  readonly currency: string | null;
  /** For `amount` and `balance` the printed decimal × 10^30, else a count. */
  readonly stated: bigint;
  /** What the reader itself found, in the same unit; null to compare with the sums over all lines. */
  readonly found: bigint | null;
  /** Physical line that says it. */
  readonly line: number;
}

/** Facts of a line that are neither booked nor needed to read on: for exports, as decimals with a point and printed words. */
export interface LineDetails {
  readonly gross: string | null;
  readonly deductions: string | null;
  readonly rate: string | null;
  readonly saleCurrency: string | null;
  readonly exchangeRate: string | null;
  /** The row's own type of use, as printed. */
  readonly usage: string | null;
  readonly workId: string | null;
  readonly iswc: string | null;
  readonly releaseTitle: string | null;
  readonly label: string | null;
  readonly catalogNumber: string | null;
  /** The period the source reports in, as printed; not the month of use. */
  readonly statementPeriod: string | null;
}

/** The details of a line whose file tells none. */
export const NO_DETAILS: LineDetails = {
  gross: null,
  deductions: null,
  rate: null,
  saleCurrency: null,
  exchangeRate: null,
  usage: null,
  workId: null,
  iswc: null,
  releaseTitle: null,
  label: null,
  catalogNumber: null,
  statementPeriod: null,
};

/** What can be wrong with a line. */
export type LineProblemCode =
  | "amount_unreadable"
  | "period_unreadable"
  | "units_unreadable"
  | "platform_missing"
  | "currency_unreadable"
  | "kind_unreadable"
  | "record_unknown"
  | "record_misplaced"
  | "all_time_export"
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
  /**
   * Cells of the first ten physical lines, unquoted; a blank line has none. `lines[0]` is line 1. A record of several
   * lines stands on its first, and one that does not end within the head nowhere.
   */
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
  /** Physical line of the header, counted from 1; 0 where the file has none. */
  readonly headerLine: number;
  /** Columns the format cannot do without, that are absent; for the person who maps by hand. */
  readonly missing: readonly string[];
}

/** A column of the file and the field of {@link StatementLine} it feeds, if any. */
export interface ReadColumn {
  readonly name: string;
  readonly field: string | null;
  /** Personal data of others: never shown, and in no export. */
  readonly isPrivate: boolean;
}

/** What one cell became, and why; shown to whoever asks how a number came to be. */
export interface ExplainedCell {
  readonly column: string;
  readonly printed: string;
  readonly field: string | null;
  readonly became: string | null;
  readonly note?: string;
}

/**
 * What a reader must remember from row to row, because rows lean on rows before them: saved at the start of every block
 * of the index, so that a page can be read again from there.
 */
export interface ReaderMemory {
  /** Short: at most a few KB, whatever the file. */
  save(): string;
  load(saved: string): void;
}

/** Reads the lines of one file; made once per file, or per slice of it, and always with the same answer. */
export interface LineReader {
  /** `format@version`; changes whenever the same line would be read otherwise. */
  readonly version: string;
  /** Columns in the order of the file; for records of several kinds, those of the widest. */
  readonly columns: readonly ReadColumn[];
  /** What the head says of the file, above its lines. */
  readonly stated: readonly StatedFact[];
  /** The days that all lines are about together, where rows tell none; null where they do. */
  readonly window: Span | null;
  /** Null where every row stands for itself. */
  readonly memory: ReaderMemory | null;
  /**
   * Reads one record; rows up to `match.headerLine` are never given.
   *
   * @param cells as printed, unquoted
   * @param line  physical line, counted from 1
   * @throws LineProblemError where a cell cannot be read; never a guess, never a zero instead
   */
  read(cells: readonly string[], line: number): StatementLine | RowApart;
  /** Tells of every cell what it became. Called behind `read` of the same row. @throws LineProblemError as `read` does */
  explain(cells: readonly string[], line: number): ExplainedCell[];
  /** The facts of a line that only exports show. Called behind `read` of the same row. */
  details(cells: readonly string[]): LineDetails;
  /**
   * What the file states of itself that shows only when all of it was read. Asked once, behind the last row.
   *
   * @throws LineProblemError where a format that says where its files end finds no end
   */
  atEnd?(): readonly StatedFact[];
}

/** Tells a line from a row that is none. */
export function isApart(row: StatementLine | RowApart): row is RowApart {
  return "apart" in row;
}

/** What a person can be asked about a file that does not tell it by itself. */
export const ASKABLE = ["currency", "period", "title", "artist", "refunds"] as const;

/** One of {@link ASKABLE}. */
export type Askable = (typeof ASKABLE)[number];

/**
 * What a person answered. Days and titles that a file's name only hints at give way to it; what its rows print does not.
 */
export interface Answers {
  /** ISO 4217 code of a file that names none. */
  readonly currency?: string | undefined;
  /** Days covered by a file that names none, both included. */
  readonly period?: Span | undefined;
  /** The recording that a file without titles is about. */
  readonly title?: string | undefined;
  readonly artist?: string | undefined;
  /** What refunds without an amount count as: nothing (the default), or what they took from the payout balance. */
  readonly refunds?: "set_aside" | "payout_balance" | undefined;
}

/** What a reader is given beside the head. */
export interface ReaderGiven {
  /** As uploaded: a hint where the file itself is silent, never proof. */
  readonly filename: string;
  /** Whose file it is: the artist of lines that name none. */
  readonly artist: string;
  readonly answers: Answers;
}

/** Thrown by `StatementFormat.reader` where a file cannot be read without an answer; the statement waits for it. */
export class AnswerMissingError extends Error {
  override readonly name = "AnswerMissingError";
  readonly asks: Askable;

  constructor(asks: Askable, message: string) {
    super(message);
    this.asks = asks;
  }
}

/** Which file of which report a file is, where a sender cuts one report into several. */
export interface ReportPart {
  /** The same for all files of one report, and for no others. */
  readonly group: string;
  /** From 1 to `of`. */
  readonly number: number;
  readonly of: number;
}

/** A kind of statement file that can be read: data where possible, code where not. */
export interface StatementFormat {
  /** `source.name`, perhaps with a version, as in the API. */
  readonly id: string;
  readonly name: string;
  readonly source: string;
  /** A: header seen in a real file; B: names seen in importers written on real files. */
  readonly evidence: "A" | "B";
  /** Whether the project holds a sample file of it. */
  readonly sample: boolean;
  readonly measures: Measure;
  /** What it can read: fields of {@link StatementLine}, `amount` for its `exact`. */
  readonly reads: readonly string[];
  /** What a person may be asked, because the file may not tell it. */
  readonly asks: readonly Askable[];
  /** The format whose lines this one sums up: both booked for one period would count the money twice. */
  readonly summaryOf: string | null;
  /** Whether a later file of the source brings earlier months anew, so that it supersedes the file before it. */
  readonly restates: boolean;
  /** Tells which file of which report a file is; absent where reports are never cut. */
  partOf?(head: FileHead, filename: string): ReportPart | null;
  /** Whether quotes wrap cells in a file with this head. */
  quoting(head: FileHead): boolean;
  /** The columns of a file, without a line being read of it and whatever it asks. */
  columns(head: FileHead, match: FormatMatch): readonly ReadColumn[];
  /** How well the head fits; null where it has nothing of this format. */
  identify(head: FileHead): FormatMatch | null;
  /**
   * A reader for the file.
   *
   * @throws AnswerMissingError where a person must be asked first
   * @throws Error if the match has something missing: that is a caller's mistake
   */
  reader(head: FileHead, match: FormatMatch, given: ReaderGiven): LineReader;
}
