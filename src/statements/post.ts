// The home of booking: a read statement goes into the books in one batch, and comes out of them in another.

import { ConstraintError, type Write } from "../db/client.ts";
import { commit } from "../db/commit.ts";
import type { Ctx } from "../db/ctx.ts";
import type { JobRequest } from "../jobs/messages.ts";
import type { Currency } from "../kernel/currency.ts";
import { Problem } from "../kernel/problems.ts";
import { type DetailCut, rollupStatements, sourceStatements, sumCut } from "../metrics/index.ts";
import {
  earningEntries,
  listPostingsOfSource,
  postingStatements,
  reversalsOf,
  trialBalances,
} from "../royalties/index.ts";
import { causeStatements, nextGenerationStatements } from "../team/index.ts";
import { forgetIdentityStatements, listIdentityStatements } from "./identities/repository.ts";
import type { Dictionary, StatementStatus, Total } from "./model.ts";
import { playWrites } from "./plays.ts";
import { forgetRecordingStatements, keepRecordingStatements } from "./recordings/repository.ts";
import { findStatement, moveStatements, postedPeriods, type StatementRow, sumPosted } from "./repository.ts";
import { cellRows, listMonths } from "./sums/repository.ts";

/**
 * Books a statement: its sums into the rollups, its months into the ledger, and the next generation, in one batch. One
 * that supersedes another takes that one out in the same batch.
 *
 * Doing it again changes nothing: the batch begins with the statement's move to `posted`, which happens once.
 */
export async function postStatement(ctx: Ctx, statementId: string): Promise<void> {
  await untilMoved(ctx, statementId, ["ready", "posting"], (statement) => postOnce(ctx, statement));
}

async function postOnce(ctx: Ctx, statement: StatementRow): Promise<void> {
  const { id: statementId } = statement;
  const replaced = statement.supersedes === null ? null : await findReplaced(ctx, statement.supersedes);
  const moved = [
    ...moveStatements(ctx.db, ctx.scope, statementId, ["ready", "posting"], { status: "posted", postedAt: ctx.now }),
    ...keepRecordingStatements(ctx.db, ctx.scope, statementId),
  ];
  if (statement.measures === "plays") {
    await commitMove(ctx, "statement.post", statement, [
      ...moved,
      ...(await playWrites(ctx, { posting: statement, retracting: replaced })),
    ]);
    return;
  }
  const cause =
    replaced === null
      ? ({ kind: "posted", statementId, replacedId: null } as const)
      : ({ kind: "superseded", statementId, replacedId: replaced.id } as const);
  await commitMove(ctx, "statement.post", statement, [
    ...moved,
    ...(replaced === null ? [] : await retractWrites(ctx, replaced, ["posted"])),
    ...(await postWrites(ctx, statement)),
    ...periodWrites(ctx, [statement, ...(replaced === null ? [] : [replaced])]),
    ...nextGenerationStatements(ctx.db, ctx.scope, ctx.now),
    ...causeStatements(ctx.db, ctx.scope, { ...cause, lines: statement.lines, at: ctx.now }),
  ]);
}

/** Takes a posted statement out of the books: the same batch with minus, and reversals in the ledger. */
export async function retractStatement(ctx: Ctx, statementId: string): Promise<void> {
  await untilMoved(ctx, statementId, ["retracting"], (statement) => retractOnce(ctx, statement));
}

async function retractOnce(ctx: Ctx, statement: StatementRow): Promise<void> {
  const { id: statementId } = statement;
  if (statement.measures === "plays") {
    await commitMove(ctx, "statement.retract", statement, [
      ...retracted(ctx, statement, ["retracting"]),
      ...(await playWrites(ctx, { posting: null, retracting: statement })),
    ]);
    return;
  }
  await commitMove(ctx, "statement.retract", statement, [
    ...(await retractWrites(ctx, statement, ["retracting"])),
    ...periodWrites(ctx, [statement]),
    ...nextGenerationStatements(ctx.db, ctx.scope, ctx.now),
    ...causeStatements(ctx.db, ctx.scope, {
      kind: "retracted",
      statementId,
      replacedId: null,
      lines: statement.lines,
      at: ctx.now,
    }),
  ]);
}

/** The statement whose place another takes; one that was taken back meanwhile needs nothing more. */
async function findReplaced(ctx: Ctx, id: string): Promise<StatementRow | null> {
  const replaced = await findStatement(ctx.db, ctx.scope, id);
  return replaced?.status === "posted" ? replaced : null;
}

