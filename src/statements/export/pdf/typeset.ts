// The home of typesetting: a text becomes one line of glyphs in the order in which they are seen, as wide as it may be.

import bidiFactory from "bidi-js";
import type { Font } from "./font.ts";
import { type Cluster, type Glyph, isJoinControl, type Letter, shape } from "./shape.ts";
import type { FontOfCharacter, Typefaces } from "./typefaces.ts";

/** A letter with its marks where it stands on its line, in thousandths of the type size from the line's left end. */
export interface PlacedCluster {
  readonly x: number;
  /** In the order in which they are drawn: from right to left, marks come before their letter. */
  readonly glyphs: readonly Glyph[];
  readonly isRightToLeft: boolean;
}

/** A line of glyphs from left to right; its width is in thousandths of the type size. */
export interface Line {
  readonly clusters: readonly PlacedCluster[];
  readonly width: number;
}

/** Regular for everything, bold for headings. */
export type Weight = "regular" | "bold";

/** Sets texts in the fonts of one document. */
export interface Typesetter {
  /** The text on one line. Control characters are blanks; what no font has is a visible replacement. */
  set(text: string, weight?: Weight): Line;
  /** The text on one line of at most that width, in thousandths of the type size; if need be cut, with an ellipsis. */
  fit(text: string, width: number, weight?: Weight): Line;
  /** The text cut into the parts that stand on lines of that width, between words where it can be; the last may be too long. */
  wrap(text: string, width: number, lines: number): string[];
}

const bidi = bidiFactory();
const ELLIPSIS = "…";
const REPLACEMENT = 0xfffd;
/** Longer texts fit on no line; only their beginning is set. */
const MAX_LINE_CHARACTERS = 1000;

const BLANKS = /[\s\p{Cc}]+/gu;
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\u200f\u202b\u202e\u2067]/u;
const IS_MARK = /^\p{M}/u;
const UNSEEN = /^\p{Default_Ignorable_Code_Point}$/u;
const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });
const WORDS = new Intl.Segmenter("en", { granularity: "word" });

/** What a text consists of once it can be set: composed, on one line, and well formed. */
export function tidy(text: string): string {
  return text.toWellFormed().normalize("NFC").replace(BLANKS, " ").trim();
}

/** Sets texts in these fonts. */
export function typesetter(faces: Typefaces): Typesetter {
  const setIn = (fontOf: FontOfCharacter, text: string): Line => place(split(fontOf, faces.latin, beginningOf(text)));
  const fontsFor = (text: string, weight: Weight = "regular"): FontOfCharacter => {
    const usual = faces.inWritingOf(text);
    if (weight === "regular") return usual;
    return (character) => (faces.bold.glyphs.has(character) ? faces.bold : usual(character));
  };
  const set = (text: string, weight?: Weight): Line => setIn(fontsFor(text, weight), text);
  const fit = (text: string, width: number, weight?: Weight): Line => {
    const fontOf = fontsFor(text, weight);
    const line = setIn(fontOf, text);
    if (line.width <= width && text.length <= MAX_LINE_CHARACTERS) return line;
    const cut = (part: string): Line => setIn(fontOf, `${part.trimEnd()}${ELLIPSIS}`);
    const longest = longestThat(partsOf(GRAPHEMES, text), (part) => cut(part).width <= width);
    return longest === null ? { clusters: [], width: 0 } : cut(longest);
  };
  const wrap = (written: string, width: number, lines: number): string[] => {
    const text = tidy(written);
    const fits = (part: string): boolean => set(part.trimEnd()).width <= width;
    if (lines === 1 || (text.length <= MAX_LINE_CHARACTERS && fits(text))) return [text];
    const line = longestThat(partsOf(WORDS, text), fits) || longestThat(partsOf(GRAPHEMES, text), fits) || text;
    const rest = text.slice(line.length).trimStart();
    return rest === "" ? [line] : [line, ...wrap(rest, width, lines - 1)];
  };
  return { set, fit, wrap };
}

function beginningOf(text: string): string {
  return tidy(text.slice(0, MAX_LINE_CHARACTERS));
}

function partsOf(segmenter: Intl.Segmenter, text: string): string[] {
  return Array.from(segmenter.segment(beginningOf(text)), ({ segment }) => segment);
}

/** The most parts of a text, from its beginning, that pass; null when not even nothing does. */
function longestThat(parts: readonly string[], passes: (text: string) => boolean): string | null {
  let longest: string | null = null;
  for (let low = 0, high = parts.length; low <= high; ) {
    const middle = (low + high) >> 1;
    const part = parts.slice(0, middle).join("");
    if (passes(part)) {
      longest = part;
      low = middle + 1;
    } else high = middle - 1;
  }
  return longest;
}

/** A stretch of text in one font and one direction; an odd level runs from right to left. */
interface Run {
  readonly font: Font;
  readonly level: number;
  readonly letters: Letter[];
}

/** Splits a text into runs; what no font has is shown by the sign for that in the Latin one. */
function split(fontOf: FontOfCharacter, latin: Font, text: string): Run[] {
  const levels = RIGHT_TO_LEFT.test(text) ? bidi.getEmbeddingLevels(text).levels : null;
  const mirrored = levels === null ? null : bidi.getMirroredCharactersMap(text, levels);
  const runs: Run[] = [];
  let index = 0;
  for (const character of text) {
    const level = levels?.[index] ?? 0;
    const shown = mirrored?.get(index) ?? character;
    index += character.length;
    const last = runs.at(-1);
    if (isJoinControl({ text: character })) last?.letters.push({ glyph: -1, text: character });
    if (UNSEEN.test(character)) continue;
    const code = shown.codePointAt(0) ?? 0;
    // A mark stays with its letter if that letter's font has it: only there does it know its place.
    const isAtHome = last?.font.glyphs.has(code) && IS_MARK.test(character);
    const font = (isAtHome ? last?.font : fontOf(code)) ?? latin;
    const glyph = font.glyphs.get(code);
    const missing = { glyph: font.glyphs.get(REPLACEMENT) ?? 0, text: shown, isMissing: true };
    const letter: Letter = glyph === undefined ? missing : { glyph, text: shown };
    if (last !== undefined && last.font === font && last.level === level) last.letters.push(letter);
    else runs.push({ font, level, letters: [letter] });
  }
  return runs;
}

/** @see Unicode Standard Annex #9, rule L2 */
function place(runs: readonly Run[]): Line {
  const clusters: { cluster: Cluster; level: number }[] = [];
  for (const { font, level, letters } of runs) {
    for (const cluster of shape(font, letters)) clusters.push({ cluster, level });
  }
  const highest = clusters.reduce((level, cluster) => Math.max(level, cluster.level), 0);
  for (let level = highest; level > 0; level -= 1) {
    for (let start = 0; start < clusters.length; start += 1) {
      let end = start;
      while ((clusters[end]?.level ?? -1) >= level) end += 1;
      if (end - start > 1) clusters.splice(start, end - start, ...clusters.slice(start, end).reverse());
      start = Math.max(start, end);
    }
  }
  let x = 0;
  const placed = clusters.map(({ cluster, level }): PlacedCluster => {
    const isRightToLeft = level % 2 === 1;
    // Who turns all glyphs of such a line around, to copy its text, then finds each mark behind its letter.
    const found = { x, glyphs: isRightToLeft ? cluster.toReversed() : cluster, isRightToLeft };
    x += cluster[0]?.advance ?? 0;
    return found;
  });
  return { clusters: placed, width: x };
}
