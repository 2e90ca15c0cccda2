// The home of reading a whole statement in a test the way the pipeline does: probe, head, slices, blocks, records.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { formatExact, parseExact } from "../../src/kernel/quantise.ts";
import {
  type Answers,
  type ExplainedCell,
  type FileHead,
  isApart,
  type LineDetails,
  type LineProblem,
  LineProblemError,
  type LineReader,
  type RowApart,
  type StatedFact,
  type StatementLine,
} from "../../src/statements/formats/format.ts";
import type { Recognised } from "../../src/statements/formats/registry.ts";
import { recognise } from "../../src/statements/formats/registry.ts";
import { decoder, EncodingProbe, markBytes, newlineByte } from "../../src/statements/reading/encoding.ts";
import { HEAD_BYTES, readHead } from "../../src/statements/reading/header.ts";
import { forEachRecord, splitBlocks } from "../../src/statements/reading/records.ts";

/** Where fixtures lie: `derived` follows headers that were seen, `written` follows descriptions of formats. */
const FOLDERS = ["derived", "written"].map((name) => new URL(`./fixtures/${name}/`, import.meta.url));

const isJson = (name: string) => name.endsWith(".json");
const namesIn = (folder: URL) => (existsSync(folder) ? readdirSync(folder).sort() : []);

/** The names of all fixture files. */
export const FIXTURES: readonly string[] = FOLDERS.flatMap(namesIn).filter((name) => !isJson(name));

/** Whether a fixture follows a header that was seen, so that its format has a sample. */
export function isDerived(name: string): boolean {
  return FOLDERS.slice(0, 1).some((folder) => namesIn(folder).includes(name));
}

/** The bytes of one of the fixture files. */
export function fixture(name: string): Uint8Array {
  const [folder] = FOLDERS.filter((each) => existsSync(new URL(encodeURIComponent(name), each)));
  if (folder === undefined) throw new Error(`no fixture "${name}"`);
  return new Uint8Array(readFileSync(new URL(encodeURIComponent(name), folder)));
}

/** What is known of a fixture beforehand, added up by other means than the product's. */
export interface Expected {
  /** The one format that claims it; null where none may. */
  readonly format: string | null;
  /** Why it must be refused, though a format claims it. */
  readonly reject?: string;
  /** What a person has to answer before it can be read. */
  readonly answers?: Answers;
  /** Rows but for totals and records that only serve others; absent where the file cannot be read whole. */
  readonly data_rows?: number;
  readonly footer_rows?: number;
  readonly negative_rows?: number;
  /** Null where the file tells none, and several are possible. */
  readonly currency?: string | null;
  /** An exact decimal, or one by currency. */
  readonly amount_sum?: string | Readonly<Record<string, string>>;
  readonly units_sum?: number;
  readonly streams_sum?: number;
  readonly plays_sum?: number;
}

/** What is known of all fixtures, by name. A later file of expectations may add to what an earlier one says. */
export const EXPECTED: Readonly<Record<string, Expected>> = everythingExpected();

function everythingExpected(): Record<string, Expected> {
  const all: Record<string, Expected> = {};
  const names = FOLDERS.flatMap(namesIn).filter((name) => isJson(name) && name !== "EXPECTED-GROUPS.json");
  for (const name of names) {
    for (const [file, expected] of Object.entries(expectations(name))) {
      all[file] = { ...all[file], ...(expected as unknown as Expected) };
    }
  }
  return all;
}

/** A fixture file of expectations. */
export function expectations(name: string): Record<string, Record<string, unknown>> {
  return JSON.parse(new TextDecoder().decode(fixture(name)));
}

/** How a fixture is read: under its own name, and with the answers it needs. */
export function givenFor(name: string): Given & { readonly filename: string; readonly answers: Answers } {
  return { filename: name, answers: EXPECTED[name]?.answers ?? {} };
}

/** The head of a file, and the text it was cut from in UTF-8. */
export function headOf(bytes: Uint8Array): { head: FileHead; recognised: Recognised; utf8: Uint8Array } {
  const probe = new EncodingProbe();
  for (let at = 0; at < bytes.length; at += 1000) probe.push(bytes.subarray(at, at + 1000));
  const encoding = probe.finish();
  const isWide = encoding.encoding.startsWith("utf-16");
  const utf8 = isWide
    ? new TextEncoder().encode(decoder(encoding.encoding).decode(bytes.subarray(encoding.bomBytes)))
    : bytes;
  const text = decoder(isWide ? "utf-8" : encoding.encoding).decode(utf8.subarray(0, HEAD_BYTES));
  const head = readHead(text, encoding);
  return { head, recognised: recognise(head), utf8 };
}

/** What a person and an upload say beside the bytes. */
export interface Given {
  readonly filename?: string;
  readonly artist?: string;
  readonly answers?: Answers;
}

/** A file that one format claims, read whole: its lines, its rows that are none, and what it says of itself. */
export interface WholeFile {
  readonly lines: StatementLine[];
  readonly apart: RowApart[];
  readonly stated: readonly StatedFact[];
}

/**
 * Every row of a file that one format claims. Each block is read by a reader of its own that knows no more of the rows
 * before than what was saved, as when a page is read again.
 */
