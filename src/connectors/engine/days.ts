// The home of what facts become: whole days for the rollups, increments of running totals, days of measures.

import { addDays, type Day, type Instant } from "../../kernel/time.ts";
import type { MeasuredDay, PlayCell, ReportedDay } from "../../metrics/index.ts";
import type { MeasureFact, PlayFact, TotalFact } from "../provider.ts";

/** A day as its source reports it, before it has a revision. */
export type NewDay = Omit<ReportedDay, "revision">;

/** Territory of plays that a source does not place. */
const UNKNOWN = "ZZ";

/** Makes days of plays, in an order of their own, so that the same plays are always the same days. */
export function daysOf(platform: string, days: Iterable<Day>, plays: readonly PlayFact[]): NewDay[] {
  const cellsOf = (day: Day, cut: PlayFact["cut"]): PlayCell[] =>
    plays
      .filter((fact) => fact.day === day && fact.cut === cut && (fact.plays !== 0 || fact.downloads !== 0))
      .map(({ key, label, plays: count, downloads }) => ({ platform, key, label, plays: count, downloads, other: 0 }))
      .sort((one, other) => (one.key < other.key ? -1 : 1));
  return [...days].sort().map((day) => ({
    day,
    cells: {
      territory: cellsOf(day, "territory"),
      recording: cellsOf(day, "recording"),
      release: cellsOf(day, "release"),
    },
  }));
}

/** What is remembered of running totals: by id, plays and downloads. What is gone is kept: it may come back. */
export type Totals = Readonly<Record<string, readonly [plays: number, downloads: number]>>;

/** Something a reader of the series must know. */
export interface Note {
  readonly day: Day;
  readonly kind: "total_fell" | "days_in_one";
  readonly key: string;
  readonly note: Readonly<Record<string, string | number>>;
}

/** What running totals say of a day, held against those of the reading before. */
export interface Increments {
  readonly plays: readonly PlayFact[];
  readonly notes: readonly Note[];
  readonly totals: Totals;
}

/**
 * Makes increments of running totals. They are counted for the day before the reading.
 *
 * A total that fell is a correction by the source: it counts as less than nothing and is noted. A thing met for the first
 * time counts whole if it is younger than the reading before, and else from now on. What is no longer listed was taken
 * down: its plays happened.
 * @param before null at the first reading, from which nothing can be told
 */
export function incrementsOf(
  day: Day,
  totals: readonly TotalFact[],
  before: { totals: Totals; readAt: Instant } | null,
): Increments {
  const kept: Record<string, readonly [number, number]> = { ...before?.totals };
  const plays: PlayFact[] = [];
  const notes: Note[] = [];
  const sums = { plays: 0, downloads: 0 };
  const byKey = new Map<string, PlayFact>();
  for (const total of totals) {
    const known = before?.totals[total.id];
    const isNew = before !== null && known === undefined && total.createdAt > before.readAt;
    const from = known ?? (isNew ? [0, 0] : [total.plays, total.downloads]);
    const change = { plays: total.plays - from[0], downloads: total.downloads - from[1] };
    kept[total.id] = [total.plays, total.downloads];
    if (change.plays < 0 || change.downloads < 0) notes.push({ day, kind: "total_fell", key: total.id, note: change });
    if (change.plays === 0 && change.downloads === 0) continue;
    sums.plays += change.plays;
    sums.downloads += change.downloads;
    // Two uploads of one recording count together.
    const twin = byKey.get(total.key);
    byKey.set(total.key, {
      day,
      cut: "recording",
      key: total.key,
      label: twin?.label ?? total.label,
      plays: change.plays + (twin?.plays ?? 0),
      downloads: change.downloads + (twin?.downloads ?? 0),
    });
  }
  plays.push({ day, cut: "territory", key: UNKNOWN, label: null, ...sums }, ...byKey.values());
  return { plays, notes, totals: kept };
}

/** Notes that one day holds what came in several. @param last the day of the reading before */
export function gapNote(day: Day, last: Day | null): Note[] {
  if (last === null || last >= addDays(day, -1)) return [];
  return [{ day, kind: "days_in_one", key: "", note: { from: addDays(last, 1), to: day } }];
}

/** Makes days of measures. */
export function measuredDays(days: Iterable<Day>, facts: readonly MeasureFact[]): MeasuredDay[] {
  const place = ({ metric, dimension, key }: MeasureFact) => JSON.stringify([metric, dimension, key]);
  const sorted = [...facts].sort((one, other) => (place(one) < place(other) ? -1 : 1));
  return [...days].sort().map((day) => ({
    day,
    measures: sorted
      .filter((fact) => fact.day === day)
      .map(({ metric, dimension, key, label, value }) => ({ metric, dimension, key, label, value })),
  }));
}
