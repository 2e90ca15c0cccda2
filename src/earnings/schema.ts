// The home of the wire shapes of earnings.

import { z } from "zod";
import { formatNanos } from "../kernel/money.ts";
import { platformOf } from "../kernel/platform.ts";
import { territoryName } from "../kernel/territory.ts";
import { instantToIso } from "../kernel/time.ts";
import type { DiffAnswer } from "./diff.ts";
import { EXAMPLES } from "./examples.ts";
import { type Bucket, monthStatus, type Overview } from "./model.ts";
import { type EarningFilter, GROUPS, type Group } from "./question.ts";
import type { EarningsAnswer, Explanation } from "./service.ts";

/** What figures, earned or played, can be narrowed to. */
export const figureFilters = {
  platform: z.string().min(1).max(200).optional().meta({ description: "The store, as printed." }),
  territory: z.string().length(2).optional().meta({ description: "ISO 3166-1 alpha-2, ZZ unknown, XW worldwide." }),
  isrc: z.string().min(1).max(500).optional(),
  upc: z.string().min(1).max(64).optional(),
  source: z.string().min(1).max(64).optional().meta({ description: "Who reported it, as in distrokid." }),
};

const Amount = z.string().nullable();
const STATUSES = ["final", "provisional", "not_yet_reported", "suppressed", "unavailable"] as const;

const amounts = {
  estimated: Amount.meta({
    description: "Not yet reported, but derived; at day and week a month spread over its days.",
  }),
  reported: Amount.meta({ description: "The lines of posted statements. Null is not known, never nought." }),
  confirmed: Amount.meta({ description: "Confirmed by a payout." }),
  paid: Amount.meta({ description: "Paid out." }),
};

export const EarningBucket = z
  .object({
    period: z.string().meta({ description: "A month, a day, or the day a week begins.", example: "2024-01" }),
    key: z.string().nullable(),
    label: z.string().nullable(),
    platformId: z.string().optional().meta({ description: "The store's id, where the key is a store as printed." }),
    ...amounts,
    status: z.enum(STATUSES),
    sourcesMissing: z.array(z.string()),
  })
  .meta({ id: "EarningBucket" });

export const Earnings = z
  .object({
    granularity: z.enum(["day", "week", "month"]),
    from: z.string(),
    to: z.string(),
    currency: z.string(),
    groupBy: z.enum(GROUPS).nullable(),
    generation: z.int().meta({ description: "Goes up whenever a figure of this artist may have changed." }),
    asOf: z.iso.datetime(),
    data: z.array(EarningBucket),
    totals: z.object(amounts).meta({ description: "The sums of this answer's data." }),
    otherCurrencies: z.array(z.string()),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: "Earnings", example: EXAMPLES.Earnings });

function decimal(nanos: bigint | null): string | null {
  return nanos === null ? null : formatNanos(nanos);
}

function presentBucket(bucket: Bucket, groupBy: Group | null): z.input<typeof EarningBucket> {
  const { period, key, label, status, sourcesMissing } = bucket;
  return {
    period,
    key,
    label,
    ...(groupBy === "platform" && key !== null ? { platformId: platformOf(key).id } : {}),
    estimated: decimal(bucket.estimated),
    reported: decimal(bucket.reported),
    confirmed: null,
    paid: null,
    status,
    sourcesMissing: sourcesMissing as string[],
  };
}

export function presentEarnings(answer: EarningsAnswer): z.input<typeof Earnings> {
  const { query, from, to, currency, generation } = answer;
  const groupBy = query.groupBy ?? null;
  return {
    granularity: query.granularity,
    from,
    to,
    currency,
    groupBy,
    generation,
    asOf: instantToIso(answer.asOf),
    data: answer.buckets.map((bucket) => presentBucket(bucket, groupBy)),
    totals: {
      estimated: decimal(answer.totals.estimated),
      reported: decimal(answer.totals.reported),
      confirmed: null,
      paid: null,
    },
    otherCurrencies: [...answer.otherCurrencies],
    nextCursor: answer.nextCursor,
  };
}

const TopItem = z.object({
  key: z.string(),
  label: z.string().nullable(),
  platformId: z.string().optional(),
  reported: z.string(),
});

export const EarningsOverview = z
  .object({
    generation: z.int(),
    asOf: z.iso.datetime(),
    currency: z.string(),
    thisMonth: EarningBucket,
    previousMonth: EarningBucket,
    last12Months: z.object({ from: z.string(), to: z.string(), ...amounts }),
    byMonth: z.array(EarningBucket),
    byWeek: z.array(EarningBucket),
    byDay: z.array(EarningBucket),
    topPlatforms: z.array(TopItem),
    topTerritories: z.array(TopItem),
    topRecordings: z.array(TopItem),
    streams: z.object({
      plays: z.int().nullable().meta({ description: "Plays as daily feeds report them." }),
      status: z.enum(STATUSES),
      unitsPaid: z
        .object({ streams: z.int(), downloads: z.int(), other: z.int() })
        .nullable()
        .meta({ description: "Units as statements paid them over the twelve months; never added to plays." }),
    }),
    sources: z.array(z.object({ id: z.string(), lastPeriod: z.string().nullable(), status: z.enum(STATUSES) })),
  })
  .meta({ id: "EarningsOverview", example: EXAMPLES.EarningsOverview });

