// The home of the overview: computed by the refresh job, kept in D1 and KV, and read from there.
// A file of its own beside `service.ts`, because its life is another: made once per generation, read many times.

import { sha256 } from "@oslojs/crypto/sha2";
import { encodeBase64urlNoPadding } from "@oslojs/encoding";
import { persist } from "../db/commit.ts";
import type { Ctx } from "../db/ctx.ts";
import { keptInIsolate } from "../http/kept.ts";
import { addDays, addMonths, type Day, dayOf, firstDay, monthOf, monthsBetween, weekStart } from "../kernel/time.ts";
import {
  type Cell,
  type Cut,
  findDayWeights,
  listCellRange,
  listPlayRange,
  listPlaySources,
  listSources,
  periodStatus,
} from "../metrics/index.ts";
import { openArtist } from "../team/index.ts";
import { dayBuckets, monthBuckets, type Overview, topOf, totalOf } from "./model.ts";
import { findSnapshot, kpiKey, type SnapshotKey, snapshotStatements } from "./repository.ts";
import { presentOverview } from "./schema.ts";

const MONTHS = 12;
const WEEKS = 12;
const DAYS = 35;
const TOP = 5;
const MOST_ROWS = 100_000;

/** A finished answer: its text and the hash of it. */
export interface FinishedAnswer {
  readonly etag: string;
  readonly json: string;
}

/**
 * Answers the overview: from this isolate, from KV, from its row in D1, or, before the refresh job has made it, from
 * the rollups themselves.
 *
 * Reads no row of D1 from KV, one from its row. Readers never write.
 */
export async function getOverview(ctx: Ctx): Promise<FinishedAnswer> {
  const key: SnapshotKey = { view: "overview", generation: ctx.artist.generation, day: today(ctx) };
  const name = kpiKey(ctx.scope, key);
  const text = await keptInIsolate(
    ctx,
    name,
    async () =>
      (await ctx.stores.kpi.get(name, "text").catch(() => null)) ??
      (await findSnapshot(ctx.db, ctx.scope, key)) ??
      finished(await computeOverview(ctx, key.day)),
  );
  return answerOf(text);
}

/** Makes the overview of the present generation and keeps it, first in D1, then in KV. */
export async function refreshKpis(ctx: Ctx): Promise<void> {
  const key: SnapshotKey = { view: "overview", generation: ctx.artist.generation, day: today(ctx) };
  const text = finished(await computeOverview(ctx, key.day));
  // Rollups and generation change together; if the generation moved on meanwhile, its own refresh is on the way.
  const after = await openArtist(ctx, ctx.scope.artistId);
  if (after?.artist.generation !== key.generation) return;
  await persist(ctx, snapshotStatements(ctx.db, ctx.scope, key, text));
  await ctx.stores.kpi.put(kpiKey(ctx.scope, key), text, { expirationTtl: KPI_LIFE_SECONDS });
}

/** A value is asked for on its own day only. */
const KPI_LIFE_SECONDS = 3 * 24 * 60 * 60;

/**
 * The day an overview is of, in UTC: stores report by UTC days, and one nightly refresh is then early enough for every
 * artist, wherever they live.
 */
function today(ctx: Ctx): Day {
  return dayOf(ctx.now);
}

/** An answer is kept as its hash and its text, so that reading it back needs no hashing. */
function finished(body: unknown): string {
  const json = JSON.stringify(body);
  return `${encodeBase64urlNoPadding(sha256(new TextEncoder().encode(json)))}\n${json}`;
}

function answerOf(text: string): FinishedAnswer {
  const at = text.indexOf("\n");
  return { etag: `"${text.slice(0, at)}"`, json: text.slice(at + 1) };
}

async function computeOverview(ctx: Ctx, day: Day): Promise<unknown> {
  const thisMonth = monthOf(day);
  const months = monthsBetween(addMonths(thisMonth, 1 - MONTHS), thisMonth);
  const range = { from: months[0] ?? thisMonth, to: thisMonth };
  const { currency } = ctx.artist;
  const page = { after: null, limit: MOST_ROWS };
  const cells = (cut: Cut) =>
    listCellRange(ctx.db, ctx.scope, { currency, source: "", cut, platform: "" }, range, page);
  const everything = { source: "", cut: "total", platform: "" } as const;
  const [playSources, plays, weights, sources, total, platforms, territories, recordings] = await Promise.all([
    listPlaySources(ctx.db, ctx.scope),
    listPlayRange(ctx.db, ctx.scope, everything, { grain: "month", ...range }, page),
    findDayWeights(ctx.db, ctx.scope, range),
    listSources(ctx.db, ctx.scope),
    cells("total"),
    cells("platform"),
    cells("territory"),
    cells("recording"),
  ]);
  const named = (list: readonly Cell[]) => list.map((cell) => ({ ...cell, name: cell.key }));
  const byMonth = monthBuckets(
    total.map((cell) => ({ ...cell, name: null })),
    months,
    false,
    sources,
  );
  const overview: Overview = {
    generation: ctx.artist.generation,
    asOf: ctx.artist.generationAt,
    currency,
    byMonth,
    byWeek: dayBuckets(byMonth, { from: addDays(weekStart(day, "mon"), -7 * (WEEKS - 1)), to: day }, "mon", weights),
    byDay: dayBuckets(byMonth, { from: addDays(day, 1 - DAYS), to: day }, null, weights),
    last12Months: { ...range, reported: totalOf(byMonth.map((bucket) => bucket.reported)) },
    topPlatforms: topOf(named(platforms), TOP),
    topTerritories: topOf(named(territories), TOP),
    topRecordings: topOf(named(recordings), TOP),
    plays: {
      count: playSources.length === 0 ? null : plays.reduce((sum, figure) => sum + figure.plays, 0),
      status: periodStatus(playSources, { from: firstDay(range.from), to: day }).status,
    },
    unitsPaid: total.length === 0 ? null : unitsOf(total),
    sources,
    thisMonth,
  };
  return presentOverview(overview);
}

function unitsOf(cells: readonly Cell[]): { streams: number; downloads: number; other: number } {
  const sum = { streams: 0, downloads: 0, other: 0 };
  for (const cell of cells) {
    sum.streams += cell.streams;
    sum.downloads += cell.downloads;
    sum.other += cell.other;
  }
  return sum;
}
