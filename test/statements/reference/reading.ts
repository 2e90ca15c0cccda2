// The home of the reference reading: what a file comes to, by the shortest way that is obviously right.
import { fromTo, MONTH_FIRST, monthOf, YEAR_FIRST } from "./dates.ts";
import type { CurrencySaid, Described, Get, ReferenceAnswers } from "./described.ts";
import { DISTRIBUTORS } from "./distributors.ts";
import { salesReport } from "./dsr.ts";
import { amountOf, countOf, type Mark, markOf } from "./numbers.ts";
import { STORES } from "./stores.ts";
import { cutText, type ReferenceRow, type ReferenceText, Refusal } from "./text.ts";

/** A line as far as money and plays are concerned. */
export interface ReferenceLine {
  readonly line: number;
  readonly month: string;
  readonly currency: string;
  /** × 10^30. */
  readonly exact: bigint;
  readonly units: bigint;
}

/** What is known beside the bytes. */
export interface ReferenceGiven {
  /** The product's id of the format. */
  readonly format: string;
  readonly filename: string;
  readonly answers: ReferenceAnswers;
}

/** The lines of a file read as a format; or why not. */
export type ReferenceReading = { readonly lines: readonly ReferenceLine[] } | { readonly refused: string };

/** Reads a file as one format. */
export function referenceOf(bytes: Uint8Array, given: ReferenceGiven): ReferenceReading {
  try {
    if (SALES_REPORTS.includes(given.format)) return { lines: salesReport(cutText(bytes, "tabs alone")) };
    const text = cutText(bytes);
    if (given.format === CLICKNCLEAR) return { lines: licences(text) };
    const described = DISTRIBUTORS[given.format] ?? STORES[given.format];
    if (described === undefined) throw new Error(`the reference does not know ${given.format}`);
    return { lines: linesOf(text, described, given) };
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message };
    throw error;
  }
}

/** The formats that the reference can read. */
export function referenceFormats(): string[] {
  return [...Object.keys(DISTRIBUTORS), ...Object.keys(STORES), ...SALES_REPORTS, CLICKNCLEAR];
}

function nameOf(cell: string): string {
  const text = cell.replace(/^(?:\uFEFF|\u00EF\u00BB\u00BF)+/u, "").trim();
  const inner = text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).trim() : text;
  return inner.replaceAll(/\s+/gu, " ").toLowerCase();
}

/** The place of a column by one of its names, with the code that stands at `{currency}`. */
function placesOf(header: readonly string[], column: string): { place: number; code: string }[] {
  return header.flatMap((name, place) =>
    column.split("|").flatMap((each) => {
      const [before = "", after] = each.split("{currency}");
      if (after === undefined) return name === each ? [{ place, code: "" }] : [];
      const code = name.slice(before.length, name.length - after.length);
      return name === before + code + after && /^[a-z]{3}$/u.test(code) ? [{ place, code: code.toUpperCase() }] : [];
    }),
  );
}

function linesOf(text: ReferenceText, described: Described, given: ReferenceGiven): ReferenceLine[] {
  // The header is the first record of the head that has every column needed once.
  const heads = text.head.map(({ cells }) => cells.map(nameOf));
  const at = heads.findIndex((names) => described.needs.every((column) => placesOf(names, column).length === 1));
  const header = heads[at];
  if (header === undefined) throw new Refusal("a column is missing");
  const placeOf = (column: string) => placesOf(header, column)[0];
  const headerLine = text.head[at]?.line ?? 0;
  const below = text.head.slice(at + 1);
  const sample = (column: string) => below.map(({ cells }) => cells[placeOf(column)?.place ?? -1]?.trim() ?? "");
  const above = (label: string) =>
    text.head
      .slice(0, at)
      .find(({ cells }) => nameOf(cells[0] ?? "") === label)
      ?.cells[1]?.trim();
  const { currency } = described;
  const ofFile =
    currency === "header"
      ? placeOf(described.amount ?? "")?.code
      : "is" in currency
        ? currency.is
        : "in" in currency
          ? null
          : said(currency.said, { placeOf, above, sample }, given.answers);
  if (ofFile === undefined) throw new Refusal("no currency is told");
  const month = described.month === "file" ? monthOfFile(described, above, given) : null;
  const { mark: rule } = described;
  const mark = rule === "." || rule === "one" ? "." : markOf(rule.of.flatMap(sample));
  return text.rows
    .filter(({ line }) => line > headerLine)
    .flatMap((row) => {
      const read = lineOf(row, header, described, { mark, month, currency: ofFile });
      return read === null ? [] : [read];
    });
}

