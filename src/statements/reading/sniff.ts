// The home of the first look at an upload: what its first bytes say it is.

/** Byte order marks that may open a text file. */
export type ByteOrderMark = "utf-8" | "utf-16le" | "utf-16be";

/**
 * What the first bytes of a file say it is. A workbook (xlsx) is a `zip` here: only its members' names tell it apart.
 */
export type Sniffed =
  | { readonly kind: "text"; readonly bom: ByteOrderMark | null }
  | { readonly kind: "gzip" }
  | { readonly kind: "zip" }
  | { readonly kind: "empty" }
  | { readonly kind: "unreadable" };

/** How many bytes of a file `sniff` wants to see; more do no harm, fewer are enough for a short file. */
export const SNIFF_BYTES = 4096;

const GZIP = [0x1f, 0x8b];
const ZIPS = [
  [0x50, 0x4b, 0x03, 0x04],
  [0x50, 0x4b, 0x05, 0x06],
  [0x50, 0x4b, 0x07, 0x08],
];
const UTF8 = [0xef, 0xbb, 0xbf];
const UTF16LE = [0xff, 0xfe];
const UTF16BE = [0xfe, 0xff];
const UTF32LE = [0xff, 0xfe, 0x00, 0x00];
/** Formats whose opening could pass for text. */
const DOCUMENTS = ["%PDF-", "%!PS", "{\\rtf"].map((text) => [...text].map((letter) => letter.charCodeAt(0)));

/** A title may hold a stray control character; a binary file holds them by the handful. */
const CONTROLS_PER_HUNDRED = 1;

/**
 * Says from its first bytes whether a file is text, a known archive, nothing, or none of these.
 *
 * @param head the first bytes of the file, {@link SNIFF_BYTES} of them where there are as many
 * @see RFC 1952 section 2.3.1 (gzip); PKWARE APPNOTE.TXT sections 4.3.7 and 4.3.16 (zip); Unicode 16.0 section 23.8
 * (byte order mark)
 */
export function sniff(head: Uint8Array): Sniffed {
  if (head.length === 0) return { kind: "empty" };
  if (startsWith(head, GZIP)) return { kind: "gzip" };
  if (ZIPS.some((magic) => startsWith(head, magic))) return { kind: "zip" };
  if (startsWith(head, UTF32LE)) return { kind: "unreadable" };
  if (startsWith(head, UTF16LE)) return textUnlessEmpty(head, UTF16LE, "utf-16le");
  if (startsWith(head, UTF16BE)) return textUnlessEmpty(head, UTF16BE, "utf-16be");
  if (DOCUMENTS.some((magic) => startsWith(head, magic)) || isBinary(head)) return { kind: "unreadable" };
  return startsWith(head, UTF8) ? textUnlessEmpty(head, UTF8, "utf-8") : { kind: "text", bom: null };
}

function textUnlessEmpty(head: Uint8Array, mark: readonly number[], bom: ByteOrderMark): Sniffed {
  return head.length === mark.length ? { kind: "empty" } : { kind: "text", bom };
}

function startsWith(head: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => head[index] === byte);
}

function isBinary(head: Uint8Array): boolean {
  let controls = 0;
  for (const byte of head) {
    if (byte === 0) return true;
    // Tab to carriage return are layout, and old DOS tools end a text with 0x1a.
    if ((byte < 0x20 && (byte < 0x09 || byte > 0x0d) && byte !== 0x1a) || byte === 0x7f) controls += 1;
  }
  return controls * 100 > head.length * CONTROLS_PER_HUNDRED;
}
