// The home of the verbs on deliveries: ask one more store, and follow how far each is.

import { ConstraintError } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import { Problem } from "../../kernel/problems.ts";
import { getItem } from "../items/service.ts";
import { findVersion } from "../versions/repository.ts";
import { DELIVERY_MOVES, type DeliveryStatus, isDeliveryStatus, storesAtWork, storesHaving } from "./model.ts";
import {
  addDeliveryStatements,
  type DeliveryRow,
  findDelivery,
  listDeliveriesOf,
  moveDeliveryStatements,
} from "./repository.ts";

/** Lists what stores were asked to do with a release, oldest first. @throws Problem `not_found` */
export async function listDeliveries(ctx: Ctx, releaseId: string): Promise<DeliveryRow[]> {
  await getItem(ctx, "release", releaseId);
  return listDeliveriesOf(ctx.db, ctx.scope, releaseId);
}

/** Where something was sent, and more may be asked to take it. */
const SENT: readonly (string | null)[] = ["delivering", "live", "update_pending"];

/**
 * Asks one more store to take what was sent last, or that again.
 *
 * @throws Problem `not_found`, `conflict` where nothing was sent, or while the store still works
 */
export async function addDelivery(ctx: Ctx, releaseId: string, store: string): Promise<DeliveryRow> {
  const release = await getItem(ctx, "release", releaseId);
  const [version, deliveries] = await Promise.all([
    findVersion(ctx.db, ctx.scope, releaseId, null),
    listDeliveriesOf(ctx.db, ctx.scope, releaseId),
  ]);
  if (version === null || !SENT.includes(release.status)) {
    throw new Problem("conflict", { detail: `The release is ${release.status}: there is nothing to deliver.` });
  }
  if (storesAtWork(deliveries).includes(store)) {
    throw new Problem("conflict", { detail: `${store} has not answered what it was asked before.` });
  }
  const row: DeliveryRow = {
    artistId: ctx.scope.artistId,
    id: ctx.newId("delivery"),
    releaseId,
    number: version.number,
    store,
    action: storesHaving(deliveries).has(store) ? "update" : "insert",
    status: "pending",
    reason: null,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  };
  const after = { releaseId, store, action: row.action, version: version.number };
  await commit(ctx, "delivery.add", {
    writes: addDeliveryStatements(ctx.db, [row]),
    target: row.id,
    after,
    result: row,
  });
  return row;
}

/**
 * Moves a delivery to its next state.
 *
 * @throws Problem `not_found`, `transition_refused` naming what is legal, `stale` when it was moved meanwhile
 */
export async function moveDelivery(
  ctx: Ctx,
  releaseId: string,
  id: string,
  { to, reason }: { to: DeliveryStatus; reason: string | null },
): Promise<DeliveryRow> {
  await getItem(ctx, "release", releaseId);
  const before = await findDelivery(ctx.db, ctx.scope, id);
  if (before?.releaseId !== releaseId || !isDeliveryStatus(before.status)) throw new Problem("not_found");
  const legal = DELIVERY_MOVES[before.status];
  if (!legal.includes(to)) {
    const message =
      legal.length === 0 ? `${before.status} is the end` : `from ${before.status} it may go to ${legal.join(" or ")}`;
    throw new Problem("transition_refused", {
      detail: `${message}.`,
      errors: [{ path: "body.to", code: "transition_refused", message }],
    });
  }
  const row = { ...before, status: to, reason, updatedAt: ctx.now };
  const facts = ({ status, reason: why }: DeliveryRow) => ({ status, reason: why });
  const writes = moveDeliveryStatements(ctx.db, before, row);
  try {
    await commit(ctx, "delivery.move", { writes, target: id, before: facts(before), after: facts(row), result: row });
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    throw new Problem("stale", { detail: "It was moved meanwhile.", cause: error });
  }
  return row;
}
