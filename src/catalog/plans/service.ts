// The home of the verbs on milestone templates.

import { ConstraintError } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import { refuseStale, type SeenVersion } from "../../http/version.ts";
import { Problem } from "../../kernel/problems.ts";
import type { PlannedMilestone } from "../calendar/model.ts";
import { linesOf } from "./model.ts";
import {
  addPlanStatements,
  changePlanStatements,
  findPlan,
  listPlans as listRows,
  type PlanRow,
  removePlanStatements,
} from "./repository.ts";

/** How many templates an artist may have. */
const MOST_PLANS = 100;

/** What a request says of a template. */
export interface SaidPlan {
  readonly name: string;
  readonly milestones: readonly PlannedMilestone[];
  readonly isDefault: boolean;
}

/** Lists the templates an artist made, oldest first. */
export function listPlans(ctx: Ctx): Promise<PlanRow[]> {
  return listRows(ctx.db, ctx.scope, MOST_PLANS);
}

/** Finds a template. @throws Problem `not_found` */
export async function getPlan(ctx: Ctx, id: string): Promise<PlanRow> {
  const row = await findPlan(ctx.db, ctx.scope, id);
  if (row === null) throw new Problem("not_found");
  return row;
}

/** Keeps a new template. @throws Problem `conflict` when there are too many */
export async function createPlan(ctx: Ctx, said: SaidPlan): Promise<PlanRow> {
  if ((await listPlans(ctx)).length >= MOST_PLANS) {
    throw new Problem("conflict", { detail: `There are ${MOST_PLANS} templates already.` });
  }
  const times = { createdAt: ctx.now, updatedAt: ctx.now };
  const row = { artistId: ctx.scope.artistId, id: ctx.newId("plan"), ...kept(said), version: 1, ...times };
  const change = { writes: addPlanStatements(ctx.db, row), target: row.id, after: said, result: row };
  await commit(ctx, "template.create", change).catch(staleOr);
  return row;
}

/** Puts another template in the place of one; releases that were planned by it stay as they are. @throws Problem `not_found`, `stale` */
export async function replacePlan(ctx: Ctx, id: string, seen: SeenVersion, said: SaidPlan): Promise<PlanRow> {
  const before = await getPlan(ctx, id);
  refuseStale(seen, before.version);
  const row = { ...before, ...kept(said), version: before.version + 1, updatedAt: ctx.now };
  const change = { writes: changePlanStatements(ctx.db, row), target: id, before: saidIn(before), after: said };
  await commit(ctx, "template.change", change).catch(staleOr);
  return row;
}

/** Removes a template. @throws Problem `not_found`, `stale` */
export async function deletePlan(ctx: Ctx, id: string, seen: SeenVersion): Promise<void> {
  const before = await getPlan(ctx, id);
  refuseStale(seen, before.version);
  const change = { writes: removePlanStatements(ctx.db, before), target: id, before: saidIn(before) };
  await commit(ctx, "template.delete", change).catch(staleOr);
}

function kept({ name, milestones, isDefault }: SaidPlan) {
  return { name, milestones: JSON.stringify(milestones), isDefault: isDefault ? 1 : 0 };
}

function saidIn(row: PlanRow): SaidPlan {
  return { name: row.name, milestones: linesOf(row), isDefault: row.isDefault === 1 };
}

function staleOr(error: unknown): never {
  if (error instanceof ConstraintError)
    throw new Problem("stale", { detail: "It was changed meanwhile.", cause: error });
  throw error;
}
