// The home of the verbs on batches: ask for one, look at it, cancel it, take it back, and get what failed.

import { ConstraintError } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import { Problem } from "../../kernel/problems.ts";
import {
  type BatchMode,
  type BatchOrder,
  type ItemResult,
  MOST_AT_ONCE,
  MOST_WEIGHT_CHARACTERS,
  type PatchReader,
  takingBack,
} from "./model.ts";
import {
  addBatchStatements,
  type BatchRow,
  findBatch,
  findWeight,
  listBatchItems,
  moveBatchStatements,
  skipWaitingStatements,
} from "./repository.ts";
import { type BatchState, carryOut, isMoving, newBatch, rehearse, resultOf, waitingRows } from "./run.ts";

/**
 * Changes many things: at once, or by a job when there are more than {@link MOST_AT_ONCE}, or much is to be said of them.
 *
 * @param isRehearsal decides all of it and writes nothing
 * @throws Problem `too_large` when the things are too large together, `unavailable` when what it names keeps changing
 */
export async function askBatch(
  ctx: Ctx,
  read: PatchReader,
  order: BatchOrder,
  isRehearsal: boolean,
): Promise<BatchState> {
  const isSmall = order.items.length <= MOST_AT_ONCE;
  if (!isSmall) await requireLight(ctx, order);
  if (isRehearsal) return rehearse(ctx, read, order);
  return (isSmall ? await carryOut(ctx, read, order) : null) ?? (await askJob(ctx, order));
}

async function requireLight(ctx: Ctx, { items }: BatchOrder): Promise<void> {
  const weight = await findWeight(
    ctx.db,
    ctx.scope,
    items.map(({ id }) => id),
  );
  if (weight > MOST_WEIGHT_CHARACTERS) {
    const detail = `These things have ${weight} characters together, more than ${MOST_WEIGHT_CHARACTERS}; send fewer at a time.`;
    throw new Problem("too_large", { detail });
  }
}

async function askJob(ctx: Ctx, order: BatchOrder): Promise<BatchState> {
  const items = waitingRows(order.items);
  const failed = items.filter(({ outcome }) => outcome === "failed").length;
  const row = { ...newBatch(ctx, order), failed };
  const state = { row, results: [], isRehearsal: false };
  const { mode, reverts, total } = row;
  await commit(ctx, "batch.ask", {
    writes: addBatchStatements(ctx.db, row, items),
    target: row.id,
    after: { mode, ...(reverts === null ? {} : { reverts }), items: total },
    jobs: [{ kind: "catalog.batch", body: { artistId: ctx.scope.artistId, batchId: row.id as `bat_${string}` } }],
    result: state,
  });
  return state;
}

/** Finds a batch; once it is at rest with what became of each item. Reads a row for each. @throws Problem `not_found` */
export async function getBatch(ctx: Ctx, id: string): Promise<BatchState> {
  const row = await findRow(ctx, id);
  const results = isMoving(row) ? [] : (await listBatchItems(ctx.db, row)).map(resultOf);
  return { row, results, isRehearsal: false };
}

/**
 * Stops a batch: what was carried out stays, the rest is passed over. One that was stopped already stays so.
 *
 * @throws Problem `not_found`, `conflict` when it has ended
 */
export async function cancelBatch(ctx: Ctx, id: string): Promise<BatchState> {
  for (;;) {
    const row = await findRow(ctx, id);
    if (row.status === "cancelled") return getBatch(ctx, id);
    if (!isMoving(row)) throw new Problem("conflict", { detail: "It has ended; take it back with revert." });
    const waiting = row.total - row.applied - row.skipped - row.failed;
    const set = { status: "cancelled", skipped: row.skipped + waiting, finishedAt: ctx.now } as const;
    try {
      await commit(ctx, "batch.cancel", {
        writes: [
          ...moveBatchStatements(ctx.db, row, set),
          ...skipWaitingStatements(ctx.db, row, JSON.stringify({ reason: "cancelled" })),
        ],
        target: id,
        after: { applied: row.applied, cancelled: waiting },
      });
      return await getBatch(ctx, id);
    } catch (error) {
      // It went on, or ended, in between.
      if (!(error instanceof ConstraintError && error.kind === "guard")) throw error;
    }
  }
}

/**
 * Takes a batch back: gives each field that it changed the value before, unless the field was changed since.
 *
 * It is a batch of its own, and can be taken back like any other.
 * @throws Problem `not_found`, `conflict` while it is carried out, or when it changed nothing
 */
export async function revertBatch(
  ctx: Ctx,
  read: PatchReader,
  id: string,
  { mode, dryRun }: { readonly mode: BatchMode; readonly dryRun: boolean },
): Promise<BatchState> {
  const row = await findRow(ctx, id);
  if (isMoving(row)) throw new Problem("conflict", { detail: "It is still being carried out; cancel it first." });
  const applied = (await listBatchItems(ctx.db, row, "applied")).map(resultOf);
  const changed = applied.flatMap(({ sent, result }) =>
    result.outcome === "applied" ? [{ id: sent.id, changes: result.changes }] : [],
  );
  if (changed.length === 0) throw new Problem("conflict", { detail: "It changed nothing." });
  return askBatch(ctx, read, { mode, items: takingBack(changed), reverts: id }, dryRun);
}

/** Lists the items of a batch that failed so far, as they were sent. @throws Problem `not_found` */
export async function listFailed(ctx: Ctx, id: string): Promise<{ row: BatchRow; failed: ItemResult[] }> {
  const row = await findRow(ctx, id);
  return { row, failed: (await listBatchItems(ctx.db, row, "failed")).map(resultOf) };
}

async function findRow(ctx: Ctx, id: string): Promise<BatchRow> {
  const row = await findBatch(ctx.db, ctx.scope, id);
  if (row === null) throw new Problem("not_found");
  return row;
}
