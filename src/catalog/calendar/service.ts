// The home of looking at the calendar, and of the verbs on milestones.

import { ConstraintError, type Write } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import { refuseStale, type SeenVersion } from "../../http/version.ts";
import { Problem } from "../../kernel/problems.ts";
import { addDays, countDays, type Day, dayInZone } from "../../kernel/time.ts";
import { findSecrets, hiddenFrom, type Looker, requireShown } from "../embargo/secrets.ts";
import { getItem } from "../items/service.ts";
import { linesOf } from "../plans/model.ts";
import { findPlan } from "../plans/repository.ts";
import { milestoneOf, planned } from "./dates.ts";
import { type Conflict, conflicts, STANDARD_MILESTONES, STANDARD_PLAN } from "./model.ts";
import {
  addMilestoneStatements,
  changeMilestoneStatements,
  type DatedRow,
  type DueRow,
  findDate,
  findMilestone,
  listDated,
  listDue,
  listMilestones,
  type MilestoneRow,
  removeMilestoneStatements,
} from "./repository.ts";

/** The longest span of a calendar, in days. */
const MOST_DAYS = 400;
/** How many releases and how many milestones one answer may have. */
const MOST_ENTRIES = 1000;

/** A span of the calendar. */
export interface CalendarPage {
  readonly releases: readonly DatedRow[];
  readonly milestones: readonly DueRow[];
  readonly conflicts: readonly Conflict[];
}

/** Release states in which nothing has gone to the stores. */
const UNDELIVERED: readonly string[] = ["draft", "in_review", "rejected", "scheduled"];

/**
 * Says what comes out and what is due in a span of days, as far as the caller may know of it.
 *
 * One round trip, and another when something secret is shown, which is written down.
 * @throws Problem `range_too_long`, `invalid_request`
 */
export async function readCalendar(ctx: Looker & Pick<Ctx, "artist">, from: Day, to: Day): Promise<CalendarPage> {
  const days = countDays(from, to);
  if (days === 0) throw new Problem("invalid_request", { detail: "query.to lies before query.from." });
  if (days > MOST_DAYS) throw new Problem("range_too_long", { detail: `A calendar has ${MOST_DAYS} days at most.` });
  const span = { from, to, hidden: hiddenFrom(ctx) };
  const [releases, milestones, secrets] = await Promise.all([
    listDated(ctx.db, ctx.scope, span, MOST_ENTRIES),
    listDue(ctx.db, ctx.scope, span, MOST_ENTRIES),
    findSecrets(ctx),
  ]);
  if (releases.length > MOST_ENTRIES || milestones.length > MOST_ENTRIES) {
    throw new Problem("range_too_long", { detail: "There is more than an answer can hold: ask for fewer days." });
  }
  await secrets.note("calendar", [...new Set([...releases, ...milestones].map(({ releaseId }) => releaseId))]);
  const today = dayInZone(ctx.now, ctx.artist.timeZone);
  const dated = releases.map(({ releaseId, onDay, status }) => ({
    id: releaseId,
    date: onDay as Day,
    isUndelivered: UNDELIVERED.includes(status),
  }));
  const due = milestones.map((row) => ({ ...milestoneOf(row), releaseId: row.releaseId }));
  return { releases, milestones, conflicts: conflicts(dated, due, today) };
}

/** What a subscribed calendar shows: three months back and a year on. @param now the day it is asked on */
export function feedSpan(today: Day): { from: Day; to: Day } {
  return { from: addDays(today, -30), to: addDays(today, MOST_DAYS - 31) };
}

/** Lists the milestones of a release, by day. @throws Problem `not_found` */
export async function listReleaseMilestones(ctx: Ctx, releaseId: string): Promise<MilestoneRow[]> {
  await getItem(ctx, "release", releaseId);
  return listMilestones(ctx.db, ctx.scope, releaseId);
}

/** What is to be planned for a release: all of a template, or one thing on a day of its own. */
export type Planning = { readonly template: string } | { readonly name: string; readonly date: Day };

/**
 * Plans a release: with a template in place of what was planned by one and is not done, or one milestone more.
 *
 * @returns all milestones of the release
 * @throws Problem `not_found`, `conflict` when a release without a date is planned by a template
 */
