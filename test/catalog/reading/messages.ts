// The messages of the fixtures, in Node and in the Worker alike, and how a test reads one.

import type { ReleaseMessage } from "../../../src/catalog/imports/ern/message.ts";
import { ErnReader } from "../../../src/catalog/imports/ern/reader.ts";
import { Problem } from "../../../src/kernel/problems.ts";

interface Glob {
  glob(pattern: string, options: { query: string; import: string; eager: true }): Record<string, string>;
}

const files = (import.meta as unknown as Glob).glob("../fixtures/ern/*.xml", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** Every message by the name of its file. */
export const MESSAGES: ReadonlyMap<string, string> = new Map(
  Object.entries(files).map(([path, text]) => [path.slice(path.lastIndexOf("/") + 1), text]),
);

/** The text of a fixture. */
export function fixture(name: string): string {
  const text = MESSAGES.get(name);
  if (text === undefined) throw new Error(`no fixture ${name}`);
  return text;
}

/** Reads a message that comes in chunks of so many bytes. */
export function read(text: string, chunkBytes = 65_536): ReleaseMessage {
  const reader = new ErnReader();
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.push(bytes.subarray(at, at + chunkBytes));
  return reader.finish();
}

/** How a message is refused: the code of the problem and what it says. */
export function refusal(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof Problem) return `${error.code}: ${error.detail}`;
    throw error;
  }
  throw new Error("was not refused");
}

const catalogues = (import.meta as unknown as Glob).glob("../fixtures/*.csv", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** The catalogue of the corpus. */
export const CORPUS_CSV = catalogues["../fixtures/derived-catalog.csv"] ?? "";
