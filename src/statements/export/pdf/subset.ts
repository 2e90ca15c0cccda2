// The home of font subsets: a TrueType file that holds only the outlines somebody needs.

import type { Font } from "./font.ts";
import { tableOf } from "./woff.ts";

/** The tables that a PDF reader needs of a TrueType font. */
const TABLES = ["cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep"] as const;
/** What a file's sum and the number in its head table come to together. */
const CHECKSUM_OF_FILES = 0xb1b0_afba;

/**
 * The font as a TrueType file with the outlines of these glyphs only, and of those they are put together from. Glyphs keep
 * their numbers, so nothing that names them changes.
 */
export function subset(font: Font, wanted: Set<number>): Uint8Array {
  const head = new DataView(bytesOf(tableOf(font.tables, "head")).slice().buffer);
  const count = tableOf(font.tables, "maxp").getUint16(4);
  const kept = new Set([0]);
  const addWithParts = (glyph: number): void => {
    if (kept.has(glyph) && glyph !== 0) return;
    kept.add(glyph);
    for (const part of partsOf(font.outline(glyph))) addWithParts(part);
  };
  for (const glyph of wanted) addWithParts(glyph);

  const outlines: Uint8Array[] = [];
  const offsets = new DataView(new ArrayBuffer((count + 1) * 4));
  let size = 0;
  for (let glyph = 0; glyph < count; glyph += 1) {
    offsets.setUint32(glyph * 4, size);
    if (!kept.has(glyph)) continue;
    const outline = padded(bytesOf(font.outline(glyph)));
    outlines.push(outline);
    size += outline.length;
  }
  offsets.setUint32(count * 4, size);
  head.setInt16(50, 1);
  head.setUint32(8, 0);
  return writeSfnt(
    font,
    new Map([
      ["head", head],
      ["loca", offsets],
      ["glyf", viewOf(concat(outlines))],
    ]),
  );
}

/** The glyphs that a composite glyph is put together from. */
function partsOf(outline: DataView): number[] {
  const [WORDS, MORE, SCALE, TWO_SCALES, MATRIX] = [0x01, 0x20, 0x08, 0x40, 0x80];
  if (outline.byteLength === 0 || outline.getInt16(0) >= 0) return [];
  const parts: number[] = [];
  for (let at = 10, flags: number = MORE; (flags & MORE) !== 0; ) {
    flags = outline.getUint16(at);
    parts.push(outline.getUint16(at + 2));
    at += 4 + (flags & WORDS ? 4 : 2);
    at += flags & SCALE ? 2 : flags & TWO_SCALES ? 4 : flags & MATRIX ? 8 : 0;
  }
  return parts;
}

function writeSfnt(font: Font, changed: ReadonlyMap<string, DataView>): Uint8Array {
  const tables = TABLES.flatMap((tag) => {
    const table = changed.get(tag) ?? font.tables.get(tag);
    return table === undefined ? [] : [{ tag, bytes: bytesOf(table) }];
  });
  const directory = new DataView(new ArrayBuffer(12 + tables.length * 16));
  const power = 31 - Math.clz32(tables.length);
  directory.setUint32(0, 0x0001_0000);
  const search = [tables.length, 16 << power, power, tables.length * 16 - (16 << power)];
  for (const [place, value] of search.entries()) directory.setUint16(4 + place * 2, value);
  const parts: Uint8Array[] = [bytesOf(directory)];
  let offset = directory.byteLength;
  let headAt = 0;
  tables.forEach(({ tag, bytes }, place) => {
    const entry = 12 + place * 16;
    for (let letter = 0; letter < tag.length; letter += 1) directory.setUint8(entry + letter, tag.charCodeAt(letter));
    directory.setUint32(entry + 4, checksum(padded(bytes)));
    directory.setUint32(entry + 8, offset);
    directory.setUint32(entry + 12, bytes.length);
    if (tag === "head") headAt = offset;
    parts.push(padded(bytes));
    offset += padded(bytes).length;
  });
  const file = concat(parts);
  viewOf(file).setUint32(headAt + 8, (CHECKSUM_OF_FILES - checksum(file)) >>> 0);
  return file;
}

function checksum(bytes: Uint8Array): number {
  const view = viewOf(bytes);
  let sum = 0;
  for (let at = 0; at + 4 <= bytes.length; at += 4) sum = (sum + view.getUint32(at)) >>> 0;
  return sum;
}

function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 4 === 0) return bytes;
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return whole;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
