import { beforeAll, describe, expect, it } from "vitest";
import { addDays, type Day, daysBetween, daysOfMonth, weekStart } from "../../src/kernel/time.ts";
import { type PlayCell, type ReportedDay, replaceDays } from "../../src/metrics/index.ts";
import { getStreams } from "../../src/streams/service.ts";
import { made, written } from "../harness/statement.ts";
import { type Caller, imported, newWorld, type World } from "../harness/world.ts";

interface Answer {
  data: {
    period: string;
    key: string | null;
    plays: number | null;
    downloads: number | null;
    status: string;
    sourcesMissing: string[];
  }[];
  totals: { plays: number | null };
  nextCursor: string | null;
}

const STORES = ["Spotify", "Apple Music"];
const COUNTRIES = ["US", "DE", "GB"];
const SONGS = ["QZAB12400101", "QZAB12400102"];

/** Plays of one store, country and song on one day: whole numbers that differ. */
function plays(day: Day, store: number, country: number, song: number): number {
  return (Number(day.slice(8)) * 7 + Number(day.slice(5, 7)) * 3 + store * 11 + country * 5 + song * 2) % 23;
}

function dayOf(day: Day, revision = 1): ReportedDay {
  const cell = (platform: string, key: string, count: number): PlayCell => ({
    platform,
    key,
    label: key,
    plays: count,
    downloads: count % 2,
    other: 0,
  });
  const sum = (list: readonly number[]) => list.reduce((total, one) => total + one, 0);
  return {
    day,
    revision,
    cells: {
      territory: STORES.flatMap((store, s) =>
        COUNTRIES.map((country, c) => cell(store, country, sum(SONGS.map((_, k) => plays(day, s, c, k))))),
      ),
      recording: STORES.flatMap((store, s) =>
        SONGS.map((song, k) => cell(store, song, sum(COUNTRIES.map((_, c) => plays(day, s, c, k))))),
      ),
      release: [],
    },
  };
}

let world: World;
let viewer: Caller;
const first: Day = "2026-01-01";
const last: Day = "2026-03-20";

beforeAll(async () => {
  world = await newWorld();
  viewer = await world.as("viewer");
  const days = daysBetween(first, last);
  for (let at = 0; at < days.length; at += 40) {
    const part = days.slice(at, at + 40).map((day) => dayOf(day));
    await replaceDays(await world.ctx(), { source: "feed", lagDays: 2, days: part });
  }
});

async function ask(query: string): Promise<Answer> {
  const response = await viewer.get(`/api/dashboard/streams?${query}`);
  expect(response.status, query).toBe(200);
  return response.json();
}

function truth(day: Day, store: string | null, country: string | null, song: string | null): number {
  let total = 0;
  for (const [s, name] of STORES.entries()) {
    for (const [c, code] of COUNTRIES.entries()) {
      for (const [k, isrc] of SONGS.entries()) {
        if ((store ?? name) !== name || (country ?? code) !== code || (song ?? isrc) !== isrc) continue;
        total += plays(day, s, c, k);
      }
    }
  }
  return total;
}

describe("plays by day, week and month", () => {
  it("are the feed's own, by every group and filter that is kept", async () => {
    const filters: [string, string | null, string | null, string | null][] = [
      ["", null, null, null],
      ["&platform=Spotify", "Spotify", null, null],
      ["&territory=DE", null, "DE", null],
      ["&isrc=QZAB12400102", null, null, "QZAB12400102"],
      ["&platform=Apple+Music&territory=GB", "Apple Music", "GB", null],
      ["&platform=Spotify&isrc=QZAB12400101", "Spotify", null, "QZAB12400101"],
      ["&source=feed", null, null, null],
    ];
    for (const [query, store, country, song] of filters) {
      const days = await ask(`granularity=day&from=2026-02-01&to=2026-02-28${query}`);
      expect(
        days.data.map((bucket) => bucket.plays),
        query,
      ).toEqual(daysOfMonth("2026-02").map((day) => truth(day, store, country, song)));
      const month = await ask(`from=2026-02&to=2026-02${query}`);
      expect(month.data[0]?.plays).toBe(days.totals.plays);
    }
    for (const [group, keys] of Object.entries({ platform: STORES, territory: COUNTRIES, recording: SONGS })) {
      const grouped = await ask(`granularity=day&from=2026-02-01&to=2026-02-28&groupBy=${group}`);
      const total = await ask("granularity=day&from=2026-02-01&to=2026-02-28");
      expect(new Set(grouped.data.map((bucket) => bucket.key))).toEqual(new Set(keys));
      for (const day of total.data) {
        const parts = grouped.data.filter((bucket) => bucket.period === day.period);
        expect(parts.reduce((sum, part) => sum + (part.plays ?? 0), 0)).toBe(day.plays);
      }
    }
  });

  it.each(["mon", "fri"] as const)("weeks that begin on %s are the sums of their days", async (start) => {
    const weeks = await ask(`granularity=week&from=2026-01-12&to=2026-02-22&weekStart=${start}`);
    for (const week of weeks.data) {
      expect(weekStart(week.period as Day, start)).toBe(week.period);
      const days = daysBetween(week.period as Day, addDays(week.period as Day, 6));
      expect(week.plays).toBe(days.reduce((sum, day) => sum + truth(day, null, null, null), 0));
    }
  });

  it("walk in pages", async () => {
    const query = "granularity=day&from=2026-01-05&to=2026-01-20&groupBy=territory";
    const whole = await ask(query);
    const walked: Answer["data"] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: Answer = await ask(`${query}&limit=7${cursor === "" ? "" : `&cursor=${cursor}`}`);
      walked.push(...page.data);
      cursor = page.nextCursor;
    }
    expect(walked).toEqual(whole.data);
  });

  it("listeners are never added up", async () => {
    const response = await viewer.get("/api/dashboard/streams?from=2026-01&to=2026-02&metric=listeners");
    expect(await response.json()).toMatchObject({ status: 422, code: "metric_not_additive" });
  });
});

