// The home of uploads as they stream in: a raw body, or the one file of a form, passed on without being held.

import { ByteReader, chunksOf } from "../kernel/bytes.ts";
import { Problem } from "../kernel/problems.ts";

/** The file of a form. */
export interface MultipartFile {
  /** As the sender named it, without any path; null where it gave no name. */
  readonly filename: string | null;
  /**
   * Its bytes, to be read once and to the end: only then is it known that the body was whole.
   *
   * @throws Problem `invalid_request` while being read, if the body ends early or holds a second such file
   */
  readonly body: AsyncIterable<Uint8Array>;
}

const MAX_HEADER_BYTES = 8192;
const MAX_PARTS = 20;
const MAX_FILENAME_LENGTH = 255;
const CHUNK_BYTES = 1_048_576;
const LINE_END = Uint8Array.of(13, 10);
const HEADERS_END = Uint8Array.of(13, 10, 13, 10);
const DASH = 45;

/**
 * Finds the part of a form that is the file, and streams it. Other parts are passed over.
 *
 * @param contentType the request's header, with the boundary in it
 * @param field       the part's name
 * @throws Problem `unsupported_media_type` where the body is no form, `invalid_request` where the form is not well made
 * or has no such part; it is thrown here for what comes before the file, and by its body for the rest
 * @see RFC 7578 (form-data), RFC 2046 section 5.1.1 (boundaries), RFC 8187 (`filename*`)
 */
export async function readMultipartFile(
  body: ReadableStream<Uint8Array>,
  contentType: string,
  field = "file",
): Promise<MultipartFile> {
  const form = new Form(body, boundaryOf(contentType), field);
  try {
    for (let part = await form.nextPart(); part !== null; part = await form.nextPart()) {
      if (part.name === field) return { filename: part.filename, body: form.file() };
      for await (const _ of form.content());
    }
  } catch (error) {
    await form.close();
    throw error;
  }
  await form.close();
  throw refused(field, "required", "send the file in a part of this name");
}

function refused(field: string | null, code: string, message: string): Problem {
  const path = field === null ? "body" : `body.${field}`;
  return new Problem("invalid_request", { errors: [{ path, code, message }] });
}

function boundaryOf(contentType: string): string {
  const { value, params } = parametersOf(contentType);
  if (value !== "multipart/form-data") throw new Problem("unsupported_media_type");
  const boundary = params.get("boundary") ?? "";
  if (!/^[\x20-\x7e]{1,70}$/u.test(boundary)) throw refused(null, "boundary_missing", "the form has no valid boundary");
  return boundary;
}

interface Part {
  readonly name: string | null;
  readonly filename: string | null;
}

class Form {
  readonly #reader: ByteReader;
  readonly #delimiter: Uint8Array;
  readonly #field: string;
  #parts = 0;

  constructor(body: ReadableStream<Uint8Array>, boundary: string, field: string) {
    this.#reader = new ByteReader(afterLineEnd(body));
    this.#delimiter = new TextEncoder().encode(`\r\n--${boundary}`);
    this.#field = field;
  }

  async close(): Promise<void> {
    await this.#reader.close();
  }

