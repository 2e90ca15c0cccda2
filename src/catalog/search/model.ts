// The home of the words a thing is found by: how a text and a question are folded, so that both meet.

import { parseGtin } from "../../kernel/gtin.ts";
import { parseIsrc } from "../../kernel/isrc.ts";
import { parseIswc } from "../../kernel/iswc.ts";

/** The kinds of things that are found together; parties are listed by themselves. */
export const FOUND_KINDS = ["release", "recording", "work"] as const;

/** Letters that Unicode does not take apart, as people without them on their keyboard write them. */
const PLAIN: ReadonlyMap<string, string> = new Map([
  ["ø", "o"],
  ["æ", "ae"],
  ["œ", "oe"],
  ["ß", "ss"],
  ["ł", "l"],
  ["đ", "d"],
  ["ð", "d"],
  ["þ", "th"],
  ["ı", "i"],
]);

/**
 * Takes the words out of a text: small letters and digits, without accents; an apostrophe joins what it stands between.
 *
 * @returns each word in order, as often as it stands there
 */
export function foldWords(text: string): string[] {
  // To take a letter apart may give a capital (℃), and to make it small one that can be taken apart (İ).
  const plain = text
    .normalize("NFKD")
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[\p{M}'’]/gu, "");
  const folded = plain.replace(/[øæœßłđðþı]/gu, (letter) => PLAIN.get(letter) ?? letter);
  return folded.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** What is looked for. */
export interface Question {
  readonly q?: string | undefined;
  readonly kind?: string | undefined;
  readonly type?: string | undefined;
  readonly status?: string | undefined;
}

/** The most words of a question that are looked at. */
const MOST_WORDS = 10;

/**
 * Writes a question in the language of the full-text table.
 *
 * Every word is looked for as the beginning of one, in any order; a code may be written as people write it. Each term begins
 * with the artist's id, and holds letters and digits alone, so that a question can say nothing else.
 * @param artistId as in `art_…`
 * @returns null when no word can be read out of it, so that nothing is found
 */
export function matchOf(artistId: string, { q = "", kind, type, status }: Question): string | null {
  const own = artistId.slice(artistId.indexOf("_") + 1);
  const code = parseIsrc(q) ?? parseIswc(q) ?? parseGtin(q);
  const words = [...new Set(foldWords(code ?? q))].slice(0, MOST_WORDS);
  if (q !== "" && words.length === 0) return null;
  const filters = Object.entries({ kind, type, status: status?.replaceAll("_", "") });
  const terms = [
    ...words.map((word) => `words : "${own}${word}" *`),
    ...filters.flatMap(([name, value]) => (value === undefined ? [] : [`filters : "${own}${name}${value}"`])),
  ];
  return terms.length === 0 ? `filters : "${own}"` : terms.join(" AND ");
}
