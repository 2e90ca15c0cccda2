// The home of the wire shapes of plays.

import { z } from "zod";
import { GROUPS } from "../earnings/index.ts";
import { formatNanos } from "../kernel/money.ts";
import { platformOf } from "../kernel/platform.ts";
import { instantToIso } from "../kernel/time.ts";
import type { WindowFigure } from "../statements/index.ts";
import { EXAMPLES } from "./examples.ts";
import type { PlayBucket, Reconciled } from "./model.ts";
import type { StreamsAnswer } from "./service.ts";

const STATUSES = ["final", "provisional", "not_yet_reported", "suppressed", "unavailable"] as const;

const counts = {
  plays: z.int().nullable().meta({ description: "Plays as daily feeds report them. Null is not known, never nought." }),
  downloads: z.int().nullable(),
  other: z.int().nullable(),
};

export const StreamBucket = z
  .object({
    period: z.string().meta({ description: "A month, a day, or the day a week begins.", example: "2026-01" }),
    key: z.string().nullable(),
    label: z.string().nullable(),
    platformId: z.string().optional(),
    ...counts,
    status: z.enum(STATUSES),
    sourcesMissing: z.array(z.string()),
  })
  .meta({ id: "StreamBucket" });

export const Streams = z
  .object({
    granularity: z.enum(["day", "week", "month"]),
    from: z.string(),
    to: z.string(),
    groupBy: z.enum(GROUPS).nullable(),
    generation: z.int(),
    asOf: z.iso.datetime(),
    data: z.array(StreamBucket),
    totals: z.object(counts).meta({
      description: "The sums of this answer's data. By release, a recording on two releases counts in both.",
    }),
    doubleCounted: z.boolean().meta({ description: "True when the groups may hold one play twice: releases do." }),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: "Streams", example: EXAMPLES.Streams });

export function presentStreams(answer: StreamsAnswer): z.input<typeof Streams> {
  const { query, from, to, generation, buckets } = answer;
  const groupBy = query.groupBy ?? null;
  const total = (count: "plays" | "downloads" | "other") => {
    const known = buckets.map((bucket) => bucket[count]).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
  };
  return {
    granularity: query.granularity,
    from,
    to,
    groupBy,
    generation,
    asOf: instantToIso(answer.asOf),
    data: buckets.map((bucket) => presentBucket(bucket, groupBy === "platform")),
    totals: { plays: total("plays"), downloads: total("downloads"), other: total("other") },
    doubleCounted: groupBy === "release",
    nextCursor: answer.nextCursor,
  };
}

function presentBucket(bucket: PlayBucket, isPlatform: boolean): z.input<typeof StreamBucket> {
  const { period, key, label, plays, downloads, other, status } = bucket;
  const sourcesMissing = bucket.sourcesMissing as string[];
  const figure = { period, key, label, plays, downloads, other, status, sourcesMissing };
  return isPlatform && key !== null ? { ...figure, platformId: platformOf(key).id } : figure;
}

export const ReconciledMonth = z
  .object({
    period: z.string(),
    key: z.string(),
    plays: z.int().nullable().meta({ description: "As daily feeds report them." }),
    unitsPaid: z.int().nullable().meta({ description: "Stream units as statements paid them." }),
    amount: z.string().nullable().meta({ description: "What they paid, in the artist's currency." }),
    rate: z.string().nullable().meta({ description: "The amount per paid unit." }),
    flags: z.array(z.enum(["missing_month", "missing_plays", "units_differ", "low_rate", "high_rate"])),
  })
  .meta({ id: "ReconciledMonth", example: EXAMPLES.ReconciledMonth });

export function presentReconciled(row: Reconciled): z.input<typeof ReconciledMonth> {
  const { nanos, rate, flags, ...facts } = row;
  const decimal = (value: bigint | null) => (value === null ? null : formatNanos(value));
  return { ...facts, amount: decimal(nanos), rate: decimal(rate), flags: [...flags] };
}

export const PlayWindow = z
  .object({
    from: z.string(),
    to: z.string(),
    source: z.string(),
    platform: z.string(),
    platformId: z.string(),
    key: z.string(),
    label: z.string().nullable(),
    plays: z.int(),
    downloads: z.int(),
    other: z.int(),
    statementId: z.string(),
    href: z.string().meta({ description: "The lines of the file it comes from." }),
  })
  .meta({ id: "PlayWindow", example: EXAMPLES.PlayWindow });

export function presentWindow(figure: WindowFigure): z.input<typeof PlayWindow> {
  const { statementId, platform } = figure;
  return {
    ...figure,
    platformId: platformOf(platform).id,
    href: `/api/dashboard/statements/${statementId}/lines?isrc=${encodeURIComponent(figure.key)}`,
  };
}
