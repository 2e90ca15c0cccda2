// The home of streams of bytes: read by the number wanted, and made of what comes piece by piece.

/** Where bytes come from: a body, an object in storage, a test. */
export type ByteSource = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** Reads a stream in portions of the reader's choosing; holds a chunk, or what was asked for at once. */
export class ByteReader {
  readonly #chunks: AsyncGenerator<Uint8Array, void, undefined>;
  #held: Uint8Array = new Uint8Array(0);
  #taken = 0;

  constructor(source: ByteSource) {
    this.#chunks = chunksOf(source);
  }

  /** Bytes handed out so far. */
  get taken(): number {
    return this.#taken;
  }

  /** The next bytes, at least one and at most `most`; null at the end. */
  async some(most: number): Promise<Uint8Array | null> {
    while (this.#held.length === 0) if (!(await this.#more())) return null;
    return this.#hand(Math.min(most, this.#held.length));
  }

  /** The next bytes up to where these may begin, at most `most`; none where they may begin at once, or at the end. */
  async before(mark: Uint8Array, most: number): Promise<Uint8Array> {
    while (this.#held.length === 0) if (!(await this.#more())) break;
    const limit = Math.min(most, this.#held.length);
    const first = mark[0] ?? 0;
    for (let at = this.#held.indexOf(first); at !== -1 && at < limit; at = this.#held.indexOf(first, at + 1)) {
      const found = this.#held.subarray(at, at + mark.length);
      if (found.every((byte, index) => byte === mark[index])) return this.#hand(at);
    }
    return this.#hand(limit);
  }

  /** The next `count` bytes; null where fewer are left, and then nothing is taken. */
  async exactly(count: number): Promise<Uint8Array | null> {
    return (await this.peek(count)) === null ? null : this.#hand(count);
  }

  /** The next `count` bytes, left where they are; null where fewer are left. */
  async peek(count: number): Promise<Uint8Array | null> {
    while (this.#held.length < count) if (!(await this.#more())) return null;
    return this.#held.subarray(0, count);
  }

  /** Tells the source that no more is wanted. */
  async close(): Promise<void> {
    await this.#chunks.return().catch(() => undefined);
  }

  #hand(count: number): Uint8Array {
    const bytes = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    this.#taken += count;
    return bytes;
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    if (done === true) return false;
    if (this.#held.length === 0) this.#held = value;
    else {
      const joined = new Uint8Array(this.#held.length + value.length);
      joined.set(this.#held);
      joined.set(value, this.#held.length);
      this.#held = joined;
    }
    return true;
  }
}

/** The chunks of any source; the source is told when its reader stops early. */
export async function* chunksOf(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  if (!("getReader" in source)) {
    yield* source;
    return;
  }
  const reader = source.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Streams bytes as fast as they are taken, holding one chunk at most. */
export function streamOf(bytes: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await bytes.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      async cancel() {
        await bytes.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
