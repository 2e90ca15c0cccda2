// The home of gzip: one file, in one or several members put end to end.
import { Gunzip } from "fflate";
import type { ByteReader } from "../../kernel/bytes.ts";
import { Crc32 } from "./crc32.ts";
import type { Member, MemberSink, UnpackBudget } from "./member.ts";
import { INFLATE_BYTES, MemberWriter, unreadable } from "./member.ts";

const TRAILER_BYTES = 8;
/** No real header is longer; fflate joins its pieces anew with every push, which a hostile one makes quadratic. */
const MAX_HEADER_BYTES = 65_536;

/**
 * Unpacks a gzip stream. Members put end to end (as bgzip and `cat a.gz b.gz` write them) are one file; anything else
 * behind a member is refused, so that every byte of the upload is accounted for.
 *
 * DecompressionStream is not used: what it does with a second member differs between runtimes, and it would inflate a
 * whole chunk, a thousandfold, before anyone could count.
 *
 * @see RFC 1952
 */
export async function gunzip(
  reader: ByteReader,
  budget: UnpackBudget,
  onMember: (name: string) => MemberSink | null,
): Promise<Member[]> {
  const sink = onMember("");
  if (sink === null) return [{ name: "", unpackedBytes: 0, skipped: true }];
  budget.addMember();
  const writer = new MemberWriter(sink, budget);
  const pieces: Uint8Array[] = [];
  let sum = new Crc32();
  let sizeBytes = 0;
  let recent: Uint8Array = new Uint8Array(0);
  let recentStart = 0;
  let headerBytes = 0;
  const endMember = (at: number): void => {
    const trailer = recent.subarray(Math.max(0, at - recentStart - TRAILER_BYTES), Math.max(0, at - recentStart));
    if (trailer.length < TRAILER_BYTES) throw unreadable("it is cut short");
    const view = new DataView(trailer.buffer, trailer.byteOffset, TRAILER_BYTES);
    if (view.getUint32(0, true) !== sum.value || view.getUint32(4, true) !== sizeBytes >>> 0) {
      throw unreadable("its checksum is wrong");
    }
    sum = new Crc32();
    sizeBytes = 0;
  };
  const inflate = new Gunzip((piece) => {
    headerBytes = 0;
    if (piece.length === 0) return;
    sum.add(piece);
    sizeBytes += piece.length;
    pieces.push(piece);
  });
  inflate.onmember = (at) => endMember(at);
  for (let atEnd = false; !atEnd; ) {
    const chunk = await reader.some(INFLATE_BYTES);
    atEnd = chunk === null;
    if (chunk !== null) {
      const kept = recent.subarray(Math.max(0, recent.length - MAX_HEADER_BYTES));
      recent = joined(kept, chunk);
      recentStart = reader.taken - recent.length;
      headerBytes += chunk.length;
    }
    if (headerBytes > MAX_HEADER_BYTES * 2) throw unreadable("its header never ends");
    checked(() => inflate.push(chunk ?? new Uint8Array(0), atEnd));
    if (atEnd) endMember(reader.taken);
    for (const piece of pieces.splice(0)) await writer.write(piece);
  }
  await writer.close();
  return [{ name: "", unpackedBytes: writer.unpackedBytes, skipped: false }];
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

function checked(push: () => void): void {
  try {
    push();
  } catch (error) {
    if (error instanceof Error && error.name === "Problem") throw error;
    throw unreadable("it is broken or cut short", error);
  }
}
