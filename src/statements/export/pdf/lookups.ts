// The home of OpenType layout: finding a feature's lookups in a font, and the coverage tables that they share.

import { type FontTables, tagAt, uint16s, viewFrom } from "./woff.ts";

/** One lookup: its type after extensions are resolved, whether it looks past marks, and its subtables. */
export interface Lookup {
  readonly type: number;
  readonly skipsMarks: boolean;
  readonly subtables: readonly DataView[];
}

const SKIPS_MARKS = 0x0008;

/**
 * The lookups of a feature, in the order in which they apply. Our fonts hold one script each, so the features of all scripts
 * and languages are those of the script, but `locl`-like variants, which nobody asks for here.
 *
 * @param tag "GSUB" or "GPOS"
 * @param extension the type that wraps another: 7 in GSUB, 9 in GPOS
 * @see https://learn.microsoft.com/typography/opentype/spec/chapter2 (checked 2026-11-25)
 */
export function lookupsOf(tables: FontTables, tag: "GSUB" | "GPOS", extension: number, feature: string): Lookup[] {
  const table = tables.get(tag);
  if (table === undefined) return [];
  const features = viewFrom(table, table.getUint16(6));
  const lookups = viewFrom(table, table.getUint16(8));
  const wanted = new Set<number>();
  for (let record = 0; record < features.getUint16(0); record += 1) {
    if (tagAt(features, 2 + record * 6) !== feature) continue;
    const found = viewFrom(features, features.getUint16(6 + record * 6));
    for (const lookup of uint16s(found, 4, found.getUint16(2))) wanted.add(lookup);
  }
  return [...wanted].sort((a, b) => a - b).map((place) => readLookup(lookups, place, extension));
}

function readLookup(lookups: DataView, place: number, extension: number): Lookup {
  const lookup = viewFrom(lookups, lookups.getUint16(2 + place * 2));
  const type = lookup.getUint16(0);
  const subtables = uint16s(lookup, 6, lookup.getUint16(4)).map((offset) => viewFrom(lookup, offset));
  const isExtension = type === extension;
  return {
    type: isExtension ? (subtables[0]?.getUint16(2) ?? 0) : type,
    skipsMarks: (lookup.getUint16(2) & SKIPS_MARKS) !== 0,
    subtables: isExtension ? subtables.map((wrapper) => viewFrom(wrapper, wrapper.getUint32(4))) : subtables,
  };
}

/** Glyph → its place in a coverage table. */
export function readCoverage(table: DataView): Map<number, number> {
  if (table.getUint16(0) === 1) {
    return new Map(uint16s(table, 4, table.getUint16(2)).map((glyph, place) => [glyph, place]));
  }
  const places = new Map<number, number>();
  for (let range = 0; range < table.getUint16(2); range += 1) {
    const [start = 0, end = 0, first = 0] = uint16s(table, 4 + range * 6, 3);
    for (let glyph = start; glyph <= end; glyph += 1) places.set(glyph, first + glyph - start);
  }
  return places;
}

/** The glyphs that a font declares to be marks. */
export function readMarkGlyphs(tables: FontTables): Set<number> {
  const marks = new Set<number>();
  const gdef = tables.get("GDEF");
  const offset = gdef?.getUint16(4) ?? 0;
  if (gdef === undefined || offset === 0) return marks;
  const MARK = 3;
  const classes = viewFrom(gdef, offset);
  if (classes.getUint16(0) === 1) {
    const start = classes.getUint16(2);
    uint16s(classes, 6, classes.getUint16(4)).forEach((value, place) => {
      if (value === MARK) marks.add(start + place);
    });
    return marks;
  }
  for (let range = 0; range < classes.getUint16(2); range += 1) {
    const [start = 0, end = 0, value] = uint16s(classes, 4 + range * 6, 3);
    if (value === MARK) for (let glyph = start; glyph <= end; glyph += 1) marks.add(glyph);
  }
  return marks;
}
