// The home of ids: the prefix of each kind of thing, and how an id is made, recognised and dated.

/** Says how the ids of each kind of thing begin, so that an id pasted anywhere tells what it names. */
export const ID_PREFIXES = {
  user: "usr",
  session: "ses",
  apiKey: "key",
  artist: "art",
  membership: "mem",
  invitation: "inv",
  organisation: "org",
  supportRequest: "sup",
  statement: "stm",
  upload: "upl",
  template: "tpl",
  posting: "pst",
  entry: "ent",
  audit: "aud",
  job: "job",
  track: "trk",
  release: "rel",
  recording: "rec",
  work: "wrk",
  party: "pty",
  connection: "con",
  run: "run",
  thread: "thr",
  message: "msg",
  attachment: "att",
  guest: "gst",
  decision: "dec",
  export: "exp",
  batch: "bat",
  delivery: "dlv",
  media: "med",
  milestone: "mil",
  plan: "pln",
  feed: "fed",
  import: "imp",
  identity: "idn",
  request: "req",
} as const satisfies Record<string, string>;

/** Names one kind of thing that has ids of its own. */
export type IdKind = keyof typeof ID_PREFIXES;

/** The id of one kind of thing: `Id<"track">` is `trk_…`, so a track's id cannot be handed over as an artist's. */
export type Id<K extends IdKind> = { [P in K]: `${(typeof ID_PREFIXES)[P]}_${string}` }[K];

/** How many random bytes {@link makeId} takes: 80 bits. */
export const ID_RANDOM_BYTES = 10;

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const INSTANT_CHARACTERS = 10;
const MAX_INSTANT_MS = 2 ** 48 - 1;

// Ten characters hold 50 bits and the instant is 48, so the first character is never above 7.
const ID_BODY = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

function encodeInstant(atMs: number): string {
  if (!Number.isInteger(atMs) || atMs < 0 || atMs > MAX_INSTANT_MS) {
    throw new RangeError(`not an instant an id can hold: ${atMs}`);
  }
  let text = "";
  let rest = atMs;
  for (let i = 0; i < INSTANT_CHARACTERS; i++) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function encodeBytes(bytes: Uint8Array): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((buffer >>> bits) & 31);
    }
    buffer &= (1 << bits) - 1;
  }
  return text;
}

/**
 * Makes the id of a new thing; ids of one kind sort by the instant they were made at.
 *
 * @param atMs epoch milliseconds, 48 bits
 * @param random exactly {@link ID_RANDOM_BYTES} unpredictable bytes, from the door
 * @returns prefix, `_`, and 26 lower-case characters
 * @throws RangeError when the instant or the number of bytes does not fit
 * @see https://www.crockford.com/base32.html the alphabet, checked 2026-11
 */
export function makeId<K extends IdKind>(kind: K, atMs: number, random: Uint8Array): Id<K> {
  if (random.length !== ID_RANDOM_BYTES) {
    throw new RangeError(`an id takes ${ID_RANDOM_BYTES} random bytes, not ${random.length}`);
  }
  return `${ID_PREFIXES[kind]}_${encodeInstant(atMs)}${encodeBytes(random)}` as Id<K>;
}

/**
 * Makes the id of a thing that follows from content, so that writing it twice writes the same row.
 *
 * @param atMs epoch milliseconds of what it is derived from, never of the moment of writing
 * @param digest a cryptographic digest of what identifies the thing; its first {@link ID_RANDOM_BYTES} bytes are used
 * @throws RangeError when the digest is too short or the instant does not fit
 */
export function derivedId<K extends IdKind>(kind: K, atMs: number, digest: Uint8Array): Id<K> {
  if (digest.length < ID_RANDOM_BYTES) {
    throw new RangeError(`a digest of ${digest.length} bytes is too short for an id`);
  }
  return makeId(kind, atMs, digest.subarray(0, ID_RANDOM_BYTES));
}

/** Tells whether a text is a well-formed id of this kind; it says nothing about whether the thing exists. */
export function isId<K extends IdKind>(kind: K, text: string): text is Id<K> {
  const prefix = `${ID_PREFIXES[kind]}_`;
  return text.startsWith(prefix) && ID_BODY.test(text.slice(prefix.length));
}

/**
 * Reads the instant an id was made at, in epoch milliseconds.
 *
 * @throws RangeError when the text is not a well-formed id
 */
export function idInstant(id: Id<IdKind>): number {
  const body = id.slice(id.indexOf("_") + 1);
  if (!ID_BODY.test(body)) throw new RangeError("not an id");
  let instant = 0;
  for (const character of body.slice(0, INSTANT_CHARACTERS)) instant = instant * 32 + ALPHABET.indexOf(character);
  return instant;
}
