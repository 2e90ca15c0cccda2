// Thirty days at every store in virtual time, with everything that goes wrong there and at our own doors: in the end the
// facts are the stores' truth. `npm run test:long` plays 500 seeds; SEED=… begins with the one that failed.
import { afterAll, describe, expect, it } from "vitest";
import { presentConnection } from "../../../src/connectors/grants/schema.ts";
import { disconnect, getAccessToken, getConnection } from "../../../src/connectors/grants/service.ts";
import { PROVIDERS } from "../../../src/connectors/index.ts";
import type { Day } from "../../../src/kernel/time.ts";
import { listMeasures } from "../../../src/metrics/index.ts";
import { connect, type Store } from "../../harness/stores.ts";
import { addDays, dayOf, daysBetween } from "../../simulator/stores/random.mjs";
import { DAY, HOUR, type Nights, newNights } from "./nights.ts";

const { LONG = "", SEED = "1" } = process.env;
const SEEDS = Array.from({ length: LONG === "" ? 10 : 500 }, (_, at) => Number(SEED) + at);
const NIGHTS = 30;
const BEGIN = Date.parse("2027-03-01T15:20:00Z");

interface Seen {
  /** The days on which the totals at SoundCloud were read. */
  readonly faulted: Map<string, number>;
  runs: number;
  calls: number;
}

const seen: Seen = { faulted: new Map(), runs: 0, calls: 0 };

/** The days a source has reported, each with its sum of one cut by key. */
function reported({ sql, artistId }: Nights, source: string): Map<string, Record<string, Record<string, number>>> {
  const results = sql
    .prepare(
      "SELECT d.day, p.cut, p.cells_json FROM play_days d LEFT JOIN play_packs p USING (artist_id, source, day) WHERE d.artist_id = ? AND d.source = ? ORDER BY d.day",
    )
    .all(artistId, source) as { day: string; cut: string | null; cells_json: string | null }[];
  const days = new Map<string, Record<string, Record<string, number>>>();
  for (const { day, cut, cells_json } of results) {
    const cuts = days.get(day) ?? {};
    if (cut !== null) {
      const cells = JSON.parse(cells_json ?? "[]") as [string, string, string | null, number, number, number][];
      cuts[cut] = Object.fromEntries(cells.map(([, key, , plays]) => [key, plays]));
    }
    days.set(day, cuts);
  }
  return days;
}

async function healthOf(nights: Nights, store: Store) {
  const { grants, providers } = await getConnection(await nights.ctx(), nights.connections[store]);
  const [grant] = grants;
  if (grant === undefined) throw new Error("the connection is gone");
  return presentConnection(grant, providers, nights.clock.now) as { status: string; reason: string | null };
}

/** When a stream was last read to its end: what its source restated afterwards is the next night's. */
function readAt(nights: Nights, store: Store, stream: string): number {
  const row = nights.sql
    .prepare("SELECT read_at FROM connection_streams WHERE connection_id = ? AND stream = ?")
    .get(nights.connections[store], stream) as { read_at: number } | undefined;
  return row?.read_at ?? 0;
}

