// The home of questions about earnings: which kept sums answer one, and how sums become the buckets of an answer.

import { spreadEvenly } from "../kernel/allocate.ts";
import { Problem } from "../kernel/problems.ts";
import { type Day, daysBetween, daysOfMonth, type Month, monthOf, weekStart } from "../kernel/time.ts";
import { type Cell, type CellPlace, coversMonth, type DetailCut, type EarningSource } from "../metrics/index.ts";

/** What earnings can be grouped by. */
export const GROUPS = ["platform", "territory", "recording", "release", "source"] as const;

/** One of {@link GROUPS}. */
export type Group = (typeof GROUPS)[number];

/** What earnings can be narrowed to. */
export interface EarningFilter {
  readonly platform?: string | undefined;
  readonly territory?: string | undefined;
  readonly isrc?: string | undefined;
  readonly upc?: string | undefined;
  readonly source?: string | undefined;
}

/** Which kept sums answer a question: all keys of one place, or one key of each of some places. */
export type Plan =
  | { readonly kind: "range"; readonly place: Place }
  | { readonly kind: "series"; readonly series: readonly Series[] };

type Place = Omit<CellPlace, "currency">;

interface Series {
  readonly place: Place;
  readonly key: string;
  /** What the answer's buckets are named by; null in an answer without groups. */
  readonly name: string | null;
}

/** The one recording, release or territory a filter names, if any. @throws Problem `use_export` for more than one */
export function detailOf(filter: EarningFilter): { cut: DetailCut; key: string } | null {
  const details = [
    { cut: "territory", key: filter.territory },
    { cut: "recording", key: filter.isrc },
    { cut: "release", key: filter.upc },
  ].filter((detail): detail is { cut: DetailCut; key: string } => detail.key !== undefined);
  if (details.length > 1) throw notKept("Only one of territory, isrc and upc can be asked for at a time.");
  return details[0] ?? null;
}

function notKept(detail: string): Problem {
  return new Problem("use_export", { detail });
}

/**
 * Finds the kept sums that answer a question.
 *
 * @param names the stores and sources the artist has figures of; a group over one of them is a series each
 * @throws Problem `use_export` when the combination is not kept
 */
export function planOf(
  groupBy: Group | null,
  filter: EarningFilter,
  names: { platforms: readonly string[]; sources: readonly string[] },
): Plan {
  const { platform = "", source = "" } = filter;
  const detail = detailOf(filter);
  const series = (place: Place, key: string, name: string | null): Plan => ({
    kind: "series",
    series: [{ place, key, name }],
  });
  const at = (cut: CellPlace["cut"], of: { source?: string; platform?: string } = {}): Place => ({
    source: of.source ?? "",
    cut,
    platform: of.platform ?? "",
  });
  if (detail !== null && source !== "" && platform !== "") {
    throw notKept("Source and platform cannot both stand beside territory, isrc or upc.");
  }

  if (groupBy === "platform" && detail !== null) {
    if (source !== "")
      throw notKept("Earnings by platform are not kept by source and by territory, isrc or upc at once.");
    const platforms = platform === "" ? names.platforms : [platform];
    const each = platforms.map((name) => ({ place: at(detail.cut, { platform: name }), key: detail.key, name }));
    return { kind: "series", series: each };
  }
  if (groupBy === "source" && detail !== null) {
    if (platform !== "")
      throw notKept("Earnings by source are not kept by platform and by territory, isrc or upc at once.");
    const sources = source === "" ? names.sources : [source];
    const each = sources.map((name) => ({ place: at(detail.cut, { source: name }), key: detail.key, name }));
    return { kind: "series", series: each };
  }
  if (groupBy === "platform") {
    const place = at("platform", { source });
    return platform === "" ? { kind: "range", place } : series(place, platform, platform);
  }
  if (groupBy === "source") {
    const place = at("source", { platform });
    return source === "" ? { kind: "range", place } : series(place, source, source);
  }
  if (groupBy !== null) {
    if (source !== "" && platform !== "")
      throw notKept(`Earnings by ${groupBy} are not kept by source and platform at once.`);
    const place = at(groupBy, { source, platform });
    if (detail === null) return { kind: "range", place };
    if (detail.cut !== groupBy) throw notKept(`Earnings by ${groupBy} are not kept for one ${detail.cut}.`);
    return series(place, detail.key, detail.key);
  }
  if (detail !== null) return series(at(detail.cut, { source, platform }), detail.key, null);
  if (source !== "") return series(at("source", { platform }), source, null);
  if (platform !== "") return series(at("platform"), platform, null);
  return series(at("total"), "", null);
}

/** How sure a figure is. */
export type FigureStatus = "final" | "provisional" | "not_yet_reported";

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
  const bucket = (month: Month, cell: NamedCell | undefined): Bucket => {
    const { status, sourcesMissing } = monthStatus(sources, month);
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

/**
 * Spreads months over their days and gathers the days asked for into days or weeks.
 *
 * No source reports money by day, so this is an estimate: equal parts, what does not divide to the earlier days. The
 * days of a month sum to the month.
 */
export function dayBuckets(
  monthly: readonly Bucket[],
  range: { from: Day; to: Day },
  week: "mon" | "fri" | null,
): Bucket[] {
  const spread = new Map<Bucket, readonly bigint[]>();
  const byMonth = Map.groupBy(monthly, (bucket) => bucket.period);
  const gathered = new Map<string, { bucket: Bucket; estimated: bigint | null; missing: Set<string> }>();
  for (const day of daysBetween(range.from, range.to)) {
    const period = week === null ? day : weekStart(day, week);
    for (const bucket of byMonth.get(monthOf(day)) ?? []) {
      const slot = JSON.stringify([period, bucket.key]);
      let sum = gathered.get(slot);
      if (sum === undefined) {
        sum = { bucket: { ...bucket, period }, estimated: null, missing: new Set() };
        gathered.set(slot, sum);
      }
      for (const source of bucket.sourcesMissing) sum.missing.add(source);
      if (bucket.reported === null) continue;
      let parts = spread.get(bucket);
      if (parts === undefined) {
        parts = spreadEvenly(bucket.reported, daysOfMonth(monthOf(day)).length);
        spread.set(bucket, parts);
      }
      sum.estimated = (sum.estimated ?? 0n) + (parts[Number(day.slice(8)) - 1] ?? 0n);
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

/** The order of every answer. */
export function byPeriodAndKey(left: Pick<Bucket, "period" | "key">, right: Pick<Bucket, "period" | "key">): number {
  return compare(left.period, right.period) || compare(left.key ?? "", right.key ?? "");
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
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
      left.nanos === right.nanos ? compare(left.name, right.name) : left.nanos > right.nanos ? -1 : 1,
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
  readonly unitsPaid: { readonly streams: number; readonly downloads: number; readonly other: number } | null;
  readonly sources: readonly EarningSource[];
  readonly thisMonth: Month;
}
