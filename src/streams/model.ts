// The home of what is made of plays: how sure a period is, and how plays compare with the units statements paid.

import { roundHalfEven } from "../kernel/round.ts";
import type { FigureStatus } from "../metrics/index.ts";

/** Plays of one period and key. Null is "not known". */
export interface PlayBucket {
  readonly period: string;
  readonly key: string | null;
  readonly label: string | null;
  readonly plays: number | null;
  readonly downloads: number | null;
  readonly other: number | null;
  readonly status: FigureStatus;
  readonly sourcesMissing: readonly string[];
}

/** What is worth a look when plays and paid units of a month are held against each other. */
export type ReconciliationFlag = "missing_month" | "missing_plays" | "units_differ" | "low_rate" | "high_rate";

/** Plays and paid units of one month and key. */
export interface Reconciled {
  readonly period: string;
  readonly key: string;
  readonly plays: number | null;
  readonly unitsPaid: number | null;
  readonly nanos: bigint | null;
  /** Nanos per paid unit. */
  readonly rate: bigint | null;
  readonly flags: readonly ReconciliationFlag[];
}

/** Plays and paid units differ by their nature (what counts, and when); a third is more than that. */
const MOST_DIFFERENCE = 1 / 3;
/** A rate this far below or above the middle rate of the same key is worth a look. */
const LOW_RATE_PERCENT = 40n;
const HIGH_RATE_PERCENT = 250n;
/** With fewer months there is no middle to speak of. */
const RATES_FOR_A_MIDDLE = 3;

/** Holds plays against paid units, and flags what stands out. */
export function reconcile(
  rows: readonly Omit<Reconciled, "rate" | "flags">[],
  isKnown: (period: string, key: string) => { plays: boolean; money: boolean },
): Reconciled[] {
  const rated = rows.map((row) => ({
    ...row,
    rate:
      row.nanos !== null && row.unitsPaid !== null && row.unitsPaid > 0
        ? roundHalfEven(row.nanos, BigInt(row.unitsPaid))
        : null,
  }));
  const byKey = Map.groupBy(rated, (row) => row.key);
  const middles = new Map(
    [...byKey].map(([key, group]) => [key, middleOf(group.flatMap(({ rate }) => (rate === null ? [] : [rate])))]),
  );
  return rated.map((row) => {
    const known = isKnown(row.period, row.key);
    const flags: ReconciliationFlag[] = [];
    if (known.money && (row.plays ?? 0) > 0 && (row.unitsPaid ?? 0) === 0) flags.push("missing_month");
    if (known.plays && (row.unitsPaid ?? 0) > 0 && (row.plays ?? 0) === 0) flags.push("missing_plays");
    if (row.plays !== null && row.plays > 0 && row.unitsPaid !== null && row.unitsPaid > 0) {
      if (Math.abs(row.unitsPaid - row.plays) / row.plays > MOST_DIFFERENCE) flags.push("units_differ");
    }
    const middle = middles.get(row.key) ?? null;
    if (row.rate !== null && middle !== null && middle > 0n) {
      if (row.rate * 100n < middle * LOW_RATE_PERCENT) flags.push("low_rate");
      if (row.rate * 100n > middle * HIGH_RATE_PERCENT) flags.push("high_rate");
    }
    return { ...row, flags };
  });
}

function middleOf(rates: readonly bigint[]): bigint | null {
  if (rates.length < RATES_FOR_A_MIDDLE) return null;
  const sorted = [...rates].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
