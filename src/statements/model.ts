// The home of statements: their states, what a reader remembers between two steps, and a line's identity.

import type { Day, Month } from "../kernel/time.ts";
import type { DetailCut } from "../metrics/index.ts";
import type { ApartReason, StatementLine } from "./formats/format.ts";

/** The states of a statement. Nothing of it is in the books before `posted` nor after `retracted`. */
export const STATEMENT_STATUSES = [
  "received",
  "reading",
  "ready",
  "posting",
  "posted",
  "retracting",
  "retracted",
  "needs_mapping",
  "failed",
] as const;

/** One of {@link STATEMENT_STATUSES}. */
export type StatementStatus = (typeof STATEMENT_STATUSES)[number];

/** The states from which a statement can be taken back by its owner. */
export const RETRACTABLE: readonly StatementStatus[] = [
  "ready",
  "posted",
  "needs_mapping",
  "failed",
  "retracting",
  "retracted",
];

/** The largest file taken in one request. Workers accept bodies of 100 MB on every plan. */
export const MAX_UPLOAD_BYTES = 95 * 1024 * 1024;

/** Lines per row of a statement's index, and so the lines read for one page. */
export const LINES_PER_BLOCK = 1000;

/** A statement of more different sums than this is refused: posting it would not fit one batch. */
export const MAX_CELLS = 200_000;

/** Something said of a statement, about a line where it can be. */
export interface StatementProblem {
  readonly line: number | null;
  readonly column: string | null;
  readonly code: string;
  readonly message: string;
}

/** The values that occur in a statement, in the order in which they first did; blocks refer to them by place. */
export interface Dictionary {
  readonly months: Month[];
  readonly platforms: string[];
  readonly territories: string[];
}

/** What is said of a statement of which nothing is read, or no longer anything. */
export const UNREAD = {
  lines: 0,
  unmatchedLines: 0,
  units: 0,
  totals: "[]",
  apart: "{}",
  stated: "[]",
  warnings: "[]",
  dictionary: null,
  doneBytes: 0,
  periodFrom: null,
  periodTo: null,
  windowFrom: null,
  windowTo: null,
} as const;

/** What a reader needs to go on where the step before it stopped. */
export interface ReadingState {
  /** How many steps have been taken. */
  readonly number: number;
  /** Where in the text object the next record begins. */
  readonly offset: number;
  /** The physical line there. */
  readonly line: number;
  /** The running exact sums there, as decimals by currency. */
  readonly exact: Readonly<Record<string, string>>;
  readonly lines: number;
  readonly unmatchedLines: number;
  readonly units: number;
  /** Rows that are no lines, by reason. */
  readonly apart: Readonly<Partial<Record<ApartReason, number>>>;
  readonly stated: readonly StatedOfFile[];
  readonly invalidCodes: InvalidCodes;
  /** What the format's reader must remember of the rows before. */
  readonly memory: string | null;
  readonly cells: number;
  readonly dictionary: Dictionary;
}

/** Where reading begins. */
export const NOTHING_READ: ReadingState = {
  number: 0,
  offset: 0,
  line: 1,
  exact: {},
  lines: 0,
  unmatchedLines: 0,
  units: 0,
  apart: {},
  stated: [],
  invalidCodes: { isrcs: 0, upcs: 0, firstLine: null },
  memory: null,
  cells: 0,
  dictionary: { months: [], platforms: [], territories: [] },
};

/** The sums of one cut, currency and period, each already a JSON array; see the migration for its places. */
export interface CellRows {
  readonly cut: DetailCut;
  /** Empty for plays. */
  readonly currency: string;
  /** A month; a day where a file of plays tells days. */
  readonly period: Month | Day;
  readonly rows: readonly string[];
}

/** The total of a statement in one currency. */
export interface Total {
  readonly currency: string;
  /** The exact sum of the file, as a decimal. */
  readonly exact: string;
  /** The same, rounded once, half to even, as a whole number. */
  readonly nanos: string;
}

/** Something a file says of itself, as kept: numbers are decimals. */
export interface StatedOfFile {
  readonly what: "amount" | "units" | "lines" | "records" | "balance";
  readonly currency: string | null;
  readonly stated: string;
  /** What was found instead; null until the file is read to its end. */
  readonly found: string | null;
  readonly line: number;
}

/** Facts that a file may state in passing, one a row: of those that hold, only so many are worth keeping. */
export const MOST_STATED = 200;

/** Tells whether a stated fact holds. */
export function holds(fact: StatedOfFile): boolean {
  return fact.found !== null && fact.found === fact.stated;
}

/** Codes that are printed and are none: how many lines have them, and the first one. */
export interface InvalidCodes {
  readonly isrcs: number;
  readonly upcs: number;
  readonly firstLine: number | null;
}

/** Something worth knowing of a statement that keeps it from nothing. */
export interface StatementWarning {
  readonly code:
    | "codes_invalid"
    | "file_passed_over"
    | "refunds_set_aside"
    | "lines_booked_before"
    | "summary_of_another";
  readonly line: number | null;
  readonly count: number;
  readonly message: string;
}

/**
 * Names what a line is about, as far as the file tells: its ISRC; else its UPC and title; else its title and artist.
 *
 * Money is kept under this name, so an album sale without an ISRC keeps its own.
 */
export function identityOf(line: Pick<StatementLine, "isrc" | "upc" | "title" | "artist">): string {
  if (line.isrc !== null) return line.isrc;
  if (line.upc !== null) return `${line.upc} ${line.title}`;
  return `${line.title} (${line.artist})`;
}

/** Tells whether a line names neither a recording nor a release by code, so that it must be assigned by hand. */
export function isUnmatched(line: Pick<StatementLine, "isrc" | "upc">): boolean {
  return line.isrc === null && line.upc === null;
}
