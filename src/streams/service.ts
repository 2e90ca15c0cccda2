// The home of the answers about plays.

import type { Ctx } from "../db/ctx.ts";
import {
  byPeriodAndKey,
  type FigureQuery,
  type Group,
  invalid,
  labelOf,
  normalised,
  planOf,
  rangeOf,
} from "../earnings/index.ts";
import { bindingOf, type Page, readCursor, writeCursor } from "../http/page.ts";
import { platformOf } from "../kernel/platform.ts";
import {
  addDays,
  type Day,
  daysBetween,
  firstDay,
  isDay,
  lastDay,
  type Month,
  monthOf,
  monthsBetween,
  weekStart,
} from "../kernel/time.ts";
import {
  coversMonth,
  type Grain,
  listCellRange,
  listPlayRange,
  listPlaySeries,
  listPlaySources,
  listSources,
  type Metric,
  type PlayFigure,
  periodStatus,
  refuseNonAdditive,
} from "../metrics/index.ts";
import { listWindowPlays, type WindowFigure } from "../statements/index.ts";
import { findGeneration } from "../team/index.ts";
import { type PlayBucket, type Reconciled, reconcile } from "./model.ts";

/** A question about plays. */
export interface StreamsQuery extends FigureQuery {
  readonly metric?: Metric | undefined;
}

/** Its answer. */
export interface StreamsAnswer {
  readonly query: StreamsQuery;
  readonly from: string;
  readonly to: string;
  readonly generation: number;
  readonly asOf: number;
  readonly buckets: readonly PlayBucket[];
  readonly nextCursor: string | null;
}

/**
 * Answers how much was played, by period and group.
 *
 * Reads one row per source and at most one per figure of the answer and one more. At week and month granularity the
 * whole weeks and months that the range touches are answered.
 * @throws Problem `invalid_request`, `range_too_long`, `use_export`, `bad_cursor`, `metric_not_additive`
 */
export async function getStreams(ctx: Ctx, query: StreamsQuery): Promise<StreamsAnswer> {
  refuseNonAdditive(query.metric ?? "plays");
  const range = rangeOf(query);
  const filter = normalised(query);
  const groupBy = query.groupBy ?? null;
  const binding = bindingOf(ctx.scope, "getStreams", { ...query });
  const [period, key] = readCursor(ctx, binding, query.cursor) ?? [];
  const after = period === undefined ? null : { period: String(period), key: String(key ?? "") };
  const grain: Grain = query.granularity === "week" ? query.weekStart : query.granularity;
  const periods = periodsOf(grain, range);

  const early = planOf(groupBy, filter, { platforms: [], sources: [] });
  const needsNames = early.kind === "series" && early.series.length === 0;
  const figuresOf = async (plan: typeof early) => {
    const [from, to] = [periods[0] ?? "", periods.at(-1) ?? ""];
    if (plan.kind === "range") {
      const page = { after, limit: query.limit + 1 };
      const rows = await listPlayRange(ctx.db, ctx.scope, plan.place, { grain, from, to }, page);
      return rows.map((row) => ({ ...row, name: row.key as string | null }));
    }
    const asked = plan.series.map(({ place, key: of }) => ({ place, key: of }));
    const series = await listPlaySeries(ctx.db, ctx.scope, asked, grain, periods);
    return series.flatMap((rows, at) => rows.map((row) => ({ ...row, name: plan.series[at]?.name ?? null })));
  };
  const [moment, sources, found] = await Promise.all([
    findGeneration(ctx.db, ctx.scope),
    listPlaySources(ctx.db, ctx.scope),
    needsNames ? null : figuresOf(early),
  ]);
  const names = {
    platforms: [...new Set(sources.flatMap((source) => source.platforms))].sort(),
    sources: sources.map((source) => source.id),
  };
  const figures = found ?? (await figuresOf(planOf(groupBy, filter, names)));
  const asked = filter.source === undefined ? sources : sources.filter((source) => source.id === filter.source);
  const all = bucketsOf(figures, periods, grain, groupBy, asked);
  const rest = after === null ? all : all.filter((bucket) => byPeriodAndKey(after, bucket) < 0);
  const buckets = rest.slice(0, query.limit);
  const last = buckets.at(-1);
  const goesOn = rest.length > query.limit && last !== undefined;
  const isMonthly = grain === "month";
  return {
    query,
    from: isMonthly ? monthOf(range.from) : range.from,
    to: isMonthly ? monthOf(range.to) : range.to,
    generation: moment.generation,
    asOf: moment.generationAt,
    buckets,
    nextCursor: goesOn ? writeCursor(ctx, binding, [last.period, last.key ?? ""]) : null,
  };
}

function periodsOf(grain: Grain, { from, to }: { from: Day; to: Day }): string[] {
  if (grain === "month") return monthsBetween(monthOf(from), monthOf(to));
  if (grain === "day") return daysBetween(from, to);
  const last = weekStart(to, grain);
  const weeks: Day[] = [];
  for (let week = weekStart(from, grain); week <= last; week = addDays(week, 7)) weeks.push(week);
  return weeks;
}

/** The days a period is made of. */
function daysOfPeriod(grain: Grain, period: string): { from: Day; to: Day } {
  if (grain === "month") return { from: firstDay(period as Month), to: lastDay(period as Month) };
  const day = period as Day;
  return { from: day, to: grain === "day" ? day : addDays(day, 6) };
}

