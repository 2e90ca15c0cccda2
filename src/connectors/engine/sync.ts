// The home of a run: windows read one after another, each kept with its checkpoint in one batch, until nothing is left.

import { ConstraintError } from "../../db/client.ts";
import { persist } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import type { TimedRequest } from "../../jobs/messages.ts";
import { PROBLEMS, Problem } from "../../kernel/problems.ts";
import { dayOf, type Instant } from "../../kernel/time.ts";
import { openPurse, type Purse } from "../budgets/service.ts";
import { missingSettings } from "../grants/clients.ts";
import type { Health } from "../grants/model.ts";
import { findGrant } from "../grants/repository.ts";
import { type Ask, type Provider, ProviderFault, type Stream, type Window } from "../provider.ts";
import { providerOf } from "../providers/registry.ts";
import {
  CALLS_PER_DELIVERY,
  CALLS_PER_WINDOW,
  daysToRead,
  firstWindow,
  isOver,
  PATIENCE,
  type Place,
  pauseMs,
  RUN_LIFE_MS,
  SYNC_LEASE_MS,
} from "../runs/model.ts";
import {
  beginStatements,
  findRun,
  letGoStatements,
  listStreams,
  type RunRow,
  type StreamRow,
  stepStatements,
} from "../runs/repository.ts";
import { askerOf, type Meter } from "./client.ts";
import { gather, TooManyPages } from "./gather.ts";
import { type Kept, keepWindow, type Memory } from "./keep.ts";

/** Which run is meant. */
export interface RunName {
  readonly connectionId: string;
  readonly runId: string;
}

/** One delivery of a run at work. */
interface Work {
  readonly ctx: Ctx;
  readonly provider: Provider;
  readonly purse: Purse;
  readonly ask: Ask;
  readonly meter: Meter;
  readonly leaseId: string;
  readonly streams: Map<string, StreamRow>;
  run: RunRow;
  place: Place;
}

/**
 * Carries a run on, as far as one delivery goes. A run that is over, or whose connection is gone, is left alone.
 *
 * @throws Problem `in_progress` while another delivery has the connection, `unavailable`
 */
export async function syncConnection(ctx: Ctx, name: RunName): Promise<void> {
  const work = await begin(ctx, name);
  if (work === null) return;
  try {
    const missing = missingSettings(ctx.settings, work.provider);
    if (missing.length > 0) return await fail(work, "misconfigured", `Set ${missing.join(" and ")}.`, "active");
    await readStreams(work);
  } catch (error) {
    await settle(work, error);
  } finally {
    await work.purse.close().catch(() => undefined);
  }
}

const LOOK_MS = 500;
const MOST_LOOKS = 20;

/** Makes the connection this delivery's own; null when there is nothing to do. @throws Problem `in_progress` */
async function begin(ctx: Ctx, { connectionId, runId }: RunName): Promise<Work | null> {
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const [grant, run, rows] = await Promise.all([
      findGrant(ctx.db, ctx.scope, connectionId),
      findRun(ctx.db, ctx.scope, connectionId, runId),
      listStreams(ctx.db, ctx.scope, connectionId),
    ]);
    if (grant === null || run === null || isOver(run.status)) return null;
    const leaseId = ctx.newId("job");
    const now = ctx.clock.now();
    try {
      await persist(ctx, beginStatements(ctx.db, ctx.scope, run, { id: leaseId, until: now + SYNC_LEASE_MS }, now));
    } catch (error) {
      if (!(error instanceof ConstraintError)) throw error;
      // Another delivery is at it, and will mostly have ended in a moment.
      await ctx.clock.wait(LOOK_MS);
      continue;
    }
    const provider = providerOf(grant.provider);
    const purse = openPurse(ctx, provider);
    const meter: Meter = { requests: 0 };
    const ask = askerOf(ctx, provider, connectionId, purse, meter);
    const streams = new Map(rows.map((row) => [row.stream, row]));
    return { ctx, provider, purse, ask, meter, leaseId, streams, run, place: JSON.parse(run.place) as Place };
  }
  throw new Problem("in_progress", { detail: "Another run has the connection.", retryAfterSeconds: 30 });
}

/** The streams from where the run stands on. */
async function readStreams(work: Work): Promise<void> {
  const { provider } = work;
  const at = provider.streams.findIndex(({ id }) => id === work.place.stream);
  const left = work.place.stream === END ? [] : provider.streams.slice(Math.max(at, 0));
  for (const stream of left) {
    if (!(await readStream(work, stream))) return;
    work.place = { ...work.place, stream: following(provider, stream), days: null, width: null, begunAt: null };
  }
  await finish(work);
}

/** Stands for a stream when the last one has been read. */
const END = "-";

function following({ streams }: Provider, stream: Stream): string {
  return streams[streams.indexOf(stream) + 1]?.id ?? END;
}

