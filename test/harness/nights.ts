// The home of nights in virtual time: connections at simulated stores, the outbox as a queue, and doors that can be missed,
// doubled, or cut off.
import { env } from "cloudflare:workers";
import { eraseReports, PROVIDERS, planNight, syncConnection } from "../../src/connectors/index.ts";
import { grantToGive, keepGrant } from "../../src/connectors/grants/service.ts";
import type { BaseCtx, Ctx } from "../../src/db/ctx.ts";
import { buryJob, finishJob } from "../../src/db/outbox.ts";
import { contextOf } from "../../src/env.ts";
import { PROBLEMS, Problem } from "../../src/kernel/problems.ts";
import { type Day, dayOf } from "../../src/kernel/time.ts";
import { openArtist } from "../../src/team/index.ts";
import { createStores } from "../simulator/stores.mjs";
import { sequence } from "../simulator/stores/random.mjs";
import { newWorld } from "./world.ts";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** A kind of store. */
export type Store = keyof typeof PROVIDERS;

/** One artist with connections, in a time of its own. */
export interface Nights {
  readonly artistId: `art_${string}`;
  readonly stores: ReturnType<typeof createStores>;
  readonly connections: Readonly<Record<Store, string>>;
  readonly clock: { now: number };
  /** Numbers from 0 to 1 that follow from the seed. */
  readonly chance: () => number;
  ctx(): Promise<Ctx>;
  /** Plans the night of the present day, for this artist's connections. */
  plan(): Promise<void>;
  /** Delivers what is due until an instant, in order of time; jobs may be doubled and cut off. */
  deliverUntil(until: number, wrong?: { doubled: number; cutOff: number }): Promise<void>;
}

interface StoreTokens {
  readonly access_token: string;
  readonly expires_in: number;
  readonly refresh_token: string;
}

/** Connects a store with tokens at hand, as coming back from it would. @returns the connection's id */
export async function connect(ctx: Ctx, store: Store, tokens: StoreTokens): Promise<string> {
  const { id } = await grantToGive(ctx, store);
  await keepGrant(ctx, PROVIDERS[store], id, {
    accessToken: tokens.access_token,
    expiresInSeconds: tokens.expires_in,
    refreshToken: tokens.refresh_token,
    scopes: null,
  });
  return id;
}

/** Makes an artist with a connection at every store, from an instant on. */
export async function newNights(seed: string, at: number, stores?: readonly Store[]): Promise<Nights> {
  const world = await newWorld();
  // Budgets are everybody's, and time here begins anew.
  await env.DB.prepare("DELETE FROM provider_budgets").run();
  const clock = { now: at };
  const chance = sequence(`${seed} doors`);
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
  const base = (): BaseCtx => {
    const outside = {
      now: clock.now,
      clock: {
        now: () => clock.now,
        wait: async (ms: number) => {
          clock.now += ms;
        },
      },
      randomBytes: (count: number) => Uint8Array.from({ length: count }, () => Math.floor(chance() * 256)),
      fetch: simulated.fetch as typeof fetch,
      waitUntil: () => undefined,
    };
    const made = contextOf(env, outside, { kind: "system", job: "test" });
    return { ...made, newId: (kind) => made.newId(kind), send: () => undefined };
  };
  const ctx = async (): Promise<Ctx> => {
    const opened = await openArtist(base(), world.artistId);
    if (opened === null) throw new Error("the artist is gone");
    return opened;
  };
  const connections: Record<string, string> = {};
  for (const store of stores ?? (Object.keys(PROVIDERS) as Store[])) {
    const tokens = await simulated.accounts[store]?.give("mara");
    if (tokens === undefined) throw new Error(`no store ${store}`);
    connections[store] = await connect(await ctx(), store, tokens as StoreTokens);
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
    const ended = await Promise.race([
      run(kind, body).then(() => "ended"),
      new Promise((resolve) => {
        const look = () => (simulated.state.hangsAfter !== null && simulated.state.hangsAfter < 0 ? resolve("cut") : setTimeout(look, 1));
        look();
      }),
    ]);
    simulated.state.hangsAfter = null;
    if (ended === "cut") throw new Error("cut off");
    return ended;
  }

  const nextJob = () =>
    env.DB.prepare(
      "SELECT id, kind, body_json, lease_until FROM outbox WHERE body_json->>'artistId' = ? AND buried_at IS NULL ORDER BY lease_until, id LIMIT 1",
    )
      .bind(world.artistId)
      .first<{ id: string; kind: string; body_json: string; lease_until: number }>();

  return {
    artistId: world.artistId,
    stores: simulated,
    connections: connections as Record<Store, string>,
    clock,
    chance,
    ctx,
    plan: () => planNight(base(), dayOf(clock.now) as Day, clock.now),
    async deliverUntil(until, wrong = { doubled: 0, cutOff: 0 }) {
      for (;;) {
        const job = await nextJob();
        if (job === null || job.lease_until > until) break;
        clock.now = Math.max(clock.now, job.lease_until);
        const body = JSON.parse(job.body_json) as Record<string, string>;
        // Until the sweep would send it again.
        const lease = clock.now + 10 * 60_000;
        await env.DB.prepare("UPDATE outbox SET lease_until = ? WHERE id = ?").bind(lease, job.id).run();
        const isDoubled = chance() < wrong.doubled;
        const isCutOff = !isDoubled && chance() < wrong.cutOff;
        const outcomes = await Promise.allSettled(
          Array.from({ length: isDoubled ? 2 : 1 }, () => attempt(job.kind, body, isCutOff)),
        );
        const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
        for (const failure of failures) {
          const isExpected = (failure instanceof Error && failure.message === "cut off") || failure instanceof Problem;
          if (!isExpected) throw failure;
          if (failure instanceof Problem && PROBLEMS[failure.code].retry === "never") await buryJob(base(), job.id, String(failure));
        }
        if (failures.length < outcomes.length) await finishJob(base(), job.id);
      }
      clock.now = Math.max(clock.now, until);
    },
  };
}