async function holdYouTube(nights: Nights): Promise<void> {
  const { stores, clock } = nights;
  const channel = stores.truthOf("youtube", "mara");
  const at = readAt(nights, "youtube", "views") + stores.state.skewMs;
  const days = reported(nights, "youtube-analytics");
  const first = [...days.keys()][0] ?? "";
  const last = [...days.keys()].at(-1) ?? "";
  expect([...days.keys()]).toEqual(daysBetween(first, last));
  // The store's clock may be a day behind, and a quiet day is believed when a later one is there.
  expect(last >= addDays(dayOf(clock.now - 72 * HOUR), -5)).toBe(true);
  for (const [day, cuts] of days) {
    const truth = channel.truth(day, at);
    expect({ day, ...cuts["territory"] }).toEqual({ day, ...Object.fromEntries(truth.countries) });
    const videos = Object.fromEntries([...truth.videos].map(([id, views]) => [`youtube:${id}`, views]));
    expect({ day, ...cuts["recording"] }).toEqual({ day, ...videos });
  }
  const ctx = await nights.ctx();
  const range = { from: first as Day, to: last as Day };
  const traffic = await listMeasures(ctx.db, ctx.scope, { source: "youtube-analytics", stream: "traffic" }, range);
  expect(traffic.length).toBeGreaterThan(days.size - 5);
  for (const { day, measures } of traffic) {
    const views = measures.filter(({ metric }) => metric === "views").map(({ key, value }) => [key, Number(value)]);
    expect({ day, ...Object.fromEntries(views) }).toEqual({
      day,
      ...Object.fromEntries(channel.truth(day, at).traffic),
    });
  }
  const revenue = await listMeasures(ctx.db, ctx.scope, { source: "youtube-analytics", stream: "revenue" }, range);
  for (const { day, measures } of revenue) {
    const { revenue: printed } = channel.truth(day, at);
    const nanos = printed === null ? [] : [BigInt(printed.replace(".", "").slice(0, -1)) * 1n];
    expect({ day, nanos: measures.map(({ value }) => BigInt(value)) }).toEqual({ day, nanos });
  }
}

/** One thing with a running total, as its store lists it at an instant. */
interface Listed {
  readonly id: string;
  readonly key: string;
  readonly createdAt: number;
  readonly plays: number;
}

async function holdSoundCloud(nights: Nights): Promise<void> {
  const uploads = nights.stores.truthOf("soundcloud", "mara");
  holdTotals(nights, "soundcloud-api", (at) =>
    uploads.listed(at).map((track: { urn: string; isrc: string | null; createdOn: string; plays: number }): Listed => {
      const { urn, isrc, createdOn, plays } = track;
      return { id: urn, key: isrc ?? urn, createdAt: Date.parse(createdOn) + 9 * HOUR, plays };
    }),
  );
}

async function holdTikTok(nights: Nights): Promise<void> {
  const profile = nights.stores.truthOf("tiktok", "mara");
  holdTotals(nights, "tiktok-api", (at) =>
    profile.listed(at).map(({ id, createdAt, views }: { id: string; createdAt: number; views: number }): Listed => {
      return { id, key: `tiktok:${id}`, createdAt, plays: views };
    }),
  );
  const ctx = await nights.ctx();
  const range = { from: dayOf(BEGIN) as Day, to: dayOf(nights.clock.now) as Day };
  const days = await listMeasures(ctx.db, ctx.scope, { source: "tiktok-api", stream: "profile" }, range);
  expect(days.length).toBeGreaterThan(NIGHTS / 2);
  for (const { day, measures } of days) {
    const at = Date.parse(day) + HOUR;
    const { follower_count, likes_count } = profile.numbers(at);
    const truth = { followers: follower_count, likes: likes_count, videos: profile.listed(at).length };
    const said = Object.fromEntries(measures.map(({ metric, value }) => [metric, Number(value)]));
    expect({ day, ...said }).toEqual({ day, ...truth });
  }
}

/** Holds days made of totals against a reckoning of their own: what was listed at each reading, and what was before it. */
function holdTotals(nights: Nights, source: string, listed: (at: number) => Listed[]): void {
  const days = [...reported(nights, source)];
  const lastSeen = new Map<string, number>();
  let before = Date.parse(dayOf(BEGIN));
  for (const { id, plays } of listed(BEGIN)) lastSeen.set(id, plays);
  expect(days.length).toBeGreaterThan(NIGHTS / 2);
  for (const [day, cuts] of days) {
    const read = Date.parse(addDays(day, 1));
    const byKey: Record<string, number> = {};
    let total = 0;
    for (const thing of listed(read + HOUR)) {
      const isNew = !lastSeen.has(thing.id) && thing.createdAt > before;
      const from = lastSeen.get(thing.id) ?? (isNew ? 0 : thing.plays);
      byKey[thing.key] = (byKey[thing.key] ?? 0) + thing.plays - from;
      total += thing.plays - from;
      lastSeen.set(thing.id, thing.plays);
    }
    before = read;
    const plays = (cut: string) =>
      Object.fromEntries(Object.entries(cuts[cut] ?? {}).filter(([, count]) => count !== 0));
    expect({ day, ...plays("recording") }).toEqual({
      day,
      ...Object.fromEntries(Object.entries(byKey).filter(([, count]) => count !== 0)),
    });
    expect({ day, ...plays("territory") }).toEqual(total === 0 ? { day } : { day, ZZ: total });
  }
}

