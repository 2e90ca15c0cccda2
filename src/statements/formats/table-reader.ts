// The home of reading the rows of a declared table: every cell becomes what its column says, or the line is refused.
import { isCurrency } from "../../kernel/currency.ts";
import { parseGtin } from "../../kernel/gtin.ts";
import { parseIsrc } from "../../kernel/isrc.ts";
import { platformOf } from "../../kernel/platform.ts";
import { formatExact } from "../../kernel/quantise.ts";
import { territoryFrom } from "../../kernel/territory.ts";
import { normaliseHeader } from "../reading/header.ts";
import { Memo, parseUnits, unwrapped, WITHHELD, wordOf } from "./cells.ts";
import { isrcOf, unwrappedCode, upcOf } from "./codes.ts";
import type { Field, FileFacts, Row, RowsInOrder, TableDeclaration } from "./declaration.ts";
import {
  type ExplainedCell,
  isApart,
  type LineDetails,
  type LineKind,
  type LineProblemCode,
  LineProblemError,
  type LineReader,
  NO_DETAILS,
  type ReaderGiven,
  type RowApart,
  type StatedFact,
  type StatementLine,
} from "./format.ts";
import { columnsOf, type Layout } from "./layout.ts";
import { type DecimalMark, parseAmount, parseCount } from "./numbers.ts";
import type { Span } from "./spans.ts";
import { currencyOf, markOf, type Period, periodOf, titleOf, windowOf } from "./table-file.ts";
import { cellOf, placesOf, RowView } from "./table-row.ts";

interface Store {
  readonly printed: string;
  readonly kind: LineKind;
}

/** The details that are numbers. */
const NUMBERS: ReadonlySet<Field> = new Set(["gross", "deductions", "rate", "exchangeRate"]);
const PLAIN_DECIMAL = /^-?\d+(?:\.\d+)?$/;

const EITHER_MARK = /^[^.,]*[.,][^.,]*$/u;

