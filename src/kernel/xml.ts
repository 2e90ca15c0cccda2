// The home of XML as files of the trade use it: a tokenizer that streams, declares nothing and expands nothing.

import { Problem } from "./problems.ts";

/** What an element's start tag says beside its name, by attribute name as printed. */
export type Attributes = ReadonlyMap<string, string>;

/**
 * Takes what a document holds, in order. Paths are made of names without prefixes: `/worksheet/sheetData/row`. An
 * element is known by where it stands, so one of a foreign namespace that merely shares a name is not met.
 */
export interface XmlVisitor {
  open?(path: string, attributes: Attributes): void;
  /** Text, references resolved, perhaps in several pieces; a slice of what was read, to be copied if it is kept. */
  text?(path: string, text: string): void;
  close?(path: string): void;
}

/** The longest tag, comment or CDATA section read: it bounds what one that never ends can cost. */
const MAX_MARKUP_LENGTH = 65_536;
const MAX_DEPTH = 64;
/** `&#x0010FFFF;` is twelve letters long. */
const MAX_REFERENCE_LENGTH = 12;

const LESS = 60;
const GREATER = 62;
const DOUBLE_QUOTE = 34;
const SINGLE_QUOTE = 39;

const NAME = /^[^\s<>"'=&/]+/u;
const ATTRIBUTE = /\s+([^\s<>"'=&/]+)\s*=\s*(?:"([^<"]*)"|'([^<']*)')/uy;
const ENCODING = /\sencoding\s*=\s*["']([^"']*)["']/u;
const NO_ATTRIBUTES: Attributes = new Map();

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

/**
 * Reads one document from its bytes as they come.
 *
 * Document types are refused, and with them every entity but the five of XML itself: there is nothing to expand, so no
 * document can unfold to more than its own length, and none can name a file or an address.
 *
 * @see https://www.w3.org/TR/xml/ sections 2.1 to 2.8 and 4.1, checked 2026-11
 */
export class XmlReader {
  readonly #subject: string;
  readonly #visitor: XmlVisitor;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  readonly #names: string[] = [];
  readonly #paths: string[] = [""];
  #held = "";
  /** Where in `#held` the piece being read begins. */
  #at = 0;
  #hasRoot = false;
  /** The place of the offset `#counted` of `#held`. */
  #counted = 0;
  #line = 1;
  #column = 1;

  /** @param subject what the document is called in a refusal, as in `The message` */
  constructor(subject: string, visitor: XmlVisitor) {
    this.#subject = subject;
    this.#visitor = visitor;
  }

  /** The line, from 1, on which the tag or text begins that is being handed out. */
  get line(): number {
    this.#count(this.#at);
    return this.#line;
  }

  /** Takes the next bytes. @throws Problem `file_unreadable` */
  push(bytes: Uint8Array): void {
    this.#take(this.#decode(bytes));
  }

  /** To be called after the last bytes. @throws Problem `file_unreadable` where the document is not whole */
  finish(): void {
    this.#take(this.#decode(null));
    if (!this.#hasRoot || this.#names.length > 0 || this.#held !== "") throw this.#refused("ends in the middle");
  }

  #decode(bytes: Uint8Array | null): string {
    try {
      return bytes === null ? this.#decoder.decode() : this.#decoder.decode(bytes, { stream: true });
    } catch (error) {
      throw this.#refused("is not written in UTF-8", error);
    }
  }

  #take(text: string): void {
    const held = this.#held + text;
    this.#held = held;
    this.#at = 0;
    while (this.#at < held.length) {
      const at = this.#at;
      const end = held.charCodeAt(at) === LESS ? this.#markup(held, at) : this.#content(held, at);
      if (end === -1) break;
      this.#at = end;
    }
    this.#count(this.#at);
    this.#held = held.slice(this.#at);
    this.#at = 0;
    this.#counted = 0;
    if (this.#held.length > MAX_MARKUP_LENGTH) throw this.#refused("holds a tag that is too long");
  }

  /** Hands on the text from `at` up to the next tag, or up to a reference that is not whole yet. */
  #content(held: string, at: number): number {
    const tag = held.indexOf("<", at);
    let end = tag === -1 ? held.length : tag;
    if (tag === -1) {
      const start = held.lastIndexOf("&");
      if (start >= at && end - start < MAX_REFERENCE_LENGTH && !held.includes(";", start)) end = start;
    }
    if (end === at) return -1;
    this.#text(this.#resolved(held.slice(at, end)));
    return end;
  }

  #text(text: string): void {
    if (this.#names.length > 0) this.#visitor.text?.(this.#path, text);
    else if (text.trim() !== "") throw this.#refused("holds text outside its root element");
  }

  #markup(held: string, at: number): number {
    if (held.startsWith("<!", at)) return this.#declared(held, at);
    if (held.startsWith("<?", at)) {
      const end = held.indexOf("?>", at);
      if (end === -1) return -1;
      this.#checkInstruction(held.slice(at, end));
      return end + 2;
    }
    const end = tagEnd(held, at);
    if (end === -1) return -1;
    if (held.startsWith("</", at)) this.#closeTag(held.slice(at + 2, end).trimEnd());
    else this.#openTag(held.slice(at + 1, end));
    return end + 1;
  }

  #declared(held: string, at: number): number {
    if (held.startsWith("<!--", at)) {
      const end = held.indexOf("-->", at + 4);
      return end === -1 ? -1 : end + 3;
    }
    if (held.startsWith("<![CDATA[", at)) {
      const end = held.indexOf("]]>", at);
      if (end === -1) return -1;
      this.#text(held.slice(at + 9, end));
      return end + 3;
    }
    const start = held.slice(at, at + 9);
    if ("<!--".startsWith(start) || "<![CDATA[".startsWith(start)) return -1;
    throw this.#refused("declares a document type or entities, which are refused unread");
  }

  #checkInstruction(instruction: string): void {
    const encoding = instruction.startsWith("<?xml ") ? ENCODING.exec(instruction)?.[1] : undefined;
    if (encoding !== undefined && !/^(?:utf-8|us-ascii)$/iu.test(encoding)) {
      throw this.#refused("is not written in UTF-8");
    }
  }

  #openTag(tag: string): void {
    const isEmpty = tag.endsWith("/");
    const name = NAME.exec(tag)?.[0];
    if (name === undefined || (this.#names.length === 0 && this.#hasRoot)) throw this.#malformed();
    if (this.#names.length >= MAX_DEPTH) throw this.#refused("is nested too deeply");
    this.#hasRoot = true;
    this.#names.push(name);
    this.#paths.push(`${this.#path}/${name.slice(name.indexOf(":") + 1)}`);
    const attributes = this.#attributes(tag, name.length, isEmpty ? tag.length - 1 : tag.length);
    this.#visitor.open?.(this.#path, attributes);
    if (isEmpty) this.#closeTag(name);
  }

  #closeTag(name: string): void {
    if (this.#names.pop() !== name) throw this.#malformed();
    this.#visitor.close?.(this.#path);
    this.#paths.pop();
  }

  #attributes(tag: string, from: number, end: number): Attributes {
    if (from === end) return NO_ATTRIBUTES;
    const attributes = new Map<string, string>();
    let at = from;
    for (;;) {
      ATTRIBUTE.lastIndex = at;
      const found = ATTRIBUTE.exec(tag);
      if (found === null) break;
      at = ATTRIBUTE.lastIndex;
      const name = found[1] ?? "";
      if (attributes.has(name)) throw this.#malformed();
      attributes.set(name, this.#resolved(found[2] ?? found[3] ?? ""));
    }
    if (tag.slice(at, end).trim() !== "") throw this.#malformed();
    return attributes;
  }

  #resolved(text: string): string {
    if (!text.includes("&")) return text;
    return text.replaceAll(/&([^;&]*)(;?)/gu, (_, name: string, end: string) => {
      const meant = end === "" ? undefined : (ENTITIES.get(name) ?? letterOf(name));
      if (meant === undefined) throw this.#refused("refers to an entity, which is refused unread");
      return meant;
    });
  }

  get #path(): string {
    return this.#paths[this.#paths.length - 1] ?? "";
  }

  /** Moves the counted place on to an offset of what is held. */
  #count(to: number): void {
    for (;;) {
      const next = this.#held.indexOf("\n", this.#counted);
      if (next === -1 || next >= to) break;
      this.#line += 1;
      this.#column = 1;
      this.#counted = next + 1;
    }
    this.#column += Math.max(0, to - this.#counted);
    this.#counted = Math.max(to, this.#counted);
  }

  #malformed(): Problem {
    return this.#refused("is not well-formed XML");
  }

  #refused(what: string, cause?: unknown): Problem {
    this.#count(this.#at);
    const place = `line ${this.#line}, column ${this.#column}`;
    return new Problem("file_unreadable", { detail: `${this.#subject} ${what} (${place}).`, cause });
  }
}

/** Offset of the `>` that ends the tag at `from`, and not one within quotes; -1 where the text ends first. */
function tagEnd(text: string, from: number): number {
  let quote = 0;
  for (let at = from; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (quote !== 0) {
      if (unit === quote) quote = 0;
    } else if (unit === DOUBLE_QUOTE || unit === SINGLE_QUOTE) quote = unit;
    else if (unit === GREATER) return at;
  }
  return -1;
}

/** The letter of a numeric reference, `#65` or `#x41`; undefined where it is none that XML allows. */
function letterOf(name: string): string | undefined {
  const digits = /^#(?:x([\da-f]{1,8})|(\d{1,8}))$/iu.exec(name);
  if (digits === null) return undefined;
  const code = digits[1] === undefined ? Number.parseInt(digits[2] ?? "", 10) : Number.parseInt(digits[1], 16);
  const isLetter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isLetter ? String.fromCodePoint(code) : undefined;
}
