// The home of substitution: the glyphs by which Arabic letters join their neighbours, and ligatures that scripts require.

import { type Lookup, lookupsOf, readCoverage } from "./lookups.ts";
import { type FontTables, uint16s, viewFrom } from "./woff.ts";

const FORMS = ["init", "medi", "fina"] as const;

/** A ligature: the glyphs behind the first that it takes up, and what stands for all of them. */
export interface Ligature {
  readonly rest: readonly number[];
  readonly glyph: number;
}

/** What a font says about joining. */
export interface Joining {
  /** A letter's glyph → its glyph at the beginning, in the middle or at the end of letters joined to each other. */
  readonly forms: Readonly<Record<(typeof FORMS)[number], ReadonlyMap<number, number>>>;
  /** First glyph → the ligatures that begin with it, the longest first. */
  readonly ligatures: ReadonlyMap<number, readonly Ligature[]>;
}

/**
 * Reads the single substitutions of the joining forms, and the ligatures that are always to be made.
 *
 * @see https://learn.microsoft.com/typography/opentype/spec/gsub lookup types 1 and 4 (checked 2026-11-25)
 */
export function readJoining(tables: FontTables): Joining {
  const of = (feature: string, type: number): Lookup[] =>
    lookupsOf(tables, "GSUB", 7, feature).filter((lookup) => lookup.type === type);
  const [init, medi, fina] = FORMS.map((form) => readSingles(of(form, 1)));
  return {
    forms: { init: init ?? new Map(), medi: medi ?? new Map(), fina: fina ?? new Map() },
    ligatures: readLigatures(["ccmp", "rlig"].flatMap((feature) => of(feature, 4))),
  };
}

function readSingles(lookups: readonly Lookup[]): Map<number, number> {
  const singles = new Map<number, number>();
  for (const table of lookups.flatMap((lookup) => lookup.subtables)) {
    const isDelta = table.getUint16(0) === 1;
    for (const [glyph, place] of readCoverage(viewFrom(table, table.getUint16(2)))) {
      const other = isDelta ? (glyph + table.getInt16(4)) & 0xffff : table.getUint16(6 + place * 2);
      if (!singles.has(glyph)) singles.set(glyph, other);
    }
  }
  return singles;
}

function readLigatures(lookups: readonly Lookup[]): Map<number, Ligature[]> {
  const ligatures = new Map<number, Ligature[]>();
  for (const table of lookups.flatMap((lookup) => lookup.subtables)) {
    for (const [first, place] of readCoverage(viewFrom(table, table.getUint16(2)))) {
      const set = viewFrom(table, table.getUint16(6 + place * 2));
      const found = uint16s(set, 2, set.getUint16(0)).map((offset): Ligature => {
        const ligature = viewFrom(set, offset);
        return { glyph: ligature.getUint16(0), rest: uint16s(ligature, 4, ligature.getUint16(2) - 1) };
      });
      ligatures.set(first, [...(ligatures.get(first) ?? []), ...found]);
    }
  }
  for (const found of ligatures.values()) found.sort((a, b) => b.rest.length - a.rest.length);
  return ligatures;
}
