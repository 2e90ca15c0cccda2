// The home of the columns of an exported line: their names, their order, and how a row of them is written.

import { numberCell, ROW_END, rowOf, textCell } from "../../kernel/csv.ts";
import { formatNanos } from "../../kernel/money.ts";
import { platformOf } from "../../kernel/platform.ts";
import { formatExact } from "../../kernel/quantise.ts";
import { Memo } from "../formats/cells.ts";
import type { LineDetails, StatementLine } from "../formats/format.ts";

/**
 * The columns of a line in the order of the file. New ones are added behind the last; none is ever moved.
 *
 * `amount` is as booked, with at most nine places; `amount_exact` as printed, with all its places. Both are empty in a
 * statement of plays, as `currency` is. Cells of a file's private columns are in none of them.
 */
export const LINE_COLUMNS = [
  "statement_id",
  "line",
  "source",
  "platform",
  "platform_id",
  "territory",
  "usage_type",
  "usage_printed",
  "period",
  "day",
  "statement_period",
  "isrc",
  "upc",
  "work_id",
  "iswc",
  "title",
  "artist",
  "release_title",
  "label",
  "catalog_number",
  "units",
  "gross",
  "deductions",
  "rate",
  "sale_currency",
  "exchange_rate",
  "amount",
  "amount_exact",
  "currency",
] as const;

/** The header of a file of lines. */
export const LINE_HEADER = rowOf(LINE_COLUMNS);

/** Writes the lines of one statement as rows of CSV. */
export class LineRows {
  readonly #start: string;
  readonly #source: string;
  readonly #platforms = new Memo((printed) => `${textCell(printed)},${textCell(platformOf(printed).id)}`);

  constructor(statementId: string, source: string) {
    this.#start = `${textCell(statementId)},`;
    this.#source = `,${textCell(source)},`;
  }

  /** @param nanos what the line was booked at */
  row(line: StatementLine, nanos: bigint, details: LineDetails): string {
    const isMoney = line.currency !== "";
    return (
      this.#start +
      line.line +
      this.#source +
      this.#platforms.of(line.platform) +
      `,${textCell(line.territory)},${line.kind},${text(details.usage)},${line.period},${line.day ?? ""},` +
      `${text(details.statementPeriod)},${text(line.isrc)},${text(line.upc)},${text(details.workId)},` +
      `${text(details.iswc)},${textCell(line.title)},${textCell(line.artist)},${text(details.releaseTitle)},` +
      `${text(details.label)},${text(details.catalogNumber)},${line.units},${number(details.gross)},` +
      `${number(details.deductions)},${number(details.rate)},${text(details.saleCurrency)},` +
      `${number(details.exchangeRate)},${isMoney ? formatNanos(nanos) : ""},` +
      `${isMoney ? formatExact(line.exact) : ""},${line.currency}${ROW_END}`
    );
  }
}

function text(cell: string | null): string {
  return cell === null ? "" : textCell(cell);
}

function number(cell: string | null): string {
  return cell === null ? "" : numberCell(cell);
}
