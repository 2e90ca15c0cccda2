// The home of font files: a WOFF's tables, unpacked, and the reading of their big-endian numbers.

import { unzlibSync } from "fflate";

/** The tables of a font by their four-letter tags. */
export type FontTables = ReadonlyMap<string, DataView>;

const SIGNATURE = 0x774f_4646;
const HEADER_BYTES = 44;
const ENTRY_BYTES = 20;

/**
 * Unpacks a WOFF 1.0 file.
 *
 * @throws Error when the bytes are no WOFF file; fonts come with the deployment, so nobody who calls can cause it
 * @see https://www.w3.org/TR/WOFF/ (checked 2026-11-25)
 */
export function readWoff(bytes: Uint8Array): FontTables {
  const view = viewOf(bytes);
  if (bytes.length < HEADER_BYTES || view.getUint32(0) !== SIGNATURE) throw new Error("not a WOFF font");
  const tables = new Map<string, DataView>();
  for (let table = 0; table < view.getUint16(12); table += 1) {
    const entry = HEADER_BYTES + table * ENTRY_BYTES;
    const offset = view.getUint32(entry + 4);
    const packedBytes = view.getUint32(entry + 8);
    const unpackedBytes = view.getUint32(entry + 12);
    const packed = bytes.subarray(offset, offset + packedBytes);
    const unpacked = packedBytes < unpackedBytes ? unzlibSync(packed, { out: new Uint8Array(unpackedBytes) }) : packed;
    tables.set(tagAt(view, entry), viewOf(unpacked));
  }
  return tables;
}

/** The table of that tag. */
export function tableOf(tables: FontTables, tag: string): DataView {
  const table = tables.get(tag);
  if (table === undefined) throw new Error(`the font has no ${tag} table`);
  return table;
}

/** The part of a table that begins at an offset. */
export function viewFrom(view: DataView, offset: number): DataView {
  return new DataView(view.buffer, view.byteOffset + offset, view.byteLength - offset);
}

/** The four letters at an offset. */
export function tagAt(view: DataView, offset: number): string {
  return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + offset, 4));
}

/** The 16-bit numbers that stand one behind another from an offset on. */
export function uint16s(view: DataView, offset: number, count: number): number[] {
  return Array.from({ length: count }, (_, place) => view.getUint16(offset + place * 2));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
