// The home of the statement document: what a printed statement says, as plain text and finished decimals.

/** What is printed. Nothing in it is calculated with but the amounts of rows that a long table leaves out. */
export interface StatementDocument {
  readonly artist: string;
  /** What the document is called, in its properties and above its first page. */
  readonly title: string;
  /** When it was made: an ISO instant, as `2026-11-25T09:30:00.000Z`. The only date in the file. */
  readonly generatedAt: string;
  readonly statements: readonly PrintedStatement[];
}

/** One statement of a document; it begins on a page of its own. */
export interface PrintedStatement {
  readonly id: string;
  readonly source: string;
  readonly filename: string;
  readonly period: string;
  /** Of the statement's lines as CSV without a byte order mark, in hexadecimal: whoever has both can hold them together. */
  readonly linesSha256: string;
  /** What else is to be said of it, in this order. */
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  readonly currencies: readonly PrintedCurrency[];
}

/** What a statement says in one currency. */
export interface PrintedCurrency {
  readonly currency: string;
  readonly lines: string;
  readonly units: string;
  readonly total: string;
  /** The total that the source itself states, or null when it states none. */
  readonly statedTotal: string | null;
  readonly platforms: readonly PrintedRow[];
  readonly territories: readonly PrintedRow[];
  readonly months: readonly PrintedRow[];
  readonly recordings: readonly PrintedRecording[];
}

/** A row of a table: what of, how many, how much. */
export interface PrintedRow {
  readonly name: string;
  readonly units: string;
  /** A decimal of at most nine fraction digits. */
  readonly amount: string;
}

/** A row of the table of recordings. */
export interface PrintedRecording extends PrintedRow {
  readonly artist: string;
  readonly isrc: string;
}

/**
 * The most rows of one table that are printed: 5,000, which is a hundred pages. Of a longer table the largest amounts
 * are printed, and one line says how many more there are and what they come to; the lines file holds them all.
 */
export const MAX_TABLE_ROWS = 5000;

/**
 * Reads a file of `/fonts/` by its name, as `noto-sans-latin.woff`; rejects when there is none.
 * Only the files that a document's characters need are asked for.
 */
export type FontSource = (file: string) => Promise<Uint8Array>;
