// The home of mutations: what happens to statements on their way, and what someone may do to them, from a seed.
import { DATES, FORMULAS, NUMBERS, TEXTS } from "./cells.ts";
import { Chance } from "./random.ts";

/** A file to make mutants of. */
export interface Template {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The line of its header, the first being 0; -1 where it has none. */
  readonly header: number;
  /** Where the numbers and the periods of its rows stand, the first place being 0. */
  readonly numbers: readonly number[];
  readonly dates: readonly number[];
  readonly delimiter: string;
  readonly rows: readonly (readonly string[])[];
}

/** A mutated file, and how it came to be. */
export interface Mutant {
  readonly index: number;
  readonly template: string;
  readonly steps: readonly string[];
  readonly bytes: Uint8Array;
}

/** A file on its way: cells until it is written, text until it is encoded, then bytes. */
interface Draft {
  readonly chance: Chance;
  readonly template: Template;
  rows: string[][];
  header: number;
  delimiter: string;
  newline: string;
  quotes: "needed" | "all" | "none";
  /** Set by the first mutation of cells: until then the file stays as it was written. */
  isRewritten: boolean;
  text: string;
  bytes: Uint8Array;
}

type Mutation = readonly [name: string, apply: (draft: Draft) => void];

const below = (draft: Draft): number[] => draft.rows.map((_, at) => at).filter((at) => at > draft.header);

function anyRow(draft: Draft): string[] {
  const rows = below(draft);
  return rows.length === 0 ? [] : (draft.rows[draft.chance.of(rows)] ?? []);
}

function replace(draft: Draft, places: readonly number[], texts: readonly string[]): void {
  const row = anyRow(draft);
  if (row.length === 0) return;
  const place = places.length === 0 ? draft.chance.below(row.length) : draft.chance.of(places);
  row[place] = draft.chance.of(texts);
}

function eachRow(draft: Draft, change: (row: string[], at: number) => void): void {
  for (const at of [draft.header, ...below(draft)]) {
    const row = draft.rows[at];
    if (row !== undefined) change(row, at);
  }
}

const OF_CELLS: readonly Mutation[] = [
  ["a number replaced", (draft) => replace(draft, draft.template.numbers, NUMBERS)],
  ["a number replaced again", (draft) => replace(draft, draft.template.numbers, NUMBERS)],
  ["a formula for a number", (draft) => replace(draft, draft.template.numbers, FORMULAS)],
  ["a formula in a cell", (draft) => replace(draft, [], FORMULAS)],
  ["a date replaced", (draft) => replace(draft, draft.template.dates, DATES)],
  ["a cell replaced", (draft) => replace(draft, [], TEXTS)],
  ["a cell emptied", (draft) => replace(draft, [], [""])],
  ["a number emptied", (draft) => replace(draft, draft.template.numbers, [""])],
  ["a long cell", (draft) => replace(draft, [], ["x".repeat(draft.chance.of([300, 70_000, 300_000]))])],
  [
    "a column emptied",
    (draft) => {
      const place = draft.chance.below(anyRow(draft).length || 1);
      for (const at of below(draft)) if (draft.rows[at]?.[place] !== undefined) draft.rows[at][place] = "";
    },
  ],
  [
    "every number with the other mark",
    (draft) => {
      for (const at of below(draft)) {
        for (const place of draft.template.numbers) {
          const cell = draft.rows[at]?.[place];
          const other = { ".": ",", ",": "." } as const;
          if (cell !== undefined && draft.rows[at] !== undefined) {
            draft.rows[at][place] = cell.replaceAll(/[.,]/gu, (mark) => other[mark as "." | ","]);
          }
        }
      }
    },
  ],
  [
    "a row duplicated",
    (draft) => {
      const rows = below(draft);
      if (rows.length > 0) draft.rows.splice(draft.chance.of(rows), 0, [...anyRow(draft)]);
    },
  ],
  [
    "a row removed",
    (draft) => {
      const rows = below(draft);
      if (rows.length > 0) draft.rows.splice(draft.chance.of(rows), 1);
    },
  ],
  [
    "rows shuffled",
    (draft) => {
      draft.rows = [
        ...draft.rows.slice(0, draft.header + 1),
        ...draft.chance.shuffled(draft.rows.slice(draft.header + 1)),
      ];
    },
  ],
  [
    "a row cut short or grown",
    (draft) => {
      const row = anyRow(draft);
      if (draft.chance.below(2) === 0) row.pop();
      else row.push(draft.chance.of(["", " ", "x", "1.00"]));
    },
  ],
  [
    "the header duplicated",
    (draft) => {
      const at = draft.header + draft.chance.below(draft.rows.length - Math.max(draft.header, 0));
      draft.rows.splice(at + 1, 0, [...(draft.rows[draft.header] ?? [])]);
    },
  ],
  [
    "a name in the header changed",
    (draft) => {
      const header = draft.rows[draft.header] ?? [];
      const place = draft.chance.below(header.length || 1);
      const name = header[place] ?? "";
      const changed = [
        ` ${name} `,
        name.toUpperCase(),
        name.replaceAll(" ", "\u00A0"),
        `${name}x`,
        "",
        header[0] ?? "",
        '"a',
      ];
      if (header.length > 0) header[place] = draft.chance.of(changed);
    },
  ],
  [
    "the header moved down",
    (draft) => {
      const above = draft.chance.of([["Statement"], ["Account", "1234"], [""], ["a", "b", "c", "d"], ['"open']]);
      const lines = 1 + draft.chance.below(5);
      draft.rows.unshift(...Array.from({ length: lines }, () => [...above]));
      draft.header += lines;
    },
  ],
  [
    "the header removed",
    (draft) => {
      if (draft.header >= 0) draft.rows.splice(draft.header, 1);
    },
  ],
  [
    "columns shuffled",
    (draft) => {
      const width = draft.rows[draft.header]?.length ?? 0;
      const order = draft.chance.shuffled(Array.from({ length: width }, (_, place) => place));
      eachRow(draft, (row, at) => {
        draft.rows[at] = [...order.map((place) => row[place] ?? ""), ...row.slice(width)];
      });
    },
  ],
  [
    "a column removed",
    (draft) => {
      const place = draft.chance.below(draft.rows[draft.header]?.length || 1);
      eachRow(draft, (row) => row.splice(place, 1));
    },
  ],
  [
    "a column added",
    (draft) => {
      const place = draft.chance.below(draft.rows[draft.header]?.length || 1);
      const name = draft.chance.of([
        "Notes",
        "",
        "Amount",
        "Currency",
        "Quantity",
        draft.rows[draft.header]?.[place] ?? "",
      ]);
      eachRow(draft, (row, at) => row.splice(place, 0, at === draft.header ? name : draft.chance.of(["", "x", "7"])));
    },
  ],
  ["only the header", (draft) => void draft.rows.splice(draft.header + 1)],
  [
    "a total below",
    (draft) =>
      void draft.rows.push(draft.chance.of([["Total", "1.00"], ["Total"], ["Row Count", "3"], ["Total_Rows", "x"]])),
  ],
];

