// The home of telling which measures are news.

import type { Ctx } from "../../db/ctx.ts";
import type { MeasuredDay } from "./model.ts";
import { listMeasures } from "./repository.ts";

/** Tells which of some days say anything else than what is kept of them; a day that is not kept is news. */
export async function changedMeasures(
  ctx: Ctx,
  place: { source: string; stream: string },
  days: readonly MeasuredDay[],
): Promise<MeasuredDay[]> {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const kept = await listMeasures(ctx.db, ctx.scope, place, { from: first.day, to: last.day });
  const known = new Map(kept.map(({ day, measures }) => [day, JSON.stringify(measures)]));
  return days.filter(({ day, measures }) => known.get(day) !== JSON.stringify(measures));
}