async function holdSpotify(nights: Nights): Promise<void> {
  const { lists, items } = nights.stores.truthOf("spotify", "mara");
  const ctx = await nights.ctx();
  const range = { from: dayOf(BEGIN) as Day, to: dayOf(nights.clock.now) as Day };
  const days = await listMeasures(ctx.db, ctx.scope, { source: "spotify-api", stream: "placements" }, range);
  expect(days.length).toBeGreaterThan(NIGHTS / 2);
  for (const { day, measures } of days) {
    const truth = lists
      .filter((list: { owner: string }) => list.owner === "mara")
      .flatMap((list: { id: string }) =>
        items(list, Date.parse(day) + HOUR).flatMap(
          (item: { uri: string; external_ids: { isrc?: string } } | null, at: number) =>
            item === null ? [] : [`${list.id}:${item.external_ids.isrc ?? item.uri}:${at + 1}`],
        ),
      );
    expect({ day, keys: measures.map(({ key }) => key).sort() }).toEqual({ day, keys: truth.sort() });
  }
}

/** No rollup holds anything but the sum of the days. */
function holdRollups({ sql, artistId }: Nights): void {
  const days = sql
    .prepare(
      "SELECT coalesce(sum(j.value->>3), 0) AS plays FROM play_packs p, json_each(p.cells_json) j WHERE p.artist_id = ? AND p.cut = 'territory'",
    )
    .get(artistId);
  for (const grain of ["day", "mon", "month"]) {
    const total = sql
      .prepare(
        "SELECT coalesce(sum(plays), 0) AS plays FROM play_rollups WHERE artist_id = ? AND source = '' AND cut = 'total' AND platform = '' AND grain = ?",
      )
      .get(artistId, grain);
    expect(total).toEqual(days);
  }
}

/** Each night has at most one run, and none more than one success. */
function holdNights({ sql, connections }: Nights, planned: ReadonlySet<string>): void {
  for (const [store, id] of Object.entries(connections)) {
    const nights = sql
      .prepare(
        "SELECT night, count(*) AS runs, sum(status = 'succeeded') AS successes, sum(status IN ('queued', 'running')) AS open FROM connection_runs WHERE connection_id = ? AND night IS NOT NULL GROUP BY night",
      )
      .all(id) as { night: string; runs: number; successes: number; open: number }[];
    for (const night of nights) expect({ store, ...night }).toMatchObject({ runs: 1, open: 0 });
    expect(nights.filter(({ successes }) => successes > 1)).toEqual([]);
    expect(nights.map(({ night }) => night).filter((night) => !planned.has(night))).toEqual([]);
    // The last two are calm: each is read once.
    expect(nights.slice(-2)).toMatchObject([{ successes: 1 }, { successes: 1 }]);
  }
}

