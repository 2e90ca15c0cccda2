// The home of page cursors: where a list goes on, signed, and bound to the query that made it.

import { hmac } from "@oslojs/crypto/hmac";
import { SHA256 } from "@oslojs/crypto/sha2";
import { constantTimeEqual } from "@oslojs/crypto/subtle";
import { decodeBase64urlIgnorePadding, encodeBase64urlNoPadding } from "@oslojs/encoding";

import { Problem } from "./problems.ts";

/** One sort value of the last row of a page; 64-bit integers travel as text. */
export type CursorValue = string | number | null;

const VERSION = 1;
const MAC_BYTES = 32;
const HEADER_BYTES = 1 + MAC_BYTES;
const MAX_CURSOR_CHARACTERS = 4096;

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

function mac(key: Uint8Array, binding: string, payload: Uint8Array): Uint8Array {
  const bindingBytes = utf8.encode(binding);
  // The length keeps the end of the binding from being read as the start of the payload.
  const head = utf8.encode(`cursor:${VERSION}:${bindingBytes.length}:`);
  const message = new Uint8Array(head.length + bindingBytes.length + payload.length);
  message.set(head, 0);
  message.set(bindingBytes, head.length);
  message.set(payload, head.length + bindingBytes.length);
  return hmac(SHA256, key, message);
}

function isCursorValue(value: unknown): value is CursorValue {
  return value === null || typeof value === "string" || typeof value === "number";
}

/**
 * Writes the cursor that lets a list go on after its last row.
 *
 * It is signed, not sealed: hold only values the caller has just been shown.
 *
 * @param key the signing key, 32 bytes
 * @param binding fingerprint of what was asked: artist, operation and filters
 * @param values the sort values of the last row, ending in its id
 * @throws RangeError when a number is not finite
 */
export function encodeCursor(key: Uint8Array, binding: string, values: readonly CursorValue[]): string {
  for (const value of values) {
    if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError("a cursor holds finite numbers");
  }
  const payload = utf8.encode(JSON.stringify(values));
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  bytes[0] = VERSION;
  bytes.set(mac(key, binding, payload), 1);
  bytes.set(payload, HEADER_BYTES);
  return encodeBase64urlNoPadding(bytes);
}

/**
 * Reads a cursor back, if it was made with this key for this very query.
 *
 * @throws Problem `bad_cursor` for anything else: altered, truncated, of another query, of another version
 */
export function decodeCursor(key: Uint8Array, binding: string, cursor: string): CursorValue[] {
  if (cursor.length > MAX_CURSOR_CHARACTERS) throw new Problem("bad_cursor");
  let bytes: Uint8Array;
  try {
    bytes = decodeBase64urlIgnorePadding(cursor);
  } catch (cause) {
    throw new Problem("bad_cursor", { cause });
  }
  // Base64 has several spellings of the same bytes; only the one we wrote is ours.
  if (encodeBase64urlNoPadding(bytes) !== cursor) throw new Problem("bad_cursor");
  if (bytes.length < HEADER_BYTES || bytes[0] !== VERSION) throw new Problem("bad_cursor");
  const payload = bytes.subarray(HEADER_BYTES);
  if (!constantTimeEqual(bytes.subarray(1, HEADER_BYTES), mac(key, binding, payload))) throw new Problem("bad_cursor");
  const values: unknown = JSON.parse(strictUtf8.decode(payload));
  if (!Array.isArray(values) || !values.every(isCursorValue)) throw new Problem("bad_cursor");
  return values;
}
