// The home of notes while a file is being understood: what was left out, and where.

import type { ImportNote } from "./entry.ts";

/** Gathers the notes of one entry. */
export class Notes {
  readonly list: ImportNote[] = [];

  /** Says that something is not taken. */
  add(code: ImportNote["code"], line: number, path: string, message: string): void {
    this.list.push({ line, path, code, message });
  }

  /** Reads a code; what is none is noted and left out: imports meet codes that circulate all the same. */
  code(
    text: string | null,
    parse: (text: string) => string | null,
    { line, path, name }: { line: number; path: string; name: string },
  ): string | null {
    if (text === null) return null;
    const code = parse(text);
    if (code === null) this.add("code_invalid", line, path, `"${text}" is no ${name} and is left out`);
    return code;
  }

  /** Gives a text that fits, or notes that it does not. */
  fitting(text: string | null, longest: number, line: number, path: string): string | null {
    if (text === null || text.length <= longest) return text;
    this.add("not_kept", line, path, `has ${text.length} characters, more than the ${longest} that are kept`);
    return null;
  }
}
