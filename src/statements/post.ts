// The home of booking: a read statement goes into the books in one batch, and comes out of them in another.

import { ConstraintError } from "../db/client.ts";
import { commit } from "../db/commit.ts";
import type { Ctx } from "../db/ctx.ts";
import type { JobRequest } from "../jobs/messages.ts";
import type { Currency } from "../kernel/currency.ts";
import { Problem } from "../kernel/problems.ts";
import { rollupStatements, sourceStatements, sumCut } from "../metrics/index.ts";
import {
  earningEntries,
  listPostingsOfSource,
  postingStatements,
  reversalsOf,
  trialBalances,
} from "../royalties/index.ts";
import { causeStatements, nextGenerationStatements } from "../team/index.ts";
import type { Dictionary } from "./model.ts";
import { findStatement, moveStatements, postedPeriods, type StatementRow, sumPosted } from "./repository.ts";
import { cellRows, listMonths } from "./sums/repository.ts";

/**
 * Books a statement: its sums into the rollups, its months into the ledger, and the next generation, in one batch.
 *
 * Doing it again changes nothing: the batch begins with the statement's move to `posted`, which happens once.
 */
export async function postStatement(ctx: Ctx, statementId: string): Promise<void> {
  const statement = await findStatement(ctx.db, ctx.scope, statementId);
  if (statement === null || (statement.status !== "ready" && statement.status !== "posting")) return;
  const { source, currency, dictionary } = bookable(statement);
  const months = await listMonths(ctx.db, ctx.scope, statementId);
  const sum = months.reduce((total, month) => total + month.nanos, 0n);
  if (sum !== statement.totalNanos) {
    throw new Problem("internal", { cause: new Error(`${statementId}: sums ${sum}, total ${statement.totalNanos}`) });
  }
  const of = { statementId, source, artistId: ctx.scope.artistId, currency, at: ctx.now };
  const set = { status: "posted", postedAt: ctx.now } as const;
  await commitOnce(ctx, "statement.post", statement, [
    ...moveStatements(ctx.db, ctx.scope, statementId, ["ready", "posting"], set),
    ...rollupsOf(ctx, statement, dictionary, 1),
    ...postingStatements(ctx.db, ctx.scope, earningEntries(of, months, ctx.newId)),
    ...sourceStatements(ctx.db, ctx.scope, source, postedPeriods(ctx.scope, source)),
    ...nextGenerationStatements(ctx.db, ctx.scope, ctx.now),
    ...causeStatements(ctx.db, ctx.scope, { kind: "posted", statementId, lines: statement.lines, at: ctx.now }),
  ]);
}

/** Takes a posted statement out of the books: the same batch with minus, and reversals in the ledger. */
export async function retractStatement(ctx: Ctx, statementId: string): Promise<void> {
  const statement = await findStatement(ctx.db, ctx.scope, statementId);
  if (statement?.status !== "retracting") return;
  const { source, dictionary } = bookable(statement);
  const postings = await listPostingsOfSource(ctx.db, ctx.scope, statementId);
  const set = { status: "retracted", retractedAt: ctx.now } as const;
  await commitOnce(ctx, "statement.retract", statement, [
    ...moveStatements(ctx.db, ctx.scope, statementId, ["retracting"], set),
    ...rollupsOf(ctx, statement, dictionary, -1),
    ...postingStatements(ctx.db, ctx.scope, reversalsOf(postings, ctx.now, ctx.newId)),
    ...sourceStatements(ctx.db, ctx.scope, source, postedPeriods(ctx.scope, source)),
    ...nextGenerationStatements(ctx.db, ctx.scope, ctx.now),
    ...causeStatements(ctx.db, ctx.scope, { kind: "retracted", statementId, lines: statement.lines, at: ctx.now }),
  ]);
}

function bookable(statement: StatementRow): { source: string; currency: Currency; dictionary: Dictionary } {
  const { source, currency, dictionary } = statement;
  if (source === null || currency === null || dictionary === null) {
    throw new Problem("internal", { cause: new Error(`${statement.id} is ${statement.status} without being read`) });
  }
  return { source, currency: currency as Currency, dictionary: JSON.parse(dictionary) };
}

function rollupsOf(ctx: Ctx, statement: StatementRow, { platforms }: Dictionary, sign: 1 | -1) {
  const { currency, source } = bookable(statement);
  const cells = (cut: Parameters<typeof cellRows>[2]) => cellRows(ctx.scope, statement.id, cut);
  return rollupStatements(ctx.db, ctx.scope, { currency, source, platforms }, sign, cells);
}

async function commitOnce(
  ctx: Ctx,
  action: string,
  statement: StatementRow,
  writes: Parameters<typeof commit>[2]["writes"],
): Promise<void> {
  const { id, lines, totalExact, currency } = statement;
  const refresh: JobRequest = { kind: "kpi.refresh", body: { artistId: ctx.scope.artistId } };
  try {
    await commit(ctx, action, { writes, target: id, after: { lines, total: totalExact, currency }, jobs: [refresh] });
  } catch (error) {
    // Another delivery of this job moved the statement first: everything is done.
    if (error instanceof ConstraintError && error.kind === "guard") return;
    throw error;
  }
}

/**
 * Holds the books of an artist against one another: posted totals, every rollup, and the ledger must be equal.
 *
 * @throws Problem `conflict` that says where they differ; it stands in the log and the job is put aside
 */
export async function checkBooks(ctx: Ctx): Promise<void> {
  const [posted, cuts, ledger] = await Promise.all([
    sumPosted(ctx.db, ctx.scope),
    sumCut(ctx.db, ctx.scope),
    trialBalances(ctx.db, ctx.scope),
  ]);
  const faults: string[] = [];
  for (const currency of new Set([...posted, ...cuts, ...ledger].map((row) => row.currency))) {
    const mine = <T extends { currency: string | null; nanos: bigint }>(rows: readonly T[]) =>
      rows.filter((row) => row.currency === currency);
    const total = sumOf(mine(posted));
    for (const cut of mine(cuts)) {
      // Lines without a UPC are in no release.
      if (cut.cut === "release") continue;
      const expected = cut.source === "" ? total : sumOf(mine(posted).filter((row) => row.source === cut.source));
      if (cut.nanos !== expected) faults.push(`${currency} ${cut.cut}/${cut.source}: ${cut.nanos}, not ${expected}`);
    }
    if (sumOf(mine(ledger)) !== 0n) faults.push(`${currency} trial balance: ${sumOf(mine(ledger))}`);
    const receivable = sumOf(mine(ledger).filter((row) => row.account.startsWith("receivable:")));
    if (receivable !== total) faults.push(`${currency} receivable: ${receivable}, not ${total}`);
  }
  if (faults.length > 0) throw new Problem("conflict", { detail: `The books differ. ${faults.join("; ")}` });
}

function sumOf(rows: readonly { nanos: bigint }[]): bigint {
  return rows.reduce((total, row) => total + row.nanos, 0n);
}
