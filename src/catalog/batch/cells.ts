// The home of a batch as CSV: a column for the id, one for the version, and one for each field, named by its path.

import { CsvError, csvRecords, rowOf, textCell, unguarded } from "../../kernel/csv.ts";
import { Problem } from "../../kernel/problems.ts";

/** What a cell says that takes a value away; an empty one says nothing. */
const NOTHING = "\\N";

/** Before a text that would be read otherwise: one that begins with it, and one that is empty. */
const MARK = "\\";

const DELIMITERS = [",", ";", "\t"];
const COLUMN = /^[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9]+)*$/;

/** The column that says what was wrong with a row; it is not read. */
export const PROBLEM_COLUMN = "problem";

/** A row of a batch. */
export interface BatchRecord {
  readonly id: string;
  /** 0 where the cell holds no version: it is none. */
  readonly version: number;
  readonly set: Record<string, unknown>;
}

/** Tells whether a field of what an id names is a text; any other is JSON in its cell. */
export type IsText = (id: string, path: readonly string[]) => boolean;

/**
 * Reads a batch.
 *
 * @throws Problem `file_unreadable` with the line where it is no CSV, or has not the columns of a batch
 */
export function readBatchCsv(text: string, isText: IsText): BatchRecord[] {
  const end = text.search(/[\r\n]/u);
  const head = end === -1 ? text : text.slice(0, end);
  const delimiter = DELIMITERS.find((each) => head.split(each).some((name) => plainName(name) === "id")) ?? ",";
  const records: BatchRecord[] = [];
  let columns: readonly string[] | null = null;
  try {
    for (const { line, cells } of csvRecords(text, delimiter)) {
      if (columns === null) columns = columnsOf(cells, line);
      else records.push(recordOf(columns, cells, line, isText));
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw unreadable(`is no CSV: ${error.message}`, error.line);
  }
  return records;
}

function columnsOf(cells: readonly string[], line: number): string[] {
  const columns = cells.map(plainName);
  for (const name of ["id", "version"]) {
    if (!columns.includes(name)) throw unreadable(`has no column "${name}"`, line);
  }
  const wrong = columns.find((name, at) => !COLUMN.test(name) || columns.indexOf(name) !== at);
  if (wrong !== undefined) throw unreadable(`has a column twice, or one that names no field: "${wrong}"`, line);
  return columns;
}

function plainName(cell: string): string {
  return cell.replaceAll(/["\uFEFF]/gu, "").trim();
}

function recordOf(columns: readonly string[], cells: readonly string[], line: number, isText: IsText): BatchRecord {
  if (cells.slice(columns.length).some((cell) => cell !== "")) throw unreadable("has more cells than its header", line);
  const cell = (name: string) => unguarded(cells[columns.indexOf(name)] ?? "").trim();
  const [id, version] = [cell("id"), cell("version")];
  const set: Record<string, unknown> = {};
  for (const [at, column] of columns.entries()) {
    const text = unguarded(cells[at] ?? "");
    if (text === "" || ["id", "version", PROBLEM_COLUMN].includes(column)) continue;
    const path = column.split(".");
    put(set, path, valueIn(text, isText(id, path)));
  }
  return { id, version: /^\d{1,15}$/u.test(version) ? Number.parseInt(version, 10) : 0, set };
}

function valueIn(cell: string, isText: boolean): unknown {
  if (cell === NOTHING) return null;
  if (isText) return cell.startsWith(MARK) ? cell.slice(MARK.length) : cell;
  try {
    return JSON.parse(cell);
  } catch {
    // What the field is to be will refuse it by name.
    return cell;
  }
}

function put(set: Record<string, unknown>, [name = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    set[name] = value;
    return;
  }
  const inner = Object.hasOwn(set, name) && isFields(set[name]) ? set[name] : {};
  set[name] = inner;
  put(inner, rest, value);
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A row to be written; `problem` is what was wrong with it, if anything was. */
export interface WrittenRecord {
  readonly id: string;
  readonly version: number | null;
  readonly set: Readonly<Record<string, unknown>>;
  readonly problem?: string;
}

/** Writes a batch, one row at a time; what is written reads back as what it was written from. */
export function batchCsv(records: readonly WrittenRecord[]): string {
  const flat = records.map(({ set }) => new Map(cellsOf([], set)));
  const columns = [...new Set(flat.flatMap((cells) => [...cells.keys()]))];
  const hasProblems = records.some(({ problem }) => problem !== undefined);
  const header = ["id", "version", ...columns, ...(hasProblems ? [PROBLEM_COLUMN] : [])];
  const rows = records.map(({ id, version, problem = "" }, at) => {
    const values = columns.map((column) => flat[at]?.get(column) ?? "");
    return rowOf([id, String(version ?? ""), ...values, ...(hasProblems ? [problem] : [])].map(textCell));
  });
  return rowOf(header) + rows.join("");
}

function cellsOf(path: readonly string[], value: unknown): [string, string][] {
  if (isFields(value) && (path.length === 0 || Object.keys(value).length > 0)) {
    return Object.entries(value).flatMap(([name, inner]) => cellsOf([...path, name], inner));
  }
  return [[path.join("."), cellOf(value)]];
}

function cellOf(value: unknown): string {
  if (value === null) return NOTHING;
  if (typeof value !== "string") return JSON.stringify(value);
  return value === "" || value.startsWith(MARK) ? `${MARK}${value}` : value;
}

/** The first line of a sheet: all that is said of things of one kind. */
export function sheetHeader(columns: readonly string[]): string {
  return rowOf(["id", "version", ...columns]);
}

/** A row of a sheet: what a thing says, in the cells of a batch. What it does not say is an empty cell, which changes nothing. */
export function sheetRow(
  columns: readonly string[],
  { id, version }: { readonly id: string; readonly version: number },
  fields: Readonly<Record<string, unknown>>,
): string {
  const cells = columns.map((column) => {
    const value = column.split(".").reduce<unknown>((at, name) => (isFields(at) ? at[name] : null), fields);
    return value == null ? "" : cellOf(value);
  });
  return rowOf([id, String(version), ...cells].map(textCell));
}

function unreadable(what: string, line: number): Problem {
  return new Problem("file_unreadable", { detail: `The batch ${what} (line ${line}).` });
}
