// The home of questions about earnings: which kept sums answer one, and how sums become the buckets of an answer.

import { spreadTable } from "../kernel/allocate.ts";
import { type Day, daysBetween, daysOfMonth, type Month, monthOf, weekStart } from "../kernel/time.ts";
import { type Cell, coversMonth, type EarningSource, type FigureStatus } from "../metrics/index.ts";
import { byPeriodAndKey, inOrder } from "./question.ts";

/** One figure of an answer. Amounts are nanos; null is "not known". */
export interface Bucket {
  readonly period: string;
  readonly key: string | null;
  readonly label: string | null;
  readonly estimated: bigint | null;
  readonly reported: bigint | null;
  readonly status: FigureStatus;
  readonly sourcesMissing: readonly string[];
}

/**
 * Says how sure a month is: a source that has reported any earlier month and not this one is missing.
 *
 * A month that no statement covers is not yet reported, whatever its sum would be.
 */
export function monthStatus(
  sources: readonly EarningSource[],
  month: Month,
): { status: FigureStatus; sourcesMissing: string[] } {
  const begun = sources.filter((source) => source.periods.some(({ from }) => from <= month));
  const sourcesMissing = begun.filter((source) => !coversMonth(source, month)).map((source) => source.id);
  if (sourcesMissing.length === begun.length) return { status: "not_yet_reported", sourcesMissing };
  return { status: sourcesMissing.length === 0 ? "final" : "provisional", sourcesMissing };
}

/** A cell with the name it goes by in the answer. */
export interface NamedCell extends Pick<Cell, "month" | "nanos" | "label"> {
  readonly name: string | null;
}

/** Makes the buckets of an answer by month; without groups every month has one, with groups only those that exist. */
export function monthBuckets(
  cells: readonly NamedCell[],
  months: readonly Month[],
  isGrouped: boolean,
  sources: readonly EarningSource[],
): Bucket[] {
  const statuses = new Map(months.map((month) => [month, monthStatus(sources, month)]));
  const bucket = (month: Month, cell: NamedCell | undefined): Bucket => {
    const { status, sourcesMissing } = statuses.get(month) ?? monthStatus(sources, month);
    // A month that is covered and has no lines is nought; one that is not covered is not known.
    const reported = cell?.nanos ?? (status === "not_yet_reported" ? null : 0n);
    const sure = reported !== null && status === "not_yet_reported" ? "provisional" : status;
    return {
      period: month,
      key: cell?.name ?? null,
      label: cell?.label ?? null,
      estimated: null,
      reported,
      status: sure,
      sourcesMissing,
    };
  };
  if (isGrouped) return cells.map((cell) => bucket(cell.month, cell));
  const byMonth = new Map(cells.map((cell) => [cell.month, cell]));
  return months.map((month) => bucket(month, byMonth.get(month)));
}

/** How much of a month's use fell on each of its days; a month without an entry is spread evenly. */
export type DayWeights = ReadonlyMap<string, readonly bigint[]>;

/**
 * Spreads months over their days and gathers the days asked for into days or weeks.
 *
 * No source reports money by day, so this is an estimate: a month is spread by the plays of its days where they are all
 * known, else evenly. The days of a month sum to the month, and the groups of a day to the day.
 */
export function dayBuckets(
  monthly: readonly Bucket[],
  range: { from: Day; to: Day },
  week: "mon" | "fri" | null,
  weights: DayWeights,
): Bucket[] {
  const byMonth = Map.groupBy(monthly, (bucket) => bucket.period);
  const spread = new Map(
    [...byMonth].map(([month, buckets]) => [month, spreadMonth(buckets, month as Month, weights)]),
  );
  const gathered = new Map<string, { bucket: Bucket; estimated: bigint | null; missing: Set<string> }>();
  for (const day of daysBetween(range.from, range.to)) {
    const period = week === null ? day : weekStart(day, week);
    for (const { bucket, days } of spread.get(monthOf(day)) ?? []) {
      const slot = JSON.stringify([period, bucket.key]);
      let sum = gathered.get(slot);
      if (sum === undefined) {
        sum = { bucket: { ...bucket, period }, estimated: null, missing: new Set() };
        gathered.set(slot, sum);
      }
      for (const source of bucket.sourcesMissing) sum.missing.add(source);
      const part = days?.[dayOfMonth(day) - 1];
      if (part !== undefined) sum.estimated = (sum.estimated ?? 0n) + part;
    }
  }
  const buckets = [...gathered.values()].map(
    ({ bucket, estimated, missing }): Bucket => ({
      ...bucket,
      estimated,
      reported: null,
      status: estimated === null ? "not_yet_reported" : "provisional",
      sourcesMissing: [...missing].sort(),
    }),
  );
  return buckets.sort(byPeriodAndKey);
}

function spreadMonth(buckets: readonly Bucket[], month: Month, weights: DayWeights) {
  const known = buckets.filter((bucket) => bucket.reported !== null);
  const even = daysOfMonth(month).map(() => 1n);
  const table = spreadTable(
    known.map((bucket) => bucket.reported ?? 0n),
    weights.get(month) ?? even,
  );
  return buckets.map((bucket) => ({ bucket, days: table[known.indexOf(bucket)] ?? null }));
}

function dayOfMonth(day: Day): number {
  return Number(day.slice(8));
}

/** The sum of what is known; null when nothing is. */
export function totalOf(amounts: readonly (bigint | null)[]): bigint | null {
  const known = amounts.filter((amount) => amount !== null);
  return known.length === 0 ? null : known.reduce((total, amount) => total + amount, 0n);
}

/** The largest sums of some cells by name; ties go to the earlier name. */
export function topOf(
  cells: readonly NamedCell[],
  count: number,
): { name: string; label: string | null; nanos: bigint }[] {
  const sums = new Map<string, { name: string; label: string | null; nanos: bigint }>();
  for (const { name, label, nanos } of cells) {
    if (name === null) continue;
    const sum = sums.get(name);
    if (sum === undefined) sums.set(name, { name, label, nanos });
    else sums.set(name, { name, label: label ?? sum.label, nanos: sum.nanos + nanos });
  }
  return [...sums.values()]
    .sort((left, right) =>
      left.nanos === right.nanos ? inOrder(left.name, right.name) : left.nanos > right.nanos ? -1 : 1,
    )
    .slice(0, count);
}

/** What an overview shows. */
export interface Overview {
  readonly generation: number;
  readonly asOf: number;
  readonly currency: string;
  readonly byMonth: readonly Bucket[];
  readonly byWeek: readonly Bucket[];
  readonly byDay: readonly Bucket[];
  readonly last12Months: { readonly from: Month; readonly to: Month; readonly reported: bigint | null };
  readonly topPlatforms: ReturnType<typeof topOf>;
  readonly topTerritories: ReturnType<typeof topOf>;
  readonly topRecordings: ReturnType<typeof topOf>;
  /** Plays of the twelve months as daily feeds report them. */
  readonly plays: { readonly count: number | null; readonly status: FigureStatus };
  readonly unitsPaid: { readonly streams: number; readonly downloads: number; readonly other: number } | null;
  readonly sources: readonly EarningSource[];
  readonly thisMonth: Month;
}