export function readFile(bytes: Uint8Array, given: Given = {}, sliceBytes = 1 << 20, linesPerBlock = 1000): WholeFile {
  const { head, recognised, utf8 } = headOf(bytes);
  if (recognised.kind !== "match") throw new Error(recognised.kind);
  const { format, match } = recognised;
  const { filename = "statement", artist = "Glass Harbor", answers = {} } = given;
  const newReader = () => format.reader(head, match, { filename, artist, answers });
  const first = newReader();
  let reader = first;
  const shape = { newline: head.newline, delimiter: head.delimiter, quoting: format.quoting(head) };
  const text = decoder(head.encoding.startsWith("utf-16") ? "utf-8" : head.encoding);
  const lines: StatementLine[] = [];
  const apart: RowApart[] = [];
  let line = 1;
  let offset = markBytes(utf8);
  let size = sliceBytes;
  while (offset < utf8.length) {
    const slice = utf8.subarray(offset, offset + size);
    const atEnd = offset + size >= utf8.length;
    const blocks = splitBlocks(slice, { ...shape, newline: newlineByte(head.newline), linesPerBlock, atEnd });
    const fault = blocks.at(-1)?.fault ?? null;
    const from = line;
    const whole = blocks.filter((block) => block.complete);
    for (const block of whole) {
      if (reader.memory !== null) {
        const saved = reader.memory.save();
        reader = newReader();
        reader.memory?.load(saved);
      }
      forEachRecord(
        text.decode(slice.subarray(block.start, block.end)),
        shape,
        (cells, at) => {
          if (at <= match.headerLine) return;
          const row = reader.read(cells, at);
          if (isApart(row)) apart.push(row);
          else lines.push(row);
        },
        line,
      );
      line += block.lines;
    }
    if (fault !== null) {
      const message = "a record does not end";
      throw new LineProblemError({ line: from + fault.line, column: null, code: fault.code, message });
    }
    const last = whole.at(-1);
    if (last === undefined) size *= 2;
    else offset += last.end;
  }
  const stated = [...first.stated, ...apart.flatMap((row) => row.states), ...(reader.atEnd?.() ?? [])];
  return { lines, apart, stated };
}

/** The reader of a file that one format claims. */
export function readerOf(bytes: Uint8Array, given: Given = {}): LineReader {
  const { head, recognised } = headOf(bytes);
  if (recognised.kind !== "match") throw new Error(recognised.kind);
  const { filename = "statement", artist = "Glass Harbor", answers = {} } = given;
  return recognised.format.reader(head, recognised.match, { filename, artist, answers });
}

/** The first row below the header that is read, with its line. */
function firstRow(bytes: Uint8Array): { cells: readonly string[]; line: number } {
  const { head, recognised } = headOf(bytes);
  const line = recognised.kind === "match" ? recognised.match.headerLine + 1 : 0;
  return { cells: head.lines[line - 1] ?? [], line };
}

/** What the cells of a file's first line became, by column. */
export function explainedOf(bytes: Uint8Array, given: Given = {}): Record<string, ExplainedCell> {
  const { cells, line } = firstRow(bytes);
  return Object.fromEntries(
    readerOf(bytes, given)
      .explain(cells, line)
      .map((cell) => [cell.column, cell]),
  );
}

/** The details of a file's first line. */
export function detailsOf(bytes: Uint8Array, given: Given = {}): LineDetails {
  const reader = readerOf(bytes, given);
  const { cells, line } = firstRow(bytes);
  reader.read(cells, line);
  return reader.details(cells);
}

/** A file of one table, every cell quoted; the first row's columns are the header. */
export function tableOf(rows: readonly Readonly<Record<string, string>>[], delimiter = ","): Uint8Array {
  const names = Object.keys(rows[0] ?? {});
  const quoted = (cells: readonly string[]) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter);
  return utf8([names, ...rows.map((row) => names.map((name) => row[name] ?? ""))].map(quoted).join("\n"));
}

/** Why a line could not be read. */
export function problemOf(read: () => unknown): LineProblem {
  try {
    read();
  } catch (error) {
    if (error instanceof LineProblemError) return error.problem;
    throw error;
  }
  throw new Error("it was read");
}

/** Every line of a file that one format claims. */
export function readLines(bytes: Uint8Array, sliceBytes = 1 << 20, linesPerBlock = 1000, given: Given = {}) {
  return readFile(bytes, given, sliceBytes, linesPerBlock).lines;
}

/** A decimal as the expectations print it, without regard to trailing zeros. */
export function plain(decimal: string): string {
  const exact = parseExact(decimal);
  if (exact === null) throw new Error(decimal);
  return formatExact(exact);
}

/** The exact sums of lines by currency, as decimals. */
export function sumByCurrency(lines: readonly StatementLine[]): Record<string, string> {
  return Object.fromEntries(
    [...Map.groupBy(lines, (line) => line.currency)].map(([code, group]) => [code, sum(group)]),
  );
}

/** The exact sum of lines, as a decimal. */
export function sum(lines: readonly StatementLine[]): string {
  return formatExact(lines.reduce((total, line) => total + line.exact, 0n));
}

/** A stream of bytes cut at the given places. */
export function streamOf(bytes: Uint8Array, chunkBytes: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + chunkBytes));
      at += chunkBytes;
    },
  });
}

/** Text as bytes. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
