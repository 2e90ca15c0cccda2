// The home of what a release's date brings along: its place in the calendar, its milestones, the end of its embargo.
// A file of its own beside `service.ts`: whatever changes a release writes it in the same batch.

import type { Write } from "../../db/client.ts";
import type { Ctx } from "../../db/ctx.ts";
import { territoriesOf } from "../deals/model.ts";
import { liftsAt } from "../embargo/model.ts";
import { followStatements, forgetEmbargoStatements } from "../embargo/repository.ts";
import { findDefaultPlan } from "../plans/repository.ts";
import type { ReleaseDocument } from "../releases/model.ts";
import { releaseInstants } from "./instants.ts";
import { type Move, movesTo, type PlannedMilestone, plan, STANDARD_MILESTONES } from "./model.ts";
import {
  addMilestoneStatements,
  dateStatements,
  forgetReleaseStatements,
  listMilestones,
  type MilestoneRow,
  moveStatements,
} from "./repository.ts";

/** What is written beside a change of a release, and which milestones move by it. */
export interface Along {
  readonly writes: readonly Write[];
  readonly moves: readonly Move[];
}

const NOTHING: Along = { writes: [], moves: [] };

/**
 * Says what a change of a release brings along. One round trip, and none when neither date nor territories change.
 *
 * @param before null for a new release
 */
export async function alongRelease(
  ctx: Ctx,
  id: string,
  before: ReleaseDocument | null,
  after: ReleaseDocument,
): Promise<Along> {
  if (before === null && after.releaseAt === null) return NOTHING;
  if (before !== null && timing(before) === timing(after)) return NOTHING;
  const { db, scope, now } = ctx;
  if (after.releaseAt === null) {
    const writes = [
      ...dateStatements(db, scope, id, null),
      ...followStatements(db, scope, id, liftsAt({ kind: "release" }, null), now),
    ];
    return { writes, moves: [] };
  }
  const { firstAt, lastAt } = releaseInstants(after.releaseAt, territoriesOf(after.deals));
  const onDay = after.releaseAt.date;
  const [milestones, own] = await Promise.all([listMilestones(db, scope, id), findDefaultPlan(db, scope)]);
  const isPlanned = milestones.some(({ offsetDays }) => offsetDays !== null);
  const fresh = isPlanned ? [] : planned(ctx, id, own ?? STANDARD_MILESTONES, onDay);
  const moves = movesTo(milestones.map(milestoneOf), onDay);
  const date = { artistId: scope.artistId, releaseId: id, onDay, firstAt, lastAt };
  return {
    moves,
    writes: [
      ...dateStatements(db, scope, id, date),
      ...addMilestoneStatements(db, fresh),
      ...moveStatements(db, scope, moves, now),
      ...followStatements(db, scope, id, firstAt, now),
    ],
  };
}

/** Says what goes with a release that is removed; who saw it while it was secret stays known. */
export function goneWithRelease({ db, scope }: Ctx, id: string): Write[] {
  return [...forgetReleaseStatements(db, scope, id), ...forgetEmbargoStatements(db, scope, id)];
}

function timing({ releaseAt, deals }: ReleaseDocument): string {
  return JSON.stringify([releaseAt, territoriesOf(deals)]);
}

/** The rows of a plan for a release on a day. */
export function planned(
  ctx: Ctx,
  releaseId: string,
  lines: readonly PlannedMilestone[],
  onDay: NonNullable<ReleaseDocument["releaseAt"]>["date"],
): MilestoneRow[] {
  return plan(lines, onDay).map(({ name, offsetDays, date }) => ({
    artistId: ctx.scope.artistId,
    id: ctx.newId("milestone"),
    releaseId,
    name,
    onDay: date,
    offsetDays,
    isDone: 0,
    version: 1,
    updatedAt: ctx.now,
  }));
}

/** A milestone as decisions are made on it. */
export function milestoneOf({ id, name, onDay, offsetDays, isDone }: MilestoneRow) {
  return { id, name, date: onDay as `${number}-${number}-${number}`, offsetDays, isDone: isDone === 1 };
}