describe("what is not reported", () => {
  it("is null and named, and a reported day without plays is nought", async () => {
    const fresh = await newWorld();
    const caller = await fresh.as("viewer");
    const empty = { day: "2026-02-02" as Day, revision: 1, cells: { territory: [], recording: [], release: [] } };
    await replaceDays(await fresh.ctx(), {
      source: "a",
      lagDays: 1,
      days: [dayOf("2026-02-01"), empty, dayOf("2026-02-04")],
    });
    await replaceDays(await fresh.ctx(), { source: "b", lagDays: 1, days: [dayOf("2026-02-02")] });
    const response = await caller.get("/api/dashboard/streams?granularity=day&from=2026-02-01&to=2026-02-05");
    const { data } = (await response.json()) as Answer;
    expect(
      data.map(({ plays: count, status, sourcesMissing }) => [
        count === null ? null : count > 0,
        status,
        sourcesMissing,
      ]),
    ).toEqual([
      [true, "final", []],
      [true, "final", []],
      [null, "not_yet_reported", ["a", "b"]],
      [true, "provisional", ["b"]],
      [null, "not_yet_reported", ["a", "b"]],
    ]);
    const onlyA = await caller.get("/api/dashboard/streams?granularity=day&from=2026-02-02&to=2026-02-02&source=a");
    expect(((await onlyA.json()) as Answer).data).toMatchObject([{ plays: 0, status: "final" }]);
    const month = await caller.get("/api/dashboard/streams?from=2026-02&to=2026-03");
    expect(((await month.json()) as Answer).data).toMatchObject([
      { status: "provisional", sourcesMissing: ["a", "b"] },
      { plays: null, status: "not_yet_reported" },
    ]);
  });
});

describe("rows read", () => {
  it("are at most the figures of the answer and ten, at any size of history", async () => {
    const questions = [
      { granularity: "day", from: "2026-01-01", to: "2026-03-20" },
      { granularity: "day", from: "2026-02-01", to: "2026-02-28", groupBy: "territory" },
      { granularity: "month", from: "2026-01", to: "2026-03", groupBy: "platform" },
      { granularity: "week", from: "2026-01-12", to: "2026-03-15", groupBy: "recording", platform: "Spotify" },
      { granularity: "day", from: "2026-02-01", to: "2026-02-28", groupBy: "platform", territory: "DE" },
      { granularity: "day", from: "2026-02-01", to: "2026-02-28", isrc: "QZAB12400101" },
    ] as const;
    for (const question of questions) {
      const ctx = await world.ctx();
      const before = ctx.db.meter.rowsRead;
      const { buckets } = await getStreams(ctx, { weekStart: "mon", limit: 5000, ...question });
      expect(ctx.db.meter.rowsRead - before, JSON.stringify(question)).toBeLessThanOrEqual(buckets.length + 10);
    }
  });
});

