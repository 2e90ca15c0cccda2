// The home of objects in R2: written as they stream past, read in ranges.

import { Problem } from "../kernel/problems.ts";

/** R2 takes parts of at least 5 MiB, all of one size but the last. @see R2 limits, checked 2026-11 */
const PART_BYTES = 8 * 1024 * 1024;

/** Waits for R2; whatever it fails of means that it is not available now. @throws Problem `unavailable` */
export async function answered<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new Problem("unavailable", { retryAfterSeconds: 5, cause });
  }
}

/** Writes an object of unknown length as it streams past, holding one part of it. */
export class ObjectWriter {
  readonly #files: R2Bucket;
  readonly #key: string;
  readonly #parts: R2UploadedPart[] = [];
  #buffer = new Uint8Array(PART_BYTES);
  #filled = 0;
  #upload: R2MultipartUpload | null = null;

  constructor(files: R2Bucket, key: string) {
    this.#files = files;
    this.#key = key;
  }

  async write(chunk: Uint8Array): Promise<void> {
    let at = 0;
    while (at < chunk.byteLength) {
      const taken = Math.min(chunk.byteLength - at, PART_BYTES - this.#filled);
      this.#buffer.set(chunk.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled === PART_BYTES) await this.#sendPart();
    }
  }

  /** Makes the object exist; until then nobody can see it. */
  async finish(): Promise<void> {
    if (this.#upload === null) {
      await answered(this.#files.put(this.#key, this.#buffer.subarray(0, this.#filled)));
      return;
    }
    if (this.#filled > 0) await this.#sendPart();
    await answered(this.#upload.complete(this.#parts));
  }

  /** Leaves nothing behind. */
  async abort(): Promise<void> {
    if (this.#upload !== null) await answered(this.#upload.abort());
  }

  async #sendPart(): Promise<void> {
    this.#upload ??= await answered(this.#files.createMultipartUpload(this.#key));
    const part = this.#buffer.subarray(0, this.#filled);
    this.#parts.push(await answered(this.#upload.uploadPart(this.#parts.length + 1, part)));
    this.#buffer = new Uint8Array(PART_BYTES);
    this.#filled = 0;
  }
}

/**
 * Reads a range of an object. The range must begin before its end: R2 throws on one that begins there.
 *
 * @throws Problem `unavailable` when the object is not to be had
 */
export async function readRange(files: R2Bucket, key: string, offset: number, length: number): Promise<Uint8Array> {
  const object = await answered(files.get(key, { range: { offset, length } }));
  if (object === null) throw new Problem("unavailable", { cause: new Error(`no object at ${key}`) });
  return new Uint8Array(await answered(object.arrayBuffer()));
}

/** Opens a whole object if there is one. @throws Problem `unavailable` */
export function findObject(files: R2Bucket, key: string): Promise<R2ObjectBody | null> {
  return answered(files.get(key));
}

/** Opens a whole object for reading. @throws Problem `unavailable` when it is not to be had */
export async function openObject(files: R2Bucket, key: string): Promise<R2ObjectBody> {
  const object = await findObject(files, key);
  if (object === null) throw new Problem("unavailable", { cause: new Error(`no object at ${key}`) });
  return object;
}
