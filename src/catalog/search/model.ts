// The home of the words a thing is found by: how a text and a question are folded, so that both meet.

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
  const plain = text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[\p{M}'’]/gu, "");
  const folded = plain.replace(/[øæœßłđðþı]/gu, (letter) => PLAIN.get(letter) ?? letter);
  return folded.match(/[\p{L}\p{N}]+/gu) ?? [];
}
