// The home of reading a catalogue's CSV into rows: its encoding, its delimiter, its header, its cells.

import { CsvError, csvRecords, unguarded } from "../../../kernel/csv.ts";
import { Problem } from "../../../kernel/problems.ts";
import { type CatalogRow, COLUMNS, EMPTY_ROW } from "./columns.ts";

/** A row and the line on which it begins. */
export interface ReadRow {
  readonly line: number;
  readonly row: CatalogRow;
  /** Cells beyond the header, which say nothing that could be kept. */
  readonly extra: number;
}

/** A catalogue as it was read. */
export interface ReadCatalog {
  readonly rows: readonly ReadRow[];
  /** Columns of the file that nothing is known of. */
  readonly unknown: readonly string[];
}

const DELIMITERS = [",", ";", "\t"];
const REQUIRED = ["release_title", "track_title"];

/** All of them are held while rows of one release are looked for. */
const MAX_ROWS = 50_000;

/**
 * Reads the rows of a catalogue.
 *
 * @throws Problem `file_unreadable` with line and column where it is no CSV, or has not the columns of a catalogue
 */
export function readCatalog(bytes: Uint8Array): ReadCatalog {
  const text = decoded(bytes);
  const end = text.search(/[\r\n]/u);
  const head = end === -1 ? text : text.slice(0, end);
  const delimiter = DELIMITERS.find((each) => namesIn(head, each).some((name) => REQUIRED.includes(name))) ?? ",";
  const rows: ReadRow[] = [];
  let fields: (keyof CatalogRow | null)[] | null = null;
  let unknown: string[] = [];
  try {
    for (const { line, cells } of csvRecords(text, delimiter)) {
      if (fields === null) {
        ({ fields, unknown } = fieldsOf(cells, line));
        continue;
      }
      if (rows.length === MAX_ROWS) throw unreadable(`has more than ${MAX_ROWS} rows`, line);
      rows.push(rowIn(cells, line, fields));
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const name = fields?.[error.cell - 1];
    const column = COLUMNS.find(({ field }) => field === name)?.header ?? `column ${error.cell}`;
    throw unreadable(`is no CSV: ${error.message}`, error.line, column);
  }
  if (fields === null) throw unreadable("has no header", 1);
  return { rows, unknown };
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch (cause) {
    throw new Problem("file_unreadable", { detail: "The file is not written in UTF-8.", cause });
  }
}

function namesIn(head: string, delimiter: string): string[] {
  return head.split(delimiter).map(plainName);
}

function plainName(cell: string): string {
  return cell.trim().replaceAll('"', "").toLowerCase().replaceAll(/\s+/gu, "_");
}

function fieldsOf(cells: readonly string[], line: number): { fields: (keyof CatalogRow | null)[]; unknown: string[] } {
  const names = cells.map(plainName);
  const missing = REQUIRED.filter((name) => !names.includes(name));
  if (missing.length > 0) throw unreadable(`has no column ${missing.join(" and no column ")}`, line);
  const twice = names.find((name, at) => name !== "" && names.indexOf(name) !== at);
  if (twice !== undefined) throw unreadable("has a column twice", line, twice);
  const fields = names.map((name) => COLUMNS.find(({ header }) => header === name)?.field ?? null);
  return { fields, unknown: cells.filter((cell, at) => fields[at] === null && cell.trim() !== "") };
}

function rowIn(cells: readonly string[], line: number, fields: readonly (keyof CatalogRow | null)[]): ReadRow {
  const row: Record<string, string | null> = { ...EMPTY_ROW };
  for (const [at, field] of fields.entries()) {
    const text = unguarded(cells[at] ?? "").trim();
    if (field !== null && text !== "") row[field] = text;
  }
  const extra = cells.slice(fields.length).filter((cell) => cell.trim() !== "").length;
  return { line, row: row as unknown as CatalogRow, extra };
}

function unreadable(what: string, line: number, column?: string): Problem {
  const place = column === undefined ? `line ${line}` : `line ${line}, ${column}`;
  return new Problem("file_unreadable", { detail: `The catalogue ${what} (${place}).` });
}
