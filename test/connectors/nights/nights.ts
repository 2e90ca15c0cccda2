// The home of nights in virtual time: connections at simulated stores, the outbox as a queue, and doors that can be missed,
// doubled, or cut off.
import type { DatabaseSync } from "node:sqlite";
import { eraseReports, PROVIDERS, planNight, syncConnection } from "../../../src/connectors/index.ts";
import type { BaseCtx, Ctx } from "../../../src/db/ctx.ts";
import { buryJob, finishJob } from "../../../src/db/outbox.ts";
import { contextOf } from "../../../src/env.ts";
import { ID_RANDOM_BYTES, makeId } from "../../../src/kernel/id.ts";
import { PROBLEMS, Problem } from "../../../src/kernel/problems.ts";
import { type Day, dayOf } from "../../../src/kernel/time.ts";
import { openArtist } from "../../../src/team/index.ts";
import { connect, type Store } from "../../harness/stores.ts";
import { sequence } from "../../simulator/stores/random.mjs";
import { createStores } from "../../simulator/stores.mjs";
import { openSqlite } from "./sqlite.ts";

/** A deployment with every provider set up. */
export const SETTINGS = {
  ENVIRONMENT: "development",
  SIGNING_KEY: "5e".repeat(32),
  VAULT_KEYS: `k1:${Buffer.alloc(32, 1).toString("base64")}`,
  SPOTIFY_CLIENT_ID: "app-of-tests",
  YOUTUBE_CLIENT_ID: "app-of-tests",
  YOUTUBE_CLIENT_SECRET: "secret-of-tests",
  SOUNDCLOUD_CLIENT_ID: "app-of-tests",
  SOUNDCLOUD_CLIENT_SECRET: "secret-of-tests",
  TIKTOK_CLIENT_ID: "app-of-tests",
  TIKTOK_CLIENT_SECRET: "secret-of-tests",
};

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** One artist with connections, in a time of its own. */
export interface Nights {
  readonly artistId: `art_${string}`;
  readonly stores: ReturnType<typeof createStores>;
  readonly connections: Readonly<Record<Store, string>>;
  readonly clock: { now: number };
  /** Asks the database directly. */
  readonly sql: DatabaseSync;
  close(): void;
  /** Numbers from 0 to 1 that follow from the seed. */
  readonly chance: () => number;
  ctx(): Promise<Ctx>;
  /** Plans the night of the present day, for this artist's connections. */
  plan(): Promise<void>;
  /** Delivers what is due until an instant, in order of time; jobs may be doubled and cut off. */
  deliverUntil(until: number, wrong?: { doubled: number; cutOff: number }): Promise<void>;
}

