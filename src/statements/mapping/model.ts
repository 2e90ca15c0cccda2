// The home of the mapping: what a person says of a file's columns, and what must hold of it before a line is read.
import { sha256 } from "@oslojs/crypto/sha2";
import { encodeHexLowerCase } from "@oslojs/encoding";
import type { FieldError } from "../../kernel/problems.ts";
import type { Field } from "../formats/declaration.ts";
import type { Answers, Delimiter, FileHead } from "../formats/format.ts";
import { normaliseHeader, printedHeader } from "../reading/header.ts";
import { periodReader } from "./periods.ts";

/** What a column may be mapped to. `periodTo` is the end of a period whose beginning is another column. */
export const MAPPABLE = [
  "period",
  "periodTo",
  "platform",
  "territory",
  "isrc",
  "upc",
  "title",
  "artist",
  "kind",
  "units",
  "amount",
  "currency",
  "gross",
  "deductions",
  "rate",
  "saleCurrency",
  "exchangeRate",
  "usage",
  "workId",
  "iswc",
  "releaseTitle",
  "label",
  "catalogNumber",
  "statementPeriod",
] as const satisfies readonly (Field | "periodTo")[];

/** One of {@link MAPPABLE}. */
export type MappedField = (typeof MAPPABLE)[number];

/** Of several columns with one of these the first that is not blank answers; a period is written across its columns. */
const MAY_REPEAT: readonly MappedField[] = ["period", "periodTo", "isrc", "upc", "title"];

/** What a person says of a file that no format claims, as it is kept with the statement. */
export interface Mapping {
  /** Names as {@link columnNames} gives them, and what each is; in order of precedence. */
  readonly columns: Readonly<Record<string, MappedField>>;
  /** Physical line of the header; 0 where the file has none. */
  readonly headerRow: number;
  /** As {@link periodReader} takes it; needed where a column is the period. */
  readonly periodFormat?: string | undefined;
  /** Decided by the file where nobody says. */
  readonly decimalMark?: "." | "," | undefined;
  /** Found out where nobody says. */
  readonly delimiter?: Delimiter | undefined;
  /** -1 where the file prints what was earned as a loss. */
  readonly sign?: 1 | -1 | undefined;
  readonly platform?: string | undefined;
  readonly territory?: string | undefined;
  /** What the file does not tell: its currency, days, title, artist. */
  readonly answers: Answers;
  /** The name the mapping is kept under, which also names the source; null where it is kept nowhere. */
  readonly label: string | null;
}

/** What of a mapping holds for the next file too: its days and its title are of one file alone. */
export type LastingMapping = Omit<Mapping, "label">;

/** A mapping without what is of one file alone. */
export function lasting({ label: _, answers, ...mapping }: Mapping): LastingMapping {
  const { period: _period, title: _title, ...kept } = answers;
  return { ...mapping, answers: kept };
}

/** The source of a file whose mapping has no name. */
const UNNAMED_SOURCE = "other";
const SOURCE_LETTERS = 60;

/** The source that a mapped file's earnings are booked under: its label in lower case, words joined by hyphens. */
export function sourceOf(label: string | null): string {
  const words = (label ?? "")
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "-");
  // One letter may become many when it is taken apart.
  const short = [...words].slice(0, SOURCE_LETTERS).join("").replaceAll(/^-|-$/gu, "");
  return short === "" ? UNNAMED_SOURCE : short;
}

/**
 * Names the columns of a file so that each has a name of its own: as printed; a blank or repeated one with its place,
 * `#3` or `Amount #3`; without a header the places alone, `1`, `2` and so on.
 */
export function columnNames(head: FileHead, headerRow: number): string[] {
  if (headerRow === 0) {
    const width = Math.max(0, ...head.lines.map((cells) => cells.length));
    return Array.from({ length: width }, (_, place) => String(place + 1));
  }
  const printed = (head.lines[headerRow - 1] ?? []).map(printedHeader);
  const keys = printed.map(normaliseHeader);
  // Declared columns give `{currency}` a meaning that a printed name never has.
  const hasCode = (key: string) => key.includes("{currency}");
  const isPlain = (key: string) => key !== "" && !hasCode(key) && keys.indexOf(key) === keys.lastIndexOf(key);
  const taken = new Set(keys.filter(isPlain));
  return printed.map((name, place) => {
    const key = keys[place] ?? "";
    if (isPlain(key)) return name;
    let own = `${hasCode(key) ? "" : name} #${place + 1}`.trim();
    while (taken.has(normaliseHeader(own))) own = `#${own}`;
    taken.add(normaliseHeader(own));
    return own;
  });
}

