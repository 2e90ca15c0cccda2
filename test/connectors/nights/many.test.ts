// Ten thousand connections due in one night: planned a page at a time, drained one delivery after another, each with a
// bounded number of calls and batches, and never more calls than the store allows. All are drained in `npm run test:long`.
import { expect, it } from "vitest";
import { planNight, syncConnection } from "../../../src/connectors/index.ts";
import { CALLS_PER_DELIVERY, CALLS_PER_WINDOW, PLANNED_AT_ONCE } from "../../../src/connectors/runs/model.ts";
import type { BaseCtx } from "../../../src/db/ctx.ts";
import { contextOf } from "../../../src/env.ts";
import { dayOf } from "../../../src/kernel/time.ts";
import { openArtist } from "../../../src/team/index.ts";
import { connect, type Stores } from "../../harness/stores.ts";
import { createStores } from "../../simulator/stores.mjs";
import { SETTINGS } from "./nights.ts";
import { openSqlite } from "./sqlite.ts";

const CONNECTIONS = 10_000;
const DRAINED = process.env["LONG"] === undefined || process.env["LONG"] === "" ? 1000 : CONNECTIONS;
const LIMIT = { calls: 300, perMs: 60_000 };
const ROUND_TRIP_MS = 50;
const NIGHT = Date.parse("2027-05-02T00:05:00Z");

it(`${CONNECTIONS} connections are planned and ${DRAINED} of them drained within bounds`, async () => {
  const { database, sql, close } = openSqlite();
  const clock = { now: NIGHT };
  const limits = { soundcloud: LIMIT };
  const stores: Stores = createStores({ now: () => clock.now, limits });
  const base = (): BaseCtx => {
    const wait = async (ms: number) => {
      clock.now += ms;
    };
    const outside = {
      now: clock.now,
      clock: { now: () => clock.now, wait },
      randomBytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)),
      fetch: (async (...asked: Parameters<typeof fetch>) => {
        clock.now += ROUND_TRIP_MS;
        return stores.fetch(...asked);
      }) as typeof fetch,
      waitUntil: () => undefined,
    };
    const env = { ...SETTINGS, DB: database } as unknown as Env;
    return { ...contextOf(env, outside, { kind: "system", job: "test" }), send: () => undefined };
  };
  const artistOf = (at: number) => `art_${String(at).padStart(26, "0")}`;
  const newArtist = sql.prepare(
    "INSERT INTO artists (id, name, currency, time_zone, generation, generation_at, created_at) VALUES (?, 'Glass Harbor', 'USD', 'UTC', 0, 0, 0)",
  );
  for (let at = 0; at < CONNECTIONS; at += 1) newArtist.run(artistOf(at));
  // One is connected as people do; the others are the same rows with other names, and those drained have tokens.
  const first = await openArtist(base(), artistOf(0));
  if (first === null) throw new Error("no artist");
  await connect(first, stores, "soundcloud");
  sql.exec("DELETE FROM connection_runs; DELETE FROM outbox; UPDATE provider_grants SET night = ''");
  for (let at = 1; at < DRAINED; at += 1) {
    const ctx = await openArtist(base(), artistOf(at));
    if (ctx !== null) await connect(ctx, stores, "soundcloud", `user-${at}`);
  }
  sql.exec(`DELETE FROM connection_runs; DELETE FROM outbox; UPDATE provider_grants SET night = '';
    INSERT INTO provider_grants (artist_id, id, provider, status, scopes, created_by, created_at)
    SELECT id, 'con_' || substr(id, 5), 'soundcloud', 'active', '', 'test', 0 FROM artists
    WHERE id NOT IN (SELECT artist_id FROM provider_grants)`);

  let pages = 0;
  let mostChanges = 0;
  let planned = 0;
  for (;;) {
    const before = Number(sql.prepare("SELECT total_changes() AS n").get()?.["n"]);
    const ctx = base();
    await planNight(ctx, dayOf(NIGHT), NIGHT);
    const changes = Number(sql.prepare("SELECT total_changes() AS n").get()?.["n"]) - before;
    if (changes === 0) break;
    pages += 1;
    mostChanges = Math.max(mostChanges, changes);
    expect(ctx.db.meter.roundTrips).toBeLessThanOrEqual(2);
    planned = Number(sql.prepare("SELECT count(*) AS n FROM connection_runs").get()?.["n"]);
    expect(planned).toBe(pages * PLANNED_AT_ONCE);
  }
  expect(planned).toBe(CONNECTIONS);
  // A run, the night of its connection, and its job; and the job of the next page.
  expect(mostChanges).toBeLessThanOrEqual(PLANNED_AT_ONCE * 3 + 1);

  const bounds = { requests: 0, trips: 0 };
  let deliveries = 0;
  let calls = 0;
  const begunAt = clock.now;
  for (let at = 0; at < DRAINED; at += 1) {
    const artistId = artistOf(at);
    const run = sql.prepare("SELECT id, connection_id FROM connection_runs WHERE artist_id = ?").get(artistId);
    const name = { connectionId: String(run?.["connection_id"]), runId: String(run?.["id"]) };
    for (let again = 0; again < 50; again += 1) {
      const ctx = await openArtist(base(), artistId);
      if (ctx === null) throw new Error("no artist");
      const before = stores.state.calls.length;
      await syncConnection(ctx, name);
      deliveries += 1;
      calls += stores.state.calls.length - before;
      bounds.requests = Math.max(bounds.requests, stores.state.calls.length - before);
      bounds.trips = Math.max(bounds.trips, ctx.db.meter.roundTrips);
      const row = sql.prepare("SELECT status, resume_at FROM connection_runs WHERE id = ?").get(name.runId);
      if (row?.["status"] === "succeeded") break;
      clock.now = Math.max(clock.now, Number(row?.["resume_at"] ?? 0));
    }
    // What a limit allows is looked back at for a minute alone.
    if (stores.state.calls.length > 2000) stores.state.calls.splice(0, 1000);
  }
  const done = sql.prepare("SELECT count(*) AS n FROM connection_runs WHERE status = 'succeeded'").get();
  expect(done).toEqual({ n: DRAINED });
  expect(bounds.requests).toBeLessThanOrEqual(CALLS_PER_DELIVERY + CALLS_PER_WINDOW);
  expect(bounds.trips).toBeLessThanOrEqual(20);
  expect(stores.state.overLimit).toBe(0);
  const seconds = (clock.now - begunAt) / 1000;
  // What the limit allows in that time, at one call after another and 50 ms each.
  const shareOfLimit = calls / ((seconds * LIMIT.calls * 1000) / LIMIT.perMs);
  expect(shareOfLimit).toBeGreaterThanOrEqual(0.8);
  const figures = { pages, rowsPerPage: mostChanges, deliveries, calls, batches: bounds.trips, seconds, shareOfLimit };
  console.log(`BENCH ${JSON.stringify(figures)}`);
  close();
});
