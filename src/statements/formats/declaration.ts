// The home of what a table format declares: its columns and what each is, its periods, numbers, signs and totals.
import type { Askable, LineDetails, LineKind, Measure, ReaderMemory, RowApart, StatedFact } from "./format.ts";
import type { NumberStyle } from "./numbers.ts";
import type { Span, SpanReader } from "./spans.ts";

/** What a column can be: a field of a line, or a detail that only exports show. */
export type Field =
  | "period"
  | "platform"
  | "territory"
  | "isrc"
  | "upc"
  | "title"
  | "artist"
  | "kind"
  | "units"
  | "amount"
  | "currency"
  | keyof LineDetails;

/** A column with more to say than what it is. */
export interface ColumnDeclaration {
  readonly is?: Field | null;
  /** A detail that it is besides. */
  readonly detail?: keyof LineDetails;
  /** Further names it was seen under: other languages, other years. */
  readonly also?: readonly string[];
  /** Said to whoever asks what became of the cell. */
  readonly note?: string;
  /** Personal data of others: never shown, and in no export. */
  readonly isPrivate?: true;
}

/** A row while a declaration's own rules look at it. */
export interface Row {
  /** The trimmed cell of a declared column; empty where the file has no such column. */
  get(column: string): string;
  /** The trimmed cell at a place, the first being 0; for rows that are not written under the header. */
  at(place: number): string;
  /** Reads an amount by the file's own marks; null where it is none. */
  amount(printed: string): bigint | null;
  /** Physical line. */
  readonly line: number;
  readonly width: number;
  /** How refunds without an amount are to be counted. */
  readonly refunds: "set_aside" | "payout_balance";
}

/** The file around its lines, for rules that look beyond one row. */
export interface FileFacts {
  /** Cells of the lines above the header. */
  readonly preamble: readonly (readonly string[])[];
  /** Trimmed cells of a declared column in the head's rows below the header. */
  sample(column: string): readonly string[];
  /** The head's rows below the header. */
  readonly rows: readonly { readonly cells: readonly string[]; readonly line: number }[];
  readonly filename: string;
}

/** Where a row's period comes from. */
export type PeriodRule =
  | SpanReader
  /** Said once for the whole file, above the header or in its name; a person is asked where it is not. */
  | { readonly ofFile: (file: FileFacts) => Span | null };

/** Where a row's currency comes from. */
export type CurrencyRule =
  /** The column that is `currency`. */
  | "column"
  /** In the name of the amount's column, at `{currency}`. */
  | "header"
  /** Nowhere: the source pays in this one alone. */
  | { readonly is: string }
  /** Nowhere: this one unless a person says otherwise. */
  | { readonly usually: string }
  /** In a column where the file has one, else somewhere else; a person is asked where it is not. */
  | { readonly ofFile: (file: FileFacts) => string | null };

/** Rules of rows that lean on rows before them; made anew for every reader. */
export interface RowsInOrder extends ReaderMemory {
  /** As {@link TableDeclaration.apart}; sees the rows in the order of the file, the same one perhaps twice in a row. */
  apart(row: Row): RowApart | null;
  /** As `LineReader.atEnd`. */
  atEnd?(): readonly StatedFact[];
}

/** What a footer's or preamble's label counts. */
export type TotalOf = "lines" | "units" | "amount";

/** A kind of statement that is a table: one header, one kind of row. */
export interface TableDeclaration {
  /** `source.name`, perhaps with a version, as in the API. */
  readonly id: string;
  readonly name: string;
  readonly source: string;
  /** A: header seen in a real file; B: names seen in importers written on real files. */
  readonly evidence: "A" | "B";
  /** Whether the project holds a real or derived sample of it. */
  readonly sample: boolean;
  /** Another whenever the same line would be read otherwise; posted blocks name the reader that read them. */
  readonly version: number | string;
  /** Money unless said otherwise. */
  readonly measures?: Measure;
  /** Columns by which it is told from all others; every one must be there. */
  readonly signature: readonly string[];
  /** Columns of which one at least must be there too. */
  readonly needsOneOf?: readonly string[];
  /** Columns of which none may be there: they tell a relative. */
  readonly excludes?: readonly string[];
  /** Every known column as printed, and what it is. `{currency}` in a name stands for an ISO 4217 code. */
  readonly columns: Readonly<Record<string, Field | ColumnDeclaration | null>>;
  /** Whether a header with any further column is another format's. */
  readonly isExact?: boolean;
  /**
   * Where the period comes from. A reader is given the cells of all columns that are `period`. Of several columns of
   * another field the first that is not blank answers, in the order of the declaration; but several of `units` add up,
   * and several of `statementPeriod` are read one after the other.
   */
  readonly period: PeriodRule;
  readonly numbers: NumberStyle;
  readonly currency?: CurrencyRule;
  /** The store, where no column or cell names it. */
  readonly platform?: string;
  /** The territory, where no column names it. */
  readonly territory?: string;
  /** One kind for all rows, or the kind by the lower-case word of the `kind` column, else the store's own; or a rule. */
  readonly kind?: LineKind | Readonly<Record<string, LineKind>> | ((row: Row) => LineKind);
  /** Words that mean an empty cell, in lower case. */
  readonly blanks?: readonly string[];
  /** Whether a row without units is none the less a line, of no units. */
  readonly unitsMayBeBlank?: boolean;
  /** Whether a row is a loss although its amount and units are printed without a sign. */
  readonly isNegative?: (row: Row) => boolean;
  /** Sets a row apart that is no line. Asked before anything else of the row is read. */
  readonly apart?: (row: Row) => RowApart | null;
  /** In place of `apart` where whether a row is a line, or what the file states, depends on the rows before it. */
  readonly inOrder?: () => RowsInOrder;
  /** An amount other than the amount column's, as a decimal the file prints; null to take the column's. */
  readonly amount?: (row: Row) => string | null;
  /** Rows below the lines, by the comparable text of their first cell, that state a total in their second. */
  readonly footer?: Readonly<Record<string, TotalOf>>;
  /** What the file is about where rows do not say: the recording's title, by the file's name; else a person is asked. */
  readonly titleOfFile?: (file: FileFacts) => string | null;
  /** What a person may be asked. */
  readonly asks?: readonly Askable[];
  /** The format whose lines this one sums up: the two must not both be booked for one period. */
  readonly summaryOf?: string;
  /** Whether later files of the source bring earlier months anew. */
  readonly restates?: boolean;
}