const OF_WRITING: readonly Mutation[] = [
  ["another delimiter", (draft) => void (draft.delimiter = draft.chance.of(["\t", ",", ";"]))],
  ["all cells quoted", (draft) => void (draft.quotes = "all")],
  ["no cell quoted", (draft) => void (draft.quotes = "none")],
  ["other line ends", (draft) => void (draft.newline = draft.chance.of(["\n", "\r\n", "\r", "\n\n", "\r\n\r\n"]))],
];

function place(draft: Draft): number {
  return draft.chance.below(draft.text.length + 1);
}

function inserted(draft: Draft, at: number, text: string): void {
  draft.text = draft.text.slice(0, at) + text + draft.text.slice(at);
}

const OF_TEXT: readonly Mutation[] = [
  ["a quote added", (draft) => inserted(draft, place(draft), '"')],
  [
    "a quote added at a cell's start",
    (draft) => {
      const starts = [...draft.text.matchAll(/(?<=[\t,;\n])/gu)].map(({ index }) => index);
      inserted(draft, starts.length === 0 ? 0 : draft.chance.of(starts), '"');
    },
  ],
  [
    "a quote removed",
    (draft) => {
      const at = draft.text.indexOf('"', place(draft));
      if (at !== -1) draft.text = draft.text.slice(0, at) + draft.text.slice(at + 1);
    },
  ],
  [
    "delimiters swapped",
    (draft) => {
      const [from, to] = draft.chance.shuffled(["\t", ",", ";"]);
      draft.text = draft.text.replaceAll(from ?? "\t", to ?? ",");
    },
  ],
  [
    "line ends mixed",
    (draft) => {
      draft.text = draft.text.replaceAll(/\r\n|\r|\n/gu, (end) =>
        draft.chance.below(3) === 0 ? draft.chance.of(["\n", "\r\n", "\r"]) : end,
      );
    },
  ],
  ["a line end within", (draft) => inserted(draft, place(draft), draft.chance.of(["\n", "\r", "\r\n", "\u2028"]))],
  [
    "blank lines",
    (draft) => void (draft.text = draft.text.replace(/\r\n|\r|\n/u, (end) => end.repeat(1 + draft.chance.below(4)))),
  ],
  ["truncated", (draft) => void (draft.text = draft.text.slice(0, place(draft)))],
  ["a byte order mark", (draft) => inserted(draft, 0, "\uFEFF")],
  ["a byte order mark decoded", (draft) => inserted(draft, 0, "\u00EF\u00BB\u00BF")],
  ["a NUL", (draft) => inserted(draft, place(draft), "\0")],
  [
    "control letters",
    (draft) => inserted(draft, place(draft), draft.chance.of(["\u0001", "\u001a", "\u0007\u0008\u0000"])),
  ],
];

