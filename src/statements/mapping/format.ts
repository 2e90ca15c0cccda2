// The home of the format that a mapping makes: a declared table like any other, whose columns a person declared.
import type { ColumnDeclaration, Field, PeriodRule, Row, TableDeclaration } from "../formats/declaration.ts";
import type { FileHead, LineKind, RowApart, StatementFormat } from "../formats/format.ts";
import { between, type SpanReader } from "../formats/spans.ts";
import { tableFormat } from "../formats/table.ts";
import {
  columnNames,
  type MappedField,
  type Mapping,
  mappedColumns,
  mappingErrors,
  mappingHash,
  sourceOf,
} from "./model.ts";
import { periodReader } from "./periods.ts";

/** The id under which mapped files are shown, whatever their mapping. */
export const MAPPED = "mapping.v1";

/** Raised whenever one mapping would read the same line otherwise. */
const VERSION = 1;

/** Words that a column of kinds is read by; any other leaves the store's own kind. */
const KINDS: Readonly<Record<string, LineKind>> = {
  stream: "stream",
  streams: "stream",
  streaming: "stream",
  download: "download",
  downloads: "download",
  physical: "physical",
  cd: "physical",
  vinyl: "physical",
  ugc: "ugc",
  sync: "sync",
  performance: "performance",
  mechanical: "mechanical",
};

/** The store of a file that names none, where its mapping has no label either. */
const UNNAMED_STORE = "Other";

/**
 * Makes a format out of a mapping. It fits the file it was made for and is never asked about others.
 *
 * Its `reader` throws AnswerMissingError where the mapping leaves out the currency of a file of money.
 */
export function mappedFormat(mapping: Mapping): StatementFormat {
  const { headerRow } = mapping;
  const columns = Object.entries(mapping.columns);
  const declared = tableFormat(declarationOf(mapping, columns));
  return {
    ...declared,
    identify: (head) => {
      const missing = mappingErrors(mapping, head).map(({ message }) => message);
      return { score: 1, headerLine: headerRow, missing };
    },
    reader: (head, match, given) => {
      if (match.missing.length > 0) throw new Error(`${MAPPED} was asked to read a file it does not fit`);
      const names = columnNames(head, headerRow);
      const own = tableFormat(declarationOf(mapping, mappedColumns(mapping, names)));
      const whole = { score: 1, headerLine: Math.max(headerRow, 1), missing: [] };
      return own.reader(withNames(head, headerRow, names), whole, { ...given, answers: mapping.answers });
    },
  };
}

/** The head under names of which none is blank or repeated; a file without a header is given one. */
function withNames(head: FileHead, headerRow: number, names: readonly string[]): FileHead {
  const below = head.lines.slice(headerRow);
  // Lines above the header must not be taken for it.
  const above = head.lines.slice(0, Math.max(headerRow - 1, 0)).map(() => []);
  return { ...head, lines: [...above, [...names], ...below] };
}

function declarationOf(mapping: Mapping, columns: readonly (readonly [string, MappedField])[]): TableDeclaration {
  const fields = new Map(columns);
  const has = (field: MappedField) => columns.some(([, mapped]) => mapped === field);
  const declared = Object.fromEntries(columns.map(([name, field]) => [name, declaredAs(field)]));
  const amount = columns.find(([, field]) => field === "amount")?.[0];
  const { label, sign = 1, platform, territory, answers } = mapping;
  const { title, currency } = answers;
  const periods = columns.flatMap(([name, field]) => (field === "period" || field === "periodTo" ? [name] : []));
  const bare = currency === undefined ? (printed: string) => printed : withoutCurrency(currency);
  const amountOf = (row: Row) => {
    const printed = bare(row.get(amount ?? ""));
    return sign === -1 ? negated(printed) : printed;
  };
  return {
    id: MAPPED,
    name: label ?? "Columns mapped by hand",
    source: sourceOf(label),
    evidence: "A",
    sample: false,
    version: `${VERSION}.${mappingHash(mapping)}`,
    measures: amount === undefined ? "plays" : "money",
    signature: columns.map(([name]) => name),
    columns: declared,
    // An object has its numbered keys first, so the order of the columns is asked of it and not of the mapping.
    period: periodOf(
      mapping,
      Object.keys(declared).flatMap((name) => fields.get(name) ?? []),
    ),
    numbers: mapping.decimalMark ?? "file",
    currency: has("currency") ? "column" : { ofFile: () => null },
    platform: platform ?? label ?? UNNAMED_STORE,
    ...(territory === undefined ? {} : { territory }),
    kind: KINDS,
    ...(title === undefined ? {} : { titleOfFile: () => title }),
    ...(amount === undefined ? {} : { amount: amountOf }),
    apart: (row) => blankRow(row) ?? totalRow(row, periods, amount === undefined ? null : amountOf, !has("currency")),
    asks: ["currency"],
  };
}

