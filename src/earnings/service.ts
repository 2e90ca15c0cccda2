// The home of the answers about earnings.

import type { Ctx } from "../db/ctx.ts";
import { bindingOf, readCursor, writeCursor } from "../http/page.ts";
import { isCurrency } from "../kernel/currency.ts";
import { Problem } from "../kernel/problems.ts";
import { isMonth, type Month, monthOf, monthsBetween } from "../kernel/time.ts";
import { findArtistKeys, findDayWeights, listCellRange, listCellSeries, listSources } from "../metrics/index.ts";
import { type Contribution, listContributions } from "../statements/index.ts";
import { findGeneration } from "../team/index.ts";
import { type Bucket, type DayWeights, dayBuckets, monthBuckets, type NamedCell, totalOf } from "./model.ts";
import {
  byPeriodAndKey,
  detailOf,
  type EarningFilter,
  type FigureQuery,
  invalid,
  labelOf,
  normalised,
  type Plan,
  planOf,
  rangeOf,
} from "./question.ts";

/** A question about earnings. */
export interface EarningsQuery extends FigureQuery {
  readonly currency?: string | undefined;
}

/** Its answer. */
export interface EarningsAnswer {
  readonly query: EarningsQuery;
  readonly from: string;
  readonly to: string;
  readonly currency: string;
  readonly generation: number;
  readonly asOf: number;
  readonly buckets: readonly Bucket[];
  readonly totals: { readonly estimated: bigint | null; readonly reported: bigint | null };
  readonly otherCurrencies: readonly string[];
  readonly nextCursor: string | null;
}

/**
 * Answers how much was earned, by period and group.
 *
 * Reads one row of names, one row per source, and at most one row per cell of the answer and one more.
 * @throws Problem `invalid_request`, `currency_unknown`, `range_too_long`, `use_export`, `bad_cursor`
 */
export async function getEarnings(ctx: Ctx, query: EarningsQuery): Promise<EarningsAnswer> {
  const range = rangeOf(query);
  const currency = currencyOf(ctx, query.currency);
  const filter = normalised(query);
  const binding = bindingOf(ctx.scope, "getEarnings", { ...query });
  const [month, key] = readCursor(ctx, binding, query.cursor) ?? [];
  const after = month === undefined ? null : { month: String(month), key: String(key ?? "") };

  const groupBy = query.groupBy ?? null;
  // Which sums answer most questions is known without the artist's names, and then everything is one round trip.
  const early = planOf(groupBy, filter, { platforms: [], sources: [] });
  const isMonthly = query.granularity === "month";
  const page = isMonthly ? { after, limit: query.limit + 1 } : { after: null, limit: MOST_ROWS };
  const months = monthsBetween(monthOf(range.from), monthOf(range.to));
  const needsNames = early.kind === "series" && early.series.length === 0;
  const [moment, names, sources, weights, found] = await Promise.all([
    findGeneration(ctx.db, ctx.scope),
    findArtistKeys(ctx.db, ctx.scope),
    listSources(ctx.db, ctx.scope),
    isMonthly ? NO_WEIGHTS : findDayWeights(ctx.db, ctx.scope, { from: monthOf(range.from), to: monthOf(range.to) }),
    needsNames ? null : cellsOf(ctx, currency, early, months, page),
  ]);
  const sourceIds = sources.map((source) => source.id);
  const cells =
    found ?? (await cellsOf(ctx, currency, planOf(groupBy, filter, { ...names, sources: sourceIds }), months, page));
  const asked = filter.source === undefined ? sources : sources.filter((source) => source.id === filter.source);

  const monthly = monthBuckets(cells, months, groupBy !== null, asked).sort(byPeriodAndKey);
  const all = isMonthly
    ? monthly
    : dayBuckets(monthly, range, query.granularity === "week" ? query.weekStart : null, weights);
  const rest = after === null ? all : all.filter((bucket) => byPeriodAndKey(placeOf(after), bucket) < 0);
  const buckets = rest.slice(0, query.limit);
  const last = buckets.at(-1);
  const goesOn = rest.length > query.limit && last !== undefined;
  return {
    query,
    from: isMonthly ? monthOf(range.from) : range.from,
    to: isMonthly ? monthOf(range.to) : range.to,
    currency,
    generation: moment.generation,
    asOf: moment.generationAt,
    buckets: buckets.map((bucket) => ({ ...bucket, label: labelOf(groupBy, bucket) })),
    totals: {
      estimated: totalOf(buckets.map((bucket) => bucket.estimated)),
      reported: totalOf(buckets.map((bucket) => bucket.reported)),
    },
    otherCurrencies: names.currencies.filter((name) => name !== currency),
    nextCursor: goesOn ? writeCursor(ctx, binding, [last.period, last.key ?? ""]) : null,
  };
}

const NO_WEIGHTS: DayWeights = new Map();

/** Days and weeks are made of whole months, of which 400 days touch fourteen; so many cells are never reached. */
const MOST_ROWS = 100_000;

function placeOf({ month, key }: { month: string; key: string }) {
  return { period: month, key };
}

async function cellsOf(
  ctx: Ctx,
  currency: string,
  plan: Plan,
  months: readonly Month[],
  page: { after: { month: string; key: string } | null; limit: number },
): Promise<NamedCell[]> {
  const [from, to] = [months[0], months.at(-1)];
  if (from === undefined || to === undefined) return [];
  if (plan.kind === "range") {
    const cells = await listCellRange(ctx.db, ctx.scope, { ...plan.place, currency }, { from, to }, page);
    return cells.map((cell) => ({ ...cell, name: cell.key }));
  }
  const asked = plan.series.map(({ place, key }) => ({ place: { ...place, currency }, key }));
  const series = await listCellSeries(ctx.db, ctx.scope, asked, months);
  return series.flatMap((cells, at) => cells.map((cell) => ({ ...cell, name: plan.series[at]?.name ?? null })));
}

function currencyOf(ctx: Ctx, asked: string | undefined): string {
  const currency = asked ?? ctx.artist.currency;
  if (!isCurrency(currency)) {
    throw new Problem("currency_unknown", { detail: `${currency} is no ISO 4217 currency code.` });
  }
  return currency;
}

/** Why a month's figure is what it is. */
export interface Explanation {
  readonly currency: string;
  readonly nanos: bigint;
  readonly filter: EarningFilter;
  readonly period: Month;
  readonly contributions: readonly Contribution[];
}

/**
 * Says which statements a month's figure comes from.
 *
 * @throws Problem `invalid_request`, `currency_unknown`, `use_export`
 */
export async function explainEarnings(
  ctx: Ctx,
  query: EarningFilter & { period: string; currency?: string | undefined },
): Promise<Explanation> {
  const { period } = query;
  if (!isMonth(period)) throw invalid("query.period", "must be a month that exists");
  const currency = currencyOf(ctx, query.currency);
  const filter = normalised(query);
  const detail = detailOf(filter);
  const contributions = await listContributions(ctx, {
    currency,
    cut: detail?.cut ?? "territory",
    month: period,
    platform: filter.platform ?? null,
    key: detail?.key ?? null,
    source: filter.source ?? null,
  });
  const nanos = contributions.reduce((total, part) => total + part.nanos, 0n);
  return { currency, nanos, filter, period, contributions };
}