interface OfFile {
  readonly mark: Mark;
  readonly month: string | null;
  /** Null where every row names its own. */
  readonly currency: string | null;
}

function lineOf(
  row: ReferenceRow,
  header: readonly string[],
  described: Described,
  file: OfFile,
): ReferenceLine | null {
  const { cells, line } = row;
  if (described.totals?.includes(nameOf(cells[0] ?? "")) === true) return null;
  if (cells.length < header.length) throw new Refusal(`line ${line} is short`);
  if (cells.slice(header.length).some((cell) => cell.trim() !== "")) throw new Refusal(`line ${line} is long`);
  const raw = (column: string) => cells[placesOf(header, column)[0]?.place ?? -1] ?? "";
  const get: Get = (column) => {
    const text = raw(column).trim();
    return described.blank !== undefined && text.toLowerCase() === described.blank ? "" : text;
  };
  const aside = described.aside?.(get) ?? false;
  if (typeof aside === "string") throw new Refusal(`line ${line} is ${aside}`);
  if (aside) return null;
  const month = typeof described.month === "function" ? described.month(get) : file.month;
  if (month === null) throw new Refusal(`line ${line} has no month`);
  if (described.stores?.every((column) => get(column) === "")) {
    throw new Refusal(`line ${line} names no store`);
  }
  const sign = described.isLoss?.(get) === true ? -1n : 1n;
  const turned = (value: bigint) => (value > 0n ? value * sign : value);
  return {
    line,
    month,
    currency: currencyOf(described, get, file, line),
    exact: turned(exactOf(described, raw, file.mark, line)),
    units: turned(unitsOf(described, header, get, file.mark, line)),
  };
}

function currencyOf(described: Described, get: Get, file: OfFile, line: number): string {
  if (file.currency !== null) return file.currency;
  const { currency } = described;
  const column = currency === "header" || "is" in currency ? "" : "in" in currency ? currency.in : currency.said.column;
  const code = get(column ?? "").toUpperCase();
  if (!/^[A-Z]{3}$/u.test(code)) throw new Refusal(`line ${line} has no currency`);
  return code;
}

function exactOf(described: Described, raw: Get, mark: Mark, line: number): bigint {
  if (described.amount === null) return 0n;
  const printed = described.rewritten?.(raw(described.amount)) ?? raw(described.amount);
  // One mark alone is the decimal mark; where there are more, points are.
  const isComma = described.mark === "one" && /^[^.]*,[^.,]*$/u.test(printed) && !/,.*,/u.test(printed);
  const exact = amountOf(printed, isComma ? "," : mark);
  if (exact === null) throw new Refusal(`line ${line} has no amount`);
  return exact;
}

function unitsOf(described: Described, header: readonly string[], get: Get, mark: Mark, line: number): bigint {
  let units = 0n;
  for (const column of described.units) {
    if (placesOf(header, column).length === 0) continue;
    const printed = get(column);
    if (printed === "" && described.unitsMayBeBlank === true) continue;
    const count = countOf(printed, mark);
    if (count === null) throw new Refusal(`line ${line} has no units`);
    units += count;
  }
  return units;
}

interface Around {
  placeOf(column: string): { place: number; code: string } | undefined;
  above(label: string): string | undefined;
  sample(column: string): readonly string[];
}

