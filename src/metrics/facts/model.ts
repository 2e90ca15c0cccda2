// The home of daily facts: what a source reported of a day, which metrics can be added up, and which days are known.

import { Problem } from "../../kernel/problems.ts";
import { addDays, countDays, type Day } from "../../kernel/time.ts";
import type { DetailCut } from "../rollups/model.ts";

/**
 * The metrics that sources report. Only additive ones may be summed over days, stores or recordings: a listener of two
 * days is one listener.
 *
 * @see Spotify for Artists, "How we count streams" and "Listeners and followers data": listeners are a rolling 28 days;
 *   checked 2026-11
 */
export const METRICS = {
  plays: { unit: "plays", isAdditive: true },
  downloads: { unit: "downloads", isAdditive: true },
  other: { unit: "uses", isAdditive: true },
  listeners: { unit: "people", isAdditive: false },
  monthly_listeners: { unit: "people over 28 days", isAdditive: false },
  followers: { unit: "people", isAdditive: false },
  saves: { unit: "saves to date", isAdditive: false },
} as const;

/** One of {@link METRICS}. */
export type Metric = keyof typeof METRICS;

/** Refuses to sum what cannot be summed. @throws Problem `metric_not_additive` */
export function refuseNonAdditive(metric: Metric): void {
  if (METRICS[metric].isAdditive) return;
  throw new Problem("metric_not_additive", {
    detail: `${metric} (${METRICS[metric].unit}) cannot be added up over days, stores or recordings.`,
  });
}

/** How sure a figure is. */
export type FigureStatus = "final" | "provisional" | "not_yet_reported";

/** What one source reported of one store and key on one day. */
export interface PlayCell {
  readonly platform: string;
  readonly key: string;
  readonly label: string | null;
  readonly plays: number;
  readonly downloads: number;
  readonly other: number;
}

/** A whole day as a source reports it. Replacing it with the same or an older revision changes nothing. */
export interface ReportedDay {
  readonly day: Day;
  /** The source's own order of its reports: a later one is the truth. */
  readonly revision: number;
  /** Every play has a store and a territory; `recording` and `release` may know of fewer. */
  readonly cells: Readonly<Record<DetailCut, readonly PlayCell[]>>;
}

/** A run of days, both ends included. */
export type Run = readonly [from: Day, to: Day];

/** A source of plays: how late it usually is, and which days it has reported. */
export interface PlaySource {
  readonly id: string;
  readonly lagDays: number;
  readonly runs: readonly Run[];
  readonly platforms: readonly string[];
  readonly version: number;
}

/** Adds days to runs; runs stay in order and apart. */
export function withDays(runs: readonly Run[], days: readonly Day[]): Run[] {
  const all = [...runs, ...days.map((day): Run => [day, day])].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const joined: [Day, Day][] = [];
  for (const [from, to] of all) {
    const last = joined.at(-1);
    if (last !== undefined && from <= addDays(last[1], 1)) {
      if (to > last[1]) last[1] = to;
    } else {
      joined.push([from, to]);
    }
  }
  return joined;
}

/** Takes days out of runs. */
export function withoutDays(runs: readonly Run[], days: readonly Day[]): Run[] {
  let left: Run[] = [...runs];
  for (const day of days) {
    left = left.flatMap(([from, to]): Run[] => {
      if (day < from || day > to) return [[from, to]];
      const before: Run[] = from < day ? [[from, addDays(day, -1)]] : [];
      const after: Run[] = day < to ? [[addDays(day, 1), to]] : [];
      return [...before, ...after];
    });
  }
  return left;
}

/** Counts how many days of a range are in some run. */
export function countCovered(runs: readonly Run[], from: Day, to: Day): number {
  let days = 0;
  for (const [begin, end] of runs) {
    const first = begin > from ? begin : from;
    const last = end < to ? end : to;
    if (first <= last) days += countDays(first, last);
  }
  return days;
}

/**
 * Says how sure a period is: a source that has begun and has not reported all of its days is missing.
 *
 * A period none of whose days is reported is not yet reported, whatever its sum would be.
 */
export function periodStatus(
  sources: readonly PlaySource[],
  days: { from: Day; to: Day },
): { status: FigureStatus; sourcesMissing: string[] } {
  const begun = sources.filter(({ runs }) => runs[0] !== undefined && runs[0][0] <= days.to);
  const asked = countDays(days.from, days.to);
  const covered = begun.map(({ id, runs }) => ({ id, days: countCovered(runs, days.from, days.to) }));
  const sourcesMissing = covered.filter((source) => source.days < asked).map((source) => source.id);
  if (covered.every((source) => source.days === 0)) return { status: "not_yet_reported", sourcesMissing };
  return { status: sourcesMissing.length === 0 ? "final" : "provisional", sourcesMissing };
}
