// The home of pages: where every text of a statement document stands, before anything is written.

import {
  MAX_TABLE_ROWS,
  type PrintedCurrency,
  type PrintedRow,
  type PrintedStatement,
  type StatementDocument,
} from "../document.ts";
import { type Column, columnEdges, type Edges } from "./columns.ts";
import { keepLargest } from "./rows.ts";
import type { Line, Typesetter, Weight } from "./typeset.ts";

/** A4, in points from the upper left corner. */
export const PAGE = { width: 595, height: 842, margin: 42 } as const;

/** One text on a page. Lengths are points; `left`, `right`, `top` and `bottom` bound the cell that it must not leave. */
export interface Box {
  readonly text: string;
  readonly line: Line;
  readonly size: number;
  readonly x: number;
  readonly baseline: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly isMuted: boolean;
}

/** A page: its texts, and the rules across it. */
export interface Page {
  readonly boxes: Box[];
  readonly rules: Rule[];
}

/** A line across a page at that height: strong below the head of a table, faint between its rows. */
export interface Rule {
  readonly y: number;
  readonly isStrong: boolean;
}

const LEFT = PAGE.margin;
const RIGHT = PAGE.width - PAGE.margin;
const TOP = PAGE.margin;
const FOOTER_TOP = PAGE.height - PAGE.margin - 8;
const BOTTOM = FOOTER_TOP - 12;
const TEXT = { size: 8.5, height: 15 } as const;
const HEADING = { size: 11, height: 22 } as const;
const LABEL_WIDTH = 110;
/** The most lines of a title, a file's name or another thing that is said once. */
const MAX_LINES = 3;
/** The smallest size of a figure that is too long for its column: the longest that is ever booked still fits. */
const MIN_SIZE = 3;
/** Where the baseline lies between the top of a row and its bottom: room for a vowel sign with a tone above it. */
const BASELINE = 0.7;

const NAMED: readonly Column[] = [
  { title: "", kind: "text", share: 1 },
  { title: "Units", kind: "figure", most: 110 },
  { title: "Amount", kind: "figure", most: 200 },
];
const RECORDINGS: readonly Column[] = [
  { title: "Title", kind: "text", share: 5 },
  { title: "Artist", kind: "text", share: 3 },
  { title: "ISRC", kind: "code", most: 90 },
  { title: "Units", kind: "figure", most: 90 },
  { title: "Amount", kind: "figure", most: 150 },
];
const TOTALS: readonly Column[] = [
  { title: "Currency", kind: "text", share: 1 },
  { title: "Lines", kind: "figure", most: 80 },
  { title: "Units", kind: "figure", most: 80 },
  { title: "Total", kind: "figure", most: 130 },
  { title: "Stated by the source", kind: "figure", most: 130 },
];

/**
 * Lays out a document page by page. A page is handed over as soon as it is full, so that a long document is never held
 * whole; its footer comes later, see {@link footerOf}.
 */
export function layOut(document: StatementDocument, type: Typesetter, onPage: (page: Page) => void): void {
  const layout = new Layout(type, onPage);
  document.statements.forEach((statement, place) => {
    if (place > 0) layout.beginPage();
    if (place === 0) layout.text(document.title, 11, 20, true);
    layout.text(document.artist, 20, 36);
    printFields(layout, statement, document.generatedAt);
    printTotals(layout, statement.currencies);
    for (const currency of statement.currencies) printTables(layout, currency);
  });
  layout.end();
}

/** The line at the foot of a page, which is known when all pages are. */
export function footerOf(document: StatementDocument, type: Typesetter, number: number, count: number): Box[] {
  const page: Page = { boxes: [], rules: [] };
  const width = 90;
  const cell = { top: FOOTER_TOP, height: TEXT.height, isMuted: true };
  addBox(page, type, `${document.artist} · ${document.title}`, { ...cell, left: LEFT, right: RIGHT - width });
  const right = { ...cell, left: RIGHT - width, right: RIGHT, align: "right" as const, isExact: true };
  addBox(page, type, `Page ${number} of ${count}`, right);
  return page.boxes;
}

function printFields(layout: Layout, statement: PrintedStatement, generatedAt: string): void {
  layout.field("Source", statement.source);
  layout.field("File", statement.filename);
  layout.field("Period", statement.period);
  layout.field("Statement", statement.id, true);
  layout.field("Generated at", generatedAt, true);
  layout.field("SHA-256 of the lines", statement.linesSha256, true);
  for (const fact of statement.facts) layout.field(fact.label, fact.value);
}

function printTotals(layout: Layout, currencies: readonly PrintedCurrency[]): void {
  const rows = currencies.map((sum) => [sum.currency, sum.lines, sum.units, sum.total, sum.statedTotal ?? "–"]);
  layout.table("Summary", TOTALS, rows);
}

function printTables(layout: Layout, sums: PrintedCurrency): void {
  const named = (heading: string, rows: readonly PrintedRow[]): void => {
    const [first, ...others] = NAMED as [Column, ...Column[]];
    const title = `By ${heading.toLowerCase()}, ${sums.currency}`;
    printRows(layout, title, [{ ...first, title: heading }, ...others], rows, (row) => [
      row.name,
      row.units,
      row.amount,
    ]);
  };
  named("Platform", sums.platforms);
  named("Territory", sums.territories);
  named("Month", sums.months);
  printRows(layout, `By recording, ${sums.currency}`, RECORDINGS, sums.recordings, (row) => [
    row.name,
    row.artist,
    row.isrc,
    row.units,
    row.amount,
  ]);
}

