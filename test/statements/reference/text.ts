// The home of the reference's way from bytes to rows: decoding, line ends, delimiter and quotes, by RFC 4180.
// It shares no code with the product: whatever both read alike was understood twice.

/** One record of a file. */
export interface ReferenceRow {
  /** Physical line on which it begins, the first being 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A file's records, and those that lie within its first ten physical lines and 64 KB. */
export interface ReferenceText {
  readonly rows: readonly ReferenceRow[];
  readonly head: readonly ReferenceRow[];
}

/** Why the reference does not read a file. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

const HEAD_LINES = 10;
const HEAD_BYTES = 65_536;
const LONGEST_RECORD = 262_144;

/** A byte order mark, or one that a program took for three letters. */
const MARKS = /^(?:\uFEFF|\u00EF\u00BB\u00BF)+/u;

/**
 * Cuts a file.
 *
 * @param how a format may be told by its first word to be parted by tabs, with quotes that are letters
 * @throws Refusal where it is no text, or a quote is never closed
 */
export function cutText(bytes: Uint8Array, how: "as it looks" | "tabs alone" = "as it looks"): ReferenceText {
  const { label, start } = encodingOf(bytes);
  const text = decode(bytes.subarray(start), label);
  if (text === "" || text.includes("\0")) throw new Refusal("no text");
  const feeds = text.split("\n").length - 1;
  const returns = text.split("\r").length - text.split("\r\n").length;
  const newline = returns > feeds ? "\r" : "\n";
  const marked = text.replace(MARKS, "");
  const lines = headOf(text, label).replace(MARKS, "").split(newline, HEAD_LINES);
  const head = lines.map((line) => (newline === "\n" ? line.replace(/\r$/u, "") : line));
  const delimiter = how === "tabs alone" ? "\t" : delimiterOf(head);
  const isQuoted = how === "as it looks" && (delimiter !== "\t" || head.some(isWhollyQuoted));
  return {
    rows: rowsOf(marked, newline, delimiter, isQuoted),
    head: rowsOf(lines.join(newline), newline, delimiter, isQuoted, true),
  };
}

/** The mark decides; without one it is UTF-8 if all of it is, else windows-1252, in which every byte is a letter. */
function encodingOf(bytes: Uint8Array): { label: string; start: number } {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return { label: "utf-16le", start: 2 };
  if (first === 0xfe && second === 0xff) return { label: "utf-16be", start: 2 };
  if (first === 0xef && second === 0xbb && third === 0xbf) return { label: "utf-8", start: 3 };
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { label: "utf-8", start: 0 };
  } catch {
    return { label: "windows-1252", start: 0 };
  }
}

function decode(bytes: Uint8Array, label: string): string {
  return new TextDecoder(label, { fatal: false, ignoreBOM: true }).decode(bytes);
}

function headOf(text: string, label: string): string {
  return label === "windows-1252"
    ? text.slice(0, HEAD_BYTES)
    : decode(new TextEncoder().encode(text).subarray(0, HEAD_BYTES), "utf-8");
}

/** The one whose commonest count, outside of quotes, most lines agree on; at a tie the one that occurs more often. */
function delimiterOf(head: readonly string[]): string {
  let best = { delimiter: ",", agreeing: 0, count: 0 };
  for (const delimiter of ["\t", ";", ","]) {
    const counts = head.map((line) => unquoted(line).split(delimiter).length - 1).filter((count) => count > 0);
    for (const count of new Set(counts)) {
      const agreeing = counts.filter((each) => each === count).length;
      if (agreeing > best.agreeing || (agreeing === best.agreeing && count > best.count)) {
        best = { delimiter, agreeing, count };
      }
    }
  }
  return best.delimiter;
}

/** Every second part between quotes lies within them. */
function unquoted(line: string): string {
  return line
    .split('"')
    .filter((_, at) => at % 2 === 0)
    .join("");
}

function isWhollyQuoted(line: string): boolean {
  const cells = line.split("\t");
  return cells.length > 1 && cells.every((cell) => /^".*"$/su.test(cell));
}

/**
 * A quote opens a cell only as its first letter; doubled within it is one quote; what stands behind its end belongs to
 * the cell. Blank lines are none of the records.
 */
function rowsOf(text: string, newline: string, delimiter: string, isQuoted: boolean, isCut = false): ReferenceRow[] {
  const rows: ReferenceRow[] = [];
  let cells: string[] = [];
  let cell = "";
  let line = 1;
  let began = 1;
  let from = 0;
  let state: "start" | "letters" | "quoted" = "start";
  const close = (at: number): void => {
    if (new TextEncoder().encode(text.slice(from, at)).length > LONGEST_RECORD) throw new Refusal("too long");
    const isBlank = text.slice(from, at).replace(newline === "\n" ? /\r$/u : /$/u, "") === "";
    if (newline === "\n" && text[at - 1] === "\r") cell = cell.replace(/\r$/u, "");
    if (!isBlank) rows.push({ line: began, cells: [...cells, cell] });
    cells = [];
    cell = "";
    state = "start";
  };
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? "";
    if (state === "quoted") {
      if (letter === newline) line += 1;
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else state = "letters";
    } else if (letter === newline) {
      close(at);
      line += 1;
      began = line;
      from = at + 1;
    } else if (letter === delimiter) {
      cells.push(cell);
      cell = "";
      state = "start";
    } else if (letter === '"' && state === "start" && isQuoted) state = "quoted";
    else {
      cell += letter;
      state = "letters";
    }
  }
  if (state === "quoted") {
    if (isCut) return rows;
    throw new Refusal("a quote is never closed");
  }
  if (from < text.length) close(text.length);
  return rows;
}