export async function planRelease(ctx: Ctx, releaseId: string, planning: Planning): Promise<MilestoneRow[]> {
  await getItem(ctx, "release", releaseId);
  const before = await listMilestones(ctx.db, ctx.scope, releaseId);
  if ("name" in planning) {
    const { name, date } = planning;
    const row = { ...newRow(ctx, releaseId), name, onDay: date };
    return keep(ctx, releaseId, before, [...before, row], addMilestoneStatements(ctx.db, [row]));
  }
  const [date, lines] = await Promise.all([findDate(ctx.db, ctx.scope, releaseId), linesFor(ctx, planning.template)]);
  if (date === null) throw new Problem("conflict", { detail: "The release has no date to plan from." });
  const replaced = before.filter(({ offsetDays, isDone }) => offsetDays !== null && isDone === 0);
  const fresh = planned(ctx, releaseId, lines, date.onDay as Day);
  const after = [...before.filter((row) => !replaced.includes(row)), ...fresh];
  const writes = [
    ...removeMilestoneStatements(
      ctx.db,
      ctx.scope,
      replaced.map(({ id }) => id),
    ),
    ...addMilestoneStatements(ctx.db, fresh),
  ];
  return keep(ctx, releaseId, before, after, writes);
}

function newRow(ctx: Ctx, releaseId: string) {
  const fresh = { offsetDays: null, isDone: 0, version: 1, updatedAt: ctx.now };
  return { artistId: ctx.scope.artistId, id: ctx.newId("milestone"), releaseId, ...fresh };
}

async function linesFor(ctx: Ctx, template: string) {
  if (template === STANDARD_PLAN) return STANDARD_MILESTONES;
  const row = await findPlan(ctx.db, ctx.scope, template);
  if (row === null) throw new Problem("not_found");
  return linesOf(row);
}

async function keep(
  ctx: Ctx,
  releaseId: string,
  before: readonly MilestoneRow[],
  after: readonly MilestoneRow[],
  writes: readonly Write[],
): Promise<MilestoneRow[]> {
  const ordered = after.toSorted((one, other) => (`${one.onDay} ${one.id}` < `${other.onDay} ${other.id}` ? -1 : 1));
  const facts = (rows: readonly MilestoneRow[]) => rows.map(({ id, name, onDay }) => ({ id, name, date: onDay }));
  const change = { writes, target: releaseId, before: facts(before), after: facts(ordered), result: ordered };
  await commit(ctx, "release.plan", change);
  return ordered;
}

/** What a request says of a milestone. */
export interface MilestonePatch {
  readonly name?: string | undefined;
  /** A day of its own, on which it stays. */
  readonly date?: Day | undefined;
  readonly isDone?: boolean | undefined;
}

async function getMilestone(ctx: Ctx, id: string): Promise<MilestoneRow> {
  const [row, secrets] = await Promise.all([findMilestone(ctx.db, ctx.scope, id), findSecrets(ctx)]);
  if (row === null) throw new Problem("not_found");
  requireShown(secrets, row.releaseId);
  return row;
}

/** Changes a milestone. @throws Problem `not_found`, `stale` */
export async function updateMilestone(
  ctx: Ctx,
  id: string,
  seen: SeenVersion,
  { name, date, isDone }: MilestonePatch,
): Promise<MilestoneRow> {
  const before = await getMilestone(ctx, id);
  refuseStale(seen, before.version);
  const row: MilestoneRow = {
    ...before,
    name: name ?? before.name,
    ...(date === undefined ? {} : { onDay: date, offsetDays: null }),
    isDone: isDone === undefined ? before.isDone : Number(isDone),
    version: before.version + 1,
    updatedAt: ctx.now,
  };
  const facts = ({ name: named, onDay, isDone: done }: MilestoneRow) => ({
    name: named,
    date: onDay,
    isDone: done === 1,
  });
  const writes = changeMilestoneStatements(ctx.db, row);
  const change = { writes, target: id, before: facts(before), after: facts(row), result: row };
  await commit(ctx, "milestone.change", change).catch(staleOr);
  return row;
}

/** Removes a milestone. @throws Problem `not_found`, `stale` */
export async function deleteMilestone(ctx: Ctx, id: string, seen: SeenVersion): Promise<void> {
  const before = await getMilestone(ctx, id);
  refuseStale(seen, before.version);
  const writes = removeMilestoneStatements(ctx.db, ctx.scope, [id]);
  await commit(ctx, "milestone.delete", { writes, target: id, before: { name: before.name, date: before.onDay } });
}

function staleOr(error: unknown): never {
  if (error instanceof ConstraintError)
    throw new Problem("stale", { detail: "It was changed meanwhile.", cause: error });
  throw error;
}
