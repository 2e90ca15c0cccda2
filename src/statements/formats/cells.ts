// The home of what formats do to single cells: strict reading, and remembering what the same text became before.

import { detached } from "../../kernel/text.ts";

/** More distinct values than a real file has; a file made to have more only loses the memory, not its meaning. */
const MEMO_SIZE = 32_768;

/**
 * Remembers what a printed cell became, so that a million lines cost one reading per distinct text.
 *
 * @param read given a copy of the cell that may be kept; what it throws is not remembered
 */
export class Memo<T> {
  readonly #known = new Map<string, T>();
  readonly #read: (printed: string) => T;

  constructor(read: (printed: string) => T) {
    this.#read = read;
  }

  /** What this text becomes. */
  of(printed: string): T {
    const known = this.#known.get(printed);
    if (known !== undefined) return known;
    const own = detached(printed);
    const value = this.#read(own);
    if (this.#known.size >= MEMO_SIZE) this.#known.clear();
    this.#known.set(own, value);
    return value;
  }
}

const MAX_UNIT_DIGITS = 15;

/**
 * Reads a whole number of units: an optional sign and digits, nothing else.
 *
 * @returns null where it is none, or has more digits than a number holds exactly
 */
export function parseUnits(printed: string): number | null {
  const text = printed.trim();
  const first = text.charCodeAt(0);
  const from = first === 45 || first === 43 ? 1 : 0;
  const digits = text.length - from;
  if (digits === 0 || digits > MAX_UNIT_DIGITS) return null;
  let units = 0;
  for (let at = from; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return null;
    units = units * 10 + digit;
  }
  return first === 45 && units !== 0 ? -units : units;
}

/**
 * A cell of a file without quoting that was nonetheless written by a quoting one: `"Ghost ""Bus"""` is `Ghost "Bus"`.
 *
 * Only a wrapped cell whose inner quotes are all doubled is unwrapped. `"Heroes"` stays as it is: such a writer wraps a
 * cell only for a quote within it, so there the quotes belong to the title.
 */
export function unwrapped(cell: string): string {
  if (cell.length < 4 || cell.charCodeAt(0) !== 34 || cell.charCodeAt(cell.length - 1) !== 34) return cell;
  const inner = cell.slice(1, -1);
  if (!inner.includes('""') || inner.replaceAll('""', "").includes('"')) return cell;
  return inner.replaceAll('""', '"');
}

/** What a list of words says of a printed one. Of what every object has (`constructor`, `__proto__`) it says nothing. */
export function wordOf<T>(words: Readonly<Record<string, T>>, printed: string): T | undefined {
  return Object.hasOwn(words, printed) ? words[printed] : undefined;
}

const BIGINT = /^-?\d+n$/u;

/** Writes what a reader remembers as JSON; whole numbers of any size keep their value. */
export function writeMemory(memory: unknown): string {
  return JSON.stringify(memory, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
}

/** Reads what {@link writeMemory} wrote. */
export function readMemory<T>(saved: string): T {
  return JSON.parse(saved, (_, value) =>
    typeof value === "string" && BIGINT.test(value) ? BigInt(value.slice(0, -1)) : value,
  );
}

/** Shown in place of personal data of others. */
export const WITHHELD = "(personal data, not shown)";
