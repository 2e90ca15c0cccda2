// The home of zip: its entries one after another as the file streams past, checked against its directory at the end.
import { Inflate } from "fflate";
import type { ByteReader } from "../../kernel/bytes.ts";
import { Crc32 } from "./crc32.ts";
import type { Member, MemberSink, UnpackBudget } from "./member.ts";
import { harmlessName, INFLATE_BYTES, MemberWriter, unreadable } from "./member.ts";

const LOCAL_HEADER = 0x04034b50;
const DIRECTORY_ENTRY = 0x02014b50;
const DESCRIPTOR = 0x08074b50;
const END_OF_DIRECTORY = 0x06054b50;
const END_OF_DIRECTORY_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;

const DESCRIPTOR_MARK = Uint8Array.of(0x50, 0x4b, 0x07, 0x08);

const STORED = 0;
const DEFLATED = 8;
const IS_ENCRYPTED = 1;
const HAS_DESCRIPTOR = 8;
const IS_UTF8 = 2048;
const ZIP64_EXTRA = 1;
const IN_EXTRA = 0xffffffff;
const MADE_ON_UNIX = 3;
const UNIX_TYPE = 0o170000;
const UNIX_LINK = 0o120000;

/** What desktops leave in a zip beside the files that were meant. */
const DROPPINGS = /(?:^|\/)(?:__MACOSX\/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/u;

/**
 * Unpacks the entries of a zip.
 *
 * fflate's `Unzip` is not used: it checks no sum, and finds the end of an entry whose size comes behind it (as in every
 * zip made on a Mac) by four bytes that may occur in the data. Here such an end must also state the right size.
 *
 * @see PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7 to 4.3.16 and 4.5.3
 */
export async function unzip(
  reader: ByteReader,
  budget: UnpackBudget,
  onMember: (name: string) => MemberSink | null,
): Promise<Member[]> {
  const members: Member[] = [];
  let listed = 0;
  for (;;) {
    const signature = (await view(reader, 4)).getUint32(0, true);
    if (signature === LOCAL_HEADER && listed === 0) {
      budget.addMember();
      members.push(await readEntry(reader, budget, onMember));
    } else if (signature === DIRECTORY_ENTRY) {
      await readDirectoryEntry(reader);
      listed += 1;
    } else if (signature === END_OF_DIRECTORY_64) await skip(reader, sizeAt(await view(reader, 8), 0));
    else if (signature === LOCATOR_64) await skip(reader, 16);
    else if (signature === END_OF_DIRECTORY) break;
    else throw unreadable("it is broken");
  }
  await skip(reader, 18);
  if (listed !== members.length) throw unreadable("its directory does not list the files it holds");
  return members;
}

interface Entry {
  readonly name: string;
  readonly method: number;
  /** Null where size and checksum come behind the data. */
  readonly stated: Stated | null;
  readonly isZip64: boolean;
}

interface Stated {
  readonly crc: number;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
}

async function readEntry(
  reader: ByteReader,
  budget: UnpackBudget,
  onMember: (name: string) => MemberSink | null,
): Promise<Member> {
  const entry = await readLocalHeader(reader);
  const name = harmlessName(entry.name);
  const isWanted = name !== "" && !entry.name.endsWith("/") && !DROPPINGS.test(entry.name);
  const sink = isWanted ? onMember(name) : null;
  const output = sink === null ? null : new EntryOutput(entry.method, new MemberWriter(sink, budget));
  const take = async (bytes: Uint8Array): Promise<void> => output?.push(bytes);
  const stated = entry.stated === null ? await takeToDescriptor(reader, entry.isZip64, take) : entry.stated;
  if (entry.stated !== null) await takeCounted(reader, entry.stated.packedBytes, take);
  const unpackedBytes = output === null ? 0 : await output.finish(stated);
  return { name, unpackedBytes, skipped: output === null };
}

async function readLocalHeader(reader: ByteReader): Promise<Entry> {
  const header = await view(reader, 26);
  const flags = header.getUint16(2, true);
  const method = header.getUint16(4, true);
  const rawName = await bytes(reader, header.getUint16(22, true));
  const extra = await bytes(reader, header.getUint16(24, true));
  if ((flags & IS_ENCRYPTED) !== 0) throw unreadable("it is encrypted");
  if (method !== STORED && method !== DEFLATED) throw unreadable("it is packed in a way that is not supported");
  const zip64 = zip64Extra(extra);
  let packedBytes = header.getUint32(14, true);
  let unpackedBytes = header.getUint32(18, true);
  if (zip64 !== null && zip64.byteLength >= 16 && packedBytes === IN_EXTRA) packedBytes = sizeAt(zip64, 8);
  if (zip64 !== null && zip64.byteLength >= 8 && unpackedBytes === IN_EXTRA) unpackedBytes = sizeAt(zip64, 0);
  const stated = { crc: header.getUint32(10, true), packedBytes, unpackedBytes };
  return {
    name: nameOf(rawName, (flags & IS_UTF8) !== 0),
    method,
    stated: (flags & HAS_DESCRIPTOR) !== 0 ? null : stated,
    isZip64: zip64 !== null,
  };
}

/** Only the directory tells a link; its own name is not believed, nor needed. */
async function readDirectoryEntry(reader: ByteReader): Promise<void> {
  const entry = await view(reader, 42);
  const isLink =
    entry.getUint16(0, true) >>> 8 === MADE_ON_UNIX && ((entry.getUint32(34, true) >>> 16) & UNIX_TYPE) === UNIX_LINK;
  if (isLink) throw unreadable("it holds a link");
  await skip(reader, entry.getUint16(24, true) + entry.getUint16(26, true) + entry.getUint16(28, true));
}

async function takeCounted(
  reader: ByteReader,
  count: number,
  take: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  for (let left = count; left > 0; ) {
    const part = await reader.some(Math.min(left, INFLATE_BYTES));
    if (part === null) throw unreadable("it is cut short");
    left -= part.length;
    await take(part);
  }
}

/** Takes data up to the descriptor behind it, which is known by its mark and by stating how many bytes came before. */
async function takeToDescriptor(
  reader: ByteReader,
  isZip64: boolean,
  take: (bytes: Uint8Array) => Promise<void>,
): Promise<Stated> {
  const length = isZip64 ? 24 : 16;
  const start = reader.taken;
  for (;;) {
    const ahead = await reader.peek(length);
    if (ahead === null) throw unreadable("it is cut short");
    const found = dataView(ahead);
    if (found.getUint32(0, true) === DESCRIPTOR) {
      const packedBytes = isZip64 ? sizeAt(found, 8) : found.getUint32(8, true);
      if (packedBytes === reader.taken - start) {
        await skip(reader, length);
        const unpackedBytes = isZip64 ? sizeAt(found, 16) : found.getUint32(12, true);
        return { crc: found.getUint32(4, true), packedBytes, unpackedBytes };
      }
    }
    const next = await reader.before(DESCRIPTOR_MARK, INFLATE_BYTES);
    await take(next.length === 0 ? await bytes(reader, 1) : next);
  }
}

class EntryOutput {
  readonly #writer: MemberWriter;
  readonly #inflate: Inflate | null;
  readonly #pieces: Uint8Array[] = [];
  readonly #sum = new Crc32();

  constructor(method: number, writer: MemberWriter) {
    this.#writer = writer;
    this.#inflate = method === STORED ? null : new Inflate((piece) => this.#pieces.push(piece));
  }

  async push(packed: Uint8Array, last = false): Promise<void> {
    if (this.#inflate === null) this.#pieces.push(packed);
    else {
      try {
        this.#inflate.push(packed, last);
      } catch (error) {
        throw unreadable("it is broken", error);
      }
    }
    for (const piece of this.#pieces.splice(0)) {
      this.#sum.add(piece);
      await this.#writer.write(piece);
    }
  }

  async finish(stated: Stated): Promise<number> {
    await this.push(new Uint8Array(0), true);
    if (this.#sum.value !== stated.crc || this.#writer.unpackedBytes !== stated.unpackedBytes) {
      throw unreadable("a checksum in it is wrong");
    }
    await this.#writer.close();
    return this.#writer.unpackedBytes;
  }
}

function nameOf(raw: Uint8Array, isUtf8: boolean): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(raw);
  } catch {
    return new TextDecoder(isUtf8 ? "utf-8" : "windows-1252").decode(raw);
  }
}

