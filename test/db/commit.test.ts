// A change is whole: its writes, its audit row, its jobs and its claim are all there, or none of them.
import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { ConstraintError } from "../../src/db/client.ts";
import { commit, persist } from "../../src/db/commit.ts";
import type { Claim, Ctx } from "../../src/db/ctx.ts";
import { oneRowChanged } from "../../src/db/scoped.ts";
import type { JobMessage } from "../../src/jobs/messages.ts";
import { artists } from "../../src/team/index.ts";
import { dumpArtist } from "../harness/dump.ts";
import { newWorld, type World } from "../harness/world.ts";

async function rows<T>(query: string, ...values: unknown[]): Promise<T[]> {
  return (
    await env.DB.prepare(query)
      .bind(...values)
      .all<T>()
  ).results;
}

const rename = (ctx: Ctx, name: string) =>
  ctx.db.orm.update(artists).set({ name }).where(sql`${artists.id} = ${ctx.scope.artistId}`);
const refresh = ({ artistId }: World) => ({ kind: "kpi.refresh", body: { artistId } }) as const;

describe("a change", () => {
  it("leaves one audit row that says who did what to what, and its jobs in the outbox, in one round trip", async () => {
    const world = await newWorld();
    const sent: JobMessage[] = [];
    const ctx = { ...(await world.ctx()), send: (jobs: readonly JobMessage[]) => void sent.push(...jobs) };
    const before = ctx.db.meter.roundTrips;
    await commit(ctx, "artist.rename", {
      writes: [rename(ctx, "Low Tide")],
      target: world.artistId,
      before: { name: "Glass Harbor" },
      after: { name: "Low Tide" },
      jobs: [refresh(world)],
    });
    expect(ctx.db.meter.roundTrips - before).toBe(1);
    expect(await rows("SELECT * FROM audit_log WHERE artist_id = ?", world.artistId)).toEqual([
      {
        artist_id: world.artistId,
        id: expect.stringMatching(/^aud_/),
        at: ctx.now,
        actor: "system:test",
        action: "artist.rename",
        target: world.artistId,
        before_json: '{"name":"Glass Harbor"}',
        after_json: '{"name":"Low Tide"}',
        request_id: ctx.requestId,
      },
    ]);
    const outbox = await rows<{ id: string }>("SELECT * FROM outbox WHERE instr(body_json, ?) > 0", world.artistId);
    expect(outbox).toMatchObject([
      { kind: "kpi.refresh", attempts: 0, buried_at: null, lease_until: ctx.now + ctx.settings.outboxLeaseMs },
    ]);
    expect(sent).toEqual([{ id: outbox[0]?.id, ...refresh(world) }]);
  });

  it("whose guard fails leaves nothing: no write, no audit row, no job, nothing sent", async () => {
    const world = await newWorld();
    const sent: unknown[] = [];
    const ctx = { ...(await world.ctx()), send: (jobs: readonly JobMessage[]) => void sent.push(...jobs) };
    const before = await dumpArtist(world.artistId);
    const nobody = ctx.db.orm.update(artists).set({ name: "x" }).where(sql`${artists.id} = 'nobody'`);
    const change = commit(ctx, "artist.rename", {
      writes: [rename(ctx, "Low Tide"), nobody, ctx.db.orm.run(oneRowChanged)],
      jobs: [refresh(world)],
    });
    await expect(change).rejects.toMatchObject({ name: "ConstraintError", kind: "guard" });
    expect(await dumpArtist(world.artistId)).toEqual(before);
    expect(sent).toEqual([]);
  });

  it("that breaks a rule of the database leaves nothing, and says which kind of rule", async () => {
    const world = await newWorld();
    const ctx = await world.ctx();
    const before = await dumpArtist(world.artistId);
    const { artistId } = world;
    const broken: [ConstraintError["kind"], ReturnType<typeof sql>][] = [
      [
        "unique",
        sql`INSERT INTO artists (id, name, currency, time_zone, generation, generation_at, created_at) VALUES (${artistId}, 'x', 'USD', 'UTC', 0, 0, 0)`,
      ],
      [
        "other",
        sql`INSERT INTO memberships (artist_id, id, user_id, role, until, created_at) VALUES (${artistId}, 'mem_x', 'nobody', 'owner', NULL, 0)`,
      ],
      ["other", sql`UPDATE artists SET name = NULL WHERE id = ${artistId}`],
      ["other", sql`UPDATE artists SET generation = 'many' WHERE id = ${artistId}`],
      ["other", sql`DELETE FROM audit_log WHERE 1 = 1`],
    ];
    await commit(ctx, "artist.note", { writes: [] });
    const noted = await dumpArtist(world.artistId);
    for (const [kind, statement] of broken) {
      const change = commit(ctx, "artist.break", { writes: [rename(ctx, "x"), ctx.db.orm.run(statement)] });
      await expect(change, kind).rejects.toMatchObject({ kind });
      expect(await dumpArtist(world.artistId)).toEqual(noted);
    }
    expect(noted).not.toEqual(before);
  });

  it("the guard lets a write of exactly one row pass, and neither none nor two", async () => {
    const world = await newWorld();
    const ctx = await world.ctx();
    const { db } = ctx;
    const guarded = (where: ReturnType<typeof sql>) =>
      db.write([db.orm.update(artists).set({ timeZone: "UTC" }).where(where), db.orm.run(oneRowChanged)]);
    await expect(guarded(sql`id = ${world.artistId}`)).resolves.toBeUndefined();
    await expect(guarded(sql`id = 'nobody'`)).rejects.toBeInstanceOf(ConstraintError);
    const { artistId } = await newWorld();
    await expect(guarded(sql`id IN (${world.artistId}, ${artistId})`)).rejects.toBeInstanceOf(ConstraintError);
  });

  it("of two with one claim one is kept, with the answer that both are given", async () => {
    const world = await newWorld();
    const claim: Claim = {
      actor: `test:${world.artistId}`,
      key: "once",
      operation: "rename",
      requestHash: "h",
      answer: (result) => ({ status: 200, body: JSON.stringify(result), headers: { location: "/x" } }),
    };
    const change = async (name: string) => {
      const ctx = { ...(await world.ctx()), claim };
      await commit(ctx, "artist.rename", { writes: [rename(ctx, name)], result: { name } });
      return name;
    };
    const outcomes = await Promise.allSettled([change("Low Tide"), change("High Tide")]);
    const won = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    const lost = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    expect(won).toHaveLength(1);
    expect(lost).toMatchObject([{ kind: "unique" }]);
    expect(await rows("SELECT name FROM artists WHERE id = ?", world.artistId)).toEqual([{ name: won[0] }]);
    expect(await rows("SELECT 1 FROM audit_log WHERE artist_id = ?", world.artistId)).toHaveLength(1);
    expect(await rows("SELECT status, body, headers_json FROM idempotency_keys WHERE actor = ?", claim.actor)).toEqual([
      { status: 200, body: JSON.stringify({ name: won[0] }), headers_json: '{"location":"/x"}' },
    ]);
  });

  it("bookkeeping of a machine leaves no audit row", async () => {
    const world = await newWorld();
    const ctx = await world.ctx();
    await persist(ctx, [rename(ctx, "Low Tide")]);
    expect(await rows("SELECT 1 FROM audit_log WHERE artist_id = ?", world.artistId)).toEqual([]);
  });
});
