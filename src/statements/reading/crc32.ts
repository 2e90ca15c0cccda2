// The home of the checksum that gzip and zip keep of their contents.

const TABLE = new Uint32Array(256).map((_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/**
 * CRC-32 of bytes that come in pieces; fflate's streams do not check it.
 *
 * @see ISO 3309 and RFC 1952 section 8
 */
export class Crc32 {
  #value = 0xffffffff;

  /** Takes the next bytes. */
  add(bytes: Uint8Array): void {
    let value = this.#value;
    for (let index = 0; index < bytes.length; index += 1) {
      value = (value >>> 8) ^ (TABLE[(value ^ (bytes[index] ?? 0)) & 0xff] ?? 0);
    }
    this.#value = value;
  }

  /** The checksum of all bytes taken, unsigned. */
  get value(): number {
    return (this.#value ^ 0xffffffff) >>> 0;
  }
}