function zip64Extra(extra: Uint8Array): DataView | null {
  const fields = dataView(extra);
  for (let at = 0; at + 4 <= fields.byteLength; ) {
    const length = fields.getUint16(at + 2, true);
    if (fields.getUint16(at, true) === ZIP64_EXTRA && at + 4 + length <= fields.byteLength) {
      return dataView(extra.subarray(at + 4, at + 4 + length));
    }
    at += 4 + length;
  }
  return null;
}

/** A 64-bit size. One beyond what a number holds exactly cannot be met by any real data, so its loss does no harm. */
function sizeAt(fields: DataView, at: number): number {
  return fields.getUint32(at, true) + fields.getUint32(at + 4, true) * 2 ** 32;
}

function dataView(part: Uint8Array): DataView {
  return new DataView(part.buffer, part.byteOffset, part.byteLength);
}

async function bytes(reader: ByteReader, count: number): Promise<Uint8Array> {
  const part = await reader.exactly(count);
  if (part === null) throw unreadable("it is cut short");
  return part;
}

async function view(reader: ByteReader, count: number): Promise<DataView> {
  return dataView(await bytes(reader, count));
}

async function skip(reader: ByteReader, count: number): Promise<void> {
  for (let left = count; left > 0; ) {
    const part = await reader.some(left);
    if (part === null) throw unreadable("it is cut short");
    left -= part.length;
  }
}
