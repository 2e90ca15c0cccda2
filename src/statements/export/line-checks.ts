// The home of the check sums of single lines: they name the line that was changed, where a file's sum says only that one
// was.

import { Crc32 } from "../reading/crc32.ts";

const LINE_FEED = 10;
const CHECK_BYTES = 4;

/** Takes the bytes of a file as they pass, and makes a CRC-32 of each physical line, its end included. */
export class LineChecks {
  #crc = new Crc32();
  #isOpen = false;
  #checks = new DataView(new ArrayBuffer(CHECK_BYTES * 1024));
  #count = 0;

  add(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length; ) {
      const end = chunk.indexOf(LINE_FEED, from);
      const to = end === -1 ? chunk.length : end + 1;
      this.#crc.add(chunk.subarray(from, to));
      this.#isOpen = true;
      if (end !== -1) this.#close();
      from = to;
    }
  }

  /** Four bytes for each line, the highest first. */
  bytes(): Uint8Array {
    if (this.#isOpen) this.#close();
    return new Uint8Array(this.#checks.buffer, 0, this.#count * CHECK_BYTES);
  }

  #close(): void {
    const at = this.#count * CHECK_BYTES;
    if (at === this.#checks.byteLength) {
      const larger = new Uint8Array(this.#checks.byteLength * 2);
      larger.set(new Uint8Array(this.#checks.buffer));
      this.#checks = new DataView(larger.buffer);
    }
    this.#checks.setUint32(at, this.#crc.value);
    this.#count += 1;
    this.#crc = new Crc32();
    this.#isOpen = false;
  }
}
