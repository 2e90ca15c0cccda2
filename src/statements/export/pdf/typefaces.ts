// The home of typefaces: which font file holds a character, and loading the few that a document needs.

import type { FontSource } from "../document.ts";
import { type Font, readFont } from "./font.ts";

/** The fonts of a document, by what is to be set in them. */
export interface Typefaces {
  /** Finds the font of a character in the writing of that text; undefined when no font has it. */
  inWritingOf(text: string): FontOfCharacter;
  /** The bold font of headings. It has Latin letters only; others are set in their usual font. */
  readonly bold: Font;
  /** The font with the sign for what cannot be shown. */
  readonly latin: Font;
}

/** The font that has a character. */
export type FontOfCharacter = (character: number) => Font | undefined;

const CATALOGUE = "catalogue.json";
const LATIN = "noto-sans-latin";
const LATIN_BOLD = "noto-sans-latin-bold";

/**
 * The families that hold Chinese characters, first the one in whose shapes a text's readers expect them: one code point
 * is drawn differently in Japan, Korea and China.
 */
const HAN_FAMILIES = {
  ja: ["biz-udgothic", "noto-sans-sc", "nanum-gothic"],
  ko: ["nanum-gothic", "biz-udgothic", "noto-sans-sc"],
  zh: ["noto-sans-sc", "biz-udgothic", "nanum-gothic"],
} as const;
type Writing = keyof typeof HAN_FAMILIES;
const WRITINGS: readonly Writing[] = ["zh", "ja", "ko"];

const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/u;
const HANGUL = /\p{Script=Hangul}/u;

interface CatalogueEntry {
  readonly name: string;
  readonly ranges: readonly (readonly [number, number])[];
}

/** Loads every font that has a character of these texts; a file is asked for once. */
export async function loadTypefaces(texts: Iterable<string>, source: FontSource): Promise<Typefaces> {
  const loaded = new Map<string, Promise<Font>>();
  const load = (name: string): Promise<Font> => {
    const font = loaded.get(name) ?? source(`${name}.woff`).then((bytes) => readFont(name, bytes));
    loaded.set(name, font);
    return font;
  };
  const [catalogue, latin, bold] = await Promise.all([readCatalogue(source), load(LATIN), load(LATIN_BOLD)]);
  const found: Record<Writing, Map<number, Font>> = { zh: new Map(), ja: new Map(), ko: new Map() };
  const wanted = charactersOf(texts);
  for (const writing of WRITINGS) {
    const entries = sortedFor(writing, catalogue);
    await Promise.all(
      [...wanted[writing]].map(async (character) => {
        // The catalogue says what a file was cut for, the font what it really has.
        for (const entry of entries) {
          if (!holds(entry, character)) continue;
          const font = await load(entry.name);
          if (!font.glyphs.has(character)) continue;
          found[writing].set(character, font);
          return;
        }
      }),
    );
  }
  return {
    latin,
    bold,
    inWritingOf(text) {
      const first = writingOf(text);
      // A part of a text can look like another writing than the whole, whose characters were loaded.
      const inOrder = [found[first], ...WRITINGS.map((writing) => found[writing])];
      return (character) => inOrder.find((fonts) => fonts.has(character))?.get(character);
    },
  };
}

function writingOf(text: string): Writing {
  if (KANA.test(text)) return "ja";
  return HANGUL.test(text) ? "ko" : "zh";
}

function charactersOf(texts: Iterable<string>): Record<Writing, Set<number>> {
  const wanted: Record<Writing, Set<number>> = { zh: new Set(), ja: new Set(), ko: new Set() };
  for (const text of texts) {
    const characters = wanted[writingOf(text)];
    for (const character of text) characters.add(character.codePointAt(0) ?? 0);
  }
  return wanted;
}

async function readCatalogue(source: FontSource): Promise<CatalogueEntry[]> {
  const catalogue = JSON.parse(new TextDecoder().decode(await source(CATALOGUE))) as Record<string, string>;
  return Object.entries(catalogue).map(([name, ranges]) => ({
    name,
    ranges: ranges.split(",").map((range) => {
      const [first = "", last = first] = range.split("-");
      return [Number.parseInt(first, 16), Number.parseInt(last, 16)] as const;
    }),
  }));
}

/** Letters before Chinese characters, so that digits and Latin look alike everywhere. */
function sortedFor(writing: Writing, catalogue: readonly CatalogueEntry[]): CatalogueEntry[] {
  const rank = ({ name }: CatalogueEntry): number =>
    HAN_FAMILIES[writing].findIndex((family) => name.startsWith(family));
  return catalogue.toSorted((a, b) => rank(a) - rank(b));
}

function holds({ ranges }: CatalogueEntry, character: number): boolean {
  return ranges.some(([first, last]) => character >= first && character <= last);
}
