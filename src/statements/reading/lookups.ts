// The home of what the cells of a workbook point at instead of saying it: shared texts, and the formats of dates.

import { detached } from "../../kernel/text.ts";
import type { Attributes } from "../../kernel/xml.ts";
import type { DateKind } from "./cell.ts";
import { CellText, dateKindOf } from "./cell.ts";
import type { PartVisitor } from "./package.ts";
import { unreadableWorkbook } from "./package.ts";

/** Memory that shared texts may take, counted as two bytes a letter and an overhead for each text. */
const MAX_STRINGS_BYTES = 64 * 1024 * 1024;
const STRING_OVERHEAD_BYTES = 32;

/** Excel allows 65,490 cell formats. @see Excel specifications and limits, Microsoft, checked 2026-11 */
const MAX_STYLES = 65_536;

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
  readonly #coded = new Map<number, DateKind | null>();
  readonly #cellFormats: number[] = [];

  /** By the number that a cell gives for its format. */
  get dateKinds(): (DateKind | null)[] {
    return this.#cellFormats.map((id) => {
      const coded = this.#coded.get(id);
      return coded === undefined ? dateKindOf(id, undefined) : coded;
    });
  }

  open(path: string, attributes: Attributes): void {
    const isCode = path === "/styleSheet/numFmts/numFmt";
    if (!isCode && path !== "/styleSheet/cellXfs/xf") return;
    const id = Number.parseInt(attributes.get("numFmtId") ?? "0", 10);
    if (isCode) this.#coded.set(id, dateKindOf(id, attributes.get("formatCode") ?? ""));
    else this.#cellFormats.push(id);
    if (this.#coded.size + this.#cellFormats.length > MAX_STYLES) {
      throw unreadableWorkbook("The workbook holds too many cell formats: save its sheet as CSV.");
    }
  }
}
