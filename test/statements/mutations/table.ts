// The home of mutations of a table: cells, rows and columns, and how they are written.
import { DATES, FORMULAS, NUMBERS, TEXTS } from "./cells.ts";
import type { Chance } from "./random.ts";

/** A table on its way to a file. */
export interface Draft {
  readonly chance: Chance;
  /** Places of numbers and periods, the first being 0. */
  readonly numbers: readonly number[];
  readonly dates: readonly number[];
  rows: string[][];
  /** The row that is the header; -1 where there is none. */
  header: number;
  delimiter: string;
  newline: string;
  quotes: "needed" | "all" | "none";
}

/** Its name, and what it does. */
export type TableMutation = readonly [name: string, apply: (draft: Draft) => unknown];

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

/** What happens to cells, rows and columns. */
export const OF_CELLS: readonly TableMutation[] = [
  ["a number replaced", (draft) => replace(draft, draft.numbers, NUMBERS)],
  ["a number replaced again", (draft) => replace(draft, draft.numbers, NUMBERS)],
  ["a formula for a number", (draft) => replace(draft, draft.numbers, FORMULAS)],
  ["a formula in a cell", (draft) => replace(draft, [], FORMULAS)],
  ["a date replaced", (draft) => replace(draft, draft.dates, DATES)],
  ["a cell replaced", (draft) => replace(draft, [], TEXTS)],
  ["a cell emptied", (draft) => replace(draft, [], [""])],
  ["a number emptied", (draft) => replace(draft, draft.numbers, [""])],
  ["a long cell", (draft) => replace(draft, [], ["x".repeat(draft.chance.of([300, 70_000, 300_000]))])],
  [
    "a number replaced in every row",
    (draft) => {
      const place = draft.chance.of([0, ...draft.numbers]);
      const number = draft.chance.of(NUMBERS);
      for (const at of below(draft)) if (draft.rows[at]?.[place] !== undefined) draft.rows[at][place] = number;
    },
  ],
  [
    "a cell above the header replaced",
    (draft) => {
      const row = draft.rows[draft.chance.below(Math.max(draft.header, 0) + 1)] ?? [];
      if (draft.header > 0) row[draft.chance.below(row.length || 1)] = draft.chance.of([...TEXTS, ...DATES]);
    },
  ],
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
        for (const place of draft.numbers) {
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
  ["only the header", (draft) => draft.rows.splice(draft.header + 1)],
  [
    "a total below",
    (draft) =>
      draft.rows.push(draft.chance.of([["Total", "1.00"], ["Total"], ["Row Count", "3"], ["Total_Rows", "x"]])),
  ],
];

/** How the table is written. */
export const OF_WRITING: readonly TableMutation[] = [
  ["another delimiter", (draft) => Object.assign(draft, { delimiter: draft.chance.of(["\t", ",", ";"]) })],
  ["all cells quoted", (draft) => Object.assign(draft, { quotes: "all" })],
  ["no cell quoted", (draft) => Object.assign(draft, { quotes: "none" })],
  [
    "other line ends",
    (draft) => Object.assign(draft, { newline: draft.chance.of(["\n", "\r\n", "\r", "\n\n", "\r\n\r\n"]) }),
  ],
];

/** Writes a table. */
export function written({ rows, delimiter, newline, quotes }: Draft): string {
  const needs = /["\n\r]/u;
  const cellOf = (cell: string): string => {
    const isQuoted = quotes === "all" || (quotes === "needed" && (needs.test(cell) || cell.includes(delimiter)));
    return isQuoted ? `"${cell.replaceAll('"', '""')}"` : cell;
  };
  return rows.map((row) => row.map(cellOf).join(delimiter) + newline).join("");
}
