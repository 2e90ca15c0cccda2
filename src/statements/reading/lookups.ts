// The home of what the cells of a workbook point at instead of saying it: shared texts, and the formats of dates.
import { detached } from "../formats/cells.ts";
import type { DateKind } from "./cell.ts";
import { dateKindOf, unescaped } from "./cell.ts";
import type { PartVisitor } from "./package.ts";
import { unreadableWorkbook } from "./package.ts";
import type { Attributes } from "./xml.ts";

/** The longest text of a cell. @see ECMA-376 does not bound it; Excel's specifications and limits do, checked 2026-11 */
export const MAX_CELL_LENGTH = 32_767;

/** A cell's text may be written with seven letters for one, as `_x000D_`. */
const MAX_WRITTEN_LENGTH = MAX_CELL_LENGTH * 7;

/** Memory that shared texts may take, counted as two bytes a letter and an overhead for each text. */
const MAX_STRINGS_BYTES = 64 * 1024 * 1024;
const STRING_OVERHEAD_BYTES = 32;

/** Excel allows 65,490 cell formats. */
const MAX_STYLES = 65_536;

/** Gathers the text of one cell from its pieces. */
export class CellText {
  #text = "";

  add(piece: string): void {
    this.#text += piece;
    if (this.#text.length > MAX_WRITTEN_LENGTH) throw tooLong();
  }

  /**
   * The text, for a line of its own: a line break within it, and a NUL, becomes a space.
   *
   * @throws Problem `file_unreadable` where it is longer than a cell can be
   */
  take(): string {
    const text = unescaped(this.#text);
    this.#text = "";
    if (text.length > MAX_CELL_LENGTH) throw tooLong();
    return text.replaceAll(/\r\n|[\r\n\0]/gu, " ");
  }
}

function tooLong(): Error {
  return unreadableWorkbook(`A cell of the workbook holds more than ${MAX_CELL_LENGTH} characters.`);
}

/** Reads the texts that cells share. The runs of a rich text are joined; how a text is pronounced is left out. */
export class SharedStrings implements PartVisitor {
  readonly texts: string[] = [];
  readonly #text = new CellText();
  #bytes = 0;

  text(path: string, piece: string): void {
    if (path === "/sst/si/t" || path === "/sst/si/r/t") this.#text.add(piece);
  }

  close(path: string): void {
    if (path !== "/sst/si") return;
    const text = detached(this.#text.take());
    this.#bytes += STRING_OVERHEAD_BYTES + text.length * 2;
    if (this.#bytes > MAX_STRINGS_BYTES) {
      throw unreadableWorkbook("The workbook holds more different texts than can be read: save its sheet as CSV.");
    }
    this.texts.push(text);
  }
}

/** Reads which cell formats show a number as a date. */
export class Styles implements PartVisitor {
  readonly #codes = new Map<number, DateKind | null>();
  readonly #cellFormats: number[] = [];

  /** By the number that a cell gives for its format. */
  get dateKinds(): (DateKind | null)[] {
    return this.#cellFormats.map(
      (id) => this.#codes.get(id) ?? (this.#codes.has(id) ? null : dateKindOf(id, undefined)),
    );
  }

  open(path: string, attributes: Attributes): void {
    const isCode = path === "/styleSheet/numFmts/numFmt";
    if (!isCode && path !== "/styleSheet/cellXfs/xf") return;
    const id = Number.parseInt(attributes.get("numFmtId") ?? "0", 10);
    if (isCode) this.#codes.set(id, dateKindOf(id, attributes.get("formatCode") ?? ""));
    else this.#cellFormats.push(id);
    if (this.#codes.size + this.#cellFormats.length > MAX_STYLES) {
      throw unreadableWorkbook("The workbook holds too many cell formats: save its sheet as CSV.");
    }
  }
}