function declaredAs(field: MappedField): Field | ColumnDeclaration {
  return field === "periodTo" ? { is: "period", note: "the end of the period" } : field;
}

/** A period written across several columns is read with a blank between them: `YYYY M` for a year and a month. */
function periodOf({ periodFormat = "" }: Mapping, fields: readonly MappedField[]): PeriodRule {
  const parts = fields.filter((field) => field === "period" || field === "periodTo");
  if (!parts.includes("period")) return { ofFile: () => null };
  const read: SpanReader = periodReader(periodFormat) ?? (() => null);
  const joined = (printed: readonly string[], part: MappedField) =>
    printed.filter((_, at) => parts[at] === part).join(" ");
  if (!parts.includes("periodTo")) return (...printed) => read(joined(printed, "period"));
  return (...printed) => between(read)(joined(printed, "period"), joined(printed, "periodTo"));
}

/** A row of nothing but delimiters, as spreadsheets leave them below a table. */
function blankRow(row: Row): RowApart | null {
  for (let place = 0; place < row.width; place += 1) if (row.at(place) !== "") return null;
  return { apart: "record", exact: null, currency: null, states: [] };
}

const TOTAL = /^(?:grand )?(?:totals?|sum|summe|gesamt(?:summe)?|somme|suma|soma|totale|totaal):?$/iu;

/**
 * A row that has a word for a total and no period: it could be no line, whatever the mapping.
 *
 * @param amountOf its amount, as a decimal the file prints
 * @param isStated whether its amount is held against the lines: in a file of several currencies it may be of any
 */
function totalRow(
  row: Row,
  periods: readonly string[],
  amountOf: ((row: Row) => string) | null,
  isStated: boolean,
): RowApart | null {
  if (periods.length === 0 || periods.some((name) => row.get(name) !== "" && !TOTAL.test(row.get(name)))) return null;
  if (!Array.from({ length: row.width }, (_, place) => row.at(place)).some((cell) => TOTAL.test(cell))) return null;
  const exact = amountOf === null ? null : row.amount(amountOf(row));
  const fact = { what: "amount", currency: null, found: null, line: row.line } as const;
  return {
    apart: "total",
    exact,
    currency: null,
    states: exact === null || !isStated ? [] : [{ ...fact, stated: exact }],
  };
}

/** Takes the sign or code of one currency off an amount: `$1.50`, `-$1.50`, `1,50 €`, `USD 1.50`; no other. */
function withoutCurrency(currency: string): (printed: string) => string {
  const parts = new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "narrowSymbol" });
  const symbol = parts.formatToParts(0).find(({ type }) => type === "currency")?.value ?? currency;
  const mark = `(?:${[symbol, currency].map((each) => each.replaceAll(/[$.]/gu, "\\$&")).join("|")})`;
  const before = new RegExp(`^([-+\u2212(]?)\\s*${mark}\\s*`, "u");
  const behind = new RegExp(`\\s*${mark}(\\)?)$`, "u");
  return (printed) => {
    const last = printed.charCodeAt(printed.length - 1);
    // Most amounts are digits from end to end, and there may be a million of them.
    if (last >= 48 && last <= 57 && /^-?\d/u.test(printed)) return printed;
    const bare = printed.replace(before, "$1");
    return bare === printed ? printed.replace(behind, "$1") : bare;
  };
}

/** An amount with the other sign, as text; what is no amount stays none. */
function negated(printed: string): string {
  const inner = /^\((.*)\)$/u.exec(printed)?.[1]?.trim() ?? /^[-\u2212]\s*(.*)$/u.exec(printed)?.[1];
  if (inner !== undefined) return /^[\d.,]/u.test(inner) ? inner : printed;
  return `-${printed.replace(/^\+/u, "")}`;
}
