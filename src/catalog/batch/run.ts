// The home of carrying a batch out: at once in one transaction, or by a job, step after step from where the last stopped.

import { findKeptAnswer } from "../../db/claims.ts";
import { ConstraintError, type Write } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import type { JobRequest } from "../../jobs/messages.ts";
import { Problem } from "../../kernel/problems.ts";
import { actorName } from "../../kernel/scope.ts";
import { alongRelease } from "../calendar/dates.ts";
import { documentOf } from "../items/model.ts";
import { codesMoved, matchJobs } from "../items/service.ts";
import { type Decided, decide } from "./decide.ts";
import {
  type BatchOrder,
  countsOf,
  ITEMS_PER_STEP,
  type ItemResult,
  MOST_ANSWER_CHARACTERS,
  MOST_ITEMS,
  noneOf,
  type PatchReader,
  repeated,
  type SentItem,
} from "./model.ts";
import {
  addBatchStatements,
  type BatchItemRow,
  type BatchRow,
  changeThingsStatements,
  findBatch,
  listWaiting,
  MOVING,
  moveBatchStatements,
  resultStatements,
} from "./repository.ts";

/** A batch, and what became of its items once it is at rest. */
export interface BatchState {
  readonly row: BatchRow;
  readonly results: readonly ItemResult[];
  readonly isRehearsal: boolean;
}

/** Each time one fails, something that it names has changed meanwhile, and what it names is bounded. */
const MOST_TRIES = 20;

/** What a batch would come to if it were carried out now. */
interface Plan {
  readonly row: BatchRow;
  readonly results: readonly ItemResult[];
  readonly changed: Parameters<typeof changeThingsStatements>[2];
}

/** Decides a whole batch, and writes nothing. */
export async function rehearse(ctx: Ctx, read: PatchReader, order: BatchOrder): Promise<BatchState> {
  const { row, results } = await planWhole(ctx, read, newBatch(ctx, order), order);
  return { row, results, isRehearsal: true };
}

/**
 * Carries a whole batch out in one transaction, and keeps what became of it.
 *
 * @returns null when that is too much for one answer: nothing was done
 * @throws Problem `unavailable` when what it names keeps changing
 */
export async function carryOut(ctx: Ctx, read: PatchReader, order: BatchOrder): Promise<BatchState | null> {
  const batch = newBatch(ctx, order);
  for (let tries = 1; ; tries += 1) {
    const { row, results, changed } = await planWhole(ctx, read, batch, order);
    if (JSON.stringify(results).length > MOST_ANSWER_CHARACTERS) return null;
    const state = { row, results, isRehearsal: false };
    try {
      await commit(ctx, "batch.apply", {
        writes: [
          ...addBatchStatements(ctx.db, row, results.map(finishedRow)),
          ...changeThingsStatements(ctx.db, ctx.scope, changed, ctx.now),
          ...(await datesAlong(ctx, changed)),
        ],
        target: row.id,
        after: auditOf(row, results),
        jobs: jobsOf(ctx, changed),
        result: state,
      });
      return state;
    } catch (error) {
      if (!(error instanceof ConstraintError)) throw error;
      if (ctx.claim !== null && (await findKeptAnswer(ctx.db, ctx.claim.actor, ctx.claim.key)) !== null) throw error;
      if (tries === MOST_TRIES) throw new Problem("unavailable", { cause: error });
    }
  }
}

/**
 * Carries a batch out that a job was asked for; a partial one step after step, an atomic one in one.
 *
 * How far it is lies in the same transaction as what was changed, so that a run that was killed, came twice or met another
 * one goes on behind the last whole step.
 */
export async function runBatch(ctx: Ctx, read: PatchReader, batchId: string): Promise<void> {
  let row = await findBatch(ctx.db, ctx.scope, batchId);
  while (row !== null && isMoving(row)) {
    row = await takeStep(ctx, read, row);
    // Answers waiting in this isolate get out between steps.
    await scheduler.wait(0);
  }
}

/** Whether a batch is still being carried out. */
export function isMoving({ status }: Pick<BatchRow, "status">): boolean {
  return (MOVING as readonly string[]).includes(status);
}

/** The batch before anything of it is decided. */
export function newBatch(ctx: Ctx, { mode, items, reverts }: BatchOrder): BatchRow {
  return {
    artistId: ctx.scope.artistId,
    id: ctx.newId("batch"),
    status: "queued",
    mode,
    reverts,
    total: items.length,
    done: 0,
    applied: 0,
    skipped: 0,
    failed: 0,
    createdBy: actorName(ctx.actor),
    createdAt: ctx.now,
    finishedAt: null,
  };
}

async function planWhole(ctx: Ctx, read: PatchReader, batch: BatchRow, { mode, items }: BatchOrder): Promise<Plan> {
  const twice = repeated(items);
  const places = new Set(twice.map(({ sent }) => sent.index));
  const asked = items.filter(({ index }) => !places.has(index));
  const decided = await decide(ctx, read, asked, mode === "atomic");
  const plan = settled(ctx, batch, decided, twice.length > 0);
  const results = [...plan.results, ...twice].sort((one, other) => one.sent.index - other.sent.index);
  return { ...plan, row: { ...plan.row, ...countsOf(results), done: batch.total }, results };
}

