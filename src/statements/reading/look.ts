// The home of the look at a file while all of its bytes stream past: what it is, how it is written, and its digest.

import { encodeHexLowerCase } from "@oslojs/encoding";
import { Problem } from "../../kernel/problems.ts";
import { EncodingProbe, type TextEncoding } from "./encoding.ts";
import { SNIFF_BYTES, type Sniffed, sniff } from "./sniff.ts";

/** What a file turned out to be, once every byte of it had passed. */
export interface Seen {
  readonly kind: "text" | "gzip" | "zip";
  /** In lower-case hexadecimal. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly encoding: TextEncoding;
}

/** Looks at a file whose bytes are handed over in order, and holds no more of it than its head. */
export class FileLook {
  readonly #digest = new crypto.DigestStream("SHA-256");
  readonly #hasher = this.#digest.getWriter();
  readonly #probe = new EncodingProbe();
  #head = new Uint8Array(0);
  #sizeBytes = 0;

  constructor() {
    // The digest is awaited only when all went well; without this a refusal would also be an unhandled rejection.
    this.#digest.digest.catch(() => undefined);
  }

  /** Bytes taken so far. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /**
   * Takes the next bytes; done when they are hashed.
   *
   * @throws Problem `file_unreadable` at once, before anything else is done with these bytes, when the head is no text
   *   and no known archive
   */
  take(chunk: Uint8Array): Promise<void> {
    this.#sizeBytes += chunk.byteLength;
    if (this.#head.byteLength < SNIFF_BYTES) {
      this.#head = join(this.#head, chunk.subarray(0, SNIFF_BYTES - this.#head.byteLength));
      if (this.#head.byteLength >= SNIFF_BYTES) kindOf(sniff(this.#head));
    }
    this.#probe.push(chunk);
    return this.#hasher.write(chunk);
  }

  /** Gives the verdict over all bytes taken. @throws Problem `file_empty`, `file_unreadable` */
  async finish(): Promise<Seen> {
    const kind = kindOf(sniff(this.#head));
    const encoding = this.#probe.finish();
    if (kind === "text" && encoding.hasNul) throw unreadable();
    await this.#hasher.close();
    const sha256 = encodeHexLowerCase(new Uint8Array(await this.#digest.digest));
    return { kind, sha256, sizeBytes: this.#sizeBytes, encoding };
  }

  /** Ends a look that came to nothing. */
  async abort(cause: unknown): Promise<void> {
    await this.#hasher.abort(cause).catch(() => undefined);
  }
}

function kindOf(sniffed: Sniffed): Seen["kind"] {
  if (sniffed.kind === "empty") throw new Problem("file_empty", { detail: "The file has no bytes." });
  if (sniffed.kind === "unreadable") throw unreadable();
  return sniffed.kind;
}

function unreadable(): Problem {
  return new Problem("file_unreadable", { detail: "The file is neither text nor a gzip or zip archive." });
}

function join(head: Uint8Array, more: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(head.byteLength + more.byteLength);
  joined.set(head);
  joined.set(more, head.byteLength);
  return joined;
}
