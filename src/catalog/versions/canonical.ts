// The home of the one text a document has: what is hashed, and what two documents are compared by.

import { sha256 } from "@oslojs/crypto/sha2";
import { encodeHexLowerCase } from "@oslojs/encoding";

/** Anything that JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * Writes a document as its canonical JSON: no blanks, the fields of every object by the order of their UTF-16 units.
 *
 * A field that is `undefined` is not there.
 * @throws RangeError for what the rule knows no text for: a number that is not finite, half a surrogate pair, what is no JSON
 * @see https://www.rfc-editor.org/rfc/rfc8785 JSON canonicalization scheme, checked 2026-11
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === "string") return textOf(value);
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object") throw new RangeError(`no JSON: ${typeof value}`);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([name, field]) => `${textOf(name)}:${canonicalJson(field)}`).join(",")}}`;
}

function textOf(text: string): string {
  if (!text.isWellFormed()) throw new RangeError("a text holds half a surrogate pair");
  return JSON.stringify(text);
}

/** Gives the SHA-256 of a canonical text, in lower-case hex. */
export function hashOf(canonical: string): string {
  return encodeHexLowerCase(sha256(new TextEncoder().encode(canonical)));
}
