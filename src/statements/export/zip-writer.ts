// The home of writing a zip of files that are known already: stored as they are, with their sums before them.

/** A file of a zip: its plain relative path, its size and the CRC-32 of its bytes. */
export interface ZipEntry {
  readonly name: string;
  readonly sizeBytes: number;
  readonly crc32: number;
}

const LOCAL_HEADER = 0x04034b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const LOCAL_BYTES = 30;
const DIRECTORY_BYTES = 46;
const END_BYTES = 22;
/** The least version of an unpacker that knows plain stored files. */
const VERSION = 10;
const NAMES_ARE_UTF8 = 0x0800;
/** 1 January 1980, the first day a zip can name: the same files make the same bytes on any day. */
const DAY = 0x0021;

const utf8 = new TextEncoder();

/** What stands before a file's bytes. */
export function localHeader(entry: ZipEntry): Uint8Array {
  const name = utf8.encode(entry.name);
  const bytes = new Uint8Array(LOCAL_BYTES + name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, LOCAL_HEADER, true);
  writeFacts(view, 4, entry, name.length);
  bytes.set(name, LOCAL_BYTES);
  return bytes;
}

/** What stands behind the last file: the directory of all, and its end. */
export function zipDirectory(entries: readonly ZipEntry[]): Uint8Array {
  const names = entries.map(({ name }) => utf8.encode(name));
  const size = names.reduce((sum, name) => sum + DIRECTORY_BYTES + name.length, 0);
  const bytes = new Uint8Array(size + END_BYTES);
  const view = new DataView(bytes.buffer);
  let at = 0;
  let offset = 0;
  for (const [index, entry] of entries.entries()) {
    const name = names[index] ?? new Uint8Array(0);
    view.setUint32(at, DIRECTORY_ENTRY, true);
    view.setUint16(at + 4, VERSION, true);
    writeFacts(view, at + 6, entry, name.length);
    view.setUint32(at + 42, offset, true);
    bytes.set(name, at + DIRECTORY_BYTES);
    at += DIRECTORY_BYTES + name.length;
    offset += LOCAL_BYTES + name.length + entry.sizeBytes;
  }
  view.setUint32(at, END_OF_DIRECTORY, true);
  view.setUint16(at + 8, entries.length, true);
  view.setUint16(at + 10, entries.length, true);
  view.setUint32(at + 12, size, true);
  view.setUint32(at + 16, offset, true);
  return bytes;
}

/** The part that a file's header and its place in the directory share. */
function writeFacts(view: DataView, at: number, { sizeBytes, crc32 }: ZipEntry, nameBytes: number): void {
  view.setUint16(at, VERSION, true);
  view.setUint16(at + 2, NAMES_ARE_UTF8, true);
  view.setUint16(at + 8, DAY, true);
  view.setUint32(at + 10, crc32, true);
  view.setUint32(at + 14, sizeBytes, true);
  view.setUint32(at + 18, sizeBytes, true);
  view.setUint16(at + 22, nameBytes, true);
}

/** How large a zip of some files is. */
export function zipSizeBytes(entries: readonly ZipEntry[]): number {
  return entries.reduce(
    (sum, { name, sizeBytes }) => sum + LOCAL_BYTES + DIRECTORY_BYTES + 2 * utf8.encode(name).length + sizeBytes,
    END_BYTES,
  );
}