/** Makes an artist with a connection at every store, from an instant on. */
export async function newNights(seed: string, at: number): Promise<Nights> {
  const { database, sql, close } = openSqlite();
  const clock = { now: at };
  const chance = sequence(`${seed} doors`);
  const randomBytes = (count: number) => Uint8Array.from({ length: count }, () => Math.floor(chance() * 256));
  const artistId = makeId("artist", at, randomBytes(ID_RANDOM_BYTES));
  sql
    .prepare(
      "INSERT INTO artists (id, name, currency, time_zone, generation, generation_at, created_at) VALUES (?, 'Glass Harbor', 'USD', 'UTC', 0, ?, ?)",
    )
    .run(artistId, at, at);
  const limits = Object.fromEntries(
    Object.values(PROVIDERS).flatMap(({ id, budgets }) =>
      Object.values(budgets).flatMap((budget) =>
        budget.kind === "rate" ? [[id, { calls: budget.calls, perMs: budget.perSeconds * 1000 }]] : [],
      ),
    ),
  );
  const simulated = createStores({
    seed,
    now: () => clock.now,
    spend: (ms: number) => {
      clock.now += ms;
    },
    limits,
  });
  const env = { ...SETTINGS, DB: database } as unknown as Env;
  const base = (): BaseCtx => {
    const outside = {
      now: clock.now,
      clock: {
        now: () => clock.now,
        wait: async (ms: number) => {
          clock.now += ms;
        },
      },
      randomBytes,
      fetch: simulated.fetch as typeof fetch,
      waitUntil: () => undefined,
    };
    const made = contextOf(env, outside, { kind: "system", job: "test" });
    return { ...made, send: () => undefined };
  };
  const ctx = async (): Promise<Ctx> => {
    const opened = await openArtist(base(), artistId);
    if (opened === null) throw new Error("the artist is gone");
    return opened;
  };
  const connections: Record<string, string> = {};
  for (const store of Object.keys(PROVIDERS) as Store[]) {
    connections[store] = await connect(await ctx(), simulated, store);
  }

  async function run(kind: string, body: Record<string, string>): Promise<void> {
    if (kind === "connector.sync")
      return syncConnection(await ctx(), { connectionId: body["connectionId"] ?? "", runId: body["runId"] ?? "" });
    if (kind === "connector.erase") return eraseReports(await ctx(), body["provider"] ?? "");
  }

  /** Carries a job out, or never comes to its end. */
  async function attempt(kind: string, body: Record<string, string>, isCutOff: boolean): Promise<unknown> {
    if (!isCutOff) return run(kind, body);
    simulated.state.hangsAfter = Math.floor(chance() * 12);
    let isOver = false;
    const cut = new Promise<"cut">((resolve) => {
      const look = () => {
        if (isOver) return;
        if ((simulated.state.hangsAfter ?? 0) < 0) resolve("cut");
        else setTimeout(look, 1);
      };
      look();
    });
    try {
      const ended = await Promise.race([run(kind, body).then(() => "ended"), cut]);
      if (ended === "cut") throw new Error("cut off");
      return ended;
    } finally {
      // Also when it failed by itself: what comes next is not to hang for it.
      isOver = true;
      simulated.state.hangsAfter = null;
    }
  }

  const nextJob = () =>
    sql
      .prepare(
        "SELECT id, kind, body_json, lease_until FROM outbox WHERE buried_at IS NULL ORDER BY lease_until, id LIMIT 1",
      )
      .get() as { id: string; kind: string; body_json: string; lease_until: number } | undefined;

  return {
    artistId,
    sql,
    close,
    stores: simulated,
    connections: connections as Record<Store, string>,
    clock,
    chance,
    ctx,
    plan: () => planNight(base(), dayOf(clock.now) as Day, clock.now),
    async deliverUntil(until, wrong = { doubled: 0, cutOff: 0 }) {
      for (;;) {
        const job = nextJob();
        if (job === undefined || job.lease_until > until) break;
        clock.now = Math.max(clock.now, job.lease_until);
        const body = JSON.parse(job.body_json) as Record<string, string>;
        // Until the sweep would send it again.
        const lease = clock.now + 10 * 60_000;
        sql.prepare("UPDATE outbox SET lease_until = ? WHERE id = ?").run(lease, job.id);
        const isDoubled = chance() < wrong.doubled;
        const isCutOff = !isDoubled && chance() < wrong.cutOff;
        const outcomes = await Promise.allSettled(
          Array.from({ length: isDoubled ? 2 : 1 }, () => attempt(job.kind, body, isCutOff)),
        );
        const failures = outcomes.flatMap((outcome) =>
          outcome.status === "rejected" ? [outcome.reason as unknown] : [],
        );
        for (const failure of failures) {
          const isExpected = (failure instanceof Error && failure.message === "cut off") || failure instanceof Problem;
          if (!isExpected) throw failure;
          if (failure instanceof Problem && PROBLEMS[failure.code].retry === "never")
            await buryJob(base(), job.id, String(failure));
        }
        if (failures.length < outcomes.length) await finishJob(base(), job.id);
      }
      clock.now = Math.max(clock.now, until);
    },
  };
}
