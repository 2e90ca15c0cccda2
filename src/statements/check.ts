// The home of checking a statement before it is booked: against what it states of itself, and what was booked before.
// A file of its own because reading asks it once, at its end, and a person's commit asks it again.

import type { Ctx } from "../db/ctx.ts";
import { formatExact, parseExact } from "../kernel/quantise.ts";
import { addMonths, type Month } from "../kernel/time.ts";
import { FORMATS } from "./formats/registry.ts";
import {
  holds,
  type ReadingState,
  type StatedOfFile,
  type StatementProblem,
  type StatementWarning,
  type Total,
} from "./model.ts";
import { listPostedBetween, type StatementRow } from "./repository.ts";
import { countSameLines } from "./sums/repository.ts";

/** An earlier statement that covers some of the same months of the same source. */
export interface Overlap {
  readonly statementId: string;
  readonly filename: string;
  readonly format: string | null;
  readonly from: Month;
  readonly to: Month;
  /** Lines of this statement in months of both. */
  readonly lines: number;
  /** How many of those are booked by the earlier one already: same month, store and recording, units and amounts. */
  readonly sameLines: number;
}

/** What was found of a statement that is read. Problems wait for a person; warnings do not. */
export interface Verdict {
  readonly stated: readonly StatedOfFile[];
  readonly problems: readonly StatementProblem[];
  readonly warnings: readonly StatementWarning[];
}

/** From this share of lines on that are booked already, a file is taken for one that was booked before. */
const SAME_LINES_PERCENT = 50;

/** Earlier statements that are compared line by line; the newest ones, since it is they that are sent again. */
const MOST_COMPARED = 24;

/**
 * A summary tells the month it was made out in and not those of the sales, which lie before it: within half a year a
 * file of the one kind and a file of the other are taken for the same money.
 */
const SUMMARY_LAG_MONTHS = 6;

/**
 * Lists the posted statements of the same source that cover some of the same months, or the same money in another form;
 * the newest first.
 */
export async function listEarlier(ctx: Ctx, statement: StatementRow): Promise<StatementRow[]> {
  const { source, periodFrom, periodTo, measures } = statement;
  if (source === null || periodFrom === null || periodTo === null || measures !== "money") return [];
  const posted = await listPostedBetween(ctx.db, ctx.scope, {
    source,
    from: addMonths(periodFrom as Month, -SUMMARY_LAG_MONTHS),
    to: addMonths(periodTo as Month, SUMMARY_LAG_MONTHS),
  });
  const meets = (row: StatementRow) => (row.periodFrom ?? "") <= periodTo && (row.periodTo ?? "") >= periodFrom;
  return posted
    .filter((row) => row.id !== statement.id && row.id !== statement.supersedes)
    .filter((row) => meets(row) || isSummary(statement.format, row.format))
    .sort((left, right) => (left.id < right.id ? 1 : -1))
    .slice(0, MOST_COMPARED);
}

/** Compares a statement that is read with earlier ones. */
export async function listOverlaps(
  ctx: Ctx,
  statement: StatementRow,
  earlier: readonly StatementRow[],
): Promise<Overlap[]> {
  if (earlier.length === 0) return [];
  const same = await countSameLines(
    ctx.db,
    ctx.scope,
    statement.id,
    earlier.map(({ id }) => id),
  );
  return earlier.flatMap((row, at): Overlap[] => {
    if (isSummary(statement.format, row.format)) {
      const { id: statementId, filename, format, periodFrom, periodTo } = row;
      const months = { from: periodFrom as Month, to: periodTo as Month };
      return [{ statementId, filename, format, ...months, lines: statement.lines, sameLines: 0 }];
    }
    const { from, to, lines, sameLines } = same[at] ?? { from: null, to: null, lines: 0, sameLines: 0 };
    if (from === null || to === null || lines === 0) return [];
    return [{ statementId: row.id, filename: row.filename, format: row.format, from, to, lines, sameLines }];
  });
}

/** Tells whether an overlap means that the same money would be booked twice. */
export function isBookedBefore(statement: Pick<StatementRow, "format">, overlap: Overlap): boolean {
  return overlap.sameLines * 100 >= overlap.lines * SAME_LINES_PERCENT || isSummary(statement.format, overlap.format);
}