/** The currency of a file that has no column for it: null where it has one after all, undefined where nobody tells. */
function said(rule: CurrencySaid, around: Around, answers: ReferenceAnswers): string | null | undefined {
  if (rule.column !== undefined && around.placeOf(rule.column) !== undefined) return null;
  if (rule.usually !== undefined) return answers.currency ?? rule.usually;
  const told = rule.above === undefined ? behindEquals(rule, around) : around.above(rule.above)?.toUpperCase();
  return told !== undefined && /^[A-Z]{3}$/u.test(told) ? told : answers.currency;
}

/** `… × 0.79 £/$ = £`: what stands behind the last equals sign, where all rows of the head say the same. */
function behindEquals(rule: CurrencySaid, { sample }: Around): string | undefined {
  const texts = rule.behindEquals === undefined ? [] : sample(rule.behindEquals).filter((text) => text !== "");
  const signs = texts.map((text) =>
    (text.includes("=") ? (text.split("=").at(-1) ?? "") : "").replaceAll(/[\s\d.,+-]/gu, ""),
  );
  const codes = new Set(signs.map((sign) => ({ "£": "GBP", "€": "EUR" })[sign] ?? sign));
  const [code] = codes;
  return codes.size === 1 ? code : undefined;
}

/** A person's days, those above the header, or the two of the file's name. */
function monthOfFile(
  described: Described,
  above: (label: string) => string | undefined,
  given: ReferenceGiven,
): string {
  const { answers, filename } = given;
  const [first, last] = described.daysAbove ?? [];
  const ofName = filename.match(/(?<!\d)\d{4}-\d\d-\d\d(?!\d)/gu) ?? [];
  const days =
    answers.period !== undefined
      ? fromTo(YEAR_FIRST, answers.period.from, answers.period.to)
      : first === undefined || last === undefined
        ? ofName.length === 2
          ? fromTo(YEAR_FIRST, ofName[0] ?? "", ofName[1] ?? "")
          : null
        : fromTo(MONTH_FIRST, above(first) ?? "", above(last) ?? "");
  const month = monthOf(days);
  if (month === null) throw new Refusal("no days are told");
  return month;
}

const SALES_REPORTS = ["ddex.dsr.flat", "ddex.dsr.usage"];

const CLICKNCLEAR = "clicknclear.v1";
/** How many cells a sale of recordings, of works, and a total have. */
const WIDTHS: Readonly<Record<string, number>> = { M: 18, P: 19, T: 9 };
/** Where a sale of either kind has its currency. */
const CURRENCY_AT: Readonly<Record<string, number>> = { M: 10, P: 9 };

/** ClicknClear's report: totals, each with the sales behind it, in one currency and for one kind of income. */
function licences(text: ReferenceText): ReferenceLine[] {
  let section: readonly string[] | null = null;
  return text.rows.flatMap(({ line, cells: printed }) => {
    const cells = printed.map((cell) => cell.trim());
    const [row = "", income = ""] = cells;
    if (cells.length !== WIDTHS[row === "T" ? "T" : income]) throw new Refusal(`line ${line} has another width`);
    if (row === "T") {
      const money = cells.slice(6).map((cell) => amountOf(cell, "."));
      if (money.includes(null) || countOf(cells[4] ?? "", ".") === null) throw new Refusal(`line ${line} is no total`);
      section = [income, cells[5]?.toUpperCase() ?? ""];
      return [];
    }
    const currency = cells[CURRENCY_AT[income] ?? -1]?.toUpperCase() ?? "";
    if (row !== "S" || section === null || section[0] !== income || section[1] !== currency) {
      throw new Refusal(`line ${line} is misplaced`);
    }
    const month = monthOf(YEAR_FIRST(cells[2] ?? ""));
    const exact = amountOf(cells.at(-1) ?? "", ".");
    if (month === null || exact === null) throw new Refusal(`line ${line} cannot be read`);
    return [{ line, month, currency, exact, units: 1n }];
  });
}
