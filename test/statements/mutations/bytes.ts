// The home of mutations of a written file: its text, its encoding and its bytes.
import type { Chance } from "./random.ts";

/** Its name, and what becomes of the text. */
export type TextMutation = readonly [name: string, apply: (text: string, chance: Chance) => string];

/** Its name, and what becomes of the bytes. */
export type BytesMutation = readonly [name: string, apply: (bytes: Uint8Array, chance: Chance) => Uint8Array];

/** Its name, and the bytes of a text. */
export type Encoding = readonly [name: string, apply: (text: string) => Uint8Array];

const LINE_END = /\r\n|\r|\n/gu;

function within(text: string, chance: Chance, more: string): string {
  const at = chance.below(text.length + 1);
  return text.slice(0, at) + more + text.slice(at);
}

/** What happens to a text. */
export const OF_TEXT: readonly TextMutation[] = [
  ["a quote added", (text, chance) => within(text, chance, '"')],
  [
    "a quote added at a cell's start",
    (text, chance) => {
      const starts = [0, ...[...text.matchAll(/(?<=[\t,;\r\n])/gu)].map(({ index }) => index)];
      const at = chance.of(starts);
      return `${text.slice(0, at)}"${text.slice(at)}`;
    },
  ],
  [
    "a quote removed",
    (text, chance) => {
      const at = text.indexOf('"', chance.below(text.length + 1));
      return at === -1 ? text : text.slice(0, at) + text.slice(at + 1);
    },
  ],
  [
    "delimiters swapped",
    (text, chance) => {
      const [from = "", to = ""] = chance.shuffled(["\t", ",", ";"]);
      return text.replaceAll(from, to);
    },
  ],
  [
    "line ends mixed",
    (text, chance) =>
      text.replaceAll(LINE_END, (end) => (chance.below(3) === 0 ? chance.of(["\n", "\r\n", "\r"]) : end)),
  ],
  ["other line ends throughout", (text, chance) => text.replaceAll(LINE_END, chance.of(["\n", "\r\n", "\r"]))],
  ["a line end within", (text, chance) => within(text, chance, chance.of(["\n", "\r", "\r\n", "\u2028"]))],
  ["blank lines", (text, chance) => text.replace(/\r\n|\r|\n/u, (end) => end.repeat(2 + chance.below(4)))],
  ["truncated", (text, chance) => text.slice(0, chance.below(text.length + 1))],
  ["a byte order mark", (text) => `\uFEFF${text}`],
  ["a byte order mark decoded", (text) => `\u00EF\u00BB\u00BF${text}`],
  ["a NUL", (text, chance) => within(text, chance, "\0")],
  ["control letters", (text, chance) => within(text, chance, chance.of(["\u0001", "\u001a", "\u0007\u0008"]))],
];

/** UTF-16, without a mark. */
export function wide(text: string, isLittle: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let at = 0; at < text.length; at += 1) view.setUint16(at * 2, text.charCodeAt(at), isLittle);
  return new Uint8Array(view.buffer);
}

/** UTF-8, as a program writes it. */
export function narrow(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The text of a file of ours: with a mark, in UTF-8, or else in windows-1252. */
export function textOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff) return new TextDecoder("utf-16le").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** How a text becomes bytes. */
export const ENCODINGS: readonly Encoding[] = [
  ["in UTF-16LE", (text) => wide(`\uFEFF${text}`, true)],
  ["in UTF-16BE", (text) => wide(`\uFEFF${text}`, false)],
  ["in UTF-16LE without a mark", (text) => wide(text, true)],
  ["in windows-1252", (text) => Uint8Array.from(text, (letter) => Math.min(letter.charCodeAt(0), 255))],
  ["in UTF-8 with a mark", (text) => narrow(`\uFEFF${text}`)],
  ["in UTF-8, decoded and encoded again", (text) => narrow(new TextDecoder("windows-1252").decode(narrow(text)))],
];

/** A quote, a line feed, a carriage return, a comma, a tab, a blank, a nought, and bytes that are none of UTF-8. */
const RUNS = [34, 10, 13, 44, 9, 32, 48, 0x80, 0xff];

/** What happens to bytes. */
export const OF_BYTES: readonly BytesMutation[] = [
  [
    "a bit flipped",
    (bytes, chance) => {
      const at = chance.below(bytes.length + 1);
      const bit = 1 << chance.below(8);
      return bytes.map((byte, place) => (place === at ? byte ^ bit : byte));
    },
  ],
  [
    "bytes inserted",
    (bytes, chance) => {
      const at = chance.below(bytes.length + 1);
      const more = Array.from({ length: 1 + chance.below(4) }, () => chance.below(256));
      return Uint8Array.from([...bytes.subarray(0, at), ...more, ...bytes.subarray(at)]);
    },
  ],
  [
    "bytes removed",
    (bytes, chance) => {
      const at = chance.below(bytes.length + 1);
      const end = at + 1 + chance.below(chance.of([1, 4, 200]));
      return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(end)]);
    },
  ],
  ["cut off", (bytes, chance) => bytes.slice(0, chance.below(bytes.length + 1))],
  [
    "noise from a place on",
    (bytes, chance) => {
      const from = chance.below(bytes.length + 1);
      return bytes.map((byte, at) => (at < from ? byte : chance.below(256)));
    },
  ],
  [
    "a run of one byte",
    (bytes, chance) => {
      const at = chance.below(bytes.length + 1);
      const run = new Uint8Array(chance.of([100, 5_000, 270_000])).fill(chance.of(RUNS));
      return Uint8Array.from([...bytes.subarray(0, at), ...run, ...bytes.subarray(at)]);
    },
  ],
  ["emptied", () => new Uint8Array(0)],
];
