import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Ctx } from "../../src/db/ctx.ts";
import { getOverview, refreshKpis } from "../../src/earnings/overview.ts";
import { explainEarnings, getEarnings } from "../../src/earnings/service.ts";
import { listLines } from "../../src/statements/lines.ts";
import { getStatement } from "../../src/statements/service.ts";
import { made, written } from "../harness/statement.ts";
import { imported, newWorld, type World } from "../harness/world.ts";

/** Rows a question reads beyond sign-in. */
async function rowsRead<T>(
  world: World,
  ask: (ctx: Ctx) => Promise<T>,
): Promise<{ rows: number; trips: number; answer: T }> {
  const ctx = await world.ctx();
  const { rowsRead: before, roundTrips } = ctx.db.meter;
  const answer = await ask(ctx);
  return { rows: ctx.db.meter.rowsRead - before, trips: ctx.db.meter.roundTrips - roundTrips, answer };
}

const month = { granularity: "month", from: "2026-01", to: "2026-06", weekStart: "mon", limit: 5000 } as const;
const SCALES = [1, 10, 100];

describe("rows read do not grow with the number of lines", () => {
  it("at 1×, 10× and 100× the same questions stay within their budgets", async () => {
    const read: number[][] = [];
    for (const scale of SCALES) {
      const world = await newWorld();
      const owner = await world.as("owner");
      const { id } = await imported(owner, "a.tsv", written(made(200 * scale, 50)));
      await refreshKpis(await world.ctx());
      const figures: number[] = [];

      const fromKv = await rowsRead(world, (ctx) =>
        getOverview({ ...ctx, settings: { ...ctx.settings, keepsAnswersInIsolate: false } }),
      );
      expect(fromKv.rows, "overview from KV").toBe(0);
      const noKv = { get: async () => null } as unknown as KVNamespace;
      const fromRow = await rowsRead(world, (ctx) =>
        getOverview({
          ...ctx,
          stores: { ...ctx.stores, kpi: noKv },
          settings: { ...ctx.settings, keepsAnswersInIsolate: false },
        }),
      );
      expect(fromRow.rows, "overview from its row").toBeLessThanOrEqual(2);
      expect(fromRow.answer).toEqual(fromKv.answer);
      figures.push(fromKv.rows, fromRow.rows);

      const questions = [
        {},
        { groupBy: "platform" },
        { groupBy: "territory" },
        { groupBy: "recording" },
        { groupBy: "release" },
        { groupBy: "source" },
        { groupBy: "territory", platform: "Spotify" },
        { groupBy: "platform", territory: "DE" },
        { groupBy: "platform", isrc: "QZAB12400103" },
        { groupBy: "recording", source: "distrokid" },
        { territory: "DE", platform: "Deezer" },
        { granularity: "day", from: "2026-01-01", to: "2026-04-30" },
        { granularity: "week", groupBy: "platform" },
      ] as const;
      for (const question of questions) {
        const { rows, answer, trips } = await rowsRead(world, (ctx) => getEarnings(ctx, { ...month, ...question }));
        const cells = answer.buckets.length;
        expect(rows, `${JSON.stringify(question)}: ${cells} cells`).toBeLessThanOrEqual(cells + 10);
        expect(trips, JSON.stringify(question)).toBeLessThanOrEqual(2);
        if (!("territory" in question) && !("isrc" in question)) expect(trips).toBe(1);
      }

      const page = await rowsRead(world, (ctx) => listLines(ctx, id, { limit: 100, fromLine: 150 * scale }));
      expect(page.answer.data.length).toBeGreaterThan(0);
      expect(page.rows, "a page of lines").toBeLessThanOrEqual(5);
      const filtered = await rowsRead(world, (ctx) => listLines(ctx, id, { limit: 20, platform: "Spotify" }));
      expect(filtered.rows, "a filtered page of lines").toBeLessThanOrEqual(8);
      const one = await rowsRead(world, (ctx) => getStatement(ctx, id));
      expect(one.rows).toBe(1);
      figures.push(page.rows, one.rows);
      const why = await rowsRead(world, (ctx) => explainEarnings(ctx, { period: "2026-02", platform: "Spotify" }));
      expect(why.answer.contributions).toHaveLength(1);
      read.push(figures);
    }
    expect(read[1]?.slice(0, 2)).toEqual(read[0]?.slice(0, 2));
    expect(read[2]).toEqual(read[1]);
  });

  it("the night's one refresh serves the whole day, wherever the artist lives", async () => {
    const world = await newWorld();
    await imported(await world.as("owner"), "a.tsv", written(made(60, 51)));
    const settings = { keepsAnswersInIsolate: false };
    const midnight = Math.floor(Date.now() / 86_400_000) * 86_400_000;
    for (const timeZone of ["Pacific/Honolulu", "Europe/Berlin", "Pacific/Kiritimati"]) {
      const at = async (minutes: number): Promise<Ctx> => {
        const ctx = await world.ctx();
        const artist = { ...ctx.artist, timeZone };
        return { ...ctx, artist, settings: { ...ctx.settings, ...settings }, now: midnight + minutes * 60_000 };
      };
      await refreshKpis(await at(5));
      for (const minutes of [10, 11 * 60, 23 * 60 + 50]) {
        const ctx = await at(minutes);
        const before = ctx.db.meter.rowsRead;
        await getOverview(ctx);
        expect(ctx.db.meter.rowsRead - before, `${timeZone} after ${minutes} minutes`).toBe(0);
      }
    }
  });

  it("no kept question scans: every plan searches a key", async () => {
    const plans = [
      "SELECT * FROM earning_rollups WHERE artist_id = 'a' AND currency = 'USD' AND source = '' AND cut = 'total' AND platform = '' AND month BETWEEN '2026-01' AND '2026-06' ORDER BY month, key",
      "SELECT * FROM statement_blocks WHERE artist_id = 'a' AND statement_id = 'b' AND first_line >= 5 ORDER BY first_line LIMIT 2",
      "SELECT * FROM api_keys k JOIN artists a ON a.id = k.artist_id WHERE k.key_hash = 'x'",
      "SELECT * FROM sessions WHERE user_id = 'u' AND expires_at > 5",
      "SELECT * FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.artist_id = 'a' ORDER BY m.id LIMIT 500",
      "SELECT role FROM memberships WHERE user_id = 'u' AND artist_id = 'a' UNION ALL SELECT om.role FROM organisation_members om JOIN organisation_artists oa ON oa.organisation_id = om.organisation_id AND oa.artist_id = 'a' WHERE om.user_id = 'u'",
      "SELECT * FROM invitations WHERE token_hash = 'x'",
      "SELECT count(*) FROM invitations WHERE artist_id = 'a' AND id >= 'inv_0'",
      "SELECT * FROM organisation_proposals WHERE organisation_id = 'o'",
      "SELECT * FROM audit_log WHERE artist_id = 'a' AND id >= 'aud_0' AND id < 'aud_9' ORDER BY id DESC LIMIT 51",
      "SELECT * FROM kpi_snapshots WHERE artist_id = 'a' AND view = 'overview'",
      "SELECT * FROM play_rollups WHERE artist_id = 'a' AND source = '' AND cut = 'territory' AND platform = '' AND grain = 'day' AND period BETWEEN '2026-01-01' AND '2026-02-01' ORDER BY period, key LIMIT 9",
      "SELECT * FROM play_months WHERE artist_id = 'a' AND month BETWEEN '2026-01' AND '2026-02'",
      "DELETE FROM play_rollups WHERE artist_id = 'a' AND cells = 0",
      "DELETE FROM earning_rollups WHERE artist_id = 'a' AND lines = 0",
    ];
    for (const sql of plans) {
      const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
      for (const step of results) {
        expect(String(step.detail), sql).not.toMatch(/^SCAN|TEMP B-TREE/);
      }
    }
  });
});