/** Whether one format sums up what the other lists. */
function isSummary(one: string | null, other: string | null): boolean {
  const sums = (id: string | null, of: string | null) => {
    return of !== null && FORMATS.find((format) => format.id === id)?.summaryOf === of;
  };
  return sums(one, other) || sums(other, one);
}

/** Judges a statement that is read to its end. */
export async function judge(
  ctx: Ctx,
  statement: StatementRow,
  state: ReadingState,
  earlier: readonly StatementRow[],
): Promise<Verdict> {
  const stated = settle(state, JSON.parse(statement.totals));
  const overlaps = await listOverlaps(ctx, statement, earlier);
  const problems: StatementProblem[] = stated.filter((fact) => !holds(fact)).map(differenceOf);
  const warnings: StatementWarning[] = codeWarnings(state);
  const setAside = state.apart.refund_without_amount ?? 0;
  if (setAside > 0) {
    const message = `${setAside} refunds have no net amount and count as nothing; say how to count them to change that.`;
    warnings.push({ code: "refunds_set_aside", line: null, count: setAside, message });
  }
  for (const overlap of overlaps) {
    const { filename, from, to, lines, sameLines } = overlap;
    const months = from === to ? from : `${from} to ${to}`;
    if (isSummary(statement.format, overlap.format)) {
      const message = `${filename} holds the same money of ${months} in another form; book one of the two.`;
      problems.push({ line: null, column: null, code: "summary_of_another", message });
    } else if (isBookedBefore(statement, overlap)) {
      const message = `${sameLines} of ${lines} lines of ${months} are booked already, from ${filename}.`;
      problems.push({ line: null, column: null, code: "lines_booked_before", message });
    } else {
      const message = `${filename} covers ${months} too; ${sameLines} of ${lines} lines are the same.`;
      warnings.push({ code: "lines_booked_before", line: null, count: sameLines, message });
    }
  }
  return { stated, problems, warnings };
}

/** Completes what a file states of the whole with what its lines come to. */
function settle(state: ReadingState, totals: readonly Total[]): StatedOfFile[] {
  return state.stated.map((fact): StatedOfFile => {
    if (fact.found !== null) return normalised(fact);
    if (fact.what === "lines") return { ...fact, found: String(state.lines) };
    if (fact.what === "units") return { ...fact, found: String(state.units) };
    const currency = fact.currency ?? (totals.length === 1 ? (totals[0]?.currency ?? null) : null);
    const total = totals.find((each) => each.currency === currency);
    return normalised({ ...fact, currency, found: total?.exact ?? "0" });
  });
}

/** Decimals in their one form, so that equal numbers are equal texts. */
function normalised(fact: StatedOfFile): StatedOfFile {
  const plain = (text: string) => {
    const exact = parseExact(text);
    return exact === null ? text : formatExact(exact);
  };
  return { ...fact, stated: plain(fact.stated), found: fact.found === null ? null : plain(fact.found) };
}

const STATED_WORDS: Readonly<Record<StatedOfFile["what"], string>> = {
  amount: "a total of",
  units: "units of",
  lines: "lines:",
  records: "records:",
  balance: "a balance of",
};

function differenceOf({ what, currency, stated, found, line }: StatedOfFile): StatementProblem {
  const unit = currency === null ? "" : ` ${currency}`;
  const message = `The file states ${STATED_WORDS[what]} ${stated}${unit}; its lines come to ${found ?? "nothing"}${unit}.`;
  return { line, column: null, code: "stated_total_differs", message };
}

function codeWarnings({ invalidCodes }: ReadingState): StatementWarning[] {
  const { isrcs, upcs, firstLine } = invalidCodes;
  if (isrcs === 0 && upcs === 0) return [];
  const parts = [isrcs > 0 ? `${isrcs} lines have no valid ISRC` : "", upcs > 0 ? `${upcs} no valid UPC or EAN` : ""];
  const message = `${parts.filter((part) => part !== "").join(", ")}; codes are kept as printed.`;
  return [{ code: "codes_invalid", line: firstLine, count: isrcs + upcs, message }];
}
