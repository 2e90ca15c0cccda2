// The home of where a declared table's columns stand in one file.
import { isCurrency } from "../../kernel/currency.ts";
import { type HeaderCandidate, normaliseHeader } from "../reading/header.ts";
import type { ColumnDeclaration, Field, TableDeclaration } from "./declaration.ts";
import type { ReadColumn } from "./format.ts";

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
export class ColumnNames {
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

/** What is declared of a column, in its long form. */
export function declarationOf(declared: Field | ColumnDeclaration | null): ColumnDeclaration {
  return declared === null || typeof declared === "string" ? { is: declared } : declared;
}

/** Finds the declared columns of a header; anything else in it is left alone. */
export function layoutOf(names: ColumnNames, header: HeaderCandidate): Layout {
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

/** What the columns of a header are, in its order. */
export function columnsOf(layout: Layout): ReadColumn[] {
  return layout.header.names.map((name, place) => {
    const column = layout.columns[place] ?? null;
    return { name, field: column?.is ?? null, isPrivate: column?.isPrivate ?? false };
  });
}
