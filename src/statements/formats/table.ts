// The home of table formats: recognising a declared header, and making a format of its declaration.
import { candidateHeaders } from "../reading/header.ts";
import type { Field, FileFacts, TableDeclaration } from "./declaration.ts";
import type { FileHead, FormatMatch, StatementFormat } from "./format.ts";
import { ColumnNames, columnsOf, declarationOf, type Layout, layoutOf } from "./layout.ts";
import { TableReader } from "./table-reader.ts";

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

/** The first line that lacks nothing is the header: a later one may stand among lines, which are not to be passed over. */
function isBetter(match: FormatMatch, best: FormatMatch | null): boolean {
  if (best === null || match.missing.length < best.missing.length) return true;
  if (best.missing.length === 0) return false;
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
  const layoutAt = (head: FileHead, match: FormatMatch): Layout => {
    const header = candidateHeaders(head).find((candidate) => candidate.line === match.headerLine);
    if (header === undefined || match.missing.length > 0) {
      throw new Error(`${declaration.id} was asked to read a file it does not match`);
    }
    return layoutOf(names, header);
  };
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
    columns: (head, match) => columnsOf(layoutAt(head, match)),
    reader: (head, match, given) => {
      const layout = layoutAt(head, match);
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
