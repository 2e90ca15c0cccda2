// The home of reading a release notification as its bytes come: piece by piece into the catalog's words.

import { Problem } from "../../../kernel/problems.ts";
import { detached } from "../../../kernel/text.ts";
import { type Attributes, XmlReader } from "../../../kernel/xml.ts";
import { type Dialect, dialectOf } from "./dialect.ts";
import type { Element } from "./element.ts";
import type { ReleaseMessage } from "./message.ts";
import { Pieces } from "./pieces.ts";

/** The largest message: with room to spare for a box set of thousands of tracks. */
export const MAX_MESSAGE_BYTES = 50 * 1024 * 1024;

/**
 * The most elements of one resource, release or deal, the most of these, and the most elements of a message: what was read of
 * them is held until the message is whole, in an isolate of 128 MB. Half a million elements came to 60 MB.
 */
const MAX_PIECE_ELEMENTS = 100_000;
const MAX_PIECES = 10_000;
const MAX_ELEMENTS = 500_000;

/** What a message is called in a refusal. */
const SUBJECT = "The message";

/**
 * Reads one message. Only the piece that is being read is held as elements; of the others their facts are.
 *
 * References may point ahead, so credits and places are looked up when the message is whole.
 */
export class ErnReader {
  readonly #xml = new XmlReader(SUBJECT, {
    open: (path, attributes) => this.#open(path, attributes),
    text: (_, text) => {
      const open = this.#openElements.at(-1);
      if (open !== undefined) open.text += detached(text);
    },
    close: () => this.#close(),
  });
  readonly #openElements: Element[] = [];
  readonly #pieces = new Pieces();
  #count = 0;
  #bytes = 0;
  #elements = 0;
  #pieceElements = 0;
  #root: { dialect: Dialect; attributes: Attributes } | null = null;

  /** What the message is, as soon as its root element was read. */
  get dialect(): Dialect | null {
    return this.#root?.dialect ?? null;
  }

  /** Takes the next bytes. @throws Problem `too_large`, `ern_unsupported`, `file_unreadable` with line and column */
  push(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    if (this.#bytes > MAX_MESSAGE_BYTES) throw tooLarge();
    this.#xml.push(bytes);
  }

  /** The whole message, after its last bytes. @throws Problem `file_unreadable` */
  finish(): ReleaseMessage {
    this.#xml.finish();
    if (this.#root === null) throw new Problem("file_unreadable", { detail: "The message is empty." });
    return this.#pieces.joined(this.#root.dialect, this.#root.attributes);
  }

  #open(path: string, attributes: Attributes): void {
    const names = path.split("/");
    const name = names.at(-1) ?? "";
    if (this.#root === null) {
      this.#root = { dialect: dialectOf(name, attributes), attributes };
      return;
    }
    const parent = this.#openElements.at(-1);
    // Lists are read through; whatever stands in one, or beside them, is a piece.
    if (parent === undefined && names.length === 3 && name.endsWith("List")) return;
    if (parent === undefined) this.#pieceElements = 0;
    this.#elements += 1;
    this.#pieceElements += 1;
    if (this.#pieceElements > MAX_PIECE_ELEMENTS) {
      throw this.#tooMany(`a <${this.#openElements[0]?.name}> of more than ${MAX_PIECE_ELEMENTS} elements`);
    }
    if (this.#elements > MAX_ELEMENTS) throw this.#tooMany(`more than ${MAX_ELEMENTS} elements`);
    const element: Element = { name, attributes, children: [], text: "", line: this.#xml.line };
    parent?.children.push(element);
    this.#openElements.push(element);
  }

  #close(): void {
    const element = this.#openElements.pop();
    if (element === undefined || this.#openElements.length > 0) return;
    this.#count += 1;
    if (this.#count > MAX_PIECES) throw this.#tooMany(`more than ${MAX_PIECES} resources, releases and deals`);
    this.#pieces.add(element);
  }

  #tooMany(what: string): Problem {
    return new Problem("file_unreadable", { detail: `${SUBJECT} holds ${what} (line ${this.#xml.line}).` });
  }
}

/** The problem of a message above the limit. */
export function tooLarge(): Problem {
  return new Problem("too_large", { detail: `A file to import may have ${MAX_MESSAGE_BYTES / 1024 / 1024} MB.` });
}