function printRows<Row extends PrintedRow>(
  layout: Layout,
  title: string,
  columns: readonly Column[],
  rows: readonly Row[],
  cellsOf: (row: Row) => string[],
): void {
  const { printed, rest } = keepLargest(rows, MAX_TABLE_ROWS);
  const cells = printed.map(cellsOf);
  if (rest !== null) {
    cells.push([`and ${rest.count} more, together`, ...columns.slice(2).map(() => ""), rest.amount]);
  }
  if (cells.length > 0) layout.table(title, columns, cells);
}

/** Where a text goes, and what may be done to it to make it fit. */
interface Cell {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly height: number;
  readonly size?: number;
  readonly weight?: Weight;
  readonly align?: "left" | "right";
  readonly isMuted?: boolean;
  /** Figures and ids are set smaller before anything of them is cut. */
  readonly isExact?: boolean;
}

function addBox(page: Page, type: Typesetter, text: string, cell: Cell): void {
  const { left, right, top, height, weight = "regular", isMuted = false } = cell;
  if (text === "") return;
  let size = cell.size ?? TEXT.size;
  const room = right - left;
  let line = type.fit(text, (room * 1000) / size, weight);
  if (cell.isExact) {
    const { width } = type.set(text, weight);
    if ((width * size) / 1000 > room) {
      size = Math.max(MIN_SIZE, Math.floor((room * 100_000) / width) / 100);
      line = type.fit(text, (room * 1000) / size, weight);
    }
  }
  const x = cell.align === "right" ? right - (line.width * size) / 1000 : left;
  const baseline = top + height * BASELINE;
  page.boxes.push({ text, line, size, x, baseline, left, right, top, bottom: top + height, isMuted });
}

/** The page that is being filled, and how far down it is. */
class Layout {
  readonly #type: Typesetter;
  readonly #onPage: (page: Page) => void;
  #page: Page = { boxes: [], rules: [] };
  #y: number = TOP;

  constructor(type: Typesetter, onPage: (page: Page) => void) {
    this.#type = type;
    this.#onPage = onPage;
  }

  beginPage(): void {
    this.#onPage(this.#page);
    this.#page = { boxes: [], rules: [] };
    this.#y = TOP;
  }

  end(): void {
    this.#onPage(this.#page);
  }

  /** A text across the page. */
  text(text: string, size: number, height: number, isMuted = false): void {
    this.#lines(text, { left: LEFT, right: RIGHT, top: 0, height, size, isMuted });
  }

  /** A name and what it is. */
  field(label: string, value: string, isExact = false): void {
    this.#makeRoom(TEXT.height * MAX_LINES);
    const cell = { top: this.#y, height: TEXT.height };
    this.#add(label, { ...cell, left: LEFT, right: LEFT + LABEL_WIDTH - 8, isMuted: true });
    this.#lines(value, { ...cell, left: LEFT + LABEL_WIDTH, right: RIGHT, isExact });
  }

  /** A text on as many lines as it needs; the last that it may have is cut. */
  #lines(text: string, cell: Cell): void {
    const { left, right, height, size = TEXT.size, isExact = false } = cell;
    const parts = this.#type.wrap(text, ((right - left) * 1000) / size, isExact ? 1 : MAX_LINES);
    for (const part of parts) {
      this.#add(part, { ...cell, top: this.#y });
      this.#y += height;
    }
  }

  /** A table under a heading; both stand again on every page that it goes on to. */
  table(heading: string, columns: readonly Column[], rows: readonly (readonly string[])[]): void {
    const edges = columnEdges(this.#type, columns, rows, { left: LEFT, right: RIGHT, size: TEXT.size });
    this.#y += 12;
    this.#makeRoom(HEADING.height + TEXT.height * 3);
    this.#tableHead(heading, columns, edges);
    for (const row of rows) {
      if (this.#makeRoom(TEXT.height)) this.#tableHead(`${heading} (continued)`, columns, edges);
      this.#row(row, columns, edges);
      this.#page.rules.push({ y: this.#y, isStrong: false });
    }
  }

  #tableHead(heading: string, columns: readonly Column[], edges: readonly Edges[]): void {
    this.#add(heading, { left: LEFT, right: RIGHT, top: this.#y, ...HEADING, weight: "bold" });
    this.#y += HEADING.height;
    this.#row(
      columns.map((column) => column.title),
      columns,
      edges,
      "bold",
    );
    this.#page.rules.push({ y: this.#y, isStrong: true });
  }

  #row(
    cells: readonly string[],
    columns: readonly Column[],
    edges: readonly Edges[],
    weight: Weight = "regular",
  ): void {
    columns.forEach(({ kind }, place) => {
      const { left, right } = edges[place] ?? { left: LEFT, right: RIGHT };
      this.#add(cells[place] ?? "", {
        left,
        right,
        top: this.#y,
        height: TEXT.height,
        weight,
        align: kind === "figure" ? "right" : "left",
        isExact: kind !== "text",
      });
    });
    this.#y += TEXT.height;
  }

  /** Begins a page when a height no longer fits on this one, and says whether it did. */
  #makeRoom(height: number): boolean {
    if (this.#y + height <= BOTTOM) return false;
    this.beginPage();
    return true;
  }

  #add(text: string, cell: Cell): void {
    addBox(this.#page, this.#type, text, cell);
  }
}
