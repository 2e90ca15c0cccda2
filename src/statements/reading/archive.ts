// The home of unpacking an upload: gzip and zip, streamed, under caps, with nothing believed that is not checked.

import type { ByteSource } from "../../kernel/bytes.ts";
import { ByteReader } from "../../kernel/bytes.ts";
import { gunzip } from "./gzip.ts";
import type { ArchiveCaps, Member, MemberSink } from "./member.ts";
import { UnpackBudget } from "./member.ts";
import { unzip } from "./zip.ts";

/** The caps of an upload. Statements pack about tenfold; deflate cannot do more than 1,032. */
export const ARCHIVE_CAPS: ArchiveCaps = {
  unpackedBytes: 512 * 1024 * 1024,
  ratio: 250,
  ratioFromBytes: 1024 * 1024,
  members: 100,
};

/**
 * Unpacks an archive as it streams past, without holding more of it than a chunk.
 *
 * What was written must be thrown away when this throws: a broken or hostile archive may show itself only at its end.
 *
 * @param onMember asked once per member, in order, with its harmless name (empty for gzip); null passes the member over
 * @returns the members in the order of the archive
 * @throws Problem `archive_too_large` at a cap; `archive_unreadable` where it is broken, cut short, encrypted, packed
 * in an unknown way, holds another archive or a link
 */
export async function unpack(
  kind: "gzip" | "zip",
  source: ByteSource,
  caps: ArchiveCaps,
  onMember: (name: string) => MemberSink | null,
): Promise<Member[]> {
  const reader = new ByteReader(source);
  const budget = new UnpackBudget(caps, reader);
  try {
    return await (kind === "gzip" ? gunzip(reader, budget, onMember) : unzip(reader, budget, onMember));
  } finally {
    await reader.close();
  }
}
