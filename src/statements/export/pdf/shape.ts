// The home of shaping: the characters of one font become glyphs that are joined, ligated and carry their marks.

import type { Font } from "./font.ts";
import type { Offset } from "./marks.ts";

/** A glyph, and the characters that it stands for when its text is copied. Lengths are thousandths of the type size. */
export interface Glyph {
  readonly font: Font;
  readonly id: number;
  readonly text: string;
  readonly advance: number;
  /** Where it is drawn, from the origin of the cluster's letter. */
  readonly offset: Offset;
}

/** A letter and the marks on it, which stay together whatever the direction of writing. */
export type Cluster = readonly Glyph[];

/** A character on its way to becoming a glyph. */
export interface Letter {
  glyph: number;
  text: string;
  /** True when the font lacks the character and shows the sign for that. */
  readonly isMissing?: boolean;
  /** The part of a ligature that a mark was written with. */
  part?: number;
  /** True for a letter that is seen as part of a ligature before it. */
  isTaken?: boolean;
}

/** More marks on one letter are a game with text; they are not drawn, and their text is kept. */
const MAX_MARKS = 4;
/** How far marks may climb and sink, in thousandths of the type size: further up or down is the next row. */
export const REACH = { top: 1200, bottom: -500 } as const;
const NOWHERE: Offset = { x: 0, y: 0 };
const SPACE = 0x20;
const SHADDA = "\u0651";
const ARABIC_VOWEL = /^[\u064b-\u0650\u0652\u0670]$/u;
const NON_JOINER = "\u200c";
const JOINS_BOTH_SIDES = new Set(["\u200d", "\u0640"]);
/** A Thai vowel made of a ring, which belongs below the tone that is written before it, and a stem. */
const THAI_AM = "\u0e33";
const THAI_TONE = /^[\u0e48-\u0e4b]$/u;

/**
 * Shapes characters that the font has, in the order in which they are written.
 *
 * @param characters each with the glyph that it has by itself
 */
export function shape(font: Font, characters: readonly Letter[]): Cluster[] {
  const isMark = ({ glyph, text, isMissing }: Letter): boolean =>
    !isMissing && (font.marks.has(glyph) || /^\p{M}/u.test(text));
  const letters = ligate(font, join(font, shaddaFirst(splitThaiAm(font, characters)), isMark), isMark);
  const clusters: Letter[][] = [];
  for (const letter of letters) {
    if (isJoinControl(letter)) continue;
    const cluster = clusters.at(-1);
    if (cluster !== undefined && (letter.isTaken || isMark(letter))) cluster.push(letter);
    else clusters.push([letter]);
  }
  return clusters.map((cluster) => placeMarks(font, cluster));
}

/** True for what only says whether its neighbours join, and is not itself seen. */
export function isJoinControl({ text }: Pick<Letter, "text">): boolean {
  return text === NON_JOINER || text === "\u200d";
}

function splitThaiAm(font: Font, letters: readonly Letter[]): Letter[] {
  const ring = font.glyphs.get(0x0e4d);
  const stem = font.glyphs.get(0x0e32);
  if (ring === undefined || stem === undefined) return [...letters];
  const split: Letter[] = [];
  for (const letter of letters) {
    if (letter.text !== THAI_AM) {
      split.push(letter);
      continue;
    }
    let tones = split.length;
    while (THAI_TONE.test(split[tones - 1]?.text ?? "")) tones -= 1;
    split.splice(tones, 0, { glyph: ring, text: "" });
    split.push({ glyph: stem, text: letter.text });
  }
  return split;
}

/**
 * Puts a doubling sign under its vowel. Unicode sorts it behind, but a vowel that is drawn below it is read as another one.
 *
 * @see https://www.unicode.org/reports/tr53/ (checked 2026-11-25)
 */
function shaddaFirst(letters: Letter[]): Letter[] {
  letters.forEach((letter, place) => {
    if (letter.text !== SHADDA) return;
    let first = place;
    while (ARABIC_VOWEL.test(letters[first - 1]?.text ?? "")) first -= 1;
    letters.copyWithin(first + 1, first, place);
    letters[first] = letter;
  });
  return letters;
}