describe("thirty days at every store", () => {
  afterAll(() => {
    console.log(
      `simulated ${SEEDS.length} seeds: ${seen.runs} runs, ${seen.calls} calls, ${JSON.stringify([...seen.faulted])}`,
    );
  });

  it.each(SEEDS)("end in the stores' truth (SEED=%i)", async (seed) => {
    const nights = await newNights(String(seed), BEGIN);
    const { stores, clock, chance } = nights;
    stores.state.isUnpaid = chance() < 0.3;
    stores.state.skewMs = Math.round((chance() * 2 - 1) * 26) * HOUR;
    const planned = new Set([dayOf(BEGIN)]);
    await nights.deliverUntil(BEGIN + HOUR);
    let revokedOn: number | null = null;
    const revokes = chance() < 0.4 ? 8 + Math.floor(chance() * 10) : null;
    for (let night = 1; night <= NIGHTS; night += 1) {
      const midnight = Date.parse(addDays(dayOf(BEGIN), night));
      const isCalm = night >= NIGHTS - 1;
      stores.state.faultRate = isCalm ? 0 : chance() ** 2 * 0.15;
      const isOut = !isCalm && chance() < 0.12;
      const ids = Object.keys(PROVIDERS);
      if (isOut) stores.state.away.add(ids[Math.floor(chance() * ids.length)] ?? "");
      const wrong = isCalm ? { doubled: 0, cutOff: 0 } : { doubled: 0.15, cutOff: 0.15 };
      if (revokes === night) {
        stores.accounts["youtube"]?.revoke("mara");
        revokedOn = night;
      }
      // In the end it is given anew, and reads all that it has missed.
      if (revokedOn !== null && night === NIGHTS - 3) {
        await connect(await nights.ctx(), stores, "youtube");
        revokedOn = null;
      }
      // The nightly schedule: missed, on time, or twice.
      clock.now = Math.max(clock.now, midnight + 5 * 60_000);
      const fired = isCalm ? 1 : chance() < 0.15 ? 0 : chance() < 0.2 ? 2 : 1;
      for (let time = 0; time < fired; time += 1) await nights.plan();
      await nights.deliverUntil(midnight + 35 * 60_000, wrong);
      // The hourly one finds what was missed.
      await nights.plan();
      planned.add(dayOf(clock.now));
      await nights.deliverUntil(midnight + 3 * HOUR, wrong);
      if (chance() < 0.1 && !isCalm && revokedOn === null) {
        stores.accounts["soundcloud"]?.expire();
        const ctx = { ...(await nights.ctx()), now: clock.now + 2 * HOUR };
        await Promise.allSettled(Array.from({ length: 5 }, () => getAccessToken(ctx, nights.connections.soundcloud)));
      }
      stores.state.away.clear();
      await nights.deliverUntil(midnight + 23 * HOUR, wrong);
      if (revokedOn !== null && night >= revokedOn) {
        expect(await healthOf(nights, "youtube")).toMatchObject({ status: "reauth_required", reason: "refused" });
      } else expect((await healthOf(nights, "youtube")).status).not.toBe("reauth_required");
      expect((await healthOf(nights, "spotify")).status).not.toBe("reauth_required");
    }
    await holdYouTube(nights);
    expect(await healthOf(nights, "youtube")).toEqual(expect.objectContaining({ status: "active", reason: null }));
    await holdSoundCloud(nights);
    await holdSpotify(nights);
    await holdTikTok(nights);
    holdRollups(nights);
    holdNights(nights, planned);
    expect(stores.state.overLimit).toBe(0);
    for (const store of Object.keys(PROVIDERS))
      expect(stores.accounts[store]?.state.mostRefreshing).toBeLessThanOrEqual(1);
    for (const [fault, count] of Object.entries(stores.state.faulted))
      seen.faulted.set(fault, (seen.faulted.get(fault) ?? 0) + count);
    const [runs] = nights.sql.prepare("SELECT count(*) AS runs FROM connection_runs").all() as { runs: number }[];
    seen.runs += runs?.runs ?? 0;
    seen.calls += stores.state.calls.length;
    for (const [store, id] of Object.entries(nights.connections)) {
      await disconnect(await nights.ctx(), id, store === "youtube" ? "erase" : "keep");
    }
    clock.now += DAY;
    await nights.deliverUntil(clock.now + HOUR);
    const left = nights.sql
      .prepare(
        "SELECT (SELECT count(*) FROM vault_items) AS tokens, (SELECT count(*) FROM play_days WHERE source = 'youtube-analytics') AS erased, (SELECT count(*) > 0 FROM play_days) AS kept",
      )
      .get();
    expect(left).toEqual({ tokens: 0, erased: 0, kept: 1 });
    holdRollups(nights);
    nights.close();
  });
});