describe("rows read at any size", () => {
  it("are the same whether few stores and songs are behind the figures or many", async () => {
    const read: number[] = [];
    for (const scale of [1, 10, 100]) {
      const fresh = await newWorld();
      const countries = COUNTRIES.map((key) => ({ key, label: null, plays: 3, downloads: 0, other: 0 }));
      const songs = Array.from({ length: scale }, (_, at) => ({
        key: `QZAB124${String(at).padStart(5, "0")}`,
        label: null,
        plays: 1,
        downloads: 0,
        other: 0,
      }));
      const stores = Array.from({ length: Math.ceil(scale / 10) }, (_, at) => `Store ${at}`);
      const days = daysOfMonth("2026-02").map(
        (day): ReportedDay => ({
          day,
          revision: 1,
          cells: {
            territory: stores.flatMap((platform) => countries.map((cell) => ({ ...cell, platform }))),
            recording: stores.flatMap((platform) => songs.map((cell) => ({ ...cell, platform }))),
            release: [],
          },
        }),
      );
      await replaceDays(await fresh.ctx(), { source: "feed", lagDays: 2, days });
      const ctx = await fresh.ctx();
      const before = ctx.db.meter.rowsRead;
      const { buckets } = await getStreams(ctx, {
        granularity: "day",
        from: "2026-02-01",
        to: "2026-02-28",
        groupBy: "territory",
        weekStart: "mon",
        limit: 5000,
      });
      expect(buckets).toHaveLength(28 * COUNTRIES.length);
      read.push(ctx.db.meter.rowsRead - before);
    }
    expect(read[0]).toBeLessThanOrEqual(28 * COUNTRIES.length + 10);
    expect(read).toEqual([read[0], read[0], read[0]]);
  });
});

describe("plays beside money", () => {
  it("a month's money is spread over its days by their plays", async () => {
    const fresh = await newWorld();
    const owner = await fresh.as("owner");
    await imported(owner, "a.tsv", written(made(300, 71, 3)));
    await replaceDays(await fresh.ctx(), {
      source: "feed",
      lagDays: 2,
      days: daysOfMonth("2026-02").map((day) => dayOf(day)),
    });
    const response = await owner.get("/api/dashboard/earnings?granularity=day&from=2026-02-01&to=2026-02-28");
    const { data, totals } = (await response.json()) as {
      data: { estimated: string }[];
      totals: { estimated: string };
    };
    const month = await owner.get("/api/dashboard/earnings?from=2026-02&to=2026-02");
    expect(totals.estimated).toBe(((await month.json()) as { totals: { reported: string } }).totals.reported);
    const counts = daysOfMonth("2026-02").map((day) => truth(day, null, null, null));
    const [most, least] = [counts.indexOf(Math.max(...counts)), counts.indexOf(Math.min(...counts))];
    expect(Number(data[most]?.estimated)).toBeGreaterThan(Number(data[least]?.estimated));
  });

  it("reconciliation names what was played and not paid, and what was paid unusually", async () => {
    const fresh = await newWorld();
    const owner = await fresh.as("owner");
    const months = ["2026-01", "2026-02", "2026-03", "2026-04"] as const;
    const base = { country: "US", isrc: "QZAB12400101", upc: "193959000013", title: "Undertow" };
    const lines = months.map((month) => ({
      ...base,
      month,
      store: "Spotify",
      units: 900,
      amount: month === "2026-03" ? "0.5" : "3.6",
    }));
    const rest = months.map((month) => ({
      ...base,
      month,
      store: "Deezer",
      units: month === "2026-02" ? 0 : 400,
      amount: "1",
    }));
    await imported(owner, "a.tsv", written([...lines, ...rest]));
    const cell = (platform: string, count: number): PlayCell => ({
      platform,
      key: "US",
      label: null,
      plays: count,
      downloads: 0,
      other: 0,
    });
    for (const month of months) {
      const days = daysOfMonth(month).map(
        (day): ReportedDay => ({
          day,
          revision: 1,
          cells: { territory: [cell("spotify", 30), cell("Deezer", 10)], recording: [], release: [] },
        }),
      );
      await replaceDays(await fresh.ctx(), { source: "feed", lagDays: 2, days });
    }
    const response = await owner.get("/api/dashboard/streams/reconciliation?from=2026-01&to=2026-04");
    const { data } = (await response.json()) as {
      data: { period: string; key: string; rate: string; flags: string[]; plays: number }[];
    };
    expect(data).toHaveLength(8);
    const row = (period: string, key: string) => data.find((each) => each.period === period && each.key === key);
    expect(row("2026-01", "Spotify")).toMatchObject({
      plays: 930,
      unitsPaid: 900,
      amount: "3.6",
      rate: "0.004",
      flags: [],
    });
    expect(row("2026-03", "Spotify")?.flags).toEqual(["low_rate"]);
    expect(row("2026-02", "Deezer")?.flags).toEqual(["missing_month"]);
  });
});