function wide(text: string, isLittle: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let at = 0; at < text.length; at += 1) view.setUint16(at * 2, text.charCodeAt(at), isLittle);
  return new Uint8Array(view.buffer);
}

/** One byte a letter, as programs that know no others write it. */
function narrow(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => Math.min(letter.codePointAt(0) ?? 63, 255));
}

const OF_ENCODING: readonly Mutation[] = [
  ["in UTF-16LE", (draft) => void (draft.bytes = wide(`\uFEFF${draft.text}`, true))],
  ["in UTF-16BE", (draft) => void (draft.bytes = wide(`\uFEFF${draft.text}`, false))],
  ["in UTF-16LE without a mark", (draft) => void (draft.bytes = wide(draft.text, true))],
  ["in windows-1252", (draft) => void (draft.bytes = narrow(draft.text))],
  ["in UTF-8 with a mark", (draft) => void (draft.bytes = new TextEncoder().encode(`\uFEFF${draft.text}`))],
  [
    "decoded twice",
    (draft) => void (draft.bytes = new TextEncoder().encode(new TextDecoder("windows-1252").decode(draft.bytes))),
  ],
];

const OF_BYTES: readonly Mutation[] = [
  [
    "a bit flipped",
    (draft) => {
      const at = draft.chance.below(draft.bytes.length || 1);
      draft.bytes = draft.bytes.map((byte, place) => (place === at ? byte ^ (1 << draft.chance.below(8)) : byte));
    },
  ],
  [
    "bytes inserted",
    (draft) => {
      const at = draft.chance.below(draft.bytes.length + 1);
      const more = Array.from({ length: 1 + draft.chance.below(4) }, () => draft.chance.below(256));
      draft.bytes = Uint8Array.from([...draft.bytes.subarray(0, at), ...more, ...draft.bytes.subarray(at)]);
    },
  ],
  [
    "bytes removed",
    (draft) => {
      const at = draft.chance.below(draft.bytes.length || 1);
      const end = at + 1 + draft.chance.below(draft.chance.of([1, 4, 200]));
      draft.bytes = Uint8Array.from([...draft.bytes.subarray(0, at), ...draft.bytes.subarray(end)]);
    },
  ],
  ["cut off", (draft) => void (draft.bytes = draft.bytes.slice(0, draft.chance.below(draft.bytes.length + 1)))],
  ["empty", (draft) => void (draft.bytes = new Uint8Array(draft.chance.below(20) === 0 ? 0 : draft.bytes))],
];

function written({ rows, delimiter, newline, quotes }: Draft): string {
  const needs = /["\n\r]/u;
  const cellOf = (cell: string): string => {
    const isQuoted = quotes === "all" || (quotes === "needed" && (needs.test(cell) || cell.includes(delimiter)));
    return isQuoted ? `"${cell.replaceAll('"', '""')}"` : cell;
  };
  return rows.map((row) => row.map(cellOf).join(delimiter) + newline).join("");
}

/** Makes one mutant; the same one of the same seed and number. */
export function mutantOf(templates: readonly Template[], seed: number, index: number): Mutant {
  const chance = Chance.of(seed, index);
  const template = chance.of(templates);
  const { rows, header, delimiter, bytes } = template;
  const draft: Draft = {
    chance,
    template,
    rows: rows.map((row) => [...row]),
    header,
    delimiter,
    newline: "\n",
    quotes: "needed",
    isRewritten: false,
    text: "",
    bytes,
  };
  const steps: string[] = [];
  const apply = (from: readonly Mutation[], share: number, most = 1): boolean => {
    if (chance.below(100) >= share) return false;
    for (let left = 1 + chance.below(most); left > 0; left -= 1) {
      const [name, change] = chance.of(from);
      steps.push(name);
      change(draft);
    }
    return true;
  };
  const isRewritten = [apply(OF_CELLS, 60, 3), apply(OF_WRITING, 30)].includes(true);
  const decoded = new TextDecoder(bytes[0] === 0xff ? "utf-16le" : "utf-8").decode(bytes);
  const isWide = bytes[0] === 0xff;
  draft.text = isRewritten ? written(draft) : decoded;
  const isChanged = [apply(OF_TEXT, 30, 2), isRewritten].includes(true);
  if (isChanged)
    draft.bytes =
      isWide && chance.below(2) === 0 ? wide(`\uFEFF${draft.text}`, true) : new TextEncoder().encode(draft.text);
  apply(OF_ENCODING, 20);
  apply(OF_BYTES, steps.length === 0 ? 100 : 15, 2);
  return { index, template: template.name, steps, bytes: draft.bytes };
}