/** Presents an overview; what is stored is what is sent, so it is parsed here and not again when it is read. */
export function presentOverview(overview: Overview): z.output<typeof EarningsOverview> {
  const bucket = (row: Bucket) => presentBucket(row, null);
  const items = (tops: Overview["topPlatforms"], labelOf: (name: string, label: string | null) => string | null) =>
    tops.map(({ name, label, nanos }) => ({ key: name, label: labelOf(name, label), reported: formatNanos(nanos) }));
  const { thisMonth, last12Months, sources } = overview;
  return EarningsOverview.parse({
    generation: overview.generation,
    asOf: instantToIso(overview.asOf),
    currency: overview.currency,
    thisMonth: overview.byMonth.slice(-1).map(bucket)[0],
    previousMonth: overview.byMonth.slice(-2, -1).map(bucket)[0],
    last12Months: {
      from: last12Months.from,
      to: last12Months.to,
      estimated: null,
      reported: decimal(last12Months.reported),
      confirmed: null,
      paid: null,
    },
    byMonth: overview.byMonth.map(bucket),
    byWeek: overview.byWeek.map(bucket),
    byDay: overview.byDay.map(bucket),
    topPlatforms: items(overview.topPlatforms, (name) => name).map((item) => ({
      ...item,
      platformId: platformOf(item.key).id,
    })),
    topTerritories: items(overview.topTerritories, territoryName),
    topRecordings: items(overview.topRecordings, (_, label) => label),
    streams: { plays: overview.plays.count, status: overview.plays.status, unitsPaid: overview.unitsPaid },
    sources: sources.map((source) => ({
      id: source.id,
      lastPeriod: source.periods.map(({ to }) => to).reduce<string | null>(later, null),
      status: monthStatus([source], thisMonth).status,
    })),
  });
}

function later(left: string | null, right: string): string {
  return left === null || right > left ? right : left;
}

export const EarningsExplanation = z
  .object({
    period: z.string(),
    amount: z.object({ amount: z.string(), currency: z.string() }),
    statements: z.array(
      z.object({
        id: z.string(),
        filename: z.string(),
        amount: z.string(),
        lines: z.int(),
        href: z.string().meta({ description: "The lines of this statement that the amount is made of." }),
      }),
    ),
  })
  .meta({ id: "EarningsExplanation", example: EXAMPLES.EarningsExplanation });

export function presentExplanation(explanation: Explanation): z.input<typeof EarningsExplanation> {
  const { currency, nanos, period, filter } = explanation;
  return {
    period,
    amount: { amount: formatNanos(nanos), currency },
    statements: explanation.contributions.map(({ statement, nanos: part, lines }) => ({
      id: statement.id,
      filename: statement.filename,
      amount: formatNanos(part),
      lines,
      href: `/api/dashboard/statements/${statement.id}/lines?${linesQuery(period, filter)}`,
    })),
  };
}

function linesQuery(month: string, { platform, territory, isrc, upc }: EarningFilter): string {
  const query = new URLSearchParams({ month });
  for (const [name, value] of Object.entries({ platform, territory, isrc, upc })) {
    if (value !== undefined) query.set(name, value);
  }
  return query.toString();
}

export const EarningsDiff = z
  .object({
    fromGeneration: z.int(),
    toGeneration: z.int(),
    currency: z.string(),
    data: z.array(
      z.object({
        period: z.string(),
        key: z.string().nullable(),
        from: z.string(),
        to: z.string(),
        change: z.string(),
      }),
    ),
    causes: z.array(
      z.object({
        kind: z.enum(["posted", "retracted", "superseded", "restated", "corrected"]),
        statementId: z.string().nullable(),
        generation: z.int(),
        at: z.iso.datetime(),
        change: z.string(),
        lines: z.int(),
      }),
    ),
  })
  .meta({ id: "EarningsDiff", example: EXAMPLES.EarningsDiff });

export function presentDiff(answer: DiffAnswer): z.input<typeof EarningsDiff> {
  const { query, currency, differences, causes } = answer;
  return {
    fromGeneration: query.fromGeneration,
    toGeneration: query.toGeneration,
    currency,
    data: differences.map(({ period, key, from, to }) => ({
      period,
      key,
      from: formatNanos(from),
      to: formatNanos(to),
      change: formatNanos(to - from),
    })),
    causes: causes.map(({ kind, statementId, generation, at, change, lines }) => ({
      kind,
      statementId,
      generation,
      at: instantToIso(at),
      change: formatNanos(change),
      lines,
    })),
  };
}