function bucketsOf(
  figures: readonly (PlayFigure & { name: string | null })[],
  periods: readonly string[],
  grain: Grain,
  groupBy: Group | null,
  sources: Awaited<ReturnType<typeof listPlaySources>>,
): PlayBucket[] {
  const statuses = new Map<string, ReturnType<typeof periodStatus>>();
  const statusOf = (period: string) => {
    const known = statuses.get(period) ?? periodStatus(sources, daysOfPeriod(grain, period));
    statuses.set(period, known);
    return known;
  };
  const bucket = (period: string, figure: (typeof figures)[number] | undefined): PlayBucket => {
    const { status, sourcesMissing } = statusOf(period);
    // A period of which days are reported and nothing was played is nought; one of which none is, is not known.
    const unknown = figure === undefined && status === "not_yet_reported";
    const { plays, downloads, other } = figure ?? { plays: 0, downloads: 0, other: 0 };
    const label = figure === undefined ? null : labelOf(groupBy, { key: figure.name, label: figure.label });
    const counts = unknown ? { plays: null, downloads: null, other: null } : { plays, downloads, other };
    return { period, key: figure?.name ?? null, label, ...counts, status, sourcesMissing };
  };
  // Figures of one place come in order; those of several stores or sources do not.
  if (groupBy !== null) return inOrder(figures.map((figure) => bucket(figure.period, figure)));
  const byPeriod = new Map(figures.map((figure) => [figure.period, figure]));
  return periods.map((period) => bucket(period, byPeriod.get(period)));
}

function inOrder(buckets: PlayBucket[]): PlayBucket[] {
  const isSorted = buckets.every((bucket, at) => {
    const before = buckets[at - 1];
    return before === undefined || byPeriodAndKey(before, bucket) <= 0;
  });
  return isSorted ? buckets : buckets.sort(byPeriodAndKey);
}

/** A question about plays beside paid units. */
export interface ReconciliationQuery {
  readonly from: string;
  readonly to: string;
  readonly groupBy: "platform" | "recording";
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const MOST_ROWS = 100_000;

/**
 * Holds the plays of daily feeds against the stream units that statements paid, by month.
 *
 * Stores are matched by their id, since a feed and a statement may print one store in two ways.
 * @throws Problem `invalid_request`, `range_too_long`, `bad_cursor`
 */
export async function getReconciliation(ctx: Ctx, query: ReconciliationQuery): Promise<Page<Reconciled>> {
  const { from, to } = rangeOf({ granularity: "month", from: query.from, to: query.to });
  const months = { from: monthOf(from), to: monthOf(to) };
  const place = { source: "", cut: query.groupBy, platform: "" } as const;
  const all = { after: null, limit: MOST_ROWS };
  const [moneySources, playSources, money, plays] = await Promise.all([
    listSources(ctx.db, ctx.scope),
    listPlaySources(ctx.db, ctx.scope),
    listCellRange(ctx.db, ctx.scope, { ...place, currency: ctx.artist.currency }, months, all),
    listPlayRange(ctx.db, ctx.scope, place, { grain: "month", ...months }, all),
  ]);
  const sameAs = (key: string) => (query.groupBy === "platform" ? platformOf(key).id : key);
  const rows = new Map<string, Omit<Reconciled, "rate" | "flags">>();
  for (const { month, key, streams, nanos } of money) {
    const slot = JSON.stringify([month, sameAs(key)]);
    const row = rows.get(slot);
    rows.set(slot, {
      period: month,
      key: row?.key ?? key,
      plays: null,
      unitsPaid: (row?.unitsPaid ?? 0) + streams,
      nanos: (row?.nanos ?? 0n) + nanos,
    });
  }
  for (const figure of plays) {
    const slot = JSON.stringify([figure.period, sameAs(figure.key)]);
    const row = rows.get(slot) ?? { period: figure.period, key: figure.key, plays: null, unitsPaid: null, nanos: null };
    rows.set(slot, { ...row, plays: (row.plays ?? 0) + figure.plays });
  }
  // A store that no feed has ever reported lacks its plays for good; that is nothing to flag month by month.
  const isReported = (key: string) =>
    query.groupBy === "recording" ||
    playSources.some((source) => source.platforms.some((name) => sameAs(name) === sameAs(key)));
  const isKnown = (period: string, key: string) => ({
    money: moneySources.some((source) => coversMonth(source, period as Month)),
    plays: isReported(key) && periodStatus(playSources, daysOfPeriod("month", period)).status !== "not_yet_reported",
  });
  const reconciled = reconcile([...rows.values()], isKnown).sort(byPeriodAndKey);
  const binding = bindingOf(ctx.scope, "getReconciliation", { ...query });
  const [period, key] = readCursor(ctx, binding, query.cursor) ?? [];
  const after = period === undefined ? null : { period: String(period), key: String(key) };
  const rest = after === null ? reconciled : reconciled.filter((row) => byPeriodAndKey(after, row) < 0);
  const data = rest.slice(0, query.limit);
  const last = data.at(-1);
  const goesOn = rest.length > query.limit && last !== undefined;
  return { data, nextCursor: goesOn ? writeCursor(ctx, binding, [last.period, last.key]) : null };
}

/** Lists plays of spans of days. @throws Problem `invalid_request`, `bad_cursor` */
export async function listWindows(
  ctx: Ctx,
  query: { from: string; to: string; limit: number; cursor?: string | undefined },
): Promise<Page<WindowFigure>> {
  const { from, to } = query;
  if (!isDay(from)) throw invalid("query.from", "must be a day that exists");
  if (!isDay(to)) throw invalid("query.to", "must be a day that exists");
  if (from > to) throw invalid("query.to", "must not lie before from");
  return listWindowPlays(ctx, { ...query, from, to });
}