/** Reads what is left of a stream. @returns false when the run goes on in another delivery */
async function readStream(work: Work, stream: Stream): Promise<boolean> {
  const { ctx, provider } = work;
  for (;;) {
    const asOf = Math.max(ctx.clock.now(), work.run.asOf);
    const isUnderWay = stream.kind === "days" && work.place.stream === stream.id && work.place.days !== null;
    const row = work.streams.get(stream.id) ?? null;
    const checkpoint = { throughDay: (row?.throughDay ?? null) as Window["from"] | null, readAt: row?.readAt ?? null };
    const days = isUnderWay ? work.place.days : daysToRead(stream, checkpoint, asOf);
    if (days === null) return true;
    const begunAt = isUnderWay ? (work.place.begunAt ?? asOf) : asOf;
    const width = (isUnderWay ? work.place.width : null) ?? stream.windowDays;
    work.place = { ...work.place, stream: stream.id, days, width, begunAt };
    if (work.meter.requests >= CALLS_PER_DELIVERY) return goOn(work);
    const { window, rest } = firstWindow(days, width);
    try {
      const kept = await readWindow(work, stream, { window, rest, begunAt, row, asOf });
      if (kept === null) continue;
      if (rest === null || kept.through === null || kept.through < window.to) return true;
      work.place = { ...work.place, days: rest };
    } catch (error) {
      if (!(error instanceof ProviderFault) || (error.kind !== "refused" && error.kind !== "contract")) throw error;
      // The other streams go on; this one's checkpoint stays, so that the next run reads the same window again.
      if (error.kind === "refused" && stream.isOptional === true) return true;
      const failure = { stream: stream.id, code: error.kind, sentence: error.message };
      work.place = { ...work.place, failed: [...work.place.failed, failure] };
      console.log(JSON.stringify({ kind: "connector", provider: provider.id, ...failure }));
      return true;
    }
  }
}

const TRIES = 3;

/** Reads one window and keeps it with its checkpoint. @returns null when it is to be read anew, in smaller pieces */
async function readWindow(
  work: Work,
  stream: Stream,
  at: { window: Window; rest: Window | null; begunAt: Instant; row: StreamRow | null; asOf: Instant },
): Promise<Kept | null> {
  const { ctx, provider, ask, meter, run, leaseId } = work;
  const { window, rest, begunAt, row } = at;
  const before = meter.requests;
  const pull = { ask, window, today: dayOf(at.asOf), labels: labelsOf(work.streams.values()) };
  let gathered: Awaited<ReturnType<typeof gather>>;
  try {
    gathered = await gather(stream, pull, () => meter.requests - before < CALLS_PER_WINDOW);
  } catch (error) {
    if (!(error instanceof TooManyPages)) throw error;
    const width = Math.floor((work.place.width ?? 1) / 2);
    if (width === 0) throw new ProviderFault("contract", `${provider.name}: a day has more pages than can be read.`);
    work.place = { ...work.place, width };
    return null;
  }
  for (let attempt = 1; ; attempt += 1) {
    const reading = { provider, stream, connectionId: run.connectionId, window, begunAt, row, isLast: rest === null };
    const kept = await keepWindow(ctx, reading, gathered);
    const isReadOut = rest === null || kept.through === null || kept.through < window.to;
    const place: Place = {
      ...work.place,
      ...(isReadOut ? { stream: following(provider, stream), days: null, width: null, begunAt: null } : { days: rest }),
      hasChanged: work.place.hasChanged || kept.hasChanged,
    };
    const progress = {
      place,
      done: provider.streams.indexOf(stream) + (isReadOut ? 1 : 0),
      fromDay: earlier(run.fromDay, kept.from),
      toDay: later(run.toDay, kept.through),
      readCount: run.readCount + gathered.readCount,
      writtenCount: run.writtenCount + kept.writtenCount,
      requests: run.requests + meter.requests - before,
    };
    const lease = { id: leaseId, until: ctx.clock.now() + SYNC_LEASE_MS };
    try {
      const writes = [...stepStatements(ctx.db, ctx.scope, run, lease, progress), ...kept.writes];
      await persist(ctx, writes);
    } catch (error) {
      // Something else of this source was kept meanwhile, or the connection is no longer this delivery's.
      if (!(error instanceof ConstraintError) || attempt === TRIES || !(await isHeld(work))) throw error;
      continue;
    }
    work.run = { ...run, ...progress, place: JSON.stringify(place), step: run.step + 1 };
    work.place = place.stream === stream.id ? place : { ...work.place, hasChanged: place.hasChanged };
    work.streams.set(stream.id, { ...kept.checkpoint, artistId: ctx.scope.artistId });
    return kept;
  }
}

function refreshOf({ scope }: Ctx): TimedRequest {
  return { kind: "kpi.refresh", body: { artistId: scope.artistId } };
}

function earlier(one: string | null, other: string | null): string | null {
  return one === null || (other !== null && other < one) ? other : one;
}

function later(one: string | null, other: string | null): string | null {
  return one === null || (other !== null && other > one) ? other : one;
}

