// The home of reading a PDF back: what a reader's "copy" would give, found through the file's own tables and nothing of ours.
import { unzlibSync } from "fflate";

/** A text as a page shows it, and where it begins. */
export interface ShownText {
  readonly text: string;
  readonly font: string;
  readonly size: number;
  readonly x: number;
  readonly y: number;
}

/** A file as a reader sees it. */
export interface ReadPdf {
  /** Of each page, its texts in the order in which they are drawn. */
  readonly pages: readonly (readonly ShownText[])[];
  readonly fonts: readonly string[];
  readonly info: string;
}

const latin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

/** Reads a PDF; throws when a table of it points elsewhere than it says. */
export function readPdf(bytes: Uint8Array): ReadPdf {
  const file = latin1(bytes);
  const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(file)?.[1]);
  const [, count = "0"] = /^xref\n0 (\d+)\n/.exec(file.slice(start, start + 40)) ?? [];
  const entries = file.slice(file.indexOf("\n", start + 5) + 1);
  const objects = new Map<number, string>();
  const streams = new Map<number, Uint8Array>();
  for (let number = 1; number < Number(count); number += 1) {
    const offset = Number(entries.slice(number * 20, number * 20 + 10));
    const head = `${number} 0 obj\n`;
    if (!file.startsWith(head, offset)) throw new Error(`object ${number} is not where the table says`);
    const body = file.slice(offset + head.length, file.indexOf("\nendobj", offset));
    const stream = body.indexOf("\nstream\n");
    objects.set(number, stream < 0 ? body : body.slice(0, stream));
    if (stream < 0) continue;
    const length = Number(/\/Length (\d+)/.exec(body)?.[1]);
    const from = offset + head.length + stream + "\nstream\n".length;
    if (!file.startsWith("\nendstream", from + length)) throw new Error(`stream ${number} has another length`);
    streams.set(number, unzlibSync(bytes.subarray(from, from + length)));
  }
  const object = (number: number): string => objects.get(number) ?? "";
  const reference = (body: string, key: string): number =>
    Number(new RegExp(`/${key} \\[?(\\d+) 0 R`).exec(body)?.[1] ?? 0);

  const trailer = file.slice(file.lastIndexOf("trailer"));
  const tree = object(reference(object(reference(trailer, "Root")), "Pages"));
  const kids = numbersIn(/\/Kids \[([^\]]*)\]/.exec(tree)?.[1] ?? "");
  const fonts = new Map<string, { base: string; characters: Map<string, string> }>();
  const resources = object(reference(object(kids[0] ?? 0), "Resources"));
  for (const [, name = "", number] of resources.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
    const font = object(Number(number));
    const map = latin1(streams.get(reference(font, "ToUnicode")) ?? new Uint8Array());
    fonts.set(name, { base: /\/BaseFont \/(\S+)/.exec(font)?.[1] ?? "", characters: charactersOf(map) });
  }
  const pages = kids.map((kid) => {
    const contents = numbersIn(/\/Contents \[([^\]]*)\]/.exec(object(kid))?.[1] ?? "");
    return contents.flatMap((content) => shownIn(latin1(streams.get(content) ?? new Uint8Array()), fonts));
  });
  return { pages, fonts: [...fonts.values()].map(({ base }) => base), info: object(reference(trailer, "Info")) };
}

/** The texts of a page line by line, those that begin on one height joined by blanks. */
export function linesOf(page: readonly ShownText[]): string[] {
  const lines: string[] = [];
  let last: ShownText | undefined;
  for (const shown of page) {
    const isNew = last === undefined || Math.abs(last.y - shown.y) > last.size * 0.6;
    if (isNew) lines.push(shown.text);
    else lines[lines.length - 1] += `${shown.text}`;
    last = shown;
  }
  return lines;
}

function numbersIn(list: string): number[] {
  return [...list.matchAll(/(\d+) 0 R/g)].map((match) => Number(match[1]));
}

function fromUtf16(hex: string): string {
  return (hex.match(/.{4}/g) ?? []).map((unit) => String.fromCharCode(Number.parseInt(unit, 16))).join("");
}

function charactersOf(map: string): Map<string, string> {
  return new Map(
    [...map.matchAll(/^<([0-9a-f]{4})> <([0-9a-f]*)>$/gm)].map(([, code = "", text = ""]) => [code, fromUtf16(text)]),
  );
}

function shownIn(content: string, fonts: Map<string, { base: string; characters: Map<string, string> }>): ShownText[] {
  const shows = content.matchAll(/\/(F\d+) ([\d.]+) Tf 1 0 0 1 ([\d.-]+) ([\d.-]+) Tm <([0-9a-f]*)> Tj/g);
  return Array.from(shows, ([, name = "", size, x, y, codes = ""]) => {
    const { base = "", characters } = fonts.get(name) ?? {};
    const text = (codes.match(/.{4}/g) ?? []).map((code) => {
      const character = characters?.get(code);
      if (character === undefined) throw new Error(`code ${code} of ${base} stands for nothing`);
      return character;
    });
    return { text: text.join(""), font: base, size: Number(size), x: Number(x), y: Number(y) };
  });
}
