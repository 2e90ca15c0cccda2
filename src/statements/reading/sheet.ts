// The home of a sheet's rows: its cells, put in their columns and written as lines of text.
import { Problem } from "../../kernel/problems.ts";
import type { Attributes } from "../../kernel/xml.ts";
import type { DateKind } from "./cell.ts";
import { CellText, dateText, isoDateText, numberText } from "./cell.ts";
import type { PartVisitor } from "./package.ts";
import { unreadableWorkbook } from "./package.ts";

/** The size of the largest sheet. @see Excel specifications and limits, Microsoft, checked 2026-11 */
const MAX_ROWS = 1_048_576;
const MAX_COLUMNS = 16_384;
/** Cells of a sheet, those left out between others included: the longest sheet, at a breadth no statement has. */
const MAX_CELLS = MAX_ROWS * 64;

/** Characters that gather before they are written. */
const WRITE_LENGTH = 65_536;

const ROW = "/worksheet/sheetData/row";
const CELL = "/worksheet/sheetData/row/c";
const VALUE = "/worksheet/sheetData/row/c/v";
const INLINE = "/worksheet/sheetData/row/c/is";
const INLINE_TEXT = "/worksheet/sheetData/row/c/is/t";
const INLINE_RUN = "/worksheet/sheetData/row/c/is/r/t";

/** What a sheet's cells are read with. */
export interface SheetLookups {
  readonly strings: readonly string[];
  /** By the number that a cell gives for its format. */
  readonly dateKinds: readonly (DateKind | null)[];
  readonly isDate1904: boolean;
}

/** Finds out whether a sheet has a cell with something in it, and looks no further. */
export class RowsLook implements PartVisitor {
  isDone = false;

  open(path: string): void {
    if (path === VALUE || path === INLINE) this.isDone = true;
  }
}

/** Makes lines of a sheet's rows while they stream past. */
export class SheetLines implements PartVisitor {
  readonly #lookups: SheetLookups;
  readonly #write: (text: string) => Promise<void> | void;
  readonly #maxLength: number;
  readonly #text = new CellText();
  #pending = "";
  #length = 0;
  #cells = 0;
  #row = 0;
  #linesWritten = 0;
  #column = -1;
  /** Column of the last cell written to the row's line; -1 before the first. */
  #columnWritten = -1;
  #type = "n";
  #dateKind: DateKind | null = null;

  /**
   * @param write     given whole cells, but not always whole lines
   * @param maxLength characters that may be written: a few bytes of a sheet can name a long shared text many times over
   */
  constructor(lookups: SheetLookups, write: (text: string) => Promise<void> | void, maxLength: number) {
    this.#lookups = lookups;
    this.#write = write;
    this.#maxLength = maxLength;
  }

  /** Lines written so far: the number of the last row that holds anything. */
  get lines(): number {
    return this.#linesWritten;
  }

  open(path: string, attributes: Attributes): void {
    if (path === CELL) this.#beginCell(attributes);
    else if (path === ROW) this.#beginRow(attributes.get("r"));
  }

  text(path: string, piece: string): void {
    const isInline = this.#type === "inlineStr";
    if (isInline ? path === INLINE_TEXT || path === INLINE_RUN : path === VALUE) this.#text.add(piece);
  }

  close(path: string): void {
    if (path === CELL) this.#endCell(this.#printed(this.#text.take()));
    else if (path === ROW && this.#columnWritten !== -1) this.#add("\n");
  }

  async pause(): Promise<void> {
    if (this.#pending.length >= WRITE_LENGTH) await this.flush();
  }

  /** Writes what has gathered. */
  async flush(): Promise<void> {
    if (this.#pending === "") return;
    const text = this.#pending;
    this.#pending = "";
    await this.#write(text);
  }

  #beginRow(reference: string | undefined): void {
    const row = reference === undefined ? this.#row + 1 : wholeNumber(reference);
    if (!(row > this.#row)) throw unreadableWorkbook(`Row ${this.#row} of the sheet is followed by "${reference}".`);
    if (row > MAX_ROWS) throw unreadableWorkbook(`The sheet has more than ${MAX_ROWS} rows.`);
    this.#row = row;
    this.#column = -1;
    this.#columnWritten = -1;
  }

  #beginCell(attributes: Attributes): void {
    const reference = attributes.get("r");
    const column = reference === undefined ? this.#column + 1 : this.#columnOf(reference);
    if (!(column > this.#column)) {
      throw unreadableWorkbook(`Cell "${reference}" of the sheet does not stand where it says.`);
    }
    if (column >= MAX_COLUMNS) throw unreadableWorkbook(`The sheet has more than ${MAX_COLUMNS} columns.`);
    this.#column = column;
    this.#type = attributes.get("t") ?? "n";
    const style = attributes.get("s");
    this.#dateKind = style === undefined ? null : (this.#lookups.dateKinds[wholeNumber(style)] ?? null);
  }

  /** The column of a reference such as `C5`, from 0; NaN where it is none, or one of another row. */
  #columnOf(reference: string): number {
    let column = 0;
    let at = 0;
    for (; at < reference.length; at += 1) {
      const letter = reference.charCodeAt(at) - 64;
      if (letter < 1 || letter > 26) break;
      column = column * 26 + letter;
    }
    return wholeNumber(reference.slice(at)) === this.#row ? column - 1 : Number.NaN;
  }

  /** What a cell of the present type prints for what stands in it. */
  #printed(value: string): string {
    const { strings, isDate1904 } = this.#lookups;
    switch (this.#type) {
      case "inlineStr":
      case "str":
      case "e":
        return value;
      case "s": {
        const text = value === "" ? "" : strings[wholeNumber(value)];
        if (text === undefined) throw this.#refused("names a text that the workbook does not hold");
        return text;
      }
      case "b":
        return value === "1" || value === "true" ? "TRUE" : value === "" ? "" : "FALSE";
      case "d":
        return isoDateText(value.trim());
      case "n": {
        const number = value.trim();
        return this.#dateKind === null ? numberText(number) : dateText(number, this.#dateKind, isDate1904);
      }
      default:
        throw this.#refused("is of a type that is not known");
    }
  }

  #endCell(text: string): void {
    // An empty cell says nothing but how it would look; so lines end with the last cell that holds something.
    if (text === "") return;
    if (this.#columnWritten === -1) {
      this.#add("\n".repeat(this.#row - 1 - this.#linesWritten));
      this.#linesWritten = this.#row;
    }
    const tabs = this.#column - Math.max(0, this.#columnWritten);
    this.#cells += this.#column - this.#columnWritten;
    this.#columnWritten = this.#column;
    if (this.#cells > MAX_CELLS) throw unreadableWorkbook(`The sheet has more than ${MAX_CELLS} cells.`);
    this.#add(`${"\t".repeat(tabs)}${/["\t]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text}`);
  }

  #add(text: string): void {
    this.#length += text.length;
    if (this.#length > this.#maxLength) {
      throw new Problem("archive_too_large", { detail: `a sheet may hold ${this.#maxLength} characters` });
    }
    this.#pending += text;
  }

  #refused(what: string): Problem {
    return unreadableWorkbook(`The cell in row ${this.#row}, column ${this.#column + 1} of the sheet ${what}.`);
  }
}

/** A count written in digits; NaN for anything else. */
function wholeNumber(text: string): number {
  return /^\d{1,9}$/u.test(text) ? Number.parseInt(text, 10) : Number.NaN;
}
