// The home of reading a DDEX sales report record by record: what each line earned or counted, and what it leans on.
import type { Day } from "../../../kernel/time.ts";
import { Memo } from "../cells.ts";
import {
  type ExplainedCell,
  isApart,
  type LineDetails,
  LineProblemError,
  type LineReader,
  type ReadColumn,
  type ReaderMemory,
  type RowApart,
  type StatedFact,
  type StatementLine,
} from "../format.ts";
import { monthOfSpan, type Span } from "../spans.ts";
import { type BlockState, describe, isrcIn, loadedBlock, newBlock, savedBlock, soldIn, upcOf } from "./block.ts";
import { detailsOf, explained, type LineSource } from "./explain.ts";
import { isComment, type ReportHead, readHead, typeOf } from "./head.ts";
import { layoutOf, widestOf } from "./layouts.ts";
import { kindOf } from "./profiles.ts";
import { DsrRecord, joinedCells } from "./record.ts";
import { closeFile, countLine, countSummary, newReport, openFile, type ReportState } from "./report.ts";
import { Summaries, type Summary } from "./summaries.ts";

/** The cells of the widest record of a report's profile. */
export function columnsOf(head: ReportHead | null): ReadColumn[] {
  return widestOf(head?.profile.records ?? []).names.map((name) => ({ name, field: null, isPrivate: false }));
}

/**
 * Reads the records of one sales report, in one file or in all of its files one behind the other.
 *
 * **Money.** In a UGC or royalty report it is the AllocatedAmount of the licensors' records (LI), the amount due to one
 * rights controller; other controllers' records are set apart where HEAD says whom the report represents. In a
 * financial report it is the net revenue allocated by each SR08 record, in the currency of accounting; fees due whatever
 * was used stand in the summaries (SY10) alone and are no lines: a report with such fees waits for a person. A basic
 * audio report tells plays and no money: its NetRevenue is the service's.
 *
 * **Units.** The uses of a sale (SU03) are shared by the licensors' records below it, so its first line counts them and
 * the others count none: units add up to the uses, however many share a work.
 *
 * **What the report states.** Footers count lines, summaries and blocks; every count is held against what was read.
 * Summaries state the amounts due to each rights controller (AllocatedRevenue, "sometimes called amount payable"), and
 * their uses where every line shares them out too; the lines must come to them. They are compared once the last footer
 * is read and every count of every file was right, because samples are cut out of larger reports with the summaries of
 * the whole. A sample whose footer was cut to fit, like the one published by DDEX, differs all the same, and waits for
 * a person as any report that contradicts itself.
 *
 * @see https://dsr4.ddex.net, https://dsr8.ddex.net and the definitions of the profiles at
 *   https://github.com/ddexnet/dsrf, checked 2026-11
 */
export class DsrReader implements LineReader {
  readonly version: string;
  readonly columns: LineReader["columns"];
  readonly stated = [];
  readonly window: Span | null;
  readonly memory: ReaderMemory;
  readonly #head: ReportHead | null;
  #report: ReportState = newReport();
  #block: BlockState | null = null;
  readonly #summaries = new Summaries();
  readonly #months = new Memo((span) => monthOfSpan(spanOf(span)));
  #source: LineSource | null = null;
  #last: StatementLine | RowApart = COMMENT;

