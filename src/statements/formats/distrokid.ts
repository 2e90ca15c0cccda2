// The home of DistroKid's bank details: the file of 13 columns and its successor of 15.
import { parseGtin } from "../../kernel/gtin.ts";
import { parseIsrc } from "../../kernel/isrc.ts";
import { platformOf } from "../../kernel/platform.ts";
import { formatExact, parseExact } from "../../kernel/quantise.ts";
import { territoryFrom } from "../../kernel/territory.ts";
import type { Month } from "../../kernel/time.ts";
import { isMonth } from "../../kernel/time.ts";
import { candidateHeaders } from "../reading/header.ts";
import { Memo, parseUnits, unwrapped } from "./cells.ts";
import type { Layout } from "./distrokid-columns.ts";
import { COLUMNS, identify, layoutOf } from "./distrokid-columns.ts";
import type { ExplainedCell, LineKind, LineProblemCode, LineReader, StatementFormat, StatementLine } from "./format.ts";
import { LineProblemError } from "./format.ts";

/** Raised whenever the same line would be read otherwise; posted blocks name the reader that read them. */
const READER_VERSION = 1;

interface Store {
  readonly printed: string;
  readonly kind: LineKind;
}

class DistroKidReader implements LineReader {
  readonly version: string;
  readonly columns: LineReader["columns"];
  readonly currency: string;
  readonly #notes: readonly (string | undefined)[];
  readonly #width: number;
  readonly #quoting: boolean;
  readonly #at: Readonly<Record<"period" | "platform" | "artist" | "title" | "isrc" | "upc", number>>;
  readonly #units: number;
  readonly #type: number;
  readonly #territory: number;
  readonly #amount: number;
  readonly #stores = new Memo<Store | null>((printed) => {
    const store = printed.trim();
    return store === "" ? null : { printed: store, kind: platformOf(store).kind };
  });
  readonly #periods = new Memo<Month | null>((printed) => {
    const month = printed.trim();
    return isMonth(month) ? month : null;
  });
  readonly #territories = new Memo((printed) => territoryFrom(printed).territory);
  readonly #isrcs = new Memo((printed) => parseIsrc(printed) ?? printed.trim().replaceAll("-", "").toUpperCase());
  readonly #upcs = new Memo((printed) => parseGtin(printed.trim()) ?? printed.trim());

  constructor(id: string, layout: Layout, currency: string, quoting: boolean) {
    const { at } = layout;
    const column = (name: string): number => at.get(name) ?? -1;
    const known = new Map([...at].map(([name, index]) => [index, COLUMNS.get(name)]));
    this.version = `${id}@${READER_VERSION}`;
    this.currency = currency;
    this.columns = layout.header.names.map((name, index) => ({ name, field: known.get(index)?.field ?? null }));
    this.#notes = layout.header.names.map((_, index) => known.get(index)?.note);
    this.#width = layout.header.names.length;
    this.#quoting = quoting;
    this.#at = {
      period: column("sale month"),
      platform: column("store"),
      artist: column("artist"),
      title: column("title"),
      isrc: column("isrc"),
      upc: column("upc"),
    };
    this.#units = column("quantity");
    this.#type = at.get("song/album") ?? column("source type");
    this.#territory = column("country of sale");
    this.#amount = column("earnings");
  }

  read(cells: readonly string[], line: number): StatementLine {
    if (cells.length !== this.#width) this.#checkWidth(cells, line);
    const at = this.#at;
    const period = this.#periods.of(cellOf(cells, at.period));
    if (period === null) throw this.#problem(cells, line, at.period, "period_unreadable", "is no month (YYYY-MM)");
    const store = this.#stores.of(cellOf(cells, at.platform));
    if (store === null) throw this.#problem(cells, line, at.platform, "platform_missing", "names no store");
    const units = parseUnits(cellOf(cells, this.#units));
    if (units === null) throw this.#problem(cells, line, this.#units, "units_unreadable", "is no whole number");
    const amount = cellOf(cells, this.#amount);
    const exact = parseExact(amount) ?? parseExact(amount.trim());
    if (exact === null) throw this.#problem(cells, line, this.#amount, "amount_unreadable", "is no amount");
    const isAlbum = cellOf(cells, this.#type).toLowerCase() === "album";
    return {
      line,
      period,
      platform: store.printed,
      territory: this.#territories.of(cellOf(cells, this.#territory)),
      isrc: this.#isrcs.of(cellOf(cells, at.isrc)) || null,
      upc: this.#upcs.of(cellOf(cells, at.upc)) || null,
      title: this.#text(cellOf(cells, at.title)),
      artist: this.#text(cellOf(cells, at.artist)),
      kind: isAlbum ? "download" : store.kind,
      units,
      exact,
      currency: this.currency,
    };
  }

  explain(cells: readonly string[], line: number): ExplainedCell[] {
    const read = this.read(cells, line);
    return this.columns.map(({ name, field }, index) => {
      const note = this.#noteOn(cells, index, field, read);
      const explained = { column: name, printed: cells[index] ?? "", field, became: becameOf(read, field) };
      return note === null ? explained : { ...explained, note };
    });
  }

  #noteOn(cells: readonly string[], index: number, field: string | null, read: StatementLine): string | null {
    const printed = cells[index] ?? "";
    if (field === "territory" && !territoryFrom(printed).known) return "not a known territory";
    if (field === "isrc" && read.isrc !== null && parseIsrc(printed) === null) {
      return "not a valid ISRC; kept as printed";
    }
    if (field === "upc" && read.upc !== null && parseGtin(printed.trim()) === null) {
      return "not a valid UPC or EAN; kept as printed";
    }
    return this.#notes[index] ?? null;
  }

  #text(cell: string): string {
    return this.#quoting || cell.charCodeAt(0) !== 34 ? cell : unwrapped(cell);
  }

  #checkWidth(cells: readonly string[], line: number): void {
    const count = `${cells.length} cells where the header has ${this.#width}`;
    if (cells.length < this.#width) {
      const column = this.columns[cells.length]?.name ?? null;
      const message = `${count}; the first one missing is "${column ?? ""}"`;
      throw new LineProblemError({ line, column, code: "cells_missing", message });
    }
    // A delimiter behind the last cell adds blanks, which say nothing; anything else means that cells have shifted.
    if (cells.slice(this.#width).some((cell) => cell.trim() !== "")) {
      throw new LineProblemError({ line, column: null, code: "cells_extra", message: count });
    }
  }

  #problem(
    cells: readonly string[],
    line: number,
    index: number,
    code: LineProblemCode,
    words: string,
  ): LineProblemError {
    const column = this.columns[index]?.name ?? null;
    const message = `"${cellOf(cells, index).slice(0, 80)}" ${words}`;
    return new LineProblemError({ line, column, code, message });
  }
}

function cellOf(cells: readonly string[], index: number): string {
  // A negative index would be looked up by name, a hundred times slower.
  return index < 0 ? "" : (cells[index] ?? "");
}

function becameOf(read: StatementLine, field: string | null): string | null {
  if (field === null) return null;
  if (field === "amount") return `${formatExact(read.exact)} ${read.currency}`;
  const value = Object.entries(read).find(([name]) => name === field)?.[1];
  return value === null || value === undefined ? null : String(value);
}

function distrokid(version: 1 | 2, name: string, evidence: "A" | "B"): StatementFormat {
  const id = `distrokid.v${version}`;
  return {
    id,
    name,
    source: "distrokid",
    evidence,
    sample: true,
    reads: ["period", "platform", "territory", "isrc", "upc", "title", "artist", "kind", "units", "amount"],
    quoting: (head) => head.quoting,
    identify: (head) => identify(head, version),
    reader: (head, match) => {
      const header = candidateHeaders(head).find((candidate) => candidate.line === match.headerLine);
      const layout = header === undefined ? null : layoutOf(header);
      if (layout === null || layout.currency === null || match.missing.length > 0) {
        throw new Error(`${id} was asked to read a file it does not match`);
      }
      return new DistroKidReader(id, layout, layout.currency, head.quoting);
    },
  };
}

/** DistroKid's bank details as exported until July 2025. */
export const DISTROKID_V1: StatementFormat = distrokid(1, "DistroKid bank details (13 columns)", "A");

/** DistroKid's bank details since July 2025, with `Date Inserted` and `Recoup`. */
export const DISTROKID_V2: StatementFormat = distrokid(2, "DistroKid bank details (15 columns)", "B");
