// The home of table formats: recognising a declared header, and knowing where its columns stand.
import { isCurrency } from "../../kernel/currency.ts";
import { candidateHeaders, type HeaderCandidate, normaliseHeader } from "../reading/header.ts";
import type { ColumnDeclaration, Field, FileFacts, TableDeclaration } from "./declaration.ts";
import type { FileHead, FormatMatch, StatementFormat } from "./format.ts";
import { TableReader } from "./table-reader.ts";

/** A declared column in one file. */
export interface PlacedColumn {
  /** As declared. */
  readonly name: string;
  readonly is: Field | null;
  readonly detail: Field | null;
  readonly note: string | null;
  readonly isPrivate: boolean;
}

/** Where the declared columns stand in one header. */
export interface Layout {
  readonly header: HeaderCandidate;
  /** By place in the header; null where the column is not declared. */
  readonly columns: readonly (PlacedColumn | null)[];
  /** Place of each declared column that is there; the first one where a name is repeated. */
  readonly at: ReadonlyMap<string, number>;
  readonly repeated: ReadonlySet<string>;
  /** The code in the name of the amount's column. */
  readonly currency: string | null;
}

interface KnownColumn extends PlacedColumn {
  readonly key: string;
}

/** The declared columns by every name they may have. */
class ColumnNames {
  readonly #plain = new Map<string, PlacedColumn>();
  readonly #withCode: { readonly before: string; readonly after: string; readonly column: PlacedColumn }[] = [];

  constructor(declaration: TableDeclaration) {
    for (const { key, ...column } of knownColumns(declaration)) {
      const [before = "", after] = key.split("{currency}");
      if (after === undefined) this.#plain.set(key, column);
      else this.#withCode.push({ before, after, column });
    }
  }

  find(key: string): { column: PlacedColumn; currency: string | null } | null {
    const plain = this.#plain.get(key);
    if (plain !== undefined) return { column: plain, currency: null };
    for (const { before, after, column } of this.#withCode) {
      if (!key.startsWith(before) || !key.endsWith(after)) continue;
      const code = key.slice(before.length, key.length - after.length).toUpperCase();
      if (isCurrency(code)) return { column, currency: code };
    }
    return null;
  }
}

function knownColumns(declaration: TableDeclaration): KnownColumn[] {
  return Object.entries(declaration.columns).flatMap(([name, declared]): KnownColumn[] => {
    const { is = null, detail = null, also = [], note = null, isPrivate = false } = declarationOf(declared);
    return [name, ...also].map((each) => ({ key: normaliseHeader(each), name, is, detail, note, isPrivate }));
  });
}

function declarationOf(declared: Field | ColumnDeclaration | null): ColumnDeclaration {
  return declared === null || typeof declared === "string" ? { is: declared } : declared;
}

/** Finds the declared columns of a header; anything else in it is left alone. */
function layoutOf(names: ColumnNames, header: HeaderCandidate): Layout {
  const at = new Map<string, number>();
  const repeated = new Set<string>();
  let currency: string | null = null;
  const columns = header.keys.map((key, place) => {
    const found = names.find(key);
    if (found === null) return null;
    const { column } = found;
    if (at.has(column.name)) {
      repeated.add(column.name);
      return null;
    }
    at.set(column.name, place);
    if (column.is === "amount" && found.currency !== null) currency = found.currency;
    return column;
  });
  return { header, columns, at, repeated, currency };
}

/** Tells how well a header fits; null where nothing of the format is in it. */
function matchOf(declaration: TableDeclaration, layout: Layout): FormatMatch | null {
  const { at, repeated, header } = layout;
  const { signature, needsOneOf = [], excludes = [], columns, isExact = false } = declaration;
  if (at.size === 0 || excludes.some((name) => at.has(name))) return null;
  const blank = header.keys.filter((key) => key === "").length;
  if (isExact && header.keys.length - blank !== at.size) return null;
  const missing = signature.filter((name) => !at.has(name) || repeated.has(name));
  if (needsOneOf.length > 0 && !needsOneOf.some((name) => at.has(name))) missing.push(needsOneOf.join(" or "));
  // A score of its own columns present: of two relatives that both fit, the one that is wholly there wins.
  return { score: at.size / Object.keys(columns).length, headerLine: header.line, missing };
}

function isBetter(match: FormatMatch, best: FormatMatch | null): boolean {
  if (best === null || match.missing.length < best.missing.length) return true;
  return match.missing.length === best.missing.length && match.score > best.score;
}

/** Makes a format out of its declaration. */
export function tableFormat(declaration: TableDeclaration): StatementFormat {
  const names = new ColumnNames(declaration);
  const reads = new Set<Field>(
    Object.values(declaration.columns).flatMap((declared) => {
      const { is, detail } = declarationOf(declared);
      return [is ?? [], detail ?? []].flat();
    }),
  );
  for (const always of ["period", "platform", "territory"] as const) reads.add(always);
  if (declaration.titleOfFile !== undefined) reads.add("title");
  return {
    id: declaration.id,
    name: declaration.name,
    source: declaration.source,
    evidence: declaration.evidence,
    sample: declaration.sample,
    measures: declaration.measures ?? "money",
    reads: [...reads],
    asks: declaration.asks ?? [],
    summaryOf: declaration.summaryOf ?? null,
    restates: declaration.restates ?? false,
    quoting: (head) => head.quoting,
    identify: (head) => {
      let best: FormatMatch | null = null;
      for (const header of candidateHeaders(head)) {
        const match = matchOf(declaration, layoutOf(names, header));
        if (match !== null && isBetter(match, best)) best = match;
      }
      return best;
    },
    reader: (head, match, given) => {
      const header = candidateHeaders(head).find((candidate) => candidate.line === match.headerLine);
      if (header === undefined || match.missing.length > 0) {
        throw new Error(`${declaration.id} was asked to read a file it does not match`);
      }
      const layout = layoutOf(names, header);
      return new TableReader(declaration, layout, factsOf(head, layout, given.filename), head.quoting, given);
    },
  };
}

function factsOf(head: FileHead, layout: Layout, filename: string): FileFacts {
  const below = head.lines.slice(layout.header.line);
  return {
    preamble: head.lines.slice(0, layout.header.line - 1),
    sample: (column) => {
      const place = layout.at.get(column);
      return place === undefined ? [] : below.map((cells) => cells[place]?.trim() ?? "");
    },
    rows: below.flatMap((cells, at) => (cells.length === 0 ? [] : [{ cells, line: layout.header.line + 1 + at }])),
    filename,
  };
}
