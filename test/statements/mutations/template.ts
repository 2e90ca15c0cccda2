// The home of templates: a file as the mutations take it apart.
import { DISTRIBUTORS } from "../reference/distributors.ts";
import { STORES } from "../reference/stores.ts";
import { cutText } from "../reference/text.ts";
import { textOf } from "./bytes.ts";
import type { Template } from "./mutate.ts";

/** What looks like a number or a period, in the first row below the header. */
const NUMBER = /^\s*[-(]?[\d\s\u00A0\u202F]*[.,]?\d+\)?$/u;
const PERIOD = /^(?:\d{4}[-/M]\d|\d{1,2}[/-]\d{1,2}[/-]\d|[A-Z][a-z]+ \d{4}$|\dQ\d|\d{5,8}$)/u;

/** Takes a file of a known format apart. */
export function templateOf(name: string, bytes: Uint8Array, format: string): Template {
  const rows = cutText(bytes).rows.map(({ cells }) => [...cells]);
  const needed = ((DISTRIBUTORS[format] ?? STORES[format])?.needs ?? []).flatMap((column) => column.split("|"));
  const counts = rows
    .slice(0, 10)
    .map((cells) => cells.filter((cell) => needed.includes(cell.trim().toLowerCase())).length);
  const most = Math.max(...counts);
  const header = most === 0 ? -1 : counts.indexOf(most);
  const first = rows[header + 1] ?? [];
  const placesOf = (shape: RegExp) => first.flatMap((cell, place) => (shape.test(cell.trim()) ? [place] : []));
  const headerLine = textOf(bytes).split(/\r\n|\r|\n/u)[Math.max(header, 0)] ?? "";
  const delimiters = ["\t", ";", ","];
  const widths = delimiters.map((delimiter) => headerLine.split(delimiter).length);
  const delimiter = delimiters[widths.indexOf(Math.max(...widths))] ?? ",";
  return { name, bytes, delimiter, rows, header, numbers: placesOf(NUMBER), dates: placesOf(PERIOD) };
}