  /** The next part's headers; null after the closing boundary. The content before it must have been read. */
  async nextPart(): Promise<Part | null> {
    if (!(await this.#isAtDelimiter())) throw refused(null, "malformed", "the form does not begin with its boundary");
    await this.#bytes(this.#delimiter.length);
    const ending = await this.#reader.peek(2);
    if (ending?.every((byte) => byte === DASH) === true) return null;
    this.#parts += 1;
    if (this.#parts > MAX_PARTS) throw refused(null, "too_many_parts", `a form has at most ${MAX_PARTS} parts`);
    return partOf(await this.#headers());
  }

  /** The bytes of the part whose headers were read last, up to the boundary, which stays. */
  async *content(): AsyncGenerator<Uint8Array, void, undefined> {
    // An empty part shares the line end behind its headers with the boundary that closes it.
    if (await this.#isAtDelimiter()) return;
    await this.#bytes(LINE_END.length);
    while (!(await this.#isAtDelimiter())) {
      const bytes = await this.#reader.before(this.#delimiter, CHUNK_BYTES);
      yield bytes.length === 0 ? await this.#bytes(1) : bytes;
    }
  }

  /** The file's content, and after it the rest of the form, so that a torn body is noticed. */
  async *file(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* this.content();
      for (let part = await this.nextPart(); part !== null; part = await this.nextPart()) {
        if (part.name === this.#field) throw refused(this.#field, "repeated", "send one file at a time");
        for await (const _ of this.content());
      }
    } finally {
      await this.close();
    }
  }

  /** Reads up to the blank line, and leaves the line end that follows it. */
  async #headers(): Promise<string> {
    const bytes: number[] = [];
    for (;;) {
      const end = await this.#reader.peek(HEADERS_END.length);
      if (end === null) throw truncated();
      if (end.every((byte, index) => byte === HEADERS_END[index])) break;
      const next = await this.#reader.before(HEADERS_END, MAX_HEADER_BYTES);
      bytes.push(...(next.length === 0 ? await this.#bytes(1) : next));
      if (bytes.length > MAX_HEADER_BYTES) throw refused(null, "header_too_long", "a part's headers are too long");
    }
    await this.#bytes(LINE_END.length);
    return new TextDecoder().decode(Uint8Array.from(bytes));
  }

  async #isAtDelimiter(): Promise<boolean> {
    const ahead = await this.#reader.peek(this.#delimiter.length);
    if (ahead === null) throw truncated();
    return ahead.every((byte, index) => byte === this.#delimiter[index]);
  }

  async #bytes(count: number): Promise<Uint8Array> {
    const bytes = await this.#reader.exactly(count);
    if (bytes === null) throw truncated();
    return bytes;
  }
}

/** The first boundary stands at the very start, without the line end that belongs to every other one. */
async function* afterLineEnd(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield LINE_END;
  yield* chunksOf(body);
}

function truncated(): Problem {
  return refused(null, "truncated", "the form ends before its closing boundary");
}

function partOf(headers: string): Part {
  for (const header of headers.split("\r\n")) {
    const colon = header.indexOf(":");
    if (header.slice(0, colon).trim().toLowerCase() !== "content-disposition") continue;
    const { value, params } = parametersOf(header.slice(colon + 1));
    if (value !== "form-data") break;
    return { name: params.get("name") ?? null, filename: filenameOf(params) };
  }
  return { name: null, filename: null };
}

function filenameOf(params: ReadonlyMap<string, string>): string | null {
  const name = extended(params.get("filename*")) ?? params.get("filename")?.replaceAll(/%22|%0d|%0a/giu, unescapeOne);
  // Old browsers send the whole path; nobody here has a use for it.
  const base =
    name
      ?.split(/[/\\]/u)
      .at(-1)
      ?.replaceAll(/\p{Cc}/gu, "")
      .trim() ?? "";
  return base === "" ? null : base.slice(0, MAX_FILENAME_LENGTH);
}

function unescapeOne(escaped: string): string {
  return escaped === "%22" ? '"' : "";
}

function extended(value: string | undefined): string | null {
  const [, encoded] = /^utf-8'[^']*'(.*)$/iu.exec(value ?? "") ?? [];
  if (encoded === undefined) return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}

/** Splits `value; name=token; name="quoted \" string"`. */
function parametersOf(header: string): { value: string; params: ReadonlyMap<string, string> } {
  const [value = ""] = header.split(";", 1);
  const params = new Map<string, string>();
  for (const [, name = "", quoted, token] of header
    .slice(value.length)
    .matchAll(/;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/gu)) {
    const key = name.toLowerCase();
    // A backslash escapes only a quote or itself: old browsers send `C:\dir\file` as it stands.
    if (!params.has(key)) params.set(key, quoted?.replaceAll(/\\(["\\])/gu, "$1") ?? token ?? "");
  }
  return { value: value.trim().toLowerCase(), params };
}

/** Passes a body on; a sender that breaks off is the sender's fault, and no fault of ours in the log. */
export async function* arriving(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  for (;;) {
    const next = await chunks.next().catch((cause: unknown) => {
      if (cause instanceof Problem) throw cause;
      throw new Problem("invalid_request", { detail: "The upload broke off before its end.", cause });
    });
    if (next.done === true) return;
    yield next.value;
  }
}
