import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays, type Day, daysOfMonth } from "../../src/kernel/time.ts";
import { countCovered, withDays } from "../../src/metrics/facts/model.ts";
import { findDayWeights } from "../../src/metrics/facts/repository.ts";
import { type PlayCell, type ReportedDay, replaceDays } from "../../src/metrics/index.ts";
import { newWorld, type World } from "../harness/world.ts";

const TERRITORIES = ["US", "DE", "BR"];
const STORES = ["Spotify", "Deezer"];

/** A day as a feed would report it: the same seed gives the same day. */
function reported(day: Day, revision: number, seed: number): ReportedDay {
  const amount = (at: number) => ((seed * 31 + at * 17 + revision * 7) % 50) + (at % 3);
  const cell = (platform: string, key: string, at: number): PlayCell => ({
    platform,
    key,
    label: null,
    plays: amount(at),
    downloads: amount(at + 5) % 4,
    other: 0,
  });
  const cross = (keys: readonly string[]) =>
    STORES.flatMap((store, row) => keys.map((key, at) => cell(store, key, row * 10 + at)));
  return {
    day,
    revision,
    cells: { territory: cross(TERRITORIES), recording: cross(["QZAB12400101", "QZAB12400102"]), release: [] },
  };
}

async function rollups(world: World): Promise<Record<string, unknown>[]> {
  const { results } = await env.DB.prepare(
    `SELECT source, cut, platform, grain, period, key, cells, plays, downloads, other FROM play_rollups
     WHERE artist_id = ? ORDER BY 1, 2, 3, 4, 5, 6`,
  )
    .bind(world.artistId)
    .all();
  return results;
}

async function report(world: World, source: string, days: ReportedDay[]): Promise<number> {
  return replaceDays(await world.ctx(), { source, lagDays: 2, days });
}

describe("days of a feed", () => {
  it("are replaced whole, and a restated day changes exactly its own cells", async () => {
    const world = await newWorld();
    const days = daysOfMonth("2026-02").map((day, at) => reported(day, 1, at));
    expect(await report(world, "s4a", days)).toBe(28);
    const before = await rollups(world);
    expect(await report(world, "s4a", [reported("2026-02-10", 2, 99)])).toBe(1);
    const after = await rollups(world);
    const slot = (row: Record<string, unknown>) =>
      JSON.stringify([row.source, row.cut, row.platform, row.grain, row.period, row.key]);
    const was = new Map(before.map((row) => [slot(row), JSON.stringify(row)]));
    const moved = after.filter((row) => was.get(slot(row)) !== JSON.stringify(row));
    expect(moved.length).toBeGreaterThan(0);
    const periods = { day: "2026-02-10", mon: "2026-02-09", fri: "2026-02-06", month: "2026-02" } as Record<
      string,
      string
    >;
    for (const row of moved) expect(row.period).toBe(periods[String(row.grain)]);
    // Taking the restatement back by a still later one of the first figures restores everything.
    await report(world, "s4a", [{ ...reported("2026-02-10", 1, 9), revision: 3 }]);
    expect(await rollups(world)).toEqual(before);
  });

  it("an older report that comes late changes nothing", async () => {
    const world = await newWorld();
    await report(world, "s4a", [reported("2026-02-10", 5, 1)]);
    const before = await rollups(world);
    expect(await report(world, "s4a", [reported("2026-02-10", 4, 2), reported("2026-02-10", 5, 3)])).toBe(0);
    expect(await rollups(world)).toEqual(before);
  });

  it("in any order, repeated, and at the same time, end in the same figures", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            source: fc.constantFrom("s4a", "amp"),
            offset: fc.nat({ max: 9 }),
            revision: fc.integer({ min: 1, max: 3 }),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        fc.nat(),
        async (events, turn) => {
          const one = await newWorld();
          const other = await newWorld();
          const send = (world: World, { source, offset, revision }: (typeof events)[number]) =>
            report(world, source, [reported(addDays("2026-02-25", offset), revision, offset)]);
          for (const event of events) await send(one, event);
          const turned = [...events.slice(turn % events.length), ...events.slice(0, turn % events.length)].reverse();
          await Promise.all(turned.map((event) => send(other, event)));
          await Promise.all(turned.map((event) => send(other, event)));
          expect(await rollups(other)).toEqual(await rollups(one));
        },
      ),
      { numRuns: 8 },
    );
  });

  it("every rollup is the fold of the packs it is made of", async () => {
    const world = await newWorld();
    await report(
      world,
      "s4a",
      daysOfMonth("2026-02").map((day, at) => reported(day, 1, at)),
    );
    await report(world, "amp", [reported("2026-02-03", 1, 4), reported("2026-02-04", 1, 4)]);
    const { results } = await env.DB.prepare(
      `SELECT p.day AS day, j.value->>0 AS platform, j.value->>1 AS key, j.value->>3 AS plays
       FROM play_packs p, json_each(p.cells_json) j WHERE p.artist_id = ? AND p.cut = 'territory'`,
    )
      .bind(world.artistId)
      .all<{ day: string; platform: string; key: string; plays: number }>();
    const total = results.reduce((sum, row) => sum + row.plays, 0);
    const rows = await rollups(world);
    for (const grain of ["day", "mon", "fri", "month"]) {
      const sum = (cut: string, source: string, all: boolean) =>
        rows
          .filter(
            (row) => row.grain === grain && row.cut === cut && row.source === source && (row.platform === "") === all,
          )
          .reduce((plays, row) => plays + Number(row.plays), 0);
      for (const cut of ["total", "platform", "territory", "source"])
        expect(sum(cut, "", true), `${grain} ${cut}`).toBe(total);
      expect(sum("territory", "", false)).toBe(total);
      expect(sum("platform", "s4a", true) + sum("platform", "amp", true)).toBe(total);
    }
  });

  it("weigh a month only when every day of it is reported", async () => {
    const world = await newWorld();
    const days = daysOfMonth("2026-02").map((day, at) => reported(day, 1, at));
    const ctx = await world.ctx();
    await report(world, "s4a", days.slice(1));
    expect((await findDayWeights(ctx.db, ctx.scope, { from: "2026-01", to: "2026-03" })).size).toBe(0);
    await report(world, "s4a", days.slice(0, 1));
    const again = await world.ctx();
    const weights = await findDayWeights(again.db, again.scope, { from: "2026-01", to: "2026-03" });
    expect([...weights.keys()]).toEqual(["2026-02"]);
    const plays = days.map((day) => day.cells.territory.reduce((sum, cell) => sum + BigInt(cell.plays), 0n));
    expect(weights.get("2026-02")).toEqual(plays);
  });
});

describe("runs of days", () => {
  it("hold each day once, joined where they meet, and are counted within any range", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 60 }), { maxLength: 40 }),
        fc.nat({ max: 60 }),
        fc.nat({ max: 30 }),
        (offsets, first, length) => {
          const days = offsets.map((offset) => addDays("2026-01-01", offset));
          const runs = days.reduce((kept: ReturnType<typeof withDays>, day) => withDays(kept, [day]), []);
          expect(withDays([], days)).toEqual(runs);
          const [from, to] = [addDays("2026-01-01", first), addDays("2026-01-01", first + length)];
          const expected = new Set(days.filter((day) => day >= from && day <= to)).size;
          expect(countCovered(runs, from, to)).toBe(expected);
        },
      ),
    );
  });
});