function join(font: Font, letters: Letter[], isMark: (letter: Letter) => boolean): Letter[] {
  const { init, medi, fina } = font.joining.forms;
  if (fina.size === 0) return letters;
  const joinsNext = (letter: Letter | undefined): boolean =>
    letter !== undefined && (init.has(letter.glyph) || JOINS_BOTH_SIDES.has(letter.text));
  const joinsPrevious = (letter: Letter | undefined): boolean =>
    letter !== undefined && (fina.has(letter.glyph) || JOINS_BOTH_SIDES.has(letter.text));
  const joining = letters.filter((letter) => !isMark(letter));
  const forms = joining.map((letter, place) => {
    const isJoinedBefore = joinsPrevious(letter) && joinsNext(joining[place - 1]);
    const isJoinedAfter = joinsNext(letter) && joinsPrevious(joining[place + 1]);
    if (isJoinedBefore) return isJoinedAfter ? medi : fina;
    return isJoinedAfter ? init : undefined;
  });
  joining.forEach((letter, place) => {
    letter.glyph = forms[place]?.get(letter.glyph) ?? letter.glyph;
  });
  return letters;
}

/**
 * A letter that becomes part of a ligature keeps a place of its own, where nothing is seen: readers disagree on the order in
 * which one glyph's letters are copied, and agree on that of glyphs.
 */
function ligate(font: Font, letters: Letter[], isMark: (letter: Letter) => boolean): Letter[] {
  const blank = font.glyphs.get(SPACE);
  if (blank === undefined) return letters;
  letters.forEach((first, start) => {
    for (const ligature of font.joining.ligatures.get(first.glyph) ?? []) {
      const places = matchAfter(letters, start, ligature.rest, isMark);
      if (places === null) continue;
      first.glyph = ligature.glyph;
      for (const place of places) Object.assign(letters[place] ?? {}, { glyph: blank, isTaken: true });
      const end = letters.findIndex((letter, place) => place > start && !letter.isTaken && !isMark(letter));
      letters.slice(start + 1, end < 0 ? undefined : end).reduce((part, letter) => {
        letter.part = part + (letter.isTaken ? 1 : 0);
        return letter.part;
      }, 0);
      return;
    }
  });
  return letters;
}

/** Where the rest of a ligature stands, looking past marks; null when it does not follow. */
function matchAfter(
  letters: readonly Letter[],
  start: number,
  rest: readonly number[],
  isMark: (letter: Letter) => boolean,
): number[] | null {
  const places: number[] = [];
  for (let place = start + 1; places.length < rest.length; place += 1) {
    const letter = letters[place];
    if (letter === undefined) return null;
    if (letter.glyph === rest[places.length]) places.push(place);
    else if (!isMark(letter)) return null;
  }
  return places;
}

function placeMarks(font: Font, [letter, ...others]: readonly Letter[]): Cluster {
  if (letter === undefined) return [];
  const advance = font.advance(letter.glyph);
  const base: Glyph = { font, id: letter.glyph, text: letter.text, advance, offset: NOWHERE };
  const marks: Glyph[] = [];
  const cluster = [base];
  for (const { glyph, text, part, isTaken } of others) {
    const isCrowded = marks.length === MAX_MARKS;
    const last = cluster.at(-1);
    if (isTaken) cluster.push({ font, id: glyph, text, advance: 0, offset: NOWHERE });
    else if (isCrowded && last !== undefined) cluster[cluster.length - 1] = { ...last, text: last.text + text };
    else {
      const offset = withinReach(font, glyph, offsetOf(font, glyph, base, marks, part ?? 0));
      marks.push({ font, id: glyph, text, advance: 0, offset });
      cluster.push(...marks.slice(-1));
    }
  }
  return cluster;
}

function offsetOf(font: Font, mark: number, base: Glyph, below: readonly Glyph[], part: number): Offset {
  for (const carrier of below.toReversed()) {
    const offset = font.marks.onMark(mark, carrier.id);
    if (offset !== null) return { x: carrier.offset.x + offset.x, y: carrier.offset.y + offset.y };
  }
  // A font that says nothing draws its marks to hang over the letter before the pen.
  return font.marks.onLetter(mark, base.id, part) ?? { x: base.advance, y: 0 };
}

function withinReach(font: Font, mark: number, { x, y }: Offset): Offset {
  const { top, bottom } = font.extent(mark);
  return { x, y: Math.max(REACH.bottom - bottom, Math.min(REACH.top - top, y)) };
}