/**
 * A digest of a header by which the next file of its kind is known; without a header nothing would tell two kinds
 * apart, so there it is empty.
 */
export function headerHash(names: readonly string[], headerRow: number): string {
  if (headerRow === 0) return "";
  return encodeHexLowerCase(sha256(new TextEncoder().encode(JSON.stringify(names.map(normaliseHeader)))));
}

/** The digests under which a template for a file with this head may be kept: one per line that may be its header. */
export function headerHashes(head: FileHead): string[] {
  return head.lines.map((_, at) => headerHash(columnNames(head, at + 1), at + 1));
}

/** A digest of all that decides how a mapped line is read. */
export function mappingHash({ label: _, ...read }: Mapping): string {
  return encodeHexLowerCase(sha256(new TextEncoder().encode(JSON.stringify(read)))).slice(0, 12);
}

/** Columns of the file by comparable name. */
function placesOf(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [normaliseHeader(name), name]));
}

/** The mapped columns under the file's own names of them, in the order in which they are asked. */
export function mappedColumns(mapping: Mapping, names: readonly string[]): [name: string, field: MappedField][] {
  const places = placesOf(names);
  return Object.entries(mapping.columns).flatMap(([name, field]): [string, MappedField][] => {
    const own = places.get(normaliseHeader(name));
    return own === undefined ? [] : [[own, field]];
  });
}

/**
 * Finds what is wrong with a mapping before any line is read.
 *
 * @param head of the file, cut with the mapping's delimiter
 * @returns one error per column or field, with its path in the request
 */
export function mappingErrors(mapping: Mapping, head: FileHead): FieldError[] {
  const { columns, headerRow, periodFormat, answers } = mapping;
  const names = columnNames(head, headerRow);
  if (names.length === 0) {
    return [
      { path: "body.headerRow", code: "unknown", message: `line ${headerRow} of the file is blank or not there` },
    ];
  }
  const places = placesOf(names);
  const errors: FieldError[] = [];
  const met = new Map<MappedField, string>();
  const say = (path: string, code: string, message: string) => errors.push({ path: `body.${path}`, code, message });
  for (const [name, field] of Object.entries(columns)) {
    if (!places.has(normaliseHeader(name))) {
      say(`columns.${name}`, "unknown", `is no column of the file; it has ${listed(names)}`);
    }
    const other = met.get(field);
    if (other !== undefined && !MAY_REPEAT.includes(field)) {
      say(`columns.${name}`, "repeated", `is mapped to ${field}, and so is ${other}`);
    }
    met.set(field, name);
  }
  if (!met.has("amount") && !met.has("units")) say("columns", "required", "must map a column to amount, or to units");
  if (!met.has("period") && answers.period === undefined) {
    say("columns", "required", "must map a column to period, or period must tell the days of the whole file");
  }
  if (met.has("periodTo") && !met.has("period")) say("columns", "required", "has the end of a period and no beginning");
  if (met.has("period")) {
    if (periodFormat === undefined) say("periodFormat", "required", "must tell how periods are printed, YYYY-MM say");
    else if (periodReader(periodFormat) === null) {
      say("periodFormat", "format", `"${periodFormat}" is no period format; YYYY-MM, DD.MM.YYYY or MMM YYYY are`);
    }
  }
  const said = { ...answers, platform: mapping.platform, territory: mapping.territory };
  for (const field of ["period", "currency", "platform", "territory", "title", "artist"] as const) {
    const column = met.get(field);
    if (column !== undefined && said[field] !== undefined) {
      say(field, "contradiction", `is told by the column ${column}; leave one of the two out`);
    }
  }
  return errors;
}

const MOST_LISTED = 40;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_LISTED).map((name) => `"${name.slice(0, 60)}"`);
  return `${shown.join(", ")}${names.length > MOST_LISTED ? " and more" : ""}`;
}
