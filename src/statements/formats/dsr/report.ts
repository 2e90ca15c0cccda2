// The home of a sales report's order and counts: which record may follow which, and what its footers say of it.
import type { StatedFact } from "../format.ts";
import type { ReportHead } from "./head.ts";
import type { DsrRecord } from "./record.ts";

/** Where in a report reading stands. */
export type Stage = "before" | "head" | "summaries" | "lines" | "behind";

/** What is remembered of the order and counts. Plain, so that it can be saved. */
export interface ReportState {
  stage: Stage;
  /** Physical line of the last record read. */
  line: number;
  /** Files of the report whose HEAD was read. */
  parts: number;
  /** Physical line of the last footer; a file of a report begins behind the one before it. */
  footLine: number;
  /** Records of the file so far. */
  summaries: number;
  blocks: number;
  /** Blocks of the files before. */
  blocksBefore: number;
  /** Whether every count so far was what the footers say. */
  isWhole: boolean;
}

/** The state before the first record. */
export function newReport(): ReportState {
  return { stage: "before", line: 0, parts: 0, footLine: 0, summaries: 0, blocks: 0, blocksBefore: 0, isWhole: true };
}

/**
 * Begins a file of the report: the first one, or the next in order.
 *
 * @throws LineProblemError `record_misplaced`
 */
export function openFile(state: ReportState, record: DsrRecord, head: ReportHead, first: ReportHead): void {
  if (state.stage !== "before" && state.stage !== "behind") {
    throw record.refusal("record_misplaced", "a HEAD record stands within a report that has not ended");
  }
  if (state.parts > 0 && head.report !== first.report) {
    throw record.refusal("record_misplaced", "a HEAD record of another report follows; send each report by itself");
  }
  if (state.parts > 0 && (head.part !== state.parts + 1 || head.parts !== first.parts)) {
    const message = `file ${head.part} of ${head.parts} follows where file ${state.parts + 1} of ${first.parts} belongs`;
    throw record.refusal("record_misplaced", message);
  }
  Object.assign(state, { stage: "head", parts: state.parts + 1, summaries: 0, blocks: 0 });
}

/** Takes a summary record. @throws LineProblemError `record_misplaced` where lines have begun, or nothing has */
export function countSummary(state: ReportState, record: DsrRecord): void {
  if (state.stage !== "head" && state.stage !== "summaries") throw misplaced(state, record);
  state.stage = "summaries";
  state.summaries += 1;
}

/** Takes a record below the summaries. @throws LineProblemError `record_misplaced` where there were none */
export function countLine(state: ReportState, record: DsrRecord): void {
  if (state.stage !== "summaries" && state.stage !== "lines") throw misplaced(state, record);
  state.stage = "lines";
}

function misplaced(state: ReportState, record: DsrRecord) {
  const type = record.layout.type;
  const words: Readonly<Record<Stage, string>> = {
    before: `a ${type} record stands before HEAD`,
    head: `a ${type} record stands before any summary record`,
    summaries: `a ${type} record stands among the summary records`,
    lines: `a ${type} record stands behind the first line`,
    behind: `a ${type} record stands behind the footer`,
  };
  return record.refusal("record_misplaced", words[state.stage]);
}

/**
 * Ends a file of the report: what its footer counts is held against what was read. Lines are physical ones, with
 * comments and empty ones, as the standard counts them.
 *
 * @throws LineProblemError `record_misplaced` where no file is open; `units_unreadable` where a count is none
 * @see https://dsr8.ddex.net 5.1.2, checked 2026-11
 */
export function closeFile(state: ReportState, record: DsrRecord, head: ReportHead): StatedFact[] {
  if (state.stage === "before" || state.stage === "behind") throw misplaced(state, record);
  const isLast = state.parts === head.parts;
  const facts: StatedFact[] = [];
  const hold = (name: string, found: number) => {
    if (record.get(name) === "") return;
    const stated = record.count(name);
    if (stated !== found) state.isWhole = false;
    const { line } = record;
    facts.push({ what: "records", currency: null, stated: BigInt(stated), found: BigInt(found), line });
  };
  hold("NumberOfLinesInFile", record.line - state.footLine);
  // Of a file that is not the last, the report's own counts are not known yet.
  if (isLast) hold("NumberOfLinesInReport", record.line);
  hold("NumberOfSummaryRecords", state.summaries);
  hold("NumberOfBlocksInFile", state.blocks);
  if (isLast) hold("NumberOfBlocksInReport", state.blocksBefore + state.blocks);
  Object.assign(state, { stage: "behind", footLine: record.line, blocksBefore: state.blocksBefore + state.blocks });
  return facts;
}
