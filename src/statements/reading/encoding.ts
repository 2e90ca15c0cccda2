// The home of the question in which encoding and with which line ends a text was written.

/** Encodings a statement may be in. */
export type TextEncodingName = "utf-8" | "windows-1252" | "utf-16le" | "utf-16be";

/** What ends a line. `"\n"` covers CRLF: the carriage return before it is dropped. */
export type LineEnd = "\n" | "\r";

/** How a whole file was written. */
export interface TextEncoding {
  readonly encoding: TextEncodingName;
  /** Bytes of the byte order mark at the start: 0, 2 or 3. Reading begins after them. */
  readonly bomBytes: number;
  readonly newline: LineEnd;
  /** Line ends counted over the whole file; `lf` and `cr` are those that are not part of a CRLF. */
  readonly crlf: number;
  readonly lf: number;
  readonly cr: number;
  /** Whether a NUL character occurs: no text has one. */
  readonly hasNul: boolean;
}

const LF = 10;
const CR = 13;

/**
 * Decides encoding and line ends over every byte of a file while it streams past.
 *
 * A sample would not do: one é in the last line of a million decides between UTF-8 and windows-1252. The order is:
 * byte order mark, then UTF-8 if every sequence is valid, then windows-1252, in which every byte means something.
 *
 * @see WHATWG Encoding Standard, windows-1252 index: the five bytes without a letter (81, 8D, 8F, 90, 9D) become the C1
 * control of the same number
 */
export class EncodingProbe {
  #head = new Uint8Array(0);
  #utf16: "utf-16le" | "utf-16be" | null = null;
  #wide: TextDecoder | null = null;
  #bomBytes = 0;
  #strict: TextDecoder | null = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #decided = false;
  #endedInCr = false;
  #crs = 0;
  #lfs = 0;
  #crlfs = 0;
  #hasNul = false;

  /** Takes the next bytes of the file, in order. They are not kept. */
  push(chunk: Uint8Array): void {
    if (this.#decided) {
      this.#take(chunk);
      return;
    }
    const head = new Uint8Array(this.#head.length + chunk.length);
    head.set(this.#head);
    head.set(chunk, this.#head.length);
    this.#head = head;
    if (head.length >= 3) this.#begin();
  }

  /** The verdict over all bytes taken. */
  finish(): TextEncoding {
    if (!this.#decided) this.#begin();
    if (this.#wide !== null) this.#countWide(this.#wide.decode());
    else this.#validate(new Uint8Array(0), true);
    const lf = this.#lfs - this.#crlfs;
    const cr = this.#crs - this.#crlfs;
    return {
      encoding: this.#utf16 ?? (this.#strict === null && this.#bomBytes === 0 ? "windows-1252" : "utf-8"),
      bomBytes: this.#bomBytes,
      newline: cr > this.#lfs ? "\r" : "\n",
      crlf: this.#crlfs,
      lf,
      cr,
      hasNul: this.#hasNul,
    };
  }

  #begin(): void {
    this.#decided = true;
    const [first, second, third] = this.#head;
    if (first === 0xff && second === 0xfe) this.#utf16 = "utf-16le";
    if (first === 0xfe && second === 0xff) this.#utf16 = "utf-16be";
    if (this.#utf16 !== null) {
      this.#bomBytes = 2;
      this.#wide = new TextDecoder(this.#utf16, { fatal: false, ignoreBOM: true });
    } else if (first === 0xef && second === 0xbb && third === 0xbf) this.#bomBytes = 3;
    this.#take(this.#head.subarray(this.#bomBytes));
  }

  #take(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    if (this.#wide !== null) {
      this.#countWide(this.#wide.decode(chunk, { stream: true }));
      return;
    }
    this.#validate(chunk, false);
    if (!this.#hasNul) this.#hasNul = chunk.includes(0);
    this.#count(chunk, LF, CR, chunk.length);
  }

  #validate(chunk: Uint8Array, last: boolean): void {
    if (this.#strict === null) return;
    try {
      this.#strict.decode(chunk, { stream: !last });
    } catch {
      this.#strict = null;
    }
  }

  #countWide(text: string): void {
    if (text.length === 0) return;
    if (!this.#hasNul) this.#hasNul = text.includes("\0");
    this.#count(new CodeUnits(text), LF, CR, text.length);
  }

  #count(units: Units, lf: number, cr: number, length: number): void {
    if (this.#endedInCr && units.at(0) === lf) this.#crlfs += 1;
    for (let at = units.indexOf(lf); at !== -1; at = units.indexOf(lf, at + 1)) this.#lfs += 1;
    for (let at = units.indexOf(cr); at !== -1; at = units.indexOf(cr, at + 1)) {
      this.#crs += 1;
      if (units.at(at + 1) === lf) this.#crlfs += 1;
    }
    this.#endedInCr = units.at(length - 1) === cr;
  }
}

/** What bytes and the text of a UTF-16 file have in common, so that line ends are counted in one way. */
interface Units {
  indexOf(unit: number, from?: number): number;
  at(index: number): number | undefined;
}

class CodeUnits implements Units {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  indexOf(unit: number, from = 0): number {
    return this.#text.indexOf(String.fromCharCode(unit), from);
  }

  at(index: number): number | undefined {
    return index < this.#text.length ? this.#text.charCodeAt(index) : undefined;
  }
}

/** A byte order mark in UTF-8, and one that a program took for `ï»¿` and wrote as these three letters. */
const MARKS = [
  [0xef, 0xbb, 0xbf],
  [0xc3, 0xaf, 0xc2, 0xbb, 0xc2, 0xbf],
];

/** How many bytes of byte order marks a text begins with, which are no part of its first cell. */
export function markBytes(bytes: Uint8Array): number {
  let at = 0;
  for (;;) {
    const mark = MARKS.find((each) => each.every((byte, index) => bytes[at + index] === byte));
    if (mark === undefined) return at;
    at += mark.length;
  }
}

/** The byte that ends a line in a file of one byte per ASCII letter. */
export function newlineByte(newline: LineEnd): 10 | 13 {
  return newline === "\n" ? LF : CR;
}

/**
 * A decoder for a block of such a file. It keeps a U+FEFF where it meets one: a block in the middle of a file may begin
 * with one that is part of a cell; the file's own mark is skipped by `bomBytes`.
 */
export function decoder(encoding: TextEncodingName): TextDecoder {
  return new TextDecoder(encoding, { fatal: false, ignoreBOM: true });
}
