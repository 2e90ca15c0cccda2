// The home of notes while a file is being understood: what was left out, and where.

import type { ImportNote } from "./entry.ts";

/** The most notes of one entry, and the most letters of one: they are kept in one row. */
const MOST_NOTES = 1000;
const LONGEST_MESSAGE = 300;
const LONGEST_PATH = 100;

/** Gathers the notes of one entry. */
export class Notes {
  readonly #kept: ImportNote[] = [];
  #more = 0;

  /** The notes, and how many more there are. */
  get list(): readonly ImportNote[] {
    const [first] = this.#kept;
    if (first === undefined || this.#more === 0) return this.#kept;
    return [...this.#kept, { line: first.line, path: "", code: "not_kept", message: `${this.#more} more of such` }];
  }

  /** Says that something is not taken. */
  add(code: ImportNote["code"], line: number, path: string, message: string): void {
    // What refuses an entry must be among them.
    const isFirstRefusal = code === "refused" && !this.#kept.some((note) => note.code === "refused");
    if (this.#kept.length >= MOST_NOTES && !isFirstRefusal) this.#more += 1;
    else this.#kept.push({ line, path: path.slice(0, LONGEST_PATH), code, message: short(message) });
  }

  /** Reads a code; what is none is noted and left out: imports meet codes that circulate all the same. */
  code(
    text: string | null,
    parse: (text: string) => string | null,
    { line, path, name }: { line: number; path: string; name: string },
  ): string | null {
    if (text === null) return null;
    const code = parse(text);
    if (code === null) this.add("code_invalid", line, path, `"${short(text)}" is no ${name} and is left out`);
    return code;
  }

  /** Gives a text that fits, or notes that it does not. */
  fitting(text: string | null, longest: number, line: number, path: string): string | null {
    if (text === null || text.length <= longest) return text;
    this.add("not_kept", line, path, `has ${text.length} characters, more than the ${longest} that are kept`);
    return null;
  }

  /** Gives the first of a list, as many as are kept, and notes if there are more. */
  first<T>(list: readonly T[], most: number, line: number, path: string): T[] {
    if (list.length > most) this.add("not_kept", line, path, `the first ${most} of ${list.length} are kept`);
    return list.slice(0, most);
  }
}

function short(text: string): string {
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text;
}
