// The home of the small filters by which an index block says which identities it may hold.

/** Ten bits and seven hashes per identity: about one false answer in 120. */
const BITS_PER_IDENTITY = 10;
const HASHES = 7;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BITS_PER_LETTER = 6;
const VALUE_OF_LETTER: ReadonlyMap<string, number> = new Map([...ALPHABET].map((letter, value) => [letter, value]));

/**
 * A Bloom filter over identities, as text to be stored: one letter (base64url) holds six bits. The same set gives the
 * same text, in every order and on every machine.
 *
 * @param identities identity strings; repeated ones count once
 * @see Bloom (1970); Kirsch and Mitzenmacher (2006) for making all hashes out of two
 */
export function bloomOf(identities: Iterable<string>): string {
  const distinct = identities instanceof Set ? identities : new Set(identities);
  const letters = new Uint8Array(Math.ceil((distinct.size * BITS_PER_IDENTITY) / BITS_PER_LETTER));
  for (const identity of distinct) {
    forEachBit(identity, letters.length * BITS_PER_LETTER, (letter, mask) => {
      letters[letter] = (letters[letter] ?? 0) | mask;
      return true;
    });
  }
  let text = "";
  for (const value of letters) text += ALPHABET.charAt(value);
  return text;
}

/**
 * Whether the set behind a filter may hold an identity. "No" is certain; "yes" is wrong about once in a hundred times.
 *
 * @param bloom a text made by {@link bloomOf}; the empty text is the empty set
 */
export function mayContain(bloom: string, identity: string): boolean {
  if (bloom.length === 0) return false;
  return forEachBit(identity, bloom.length * BITS_PER_LETTER, (letter, mask) => {
    return ((VALUE_OF_LETTER.get(bloom.charAt(letter)) ?? 0) & mask) !== 0;
  });
}

function forEachBit(identity: string, bits: number, visit: (letter: number, mask: number) => boolean): boolean {
  const first = hash(identity, 0x811c9dc5);
  const step = hash(identity, 0x9747b28c) | 1;
  for (let index = 0; index < HASHES; index += 1) {
    const bit = ((first + Math.imul(index, step)) >>> 0) % bits;
    if (!visit(Math.floor(bit / BITS_PER_LETTER), 1 << (bit % BITS_PER_LETTER))) return false;
  }
  return true;
}

/** FNV-1a over UTF-16 code units, closed by the finaliser of MurmurHash3: ISRCs differ in their last digits only. */
function hash(text: string, seed: number): number {
  let value = seed;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
