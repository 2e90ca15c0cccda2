// The home of fonts: which glyph a character has, how wide it is, and the rules for joining letters and placing marks.

import { type Joining, readJoining } from "./joining.ts";
import { type Marks, readMarks } from "./marks.ts";
import { type FontTables, readWoff, tableOf, viewFrom } from "./woff.ts";

/** A TrueType font. Lengths are thousandths of the type size, as a PDF counts them. */
export interface Font {
  readonly name: string;
  readonly tables: FontTables;
  /** Character → glyph. */
  readonly glyphs: ReadonlyMap<number, number>;
  readonly ascent: number;
  readonly descent: number;
  readonly boundingBox: readonly number[];
  /** How one letter takes the form that joins it to its neighbours. */
  readonly joining: Joining;
  /** Where a mark is placed on what it belongs to. */
  readonly marks: Marks;
  /** How far a glyph moves the pen on. */
  advance(glyph: number): number;
  /** A glyph's outline as the file holds it; empty for a blank. */
  outline(glyph: number): DataView;
  /** How far a glyph reaches above the baseline, and below it (less than nought). */
  extent(glyph: number): { readonly top: number; readonly bottom: number };
}

/** Reads a WOFF file with TrueType outlines. */
export function readFont(name: string, bytes: Uint8Array): Font {
  const tables = readWoff(bytes);
  const head = tableOf(tables, "head");
  const hhea = tableOf(tables, "hhea");
  const hmtx = tableOf(tables, "hmtx");
  const unitsPerEm = head.getUint16(18);
  const metrics = hhea.getUint16(34);
  const scale = (units: number): number => Math.round((units * 1000) / unitsPerEm);
  const outline = outlinesOf(tables, head.getInt16(50) === 1);
  return {
    name,
    tables,
    glyphs: readCharacters(tableOf(tables, "cmap")),
    ascent: scale(hhea.getInt16(4)),
    descent: scale(hhea.getInt16(6)),
    boundingBox: [36, 38, 40, 42].map((offset) => scale(head.getInt16(offset))),
    joining: readJoining(tables),
    marks: readMarks(tables, scale),
    advance: (glyph) => scale(hmtx.getUint16(Math.min(glyph, metrics - 1) * 4)),
    outline,
    extent(glyph) {
      const drawn = outline(glyph);
      if (drawn.byteLength === 0) return { top: 0, bottom: 0 };
      return { top: scale(drawn.getInt16(8)), bottom: scale(drawn.getInt16(4)) };
    },
  };
}

function outlinesOf(tables: FontTables, isLong: boolean): (glyph: number) => DataView {
  const glyf = tableOf(tables, "glyf");
  const loca = tableOf(tables, "loca");
  const offsetOf = (glyph: number): number => (isLong ? loca.getUint32(glyph * 4) : loca.getUint16(glyph * 2) * 2);
  return (glyph) => {
    const start = offsetOf(glyph);
    return new DataView(glyf.buffer, glyf.byteOffset + start, offsetOf(glyph + 1) - start);
  };
}

/** @see https://learn.microsoft.com/typography/opentype/spec/cmap formats 4 and 12 (checked 2026-11-25) */
function readCharacters(cmap: DataView): Map<number, number> {
  const glyphs = new Map<number, number>();
  for (let record = 0; record < cmap.getUint16(2); record += 1) {
    const subtable = viewFrom(cmap, cmap.getUint32(8 + record * 8));
    const format = subtable.getUint16(0);
    if (format === 4) readSegments(subtable, glyphs);
    if (format === 12) readGroups(subtable, glyphs);
  }
  return glyphs;
}

function readSegments(table: DataView, glyphs: Map<number, number>): void {
  const doubled = table.getUint16(6);
  for (let segment = 0; segment < doubled; segment += 2) {
    const end = table.getUint16(14 + segment);
    const start = table.getUint16(16 + doubled + segment);
    const delta = table.getUint16(16 + doubled * 2 + segment);
    const rangeAt = 16 + doubled * 3 + segment;
    const range = table.getUint16(rangeAt);
    for (let character = start; character <= end && character < 0xffff; character += 1) {
      const found = range === 0 ? character : table.getUint16(rangeAt + range + (character - start) * 2);
      const glyph = range !== 0 && found === 0 ? 0 : (found + delta) & 0xffff;
      if (glyph !== 0) glyphs.set(character, glyph);
    }
  }
}

function readGroups(table: DataView, glyphs: Map<number, number>): void {
  for (let group = 0; group < table.getUint32(12); group += 1) {
    const at = 16 + group * 12;
    const [start, end, glyph] = [table.getUint32(at), table.getUint32(at + 4), table.getUint32(at + 8)];
    for (let character = start; character <= end; character += 1) glyphs.set(character, glyph + character - start);
  }
}
