// The home of explaining a line of a sales report: its own cells, and what it took from the records before it.
import { formatExact } from "../../../kernel/quantise.ts";
import { type ExplainedCell, type LineDetails, NO_DETAILS, type StatementLine } from "../format.ts";
import type { BlockState } from "./block.ts";
import type { ReportHead } from "./head.ts";
import { type DsrRecord, unescaped } from "./record.ts";
import type { Summary } from "./summaries.ts";

/** A line with the rows it leans on, kept until the next row for whoever asks about it. */
export interface LineSource {
  readonly record: DsrRecord;
  readonly head: ReportHead;
  readonly block: BlockState | null;
  readonly summary: Summary | null;
}

type LineField =
  | "period"
  | "platform"
  | "territory"
  | "isrc"
  | "upc"
  | "title"
  | "artist"
  | "units"
  | "amount"
  | "currency";

/** Cells that are fields of a line where a record is one. */
const FIELDS: ReadonlyMap<string, LineField> = new Map([
  ["AllocatedAmount", "amount"],
  ["AllocatedNetRevenueInCurrencyOfAccounting", "amount"],
  ["NumberOfStreams", "units"],
  ["Usages", "units"],
  ["Downloads", "units"],
  ["NetUsage", "units"],
  ["SalesTransactionDate", "period"],
  ["ISRC", "isrc"],
  ["ResourceISRC", "isrc"],
  ["ICPN", "upc"],
  ["ReleaseICPN", "upc"],
  ["ResourceTitle", "title"],
  ["ResourceDisplayArtistName", "artist"],
]);

const LINES = /^(?:LI|SR|SU01|SU02)/u;

/** Fields that a line takes from other records, and where from. */
const TAKEN: readonly (readonly [LineField, string])[] = [
  ["title", "of the resource, work or release record (AS, MW, RE) before it"],
  ["artist", "of the resource or release record (AS, RE) before it"],
  ["isrc", "of the resource record (AS) before it"],
  ["upc", "of the release record (RE) before it"],
  ["units", "the uses of the sale (SU) it shares: counted by the first line below it, as none by the others"],
  ["period", "the days of the sale (SU) it shares, else of the whole report (HEAD)"],
  ["platform", "the sender of the report (HEAD)"],
  ["territory", "of its summary record (SY)"],
  ["currency", "of its summary record (SY)"],
];

/** Tells of a record's cells what they became; behind them, of a line, what it took from other records. */
export function explained(record: DsrRecord, read: StatementLine | null, source: LineSource | null): ExplainedCell[] {
  const isLine = LINES.test(record.layout.type);
  const shown = new Set<LineField>();
  const own = record.cells.map((cell, place): ExplainedCell => {
    const column = record.layout.names[place] ?? `cell ${place + 1}`;
    const field = (isLine ? FIELDS.get(column) : undefined) ?? null;
    if (field === null || read === null) return { column, printed: cell, field, became: null };
    shown.add(field);
    const note = field === "units" && record.get("Returns") !== "" && column !== "NetUsage" ? "less returns" : null;
    return { column, printed: cell, field, became: becameOf(read, field), ...(note === null ? {} : { note }) };
  });
  if (read === null || source === null) return own;
  const taken = TAKEN.flatMap(([field, note]): ExplainedCell[] => {
    const became = becameOf(read, field);
    if (shown.has(field) || became === null) return [];
    return [{ column: field, printed: became, field, became, note }];
  });
  return [...own, ...taken];
}

function becameOf(read: StatementLine, field: LineField): string | null {
  if (field === "amount") return read.currency === "" ? null : `${formatExact(read.exact)} ${read.currency}`;
  if (field === "period") return read.day ?? read.period;
  const value = read[field];
  return value === null || value === "" ? null : String(value);
}

/** The facts of a line that only exports show. */
export function detailsOf(source: LineSource | null): LineDetails {
  if (source === null) return NO_DETAILS;
  const { record, head, block, summary } = source;
  const cell = (name: string) => unescaped(record.get(name)) || null;
  const one = (name: string) => (record.list(name).length === 1 ? cell(name) : null);
  const isFinancial = head.profile.kind === "financial";
  return {
    gross: cell("AllocatedRevenueInCurrencyOfAccounting"),
    deductions: one("DeductionsInCurrencyOfAccounting"),
    rate: cell("CalculatedUnitPriceInCurrencyOfAccounting"),
    saleCurrency: isFinancial ? summary?.saleCurrency || null : null,
    exchangeRate: isFinancial ? summary?.exchangeRate || null : null,
    usage: [summary?.model, summary?.use].filter((each) => each).join(" ") || null,
    workId: block?.work?.id || cell("RightsControllerWorkId"),
    iswc: block?.work?.iswc || cell("ISWC"),
    releaseTitle: block?.release?.title || cell("ReleaseTitle"),
    label: block?.release?.label || cell("ReleaseLabel"),
    catalogNumber: block?.release?.catalogNumber || cell("ReleaseCatalogNumber"),
    statementPeriod: head.printedUsage,
  };
}