function labelsOf(rows: Iterable<StreamRow>): Map<string, string> {
  return new Map([...rows].flatMap(({ memory }) => Object.entries((JSON.parse(memory) as Memory).labels ?? {})));
}

async function isHeld({ ctx, run, leaseId }: Work): Promise<boolean> {
  return (await findGrant(ctx.db, ctx.scope, run.connectionId))?.syncRun === leaseId;
}

function jobOf({ ctx, run }: Work): TimedRequest {
  const { artistId } = ctx.scope;
  return { kind: "connector.sync", body: { artistId, connectionId: run.connectionId, runId: run.id } };
}

/** Makes room for others: the run goes on in a delivery of its own. */
async function goOn(work: Work): Promise<false> {
  const { ctx, run, leaseId, place } = work;
  const change = { grant: {}, run: { place: JSON.stringify(place) } };
  await persist(ctx, letGoStatements(ctx.db, ctx.scope, run, leaseId, change), [jobOf(work)]);
  return false;
}

async function finish(work: Work): Promise<void> {
  const { ctx, run, leaseId, place } = work;
  const [first] = place.failed;
  if (first !== undefined) return fail(work, first.code, `${first.stream}: ${first.sentence}`, "degraded");
  const now = ctx.clock.now();
  const change = {
    grant: { health: "active", healthReason: null, healthUntil: null, lastSuccessAt: now },
    run: { status: "succeeded", endedAt: now, errorCode: null, error: null, done: run.total },
  } as const;
  await persist(
    ctx,
    letGoStatements(ctx.db, ctx.scope, run, leaseId, change),
    place.hasChanged ? [refreshOf(ctx)] : [],
  );
}

async function fail(work: Work, code: string, sentence: string, health: Health): Promise<void> {
  const { ctx, run, leaseId, place } = work;
  const change = {
    grant: { health, healthReason: health === "active" ? null : sentence, healthUntil: null },
    run: { status: "failed", endedAt: ctx.clock.now(), errorCode: code, error: sentence, place: JSON.stringify(place) },
  } as const;
  const jobs = place.hasChanged ? [refreshOf(ctx)] : [];
  await persist(ctx, letGoStatements(ctx.db, ctx.scope, run, leaseId, change), jobs);
}

/** Says what is to come of a run that was stopped: tried later, given up, or handed to whoever took the connection. */
async function settle(work: Work, error: unknown): Promise<void> {
  if (error instanceof ConstraintError && !(await isHeld(work))) return;
  const { ctx, run } = work;
  const now = ctx.clock.now();
  const spread = ctx.randomBytes(1)[0] ?? 0;
  const pause = now + pauseMs(run.attempts, spread);
  if (error instanceof ProviderFault) {
    if (error.kind === "rate" || error.kind === "quota") {
      const health = error.kind === "rate" ? "rate_limited" : "quota_exceeded";
      // Others wait for the same moment.
      return postpone(work, {
        at: (error.until ?? pause) + spread * 40,
        sentence: error.message,
        code: health,
        health,
      });
    }
    const health = run.attempts + 1 >= PATIENCE ? "degraded" : null;
    return postpone(work, {
      at: Math.max(error.until ?? 0, pause),
      sentence: error.message,
      code: "provider_unavailable",
      health,
    });
  }
  if (error instanceof Problem && error.code !== "unavailable") {
    const sentence = error.detail ?? PROBLEMS[error.code].title;
    // What must be authorised again says so by itself.
    const health = error.code === "reauth_required" ? "active" : "degraded";
    if (PROBLEMS[error.code].retry === "never") return fail(work, error.code, sentence, health);
    const at = Math.max(now + (error.retryAfterSeconds ?? 0) * 1000, pause);
    return postpone(work, { at, sentence, code: error.code, health: run.attempts + 1 >= PATIENCE ? "degraded" : null });
  }
  await persist(ctx, letGoStatements(ctx.db, ctx.scope, run, work.leaseId, { grant: {}, run: {} })).catch(
    () => undefined,
  );
  throw error;
}

async function postpone(
  work: Work,
  { at, sentence, code, health }: { at: Instant; sentence: string; code: string; health: Health | null },
): Promise<void> {
  const { ctx, run, leaseId, place } = work;
  const isLimit = health === "rate_limited" || health === "quota_exceeded";
  if (at > run.asOf + RUN_LIFE_MS) return fail(work, code, sentence, health ?? "degraded");
  const grant = health === null ? {} : { health, healthReason: sentence, healthUntil: isLimit ? at : null };
  const attempts = isLimit ? run.attempts : run.attempts + 1;
  const waiting = { status: "waiting", resumeAt: at, attempts, errorCode: code, error: sentence } as const;
  const change = { grant, run: { ...waiting, place: JSON.stringify(place) } };
  await persist(ctx, letGoStatements(ctx.db, ctx.scope, run, leaseId, change), [{ ...jobOf(work), at }]);
}