function retracted(ctx: Ctx, { id }: StatementRow, from: readonly StatementStatus[]): Write[] {
  return [
    ...moveStatements(ctx.db, ctx.scope, id, from, { status: "retracted", retractedAt: ctx.now }),
    ...forgetRecordingStatements(ctx.db, ctx.scope, id),
  ];
}

async function postWrites(ctx: Ctx, statement: StatementRow): Promise<Write[]> {
  const { id, source, totals } = bookable(statement);
  const parts = await Promise.all(
    totals.map(async ({ currency, nanos }) => {
      const months = await listMonths(ctx.db, ctx.scope, id, currency);
      const sum = months.reduce((total, month) => total + month.nanos, 0n);
      if (sum !== BigInt(nanos)) {
        throw new Problem("internal", { cause: new Error(`${id}: sums ${sum} ${currency}, total ${nanos}`) });
      }
      const of = { statementId: id, source, artistId: ctx.scope.artistId, currency: currency as Currency, at: ctx.now };
      return postingStatements(ctx.db, ctx.scope, earningEntries(of, months, ctx.newId));
    }),
  );
  return [...rollupsOf(ctx, statement, 1), ...listIdentityStatements(ctx.db, ctx.scope, id), ...parts.flat()];
}

async function retractWrites(ctx: Ctx, statement: StatementRow, from: readonly StatementStatus[]): Promise<Write[]> {
  const postings = await listPostingsOfSource(ctx.db, ctx.scope, statement.id);
  return [
    ...retracted(ctx, statement, from),
    ...rollupsOf(ctx, statement, -1),
    ...forgetIdentityStatements(ctx.db, ctx.scope, statement.id),
    ...postingStatements(ctx.db, ctx.scope, reversalsOf(postings, ctx.now, ctx.newId)),
  ];
}

/** Says anew which months the sources of some statements have reported. */
function periodWrites(ctx: Ctx, rows: readonly StatementRow[]): Write[] {
  const sources = new Set(rows.map((row) => bookable(row).source));
  return [...sources].flatMap((source) =>
    sourceStatements(ctx.db, ctx.scope, source, postedPeriods(ctx.scope, source)),
  );
}

function bookable(statement: StatementRow): {
  id: string;
  source: string;
  totals: readonly Total[];
  dictionary: Dictionary;
} {
  const { id, source, totals, dictionary } = statement;
  if (source === null || dictionary === null) {
    throw new Problem("internal", { cause: new Error(`${id} is ${statement.status} without being read`) });
  }
  return { id, source, totals: JSON.parse(totals), dictionary: JSON.parse(dictionary) };
}

function rollupsOf(ctx: Ctx, statement: StatementRow, sign: 1 | -1): Write[] {
  const { id, source, totals, dictionary } = bookable(statement);
  const { platforms } = dictionary;
  return totals.flatMap(({ currency }) => {
    const cells = (cut: DetailCut) => cellRows(ctx.scope, id, cut, currency);
    return rollupStatements(ctx.db, ctx.scope, { currency, source, platforms }, sign, cells);
  });
}

/** Files of plays of one source that are booked at once get in each other's way; each try lets one of them through. */
const TRIES = 25;

/**
 * Does what moves a statement on, unless another delivery of the same job has moved it. A batch that was refused because
 * something beside the statement changed meanwhile is made anew.
 */
async function untilMoved(
  ctx: Ctx,
  statementId: string,
  from: readonly StatementStatus[],
  move: (statement: StatementRow) => Promise<void>,
): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const statement = await findStatement(ctx.db, ctx.scope, statementId);
    if (statement === null || !from.includes(statement.status)) return;
    try {
      await move(statement);
      return;
    } catch (error) {
      if (!(error instanceof ConstraintError && error.kind === "guard")) throw error;
    }
  }
  throw new Problem("unavailable", { cause: new Error(`${statementId}: other files keep coming in between`) });
}

async function commitMove(
  ctx: Ctx,
  action: string,
  statement: StatementRow,
  writes: Parameters<typeof commit>[2]["writes"],
): Promise<void> {
  const { id, lines, totals, supersedes } = statement;
  const refresh: JobRequest = { kind: "kpi.refresh", body: { artistId: ctx.scope.artistId } };
  await commit(ctx, action, { writes, target: id, after: { lines, totals, supersedes }, jobs: [refresh] });
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