/** What decided items make of their batch, when they are its last. */
function settled(ctx: Ctx, batch: BatchRow, decided: readonly Decided[], hasFailed: boolean): Plan {
  const isFailing = hasFailed || decided.some(({ result }) => result.outcome === "failed");
  const isRefused = batch.mode === "atomic" && isFailing;
  return {
    row: { ...batch, status: isRefused ? "refused" : "done", finishedAt: ctx.now },
    results: isRefused ? noneOf(decided) : decided,
    changed: isRefused ? [] : decided.flatMap(({ change }) => change ?? []),
  };
}

async function takeStep(ctx: Ctx, read: PatchReader, batch: BatchRow): Promise<BatchRow | null> {
  const most = batch.mode === "atomic" ? MOST_ITEMS : ITEMS_PER_STEP;
  const waiting = (await listWaiting(ctx.db, batch, most)).map(sentOf);
  const isLast = waiting.length < most || waiting.at(-1)?.index === batch.total - 1;
  for (let tries = 1; ; tries += 1) {
    const decided = await decide(ctx, read, waiting, batch.mode === "atomic");
    const { row, results, changed } = settled(ctx, batch, decided, batch.failed > 0);
    const counts = countsOf(results);
    const next: BatchRow = {
      ...batch,
      ...(isLast ? { status: row.status, finishedAt: row.finishedAt } : { status: "running" }),
      done: isLast ? batch.total : (waiting.at(-1)?.index ?? 0) + 1,
      applied: batch.applied + counts.applied,
      skipped: batch.skipped + counts.skipped,
      failed: batch.failed + counts.failed,
    };
    try {
      await commit(ctx, "batch.apply", {
        writes: [
          ...moveBatchStatements(ctx.db, batch, next),
          ...resultStatements(ctx.db, batch, results.map(finishedRow)),
          ...changeThingsStatements(ctx.db, ctx.scope, changed, ctx.now),
          ...(await datesAlong(ctx, changed)),
        ],
        target: batch.id,
        after: auditOf(next, results),
        jobs: jobsOf(ctx, changed),
      });
      return next;
    } catch (error) {
      if (!(error instanceof ConstraintError)) throw error;
      const now = await findBatch(ctx.db, ctx.scope, batch.id);
      // Another run took this step, or the batch was cancelled.
      if (now === null || now.done !== batch.done || !isMoving(now)) return now;
      if (tries === MOST_TRIES) throw new Problem("unavailable", { cause: error });
    }
  }
}

/** What the dates of changed releases bring along: their places in the calendar, their milestones, their embargoes. */
async function datesAlong(ctx: Ctx, changed: Plan["changed"]): Promise<Write[]> {
  const releases = changed.filter(({ row }) => row.kind === "release");
  const along = releases.map(({ before, row }) => alongRelease(ctx, row.id, documentOf(before), documentOf(row)));
  return (await Promise.all(along)).flatMap(({ writes }) => writes);
}

/** The work that changed things cause, as if each had been changed by itself. */
function jobsOf(ctx: Ctx, changed: Plan["changed"]): JobRequest[] {
  return matchJobs(
    ctx,
    changed.flatMap(({ before, row }) => codesMoved(before, row)),
  );
}

/** What the audit says: which things are in which version through it. What changed of each is kept with the batch. */
function auditOf({ mode, reverts, createdBy }: BatchRow, results: readonly ItemResult[]): object {
  const things = results.flatMap(({ sent, result }) =>
    result.outcome === "applied" ? [[sent.id, result.version]] : [],
  );
  return { by: createdBy, mode, ...(reverts === null ? {} : { reverts }), ...countsOf(results), things };
}

/** How an item is kept once it is decided. */
function finishedRow({ sent, result }: ItemResult): BatchItemRow {
  const { outcome, ...more } = result;
  const kept = outcome === "failed" ? sentText(sent) : null;
  return { place: sent.index, itemId: sent.id, sent: kept, outcome, result: JSON.stringify(more) };
}

/** How what was sent is kept. */
export function sentText({ version, set, expect }: SentItem): string {
  return JSON.stringify({ version, set, expect });
}

/** Reads what was sent. */
export function sentOf({ place, itemId, sent }: Pick<BatchItemRow, "place" | "itemId" | "sent">): SentItem {
  const kept = sent === null ? { version: null, set: {} } : JSON.parse(sent);
  return { index: place, id: itemId, ...kept };
}

/** Reads what became of an item. */
export function resultOf(row: BatchItemRow): ItemResult {
  return { sent: sentOf(row), result: { outcome: row.outcome, ...JSON.parse(row.result ?? "{}") } };
}

/** The rows of items that a job will decide, and those that need no deciding. */
export function waitingRows(items: readonly SentItem[]): BatchItemRow[] {
  const twice = new Map(repeated(items).map((each) => [each.sent.index, each]));
  return items.map((sent) => {
    const early = twice.get(sent.index);
    if (early !== undefined) return finishedRow(early);
    return { place: sent.index, itemId: sent.id, sent: sentText(sent), outcome: "waiting", result: null };
  });
}
