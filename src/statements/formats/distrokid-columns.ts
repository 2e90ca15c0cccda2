// The home of the columns of DistroKid's bank details, and of telling its two headers from others and each other.
import { isCurrency } from "../../kernel/currency.ts";
import type { HeaderCandidate } from "../reading/header.ts";
import { candidateHeaders } from "../reading/header.ts";
import type { FileHead, FormatMatch, StatementLine } from "./format.ts";

/** What a column of this name means. */
export interface Column {
  /** As DistroKid prints it, for people. */
  readonly printed: string;
  readonly field: keyof StatementLine | "amount" | null;
  readonly needed: boolean;
  /** Versions whose header has it. */
  readonly versions: readonly (1 | 2)[];
  readonly note?: string;
}

const APART = "kept apart as printed, never netted against the earnings";

/**
 * Columns by comparable name, without the currency in parentheses. They are matched one by one: a file of 2026 was seen
 * with the new columns and the old name `Song/Album`.
 *
 * @see headers of real files (13 columns) and of importers written on them (15 columns, July 2025); checked 2026-11
 */
export const COLUMNS: ReadonlyMap<string, Column> = new Map<string, Column>([
  ["date inserted", { printed: "Date Inserted", field: null, needed: false, versions: [2] }],
  ["reporting date", { printed: "Reporting Date", field: null, needed: false, versions: [1, 2] }],
  ["sale month", { printed: "Sale Month", field: "period", needed: true, versions: [1, 2] }],
  ["store", { printed: "Store", field: "platform", needed: true, versions: [1, 2] }],
  ["artist", { printed: "Artist", field: "artist", needed: true, versions: [1, 2] }],
  ["title", { printed: "Title", field: "title", needed: true, versions: [1, 2] }],
  ["isrc", { printed: "ISRC", field: "isrc", needed: false, versions: [1, 2] }],
  ["upc", { printed: "UPC", field: "upc", needed: false, versions: [1, 2] }],
  ["quantity", { printed: "Quantity", field: "units", needed: true, versions: [1, 2] }],
  [
    "team percentage",
    {
      printed: "Team Percentage",
      field: null,
      needed: true,
      versions: [1, 2],
      note: "already applied by DistroKid: the earnings are this account's share",
    },
  ],
  ["song/album", { printed: "Song/Album", field: "kind", needed: false, versions: [1] }],
  ["source type", { printed: "Source Type", field: "kind", needed: false, versions: [2] }],
  ["country of sale", { printed: "Country of Sale", field: "territory", needed: true, versions: [1, 2] }],
  [
    "songwriter royalties withheld",
    {
      printed: "Songwriter Royalties Withheld",
      field: null,
      needed: false,
      versions: [1, 2],
      note: `withheld for songwriters before the earnings; ${APART}`,
    },
  ],
  ["earnings", { printed: "Earnings (USD)", field: "amount", needed: true, versions: [1, 2] }],
  ["recoup", { printed: "Recoup (USD)", field: null, needed: false, versions: [2], note: `recouped; ${APART}` }],
]);

const NEW_IN_V2 = ["date inserted", "recoup"];

/** Where the known columns stand in one header. */
export interface Layout {
  readonly header: HeaderCandidate;
  /** Index of the column of each comparable name; the first one where a name is repeated. */
  readonly at: ReadonlyMap<string, number>;
  readonly repeated: readonly string[];
  /** ISO 4217 code out of the header of the earnings; null where there is none that is known. */
  readonly currency: string | null;
}

/** Finds the known columns of a header; anything else in it is left alone. */
export function layoutOf(header: HeaderCandidate): Layout {
  const at = new Map<string, number>();
  const repeated: string[] = [];
  let currency: string | null = null;
  header.keys.forEach((key, index) => {
    const [, name = key, code] = /^(.+?) ?\(([a-z]{3})\)$/u.exec(key) ?? [];
    if (!COLUMNS.has(name)) return;
    if (at.has(name)) repeated.push(name);
    else at.set(name, index);
    const printedCode = code?.toUpperCase() ?? "";
    if (name === "earnings" && isCurrency(printedCode)) currency = printedCode;
  });
  return { header, at, repeated, currency };
}

function matchOf(layout: Layout, version: 1 | 2): FormatMatch | null {
  const isV2 = NEW_IN_V2.some((name) => layout.at.has(name));
  if (version === 1 && isV2) return null;
  const missing: string[] = version === 2 && !isV2 ? ["Date Inserted"] : [];
  let own = 0;
  let present = 0;
  for (const [name, column] of COLUMNS) {
    const hasIt = layout.at.has(name) && !(name === "earnings" && layout.currency === null);
    if (column.needed && (!hasIt || layout.repeated.includes(name))) missing.push(column.printed);
    if (!column.versions.includes(version)) continue;
    own += 1;
    if (hasIt) present += 1;
  }
  return present === 0 ? null : { score: present / own, headerLine: layout.header.line, missing };
}

/** How well a head fits one of the two versions, by its best line. */
export function identify(head: FileHead, version: 1 | 2): FormatMatch | null {
  let best: FormatMatch | null = null;
  for (const header of candidateHeaders(head)) {
    const match = matchOf(layoutOf(header), version);
    if (match === null) continue;
    const isBetter =
      best === null ||
      match.missing.length < best.missing.length ||
      (match.missing.length === best.missing.length && match.score > best.score);
    if (isBetter) best = match;
  }
  return best;
}
