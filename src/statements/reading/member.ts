// The home of a member of an archive while it is unpacked: its harmless name, its sink, and the caps it counts for.

import type { ByteReader } from "../../kernel/bytes.ts";
import { Problem } from "../../kernel/problems.ts";
import { sniff } from "./sniff.ts";

/** How much an archive may unpack to. Whichever cap is met first ends the unpacking. */
export interface ArchiveCaps {
  /** All members together. */
  readonly unpackedBytes: number;
  /** Unpacked bytes per packed byte, as they stream past. */
  readonly ratio: number;
  /** Unpacked bytes up to which the ratio does not matter: a tiny file of one letter packs well and harms nobody. */
  readonly ratioFromBytes: number;
  /** Entries of a zip, those that are passed over included. */
  readonly members: number;
}

/** Where the bytes of one member go. */
export interface MemberSink {
  /** Takes the next bytes; nothing further is unpacked until it is done. The bytes may be kept. */
  write(chunk: Uint8Array): Promise<void> | void;
  /** Called once the member is whole and its checksum is right. */
  close?(): Promise<void> | void;
}

/** A member of an archive that was unpacked, or passed over. */
export interface Member {
  /** For people and for telling a workbook; never a key, never a path to write to. Two members may share one. */
  readonly name: string;
  readonly unpackedBytes: number;
  /** Folders, the droppings of desktops, and what the caller did not want: not unpacked, `unpackedBytes` is 0. */
  readonly skipped: boolean;
}

/** Packed bytes inflated at a time: deflate makes at most 1,032 times as much of them, which must fit in memory. */
export const INFLATE_BYTES = 4096;

/** Counts what is unpacked against the caps; one per archive. */
export class UnpackBudget {
  readonly #caps: ArchiveCaps;
  readonly #reader: ByteReader;
  #unpackedBytes = 0;
  #members = 0;

  constructor(caps: ArchiveCaps, reader: ByteReader) {
    this.#caps = caps;
    this.#reader = reader;
  }

  /** @throws Problem `archive_too_large` */
  addMember(): void {
    this.#members += 1;
    if (this.#members > this.#caps.members) {
      throw tooLarge(`an archive may hold ${this.#caps.members} files`);
    }
  }

  /** @throws Problem `archive_too_large` */
  addBytes(count: number): void {
    this.#unpackedBytes += count;
    if (this.#unpackedBytes > this.#caps.unpackedBytes) {
      throw tooLarge(`an archive may unpack to ${this.#caps.unpackedBytes} bytes`);
    }
    const allowed = Math.max(this.#caps.ratioFromBytes, this.#reader.taken * this.#caps.ratio);
    if (this.#unpackedBytes > allowed) throw tooLarge("the archive unpacks to far more than its size");
  }
}

/** Passes a member's bytes to its sink, having looked at them first. */
export class MemberWriter {
  readonly #sink: MemberSink;
  readonly #budget: UnpackBudget;
  #unpackedBytes = 0;
  // Four bytes tell every known archive; a first chunk may be shorter.
  #first = new Uint8Array(0);

  constructor(sink: MemberSink, budget: UnpackBudget) {
    this.#sink = sink;
    this.#budget = budget;
  }

  get unpackedBytes(): number {
    return this.#unpackedBytes;
  }

  /** @throws Problem `archive_too_large` at a cap, `archive_unreadable` where the member is an archive itself */
  async write(chunk: Uint8Array): Promise<void> {
    if (chunk.length === 0) return;
    this.#budget.addBytes(chunk.length);
    this.#unpackedBytes += chunk.length;
    if (this.#first.length < 4) {
      this.#first = Uint8Array.of(...this.#first, ...chunk.subarray(0, 4));
      const { kind } = sniff(this.#first);
      if (kind === "gzip" || kind === "zip") throw unreadable("it holds another archive");
    }
    await this.#sink.write(chunk);
  }

  async close(): Promise<void> {
    await this.#sink.close?.();
  }
}

/**
 * What a zip calls a member, made harmless: a plain relative path, or only the last name where the path leads upwards,
 * starts at a root or a drive, or is not plain in another way.
 */
export function harmlessName(printed: string): string {
  const parts = printed.replaceAll(/\p{Cc}/gu, "").split(/[/\\]/u);
  const isPlain = !/^[a-z]:|\\/iu.test(printed) && parts.every(isName);
  const name = isPlain
    ? parts.join("/")
    : (parts.map((part) => part.replace(/^(?:[a-z]:)+/iu, "")).findLast(isName) ?? "");
  return name.slice(-255);
}

function isName(part: string): boolean {
  return part !== "" && part !== "." && part !== "..";
}

/** The refusal of an archive that is broken or not what we unpack. */
export function unreadable(detail: string, cause?: unknown): Problem {
  return new Problem("archive_unreadable", { detail, cause });
}

function tooLarge(detail: string): Problem {
  return new Problem("archive_too_large", { detail });
}
