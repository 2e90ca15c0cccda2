// The home of the one verb on daily facts: replacing whole days.

import { ConstraintError, type Write } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import { Problem } from "../../kernel/problems.ts";
import { type Day, daysBetween, monthOf } from "../../kernel/time.ts";
import { causeStatements, nextGenerationStatements } from "../../team/index.ts";
import { type PlaySource, type ReportedDay, withDays, withoutDays } from "./model.ts";
import {
  findRevisions,
  forgetSourceStatements,
  listPacks,
  listPlaySources,
  packText,
  playMonthStatements,
  playSourceStatements,
  replaceDayStatements,
} from "./repository.ts";

/** What a source reports. */
export interface PlayReport {
  readonly source: string;
  /** How many days after a day this source usually reports it. */
  readonly lagDays: number;
  readonly days: readonly ReportedDay[];
}

const MOST_DAYS = 62;
const TRIES = 25;

/**
 * Takes a source's report of whole days. A day is replaced whole, and only by a later revision, so reports may come in
 * any order and as often as they like.
 *
 * @returns how many days were replaced
 * @throws Problem `range_too_long` above 62 days, `conflict` when other reports of the source keep coming in between
 */
export async function replaceDays(ctx: Ctx, report: PlayReport): Promise<number> {
  if (report.days.length > MOST_DAYS) {
    throw new Problem("range_too_long", { detail: `At most ${MOST_DAYS} days in one report.` });
  }
  for (let attempt = 0; attempt < TRIES; attempt++) {
    try {
      return await replaceOnce(ctx, report);
    } catch (error) {
      if (!(error instanceof ConstraintError && error.kind === "guard")) throw error;
    }
  }
  throw new Problem("conflict", { detail: "Other reports of this source keep coming in; send it again." });
}

/** Takes a report through the API, in development. @throws Problem `not_found` anywhere else, and as above */
export async function takeDevelopmentReport(ctx: Ctx, report: PlayReport): Promise<number> {
  if (ctx.settings.environment !== "development") throw new Problem("not_found");
  return replaceDays(ctx, report);
}

async function replaceOnce(ctx: Ctx, { source, lagDays, days }: PlayReport): Promise<number> {
  const [sources, revisions] = await Promise.all([
    listPlaySources(ctx.db, ctx.scope),
    findRevisions(
      ctx.db,
      ctx.scope,
      source,
      days.map(({ day }) => day),
    ),
  ]);
  const newest = new Map(days.map((day) => [day.day, day]));
  for (const day of days) if (day.revision > (newest.get(day.day)?.revision ?? 0)) newest.set(day.day, day);
  const news = [...newest.values()].filter(
    (day) => day.revision > (revisions.get(day.day) ?? Number.NEGATIVE_INFINITY),
  );
  if (news.length === 0) return 0;
  await commit(ctx, "plays.replace", {
    writes: dayWrites(ctx, { source, lagDays, days: news, gone: [] }, sources),
    target: source,
    after: { days: news.map(({ day, revision }) => ({ day, revision })) },
    jobs: [{ kind: "kpi.refresh", body: { artistId: ctx.scope.artistId } }],
    result: news.length,
  });
  return news.length;
}

/** What becomes known of some days of a source. */
export interface DayChange extends PlayReport {
  /** Days that are no longer reported. */
  readonly gone: readonly Day[];
}

/**
 * Prepares the replacement of days by what other files or feeds now say of them, for a batch of the caller's own. A day
 * gets the next revision. Nothing is prepared where no day changes.
 *
 * The batch fails if another report of the source comes in between; the caller then tries again.
 */
export async function restateDays(
  ctx: Ctx,
  change: Omit<DayChange, "days"> & { days: readonly Omit<ReportedDay, "revision">[] },
): Promise<Write[]> {
  const { source, days, gone } = change;
  if (days.length === 0 && gone.length === 0) return [];
  const [sources, revisions] = await Promise.all([
    listPlaySources(ctx.db, ctx.scope),
    findRevisions(
      ctx.db,
      ctx.scope,
      source,
      days.map(({ day }) => day),
    ),
  ]);
  const next = days.map((day): ReportedDay => ({ ...day, revision: (revisions.get(day.day) ?? 0) + 1 }));
  return dayWrites(ctx, { ...change, days: next }, sources);
}

/**
 * Prepares to forget the oldest days of a source that nothing reports to any more, as many as one batch takes, and at last
 * the source itself.
 *
 * @returns null when nothing of it is left
 */
export async function forgetDays(ctx: Ctx, source: string): Promise<{ writes: Write[]; days: number } | null> {
  const known = (await listPlaySources(ctx.db, ctx.scope)).find(({ id }) => id === source);
  if (known === undefined) return null;
  const days = known.runs.flatMap(([from, to]) => daysBetween(from, to)).slice(0, MOST_DAYS);
  if (days.length === 0) return { writes: forgetSourceStatements(ctx.db, ctx.scope, source), days: 0 };
  return {
    writes: await restateDays(ctx, { source, lagDays: known.lagDays, days: [], gone: days }),
    days: days.length,
  };
}

/** Tells which of some days say anything else than what is kept of them; a day that is not kept is news. */
export async function changedDays<T extends Omit<ReportedDay, "revision">>(
  ctx: Ctx,
  source: string,
  days: readonly T[],
): Promise<T[]> {
  if (days.length === 0) return [];
  const kept = await listPacks(
    ctx.db,
    ctx.scope,
    source,
    days.map(({ day }) => day),
  );
  return days.filter(({ day, cells }) => kept.get(day) !== packText(cells));
}

function dayWrites(ctx: Ctx, change: DayChange, sources: readonly PlaySource[]): Write[] {
  const { source, lagDays, days, gone } = change;
  const known = sources.find(({ id }) => id === source);
  const platforms = new Set([...(known?.platforms ?? []), ...days.flatMap(platformsOf)]);
  const names = days.map(({ day }) => day);
  const next: PlaySource = {
    id: source,
    lagDays,
    runs: withoutDays(withDays(known?.runs ?? [], names), gone),
    platforms: [...platforms].sort(),
    version: (known?.version ?? 0) + 1,
  };
  const months = [...new Set([...names, ...gone].map(monthOf))];
  const cells = days.reduce((count, day) => count + day.cells.territory.length, 0);
  return [
    ...playSourceStatements(ctx.db, ctx.scope, next),
    ...replaceDayStatements(ctx.db, ctx.scope, source, days, gone),
    ...playMonthStatements(ctx.db, ctx.scope, months),
    ...nextGenerationStatements(ctx.db, ctx.scope, ctx.now),
    ...causeStatements(ctx.db, ctx.scope, {
      kind: "restated",
      statementId: null,
      replacedId: null,
      lines: cells,
      at: ctx.now,
    }),
  ];
}

function platformsOf({ cells }: ReportedDay): string[] {
  return [...new Set([...cells.territory, ...cells.recording].map((cell) => cell.platform))];
}
