// The home of marks: where a vowel sign, tone or accent is placed on the letter or mark that carries it.

import { type Lookup, lookupsOf, readCoverage, readMarkGlyphs } from "./lookups.ts";
import { type FontTables, viewFrom } from "./woff.ts";

/** How far a mark's origin lies from the origin of what carries it, in thousandths of the type size. */
export interface Offset {
  readonly x: number;
  readonly y: number;
}

/** What a font says about its marks. */
export interface Marks {
  /** True for a glyph that is a mark. */
  has(glyph: number): boolean;
  /** Where a mark sits on a letter; of a ligature, on the part it was written with. Null when the font does not say. */
  onLetter(mark: number, letter: number, part: number): Offset | null;
  /** Where a mark sits on another mark. Null when these two do not stack. */
  onMark(mark: number, carrier: number): Offset | null;
}

const ON_LETTER = 4;
const ON_LIGATURE = 5;
const ON_MARK = 6;

/** One subtable: which glyphs it is about, and where each has its anchors. */
interface Attachment {
  readonly type: number;
  readonly table: DataView;
  readonly marks: ReadonlyMap<number, number>;
  readonly carriers: ReadonlyMap<number, number>;
}

/**
 * Reads the mark positions of a font.
 *
 * @param scale the font's units → thousandths of the type size
 * @see https://learn.microsoft.com/typography/opentype/spec/gpos lookup types 4, 5 and 6 (checked 2026-11-25)
 */
export function readMarks(tables: FontTables, scale: (units: number) => number): Marks {
  const glyphs = readMarkGlyphs(tables);
  const lookups = ["mark", "mkmk"].flatMap((feature) => lookupsOf(tables, "GPOS", 9, feature));
  // Of two lookups that place the same mark the later one wins, as when they are applied in turn; in one, the first subtable.
  const attachments = lookups.toReversed().flatMap(readAttachments);
  const find = (mark: number, carrier: number, part: number, isMark: boolean): Offset | null => {
    for (const attachment of attachments) {
      if ((attachment.type === ON_MARK) !== isMark) continue;
      const markPlace = attachment.marks.get(mark);
      const carrierPlace = attachment.carriers.get(carrier);
      if (markPlace === undefined || carrierPlace === undefined) continue;
      const offset = offsetOf(attachment, markPlace, carrierPlace, part);
      if (offset !== null) return { x: scale(offset.x), y: scale(offset.y) };
    }
    return null;
  };
  return {
    has: (glyph) => glyphs.has(glyph),
    onLetter: (mark, letter, part) => find(mark, letter, part, false),
    onMark: (mark, carrier) => find(mark, carrier, 0, true),
  };
}

function readAttachments(lookup: Lookup): Attachment[] {
  if (![ON_LETTER, ON_LIGATURE, ON_MARK].includes(lookup.type)) return [];
  return lookup.subtables.map((table) => ({
    type: lookup.type,
    table,
    marks: readCoverage(viewFrom(table, table.getUint16(2))),
    carriers: readCoverage(viewFrom(table, table.getUint16(4))),
  }));
}

function offsetOf({ type, table }: Attachment, mark: number, carrier: number, part: number): Offset | null {
  const classes = table.getUint16(6);
  const marks = viewFrom(table, table.getUint16(8));
  const carriers = viewFrom(table, table.getUint16(10));
  const kind = marks.getUint16(2 + mark * 4);
  // A ligature has a row of anchors for each of its parts; a letter or mark has one row, in a table for all of them.
  const rows = type === ON_LIGATURE ? viewFrom(carriers, carriers.getUint16(2 + carrier * 2)) : carriers;
  const row = type === ON_LIGATURE ? Math.min(part, rows.getUint16(0) - 1) : carrier;
  const anchorAt = rows.getUint16(2 + (row * classes + kind) * 2);
  if (anchorAt === 0) return null;
  const own = anchor(viewFrom(marks, marks.getUint16(4 + mark * 4)));
  const other = anchor(viewFrom(rows, anchorAt));
  return { x: other.x - own.x, y: other.y - own.y };
}

function anchor(table: DataView): Offset {
  return { x: table.getInt16(2), y: table.getInt16(4) };
}
