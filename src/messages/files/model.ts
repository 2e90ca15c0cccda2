// The home of which files may be sent: they are known by their first bytes, not by what they are called.

const ascii = (text: string) => new TextEncoder().encode(text);

/** How many of the first bytes are looked at. */
export const HEAD_BYTES = 4096;

interface Signature {
  readonly type: string;
  /** Bytes that must stand at a place. */
  readonly marks: readonly { readonly at: number; readonly bytes: Uint8Array }[];
}

const mark = (at: number, bytes: Uint8Array | readonly number[]) => ({ at, bytes: Uint8Array.from(bytes) });

/**
 * Files that show a picture, a page or a sound. Archives are not among them: nobody sees what is in one.
 *
 * @see https://mimesniff.spec.whatwg.org/ the patterns, checked 2026-11
 */
const SIGNATURES: readonly Signature[] = [
  { type: "image/png", marks: [mark(0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])] },
  { type: "image/jpeg", marks: [mark(0, [0xff, 0xd8, 0xff])] },
  { type: "image/gif", marks: [mark(0, ascii("GIF87a"))] },
  { type: "image/gif", marks: [mark(0, ascii("GIF89a"))] },
  { type: "image/webp", marks: [mark(0, ascii("RIFF")), mark(8, ascii("WEBPVP"))] },
  { type: "application/pdf", marks: [mark(0, ascii("%PDF-"))] },
  { type: "audio/wav", marks: [mark(0, ascii("RIFF")), mark(8, ascii("WAVE"))] },
  { type: "audio/mpeg", marks: [mark(0, ascii("ID3"))] },
  { type: "audio/flac", marks: [mark(0, ascii("fLaC"))] },
];

/**
 * Tells the media type of a file by its first bytes; null for one that is not taken.
 *
 * Anything that reads as text is text, and `text/csv` if it is called so.
 */
export function typeOfFile(head: Uint8Array, filename: string): string | null {
  const known = SIGNATURES.find(({ marks }) =>
    marks.every(({ at, bytes }) => bytes.every((byte, index) => head[at + index] === byte)),
  );
  if (known !== undefined) return known.type;
  if (head.length === 0 || !isText(head)) return null;
  return /\.csv$/i.test(filename) ? "text/csv" : "text/plain";
}

function isText(head: Uint8Array): boolean {
  try {
    // A character may be cut by the end of the head, so the decoder is told that more follows.
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(head, { stream: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells a binary file
    return !/[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text);
  } catch {
    return false;
  }
}

/** How a file is handed out: as a download under its name, whatever characters are in it. */
export function dispositionOf(filename: string): string {
  const plain = filename.replace(/[^\w. -]/g, "_");
  const exact = encodeURIComponent(filename.toWellFormed()).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}