  /** @param head of the file's first report; null where it cannot be read, which its own record then tells */
  constructor(version: string, head: ReportHead | null) {
    this.version = version;
    this.#head = head;
    this.window = head?.profile.kind === "usage" ? head.usage : null;
    this.columns = columnsOf(head);
    this.memory = { save: () => this.#save(), load: (saved) => this.#load(saved) };
  }

  read(cells: readonly string[], line: number): StatementLine | RowApart {
    this.#source = null;
    this.#report.line = line;
    this.#last = isComment(cells) ? COMMENT : this.#take(this.#recordOf(cells, line));
    return this.#last;
  }

  explain(cells: readonly string[], line: number): ExplainedCell[] {
    const read = isApart(this.#last) ? null : this.#last;
    if (isComment(cells)) return cells.map((printed) => ({ column: "#", printed, field: null, became: null }));
    return explained(this.#recordOf(cells, line), read, this.#source);
  }

  details(): LineDetails {
    return detailsOf(this.#source);
  }

  atEnd(): StatedFact[] {
    const { stage, parts, line } = this.#report;
    const head = this.#head;
    if (head === null || stage !== "behind") {
      const message = "the report ends without its footer: something is missing behind this line";
      throw new LineProblemError({ line, column: null, code: "lines_missing", message });
    }
    if (head.parts === 1) return [];
    return [{ what: "records", currency: null, stated: BigInt(head.parts), found: BigInt(parts), line }];
  }

  #recordOf(cells: readonly string[], line: number): DsrRecord {
    const type = typeOf(cells);
    const layout = layoutOf(type);
    const isKnown = layout !== null && (this.#head === null || isOf(layout.type, this.#head));
    if (!isKnown) {
      const profile = this.#head?.profile.name ?? "any profile that is read";
      const message = `"${type.slice(0, 80)}" is no record of ${profile}`;
      throw new LineProblemError({ line, column: "RecordType", code: "record_unknown", message });
    }
    const joined = joinedCells(cells);
    const record = new DsrRecord(layout, joined, line);
    const count = `${joined.length} cells where a ${layout.type} record has`;
    if (joined.length < layout.least) {
      const column = layout.names[joined.length] ?? null;
      const message = `${count} at least ${layout.least}; the first one missing is "${column ?? ""}"`;
      throw new LineProblemError({ line, column, code: "cells_missing", message });
    }
    // A tab behind the last cell adds blanks, which say nothing; anything else means that cells have shifted.
    if (layout.type !== "DE01" && joined.slice(layout.names.length).some((cell) => cell.trim() !== "")) {
      throw record.refusal("cells_extra", `${count} at most ${layout.names.length}`);
    }
    return record;
  }

  #take(record: DsrRecord): StatementLine | RowApart {
    const { type } = record.layout;
    if (type === "HEAD") return this.#open(record);
    const head = this.#head;
    if (head === null) throw record.refusal("record_misplaced", `a ${type} record stands before HEAD`);
    if (type === "FOOT" || type === "SRFO") return this.#close(record, head);
    if (type.startsWith("SY")) {
      countSummary(this.#report, record);
      this.#summaries.add(record, this.#report.parts === 1);
      return RECORD;
    }
    countLine(this.#report, record);
    if (type.startsWith("SR")) return this.#row(record, head);
    if (type === "DE01") return RECORD;
    const block = this.#blockOf(record);
    if (type.startsWith("LI")) return this.#licensorLine(record, head, block);
    if (type.startsWith("SU")) return this.#sale(record, head, block);
    describe(block, record, head);
    return RECORD;
  }

  #open(record: DsrRecord): RowApart {
    const head = readHead(record);
    openFile(this.#report, record, head, this.#head ?? head);
    return RECORD;
  }

  #close(record: DsrRecord, head: ReportHead): RowApart {
    const facts = closeFile(this.#report, record, head);
    this.#block = null;
    const isAllHere = this.#report.isWhole && this.#report.parts === head.parts;
    return { ...RECORD, states: isAllHere ? [...facts, ...this.#summaries.facts()] : facts };
  }

  #blockOf(record: DsrRecord): BlockState {
    const id = record.text("BlockId");
    if (this.#block?.id === id) return this.#block;
    const { type } = record.layout;
    if (/^(?:SU|LI|RU)/u.test(type)) {
      const message = `a ${type} record begins block "${id}", before any record says what was used`;
      throw record.refusal("record_misplaced", message);
    }
    this.#block = newBlock(id);
    this.#report.blocks += 1;
    return this.#block;
  }

  #sale(record: DsrRecord, head: ReportHead, block: BlockState): StatementLine | RowApart {
    block.isSold = true;
    if (head.profile.kind !== "usage") {
      const isDated = record.get("ValidityPeriodStart") !== "" || record.get("ValidityPeriodEnd") !== "";
      block.sale = {
        summaryId: record.text("SummaryRecordId"),
        span: isDated ? record.days("ValidityPeriodStart", "ValidityPeriodEnd") : head.usage,
        units: record.get("Usages") === "" ? 0 : record.count("Usages"),
      };
      return RECORD;
    }
    const summary = this.#summaries.of(record.text("SummaryRecordId"), "", record);
    this.#source = { record, head, block, summary };
    const { resource, release } = soldIn(block, record);
    const isDownload = record.layout.type === "SU01";
    return {
      ...this.#lineOf(record, head, head.usage, summary),
      isrc: resource?.isrc ?? null,
      upc: release?.upc ?? null,
      title: resource?.title ?? release?.title ?? "",
      artist: resource?.artist ?? release?.artist ?? "",
      kind: kindOf("", summary.model, summary.use),
      units: isDownload ? record.count("Usages") - record.count("Returns") : record.count("NumberOfStreams"),
    };
  }

  #licensorLine(record: DsrRecord, head: ReportHead, block: BlockState): StatementLine | RowApart {
    const { sale, resource, work, release } = block;
    if (sale === null) {
      throw record.refusal("record_misplaced", "a licensor's record (LI) stands before the sale (SU) that it shares");
    }
    const summaryId = record.text("SummaryRecordId") || sale.summaryId;
    const controller = record.text("RightsController");
    const exact = record.amount("AllocatedAmount");
    const summary = this.#summaries.of(summaryId, controller, record);
    const uses = record.get("AllocatedUsages") === "" ? null : record.amount("AllocatedUsages");
    this.#summaries.found(summaryId, controller, exact, uses);
    const { represented } = head;
    const isOurs = [controller, ...record.list("RightsControllerPartyId")].some((each) => represented.has(each));
    if (represented.size > 0 && !isOurs) return { ...RECORD, exact, currency: summary.currency || null };
    if (summary.currency === "") {
      throw record.problem("SummaryRecordId", "currency_unreadable", "is a summary that names no currency");
    }
    const { units } = sale;
    sale.units = 0;
    this.#source = { record, head, block, summary };
    return {
      ...this.#lineOf(record, head, sale.span, summary),
      isrc: resource?.isrc ?? null,
      upc: release?.upc ?? null,
      title: resource?.title ?? work?.title ?? release?.title ?? "",
      artist: resource?.artist ?? release?.artist ?? "",
      kind: kindOf(record.get("RightsType") || summary.rights, summary.model, summary.use),
      units,
      exact,
      currency: summary.currency,
    };
  }

  /** A line of a report in single records, which describe what they count. */
  #row(record: DsrRecord, head: ReportHead): StatementLine {
    const summary = this.#summaries.of(record.text("SummaryRecordId"), "", record);
    this.#source = { record, head, block: null, summary };
    const kind = kindOf("", summary.model, summary.use);
    if (record.layout.type === "SR08") {
      const exact = record.amount("AllocatedNetRevenueInCurrencyOfAccounting");
      this.#summaries.found(summary.id, "", exact, null);
      return {
        ...this.#lineOf(record, head, record.days("SalesTransactionDate", "SalesTransactionDate"), summary),
        isrc: isrcIn(record.list("ResourceISRC")),
        upc: upcOf(record.text("ReleaseICPN")),
        title: record.text("ResourceTitle") || record.text("ReleaseTitle"),
        artist: record.text("ResourceDisplayArtistName") || record.text("ReleaseDisplayArtistName"),
        kind,
        units: record.count("NetUsage"),
        exact,
        currency: summary.currency,
      };
    }
    const isDownload = record.layout.type === "SR01";
    return {
      ...this.#lineOf(record, head, head.usage, summary),
      isrc: isrcIn(record.list("ISRC")),
      upc: upcOf(record.text("ICPN")),
      title: record.text("ResourceTitle"),
      artist: record.text("ResourceDisplayArtistName"),
      kind,
      units: isDownload ? record.count("Downloads") - record.count("Returns") : record.count("NumberOfStreams"),
    };
  }

  /** What every line has in the same way; of plays, it is all but what was played. */
  #lineOf(record: DsrRecord, head: ReportHead, span: Span, summary: Summary) {
    return {
      line: record.line,
      period: this.#months.of(`${span.from}/${span.to}`),
      day: span.from === span.to ? span.from : null,
      platform: head.sender,
      territory: summary.territory,
      exact: 0n,
      currency: "",
    };
  }

  #save(): string {
    return JSON.stringify([this.#report, this.#block && savedBlock(this.#block), this.#summaries.save()]);
  }

  #load(saved: string): void {
    const [report, block, summaries] = JSON.parse(saved) as [ReportState, unknown, unknown];
    this.#report = report;
    this.#block = block === null ? null : loadedBlock(block);
    this.#summaries.load(summaries);
  }
}

const RECORD: RowApart = { apart: "record", exact: null, currency: null, states: [] };
const COMMENT = RECORD;

function spanOf(text: string): Span {
  const [from, to] = text.split("/") as [Day, Day];
  return { from, to };
}

function isOf(type: string, { profile }: ReportHead): boolean {
  if (type === "HEAD" || type === profile.footer || type.startsWith("SY")) return true;
  return profile.records.some((family) => type.startsWith(family));
}