/** Reads the rows of one file of a declared format. */
export class TableReader implements LineReader {
  readonly version: string;
  readonly columns: LineReader["columns"];
  readonly stated = [];
  readonly memory: RowsInOrder | null;
  readonly window: Span | null;
  readonly #declaration: TableDeclaration;
  readonly #layout: Layout;
  readonly #width: number;
  readonly #mark: DecimalMark | null;
  readonly #unwraps: boolean;
  readonly #refunds: "set_aside" | "payout_balance";
  readonly #period: Period | null;
  readonly #currency: string | null;
  readonly #title: string | null;
  readonly #artist: string | null;
  readonly #places: ReadonlyMap<Field, readonly number[]>;
  readonly #at: Readonly<Record<"period" | "platform" | "territory" | "isrc" | "upc" | "title" | "artist", number>>;
  readonly #units: number;
  readonly #amount: number;
  readonly #kind: number;
  readonly #currencyAt: number;
  readonly #severalIsrcs: boolean;
  readonly #severalUpcs: boolean;
  readonly #severalTitles: boolean;
  readonly #severalArtists: boolean;
  readonly #severalPlatforms: boolean;
  readonly #moreUnits: readonly number[];
  readonly #severalPeriods: boolean;
  readonly #blanks: ReadonlySet<string>;
  readonly #row: RowView;
  readonly #apart: ((row: Row) => RowApart | null) | null;
  readonly #periods: Memo<Period | null>;
  readonly #stores: Memo<Store | null>;
  readonly #territories = new Memo((printed) => territoryFrom(printed).territory);
  readonly #isrcs = new Memo((printed) => isrcOf(this.#unblanked(printed)));
  readonly #upcs = new Memo((printed) => upcOf(this.#unblanked(unwrappedCode(printed))));
  readonly #currencies = new Memo((printed) => {
    const code = printed.trim().toUpperCase();
    return isCurrency(code) ? code : null;
  });
  readonly #kinds: Memo<LineKind | null>;

  /** @throws AnswerMissingError where the file does not tell its currency, its days or its title, and nobody has */
  constructor(declaration: TableDeclaration, layout: Layout, file: FileFacts, quoting: boolean, given: ReaderGiven) {
    const { answers } = given;
    this.#declaration = declaration;
    this.#layout = layout;
    this.#width = layout.header.names.length;
    this.version = `${declaration.id}@${declaration.version}`;
    this.columns = columnsOf(layout);
    this.#places = placesOf(declaration, layout);
    const first = (field: Field): number => this.#places.get(field)?.[0] ?? -1;
    this.#at = {
      period: first("period"),
      platform: first("platform"),
      territory: first("territory"),
      isrc: first("isrc"),
      upc: first("upc"),
      title: first("title"),
      artist: first("artist"),
    };
    this.#units = first("units");
    this.#amount = first("amount");
    this.#kind = first("kind");
    this.#currencyAt = first("currency");
    this.#severalIsrcs = (this.#places.get("isrc")?.length ?? 0) > 1;
    this.#severalUpcs = (this.#places.get("upc")?.length ?? 0) > 1;
    this.#severalTitles = (this.#places.get("title")?.length ?? 0) > 1;
    this.#severalArtists = (this.#places.get("artist")?.length ?? 0) > 1;
    this.#severalPlatforms = (this.#places.get("platform")?.length ?? 0) > 1;
    this.#moreUnits = this.#places.get("units")?.slice(1) ?? [];
    this.#severalPeriods = (this.#places.get("period")?.length ?? 0) > 1;
    this.#unwraps = !quoting;
    this.#blanks = new Set(declaration.blanks ?? []);
    this.#refunds = answers.refunds ?? "set_aside";
    const memory = declaration.inOrder?.() ?? null;
    this.memory = memory;
    this.#apart = memory === null ? (declaration.apart ?? null) : (row) => memory.apart(row);
    this.#mark = markOf(declaration, layout, file);
    this.#row = new RowView(layout, (printed) => this.#parse(printed), this.#refunds);
    // What no answer can mend is refused before a person is asked for one.
    for (const { cells, line } of file.rows) declaration.apart?.(this.#row.of(cells, line));
    const { period, kind } = declaration;
    this.window = typeof period === "function" ? null : windowOf(period.ofFile(file), answers);
    this.#period = this.window === null ? null : periodOf(this.window);
    this.#currency = currencyOf(declaration, layout, file, answers);
    this.#title = declaration.titleOfFile === undefined ? null : titleOf(declaration.titleOfFile(file), answers);
    this.#artist = this.#at.artist === -1 ? (answers.artist ?? given.artist) : null;
    this.#periods = new Memo((printed) => {
      const cells = printed.split("\0").map((cell) => this.#unblanked(cell.trim()));
      const span = typeof period === "function" ? period(...cells) : null;
      return span === null ? null : periodOf(span);
    });
    this.#stores = new Memo((printed) => {
      const store = this.#unblanked(printed.trim()) || (declaration.platform ?? "");
      return store === "" ? null : { printed: store, kind: platformOf(store).kind };
    });
    this.#kinds = new Memo((printed) => {
      if (typeof kind !== "object") return null;
      return wordOf(kind, printed.trim().toLowerCase()) ?? null;
    });
  }

  read(cells: readonly string[], line: number): StatementLine | RowApart {
    const { footer } = this.#declaration;
    if (footer !== undefined) {
      const total = this.#totalOf(cells, line, footer);
      if (total !== null) return total;
    }
    if (cells.length !== this.#width) this.#checkWidth(cells, line);
    if (this.#apart !== null) {
      const row = this.#apart(this.#row.of(cells, line));
      if (row !== null) return row;
    }
    const at = this.#at;
    const period = this.#period ?? this.#periods.of(this.#periodCell(cells));
    if (period === null)
      throw this.#problem(cells, line, at.period, "period_unreadable", "is no period of this format");
    const store = this.#stores.of(
      this.#severalPlatforms ? this.#firstOf("platform", cells) : cellOf(cells, at.platform),
    );
    if (store === null) throw this.#problem(cells, line, at.platform, "platform_missing", "names no store");
    const sign = this.#declaration.isNegative?.(this.#row.of(cells, line)) === true ? -1 : 1;
    return {
      line,
      period: period.month,
      day: period.day,
      platform: store.printed,
      territory:
        at.territory === -1 ? (this.#declaration.territory ?? "ZZ") : this.#territories.of(cellOf(cells, at.territory)),
      isrc: this.#isrcs.of(this.#severalIsrcs ? this.#isrcCell(cells) : cellOf(cells, at.isrc)) || null,
      upc: this.#upcs.of(this.#severalUpcs ? this.#firstOf("upc", cells) : cellOf(cells, at.upc)) || null,
      title: this.#title ?? this.#text(this.#severalTitles ? this.#firstOf("title", cells) : cellOf(cells, at.title)),
      artist:
        this.#artist ?? this.#text(this.#severalArtists ? this.#firstOf("artist", cells) : cellOf(cells, at.artist)),
      kind: this.#kindOf(cells, line, store),
      units: this.#unitsOf(cells, line, sign),
      exact: this.#exactOf(cells, line, sign),
      currency: this.#currencyOf(cells, line),
    };
  }

  explain(cells: readonly string[], line: number): ExplainedCell[] {
    const read = this.read(cells, line);
    const details = this.details(cells);
    return this.columns.map(({ name, field, isPrivate }, place) => {
      const printed = isPrivate ? WITHHELD : (cells[place] ?? "");
      const became = isApart(read) ? null : becameOf(read, details, field);
      const note = this.#noteOn(cells, place, field, isApart(read) ? null : read);
      return { column: name, printed, field, became, ...(note === null ? {} : { note }) };
    });
  }

  details(cells: readonly string[]): LineDetails {
    const details: Record<keyof LineDetails, string | null> = { ...NO_DETAILS };
    for (const [field, places] of this.#places) {
      if (!(field in details)) continue;
      const printed =
        field === "statementPeriod" && places.length > 1
          ? places
              .map((place) => this.#unblanked(cellOf(cells, place).trim()))
              .join(" ")
              .trim()
          : this.#unblanked(this.#firstIn(places, cells).trim());
      if (printed === "") continue;
      details[field as keyof LineDetails] = NUMBERS.has(field) ? this.#decimal(printed) : this.#text(printed);
    }
    if (details.usage === null) details.usage = this.#unblanked(cellOf(cells, this.#kind).trim()) || null;
    return details;
  }

  atEnd(): readonly StatedFact[] {
    return this.memory?.atEnd?.() ?? [];
  }

  #parse(printed: string): bigint | null {
    if (this.#declaration.numbers === "either") {
      const text = EITHER_MARK.test(printed) ? printed.replace(",", ".") : printed;
      return parseAmount(text, ".");
    }
    return parseAmount(printed, this.#mark);
  }

  /** A number with a point for its mark; what is none stays as printed. */
  #decimal(printed: string): string {
    if (this.#mark === "." && PLAIN_DECIMAL.test(printed)) return printed;
    const exact = this.#parse(printed);
    return exact === null ? this.#text(printed) : formatExact(exact);
  }

  #exactOf(cells: readonly string[], line: number, sign: 1 | -1): bigint {
    if (this.#declaration.measures === "plays") return 0n;
    const own = this.#declaration.amount?.(this.#row.of(cells, line)) ?? null;
    const exact = this.#parse(own ?? cellOf(cells, this.#amount));
    if (exact === null) throw this.#problem(cells, line, this.#amount, "amount_unreadable", "is no amount");
    return sign === -1 && exact > 0n ? -exact : exact;
  }

  #unitsOf(cells: readonly string[], line: number, sign: 1 | -1): number {
    if (this.#units === -1) return 0;
    let units = this.#countAt(this.#units, cells, line);
    for (const place of this.#moreUnits) units += this.#countAt(place, cells, line);
    return sign === -1 && units > 0 ? -units : units;
  }

  #countAt(place: number, cells: readonly string[], line: number): number {
    const printed = cellOf(cells, place);
    const count = parseUnits(printed) ?? parseCount(printed, this.#mark);
    if (count !== null) return count;
    if (this.#declaration.unitsMayBeBlank === true && this.#unblanked(printed.trim()) === "") return 0;
    throw this.#problem(cells, line, place, "units_unreadable", "is no whole number");
  }

  #currencyOf(cells: readonly string[], line: number): string {
    if (this.#currency !== null) return this.#currency;
    const code = this.#currencies.of(cellOf(cells, this.#currencyAt));
    if (code === null) {
      throw this.#problem(cells, line, this.#currencyAt, "currency_unreadable", "is no known currency code");
    }
    return code;
  }

  #kindOf(cells: readonly string[], line: number, store: Store): LineKind {
    const { kind } = this.#declaration;
    if (typeof kind === "string") return kind;
    if (typeof kind === "function") return kind(this.#row.of(cells, line));
    return (this.#kind === -1 ? null : this.#kinds.of(cellOf(cells, this.#kind))) ?? store.kind;
  }

  #periodCell(cells: readonly string[]): string {
    if (!this.#severalPeriods) return cellOf(cells, this.#at.period);
    return (this.#places.get("period") ?? []).map((place) => cellOf(cells, place)).join("\0");
  }

  /** Of several columns that may hold the ISRC, the first that does; else the first that holds anything. */
  #isrcCell(cells: readonly string[]): string {
    const places = this.#places.get("isrc") ?? [];
    const valid = places.find((place) => parseIsrc(cellOf(cells, place)) !== null);
    return valid === undefined ? this.#firstIn(places, cells) : cellOf(cells, valid);
  }

  #firstOf(field: Field, cells: readonly string[]): string {
    return this.#firstIn(this.#places.get(field) ?? [], cells);
  }

  #firstIn(places: readonly number[], cells: readonly string[]): string {
    for (const place of places) if (this.#unblanked(cellOf(cells, place).trim()) !== "") return cellOf(cells, place);
    return "";
  }

  #unblanked(text: string): string {
    return this.#blanks.size > 0 && this.#blanks.has(text.toLowerCase()) ? "" : text;
  }

  #text(cell: string): string {
    const text = this.#unwraps && cell.charCodeAt(0) === 34 ? unwrapped(cell) : cell;
    return this.#blanks.size > 0 ? this.#unblanked(text) : text;
  }

  #totalOf(cells: readonly string[], line: number, footer: NonNullable<TableDeclaration["footer"]>): RowApart | null {
    const what = wordOf(footer, normaliseHeader(cells[0] ?? ""));
    if (what === undefined) return null;
    const printed = cellOf(cells, 1);
    const exact = what === "amount" ? this.#parse(printed) : null;
    const count = what === "amount" ? null : parseCount(printed, this.#mark);
    const stated = exact ?? (count === null ? null : BigInt(count));
    if (stated === null) {
      const message = `"${printed.slice(0, 80)}" is no total`;
      throw new LineProblemError({ line, column: cells[0] ?? null, code: "amount_unreadable", message });
    }
    return { apart: "total", exact, currency: null, states: [{ what, currency: null, stated, found: null, line }] };
  }

  #noteOn(cells: readonly string[], place: number, field: string | null, read: StatementLine | null): string | null {
    const column = this.#layout.columns[place] ?? null;
    const printed = this.#unblanked((cells[place] ?? "").trim());
    if (column?.isPrivate === true) return "personal data of others; neither shown nor exported";
    if (read !== null && printed !== "") {
      if (field === "territory" && !territoryFrom(printed).known) return "not a known territory";
      if (field === "isrc" && parseIsrc(printed) === null) return "not a valid ISRC; kept as printed";
      if (field === "upc" && parseGtin(unwrappedCode(printed)) === null) {
        return "not a valid UPC or EAN; kept as printed";
      }
    }
    return column?.note ?? null;
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

  #problem(cells: readonly string[], line: number, place: number, code: LineProblemCode, words: string) {
    const column = this.columns[place]?.name ?? null;
    return new LineProblemError({ line, column, code, message: `"${cellOf(cells, place).slice(0, 80)}" ${words}` });
  }
}

function becameOf(read: StatementLine, details: LineDetails, field: string | null): string | null {
  if (field === null) return null;
  if (field === "amount") return read.currency === "" ? null : `${formatExact(read.exact)} ${read.currency}`;
  if (field === "period") return read.day ?? read.period;
  const values = { ...details, ...read } as Readonly<Record<string, unknown>>;
  const value = values[field];
  return value === null || value === undefined ? null : String(value);
}
