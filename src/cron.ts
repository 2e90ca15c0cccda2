// The cron door: each schedule and the jobs it asks for.

import { persist } from "./db/commit.ts";
import type { BaseCtx } from "./db/ctx.ts";
import { sweepOutbox } from "./db/outbox.ts";
import { rotationJobs } from "./db/vault.ts";
import { contextOf } from "./env.ts";
import type { JobRequest } from "./jobs/messages.ts";
import { dayOf } from "./kernel/time.ts";
import { forgetMails } from "./mail/index.ts";
import { askDigests } from "./messages/index.ts";
import { listArtistIds } from "./team/index.ts";

/** The schedules of `wrangler.toml`; every other firing is the sweep, and asks for mails that are due. */
const NIGHTLY = "5 0 * * *";
const HOURLY = "35 * * * *";
const ARTISTS_PER_BATCH = 100;

/** Answers a schedule. Firing twice or late is harmless: every job it asks for may run twice. */
export async function onSchedule(event: ScheduledController, env: Env, execution: ExecutionContext): Promise<void> {
  const base = baseOf(event, env, execution);
  const startedAt = Date.now();
  const sent = await answered(base, event.cron);
  if (sent === 0 && event.cron !== NIGHTLY) return;
  const ms = Date.now() - startedAt;
  console.log(JSON.stringify({ kind: "schedule", cron: event.cron, jobs: sent, ms, ...base.db.meter }));
}

function answered(base: BaseCtx, cron: string): Promise<number> {
  if (cron === NIGHTLY) return askNightly(base);
  return cron === HOURLY ? askConnectors(base) : sweep(base);
}

/** Asks for the night's run of every connection that has none: of all of them at night, and then of those it missed. */
async function askConnectors(base: BaseCtx): Promise<number> {
  await persist(base, [], [{ kind: "connector.plan", body: { night: dayOf(base.now), asOf: base.now } }]);
  return 1;
}

const MOST_SWEEPS = 10;

/** Sends again what is due; after a night in which a store was slow that may be more than one page of jobs. */
async function sweep(base: BaseCtx): Promise<number> {
  let sent = 0;
  for (let page = 0; page < MOST_SWEEPS; page += 1) {
    const forgotten = await sweepOutbox(base);
    if (forgotten.length === 0) break;
    base.send(forgotten);
    sent += forgotten.length;
  }
  return sent + (await askDigests(base));
}

/** Asks for the day's first answers, for tidying, for a check of every artist's books, and for newer seals in the vault. */
async function askNightly(base: BaseCtx): Promise<number> {
  let asked = 0;
  let after = "";
  for (;;) {
    const ids = await listArtistIds(base, after, ARTISTS_PER_BATCH);
    const jobs = ids.flatMap((artistId): JobRequest[] => [
      { kind: "kpi.refresh", body: { artistId: artistId as `art_${string}` } },
      { kind: "statement.sweep", body: { artistId: artistId as `art_${string}` } },
      { kind: "books.check", body: { artistId: artistId as `art_${string}` } },
    ]);
    if (jobs.length > 0) await persist(base, [], jobs);
    asked += jobs.length;
    const last = ids.at(-1);
    if (last === undefined || ids.length < ARTISTS_PER_BATCH) break;
    after = last;
  }
  const rotations = rotationJobs(base.settings);
  await persist(base, [], rotations);
  await forgetMails(base);
  return asked + rotations.length + (await askConnectors(base));
}

function baseOf(event: ScheduledController, env: Env, execution: ExecutionContext): BaseCtx {
  const outside = {
    now: event.scheduledTime,
    randomBytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)),
    fetch: (...args: Parameters<typeof fetch>) => fetch(...args),
    waitUntil: (work: Promise<unknown>) => execution.waitUntil(work),
  };
  return contextOf(env, outside, { kind: "system", job: "cron" });
}
