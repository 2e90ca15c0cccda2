// The home of delivery: jobs that come twice, late, out of order and to several consumers at once change nothing.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Ctx } from "../../src/db/ctx.ts";
import { finishJob } from "../../src/db/outbox.ts";
import { refreshKpis } from "../../src/earnings/index.ts";
import { type JobMessage, parseJob } from "../../src/jobs/messages.ts";
import { checkBooks, postStatement, readStatement, retractStatement } from "../../src/statements/index.ts";
import { receiveStatement } from "../../src/statements/receive.ts";
import { askRetraction, getStatement } from "../../src/statements/service.ts";
import { expectBooksToAgree, rollupsOf } from "../harness/books.ts";
import { made, written } from "../harness/statement.ts";
import { newWorld, type World } from "../harness/world.ts";

const isLong = (env as unknown as { LONG: string }).LONG !== "";
const SEEDS = Array.from({ length: isLong ? 150 : 8 }, (_, at) => at + 1);

// Enough bytes for three steps of the least slice, and a small one that overtakes it.
const FILES = [written(made(17_000, 3)), written(made(900, 4))];

/** The context of a job that takes one slice at a time. */
async function slowCtx(world: World): Promise<Ctx> {
  const ctx = await world.ctx();
  return { ...ctx, settings: { ...ctx.settings, sliceBytes: 1, slicesPerRun: 1 } };
}

async function receive(world: World, text: string): Promise<string> {
  async function* body() {
    yield new TextEncoder().encode(text);
  }
  const upload = { filename: "statement.tsv", isPreview: false, body: body() };
  return (await receiveStatement(await world.ctx(), upload)).statement.id;
}

/** The jobs that have not finished: those that the sweep would send again. */
async function waiting(world: World): Promise<JobMessage[]> {
  const { results } = await env.DB.prepare(
    "SELECT id, kind, body_json FROM outbox WHERE instr(body_json, ?) ORDER BY id",
  )
    .bind(world.artistId)
    .all<{ id: string; kind: string; body_json: string }>();
  return results.map(({ id, kind, body_json: body }) => {
    const job = parseJob(id, kind, JSON.parse(body));
    if (job === null) throw new Error(`an unknown job: ${kind} ${body}`);
    return job;
  });
}

/** Answers one delivery as the queue's door does: the verb, and then the job leaves the outbox. */
async function deliver(world: World, job: JobMessage): Promise<void> {
  const ctx = await slowCtx(world);
  if (job.kind === "statement.read") await readStatement(ctx, job.body.statementId);
  else if (job.kind === "statement.post") await postStatement(ctx, job.body.statementId);
  else if (job.kind === "statement.retract") await retractStatement(ctx, job.body.statementId);
  else if (job.kind === "kpi.refresh") await refreshKpis(ctx);
  else if (job.kind === "books.check") await checkBooks(ctx);
  await finishJob(ctx, job.id);
}

async function retract(world: World, id: string): Promise<void> {
  await askRetraction(await world.ctx(), id);
}

/** What must be the same in the end, without ids and times, and without the order in which statements were booked. */
async function outcomeOf(world: World, ids: readonly string[]) {
  const { artistId } = world;
  const rows = async (sql: string) => (await env.DB.prepare(sql).bind(artistId).all()).results;
  const ctx = await world.ctx();
  const statements = await Promise.all(ids.map((id) => getStatement(ctx, id)));
  return {
    statements: statements.map(({ status, lines, totals, periodFrom, periodTo, dictionary }) => {
      return { status, lines, totals, periodFrom, periodTo, dictionary };
    }),
    generation: ctx.artist.generation,
    causes: await rows("SELECT kind, lines FROM generation_causes WHERE artist_id = ? ORDER BY 1, 2"),
    audit: await rows("SELECT action, after_json FROM audit_log WHERE artist_id = ? ORDER BY 1, 2"),
    rollups: await rollupsOf(world),
    postings: await rows(
      `SELECT replace(account, artist_id, 'artist') account, currency, period, CAST(nanos AS TEXT) nanos,
        reverses IS NULL original FROM ledger_postings WHERE artist_id = ? ORDER BY 1, 2, 3, 4, 5`,
    ),
    blocks: await rows(
      `SELECT first_line, last_line, byte_from, byte_to, exact_before, months, platforms, territories, identities
       FROM statement_blocks WHERE artist_id = ? ORDER BY 1, 2, 4`,
    ),
    cells: await rows(
      "SELECT cut, currency, period, step, cells_json FROM statement_sums WHERE artist_id = ? ORDER BY 1, 2, 3, 4, 5",
    ),
    sources: await rows("SELECT source, periods_json FROM earning_sources WHERE artist_id = ?"),
    snapshot: await rows("SELECT view, generation FROM kpi_snapshots WHERE artist_id = ?"),
  };
}

/** One delivery of each job, one after the other; the second statement is taken back at the end where asked for. */
async function cleanRun(retracts: boolean) {
  const world = await newWorld();
  const ids: string[] = [];
  for (const file of FILES) ids.push(await receive(world, file));
  const drain = async () => {
    for (let jobs = await waiting(world); jobs.length > 0; jobs = await waiting(world)) {
      for (const job of jobs) await deliver(world, job);
    }
  };
  await drain();
  if (retracts) await retract(world, ids[1] ?? "");
  await drain();
  await expectBooksToAgree(world);
  return outcomeOf(world, ids);
}

function randomFrom(seed: number) {
  let state = Math.imul(seed, 2_654_435_761) >>> 0;
  return (below: number) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) >>> 0;
    return (state >>> 8) % below;
  };
}

/** Deliveries at random until nothing waits: any job that was ever sent may come, also again, up to four at once. */
async function wildRun(seed: number, retracts: boolean) {
  const below = randomFrom(seed);
  const world = await newWorld();
  const ids = await Promise.all(FILES.map((file) => receive(world, file)));
  const sent = new Map<string, JobMessage>();
  let isRetracted = !retracts;
  let deliveries = 0;
  for (let round = 0; ; round++) {
    const open = await waiting(world);
    for (const job of open) sent.set(job.id, job);
    if (open.length === 0 && isRetracted) break;
    if (round > 500) throw new Error(`seed ${seed} does not come to rest: ${JSON.stringify(open)}`);
    const all = [...sent.values()];
    const together: Promise<void>[] = [];
    for (let count = below(4) + 1; count > 0; count--) {
      const from = below(3) === 0 || open.length === 0 ? all : open;
      const job = from[below(from.length)];
      if (job === undefined) continue;
      // One consumer in five starts and gives up: the job comes again.
      if (below(5) === 0) continue;
      deliveries += 1;
      together.push(deliver(world, job));
      // Two consumers with the very same message.
      if (below(3) === 0) together.push(deliver(world, job));
    }
    if (!isRetracted && (await getStatement(await world.ctx(), ids[1] ?? "")).status === "posted") {
      isRetracted = true;
      together.push(retract(world, ids[1] ?? ""));
    }
    const failed = (await Promise.allSettled(together)).filter((one) => one.status === "rejected");
    if (failed.length > 0)
      throw new AggregateError(
        failed.map((one) => one.reason),
        `seed ${seed}: a job failed`,
      );
  }
  const [snapshot] = (await outcomeOf(world, ids)).snapshot;
  expect(snapshot?.generation, `seed ${seed}: the answer kept at rest`).toBe(retracts ? 3 : 2);
  // Everything that was ever sent comes once more, last first.
  for (const job of [...sent.values()].reverse()) await deliver(world, job);
  expect(await waiting(world)).toEqual([]);
  await expectBooksToAgree(world);
  return { outcome: await outcomeOf(world, ids), deliveries };
}

it.each([
  ["posted", false],
  ["one of them taken back", true],
])(
  "any order, repetition and overlap of jobs ends as one clean delivery: two statements, %s",
  async (_, retracts) => {
    const clean = await cleanRun(retracts);
    let deliveries = 0;
    for (const seed of SEEDS) {
      const wild = await wildRun(retracts ? seed + 1000 : seed, retracts);
      expect(wild.outcome, `seed ${seed}`).toEqual(clean);
      deliveries += wild.deliveries;
    }
    expect(deliveries).toBeGreaterThan(SEEDS.length * 5);
  },
  1_200_000,
);

it("a refresh that was overtaken does not put its older answer over the newer one", async () => {
  const world = await newWorld();
  const first = await receive(world, FILES[1] ?? "");
  await readStatement(await world.ctx(), first);
  await postStatement(await world.ctx(), first);
  // Between its last look at the generation and its writing, the next generation is made and kept.
  const late = await world.ctx();
  const db = {
    ...late.db,
    write: async (writes: Parameters<typeof late.db.write>[0]) => {
      await retract(world, first);
      await retractStatement(await world.ctx(), first);
      await refreshKpis(await world.ctx());
      await late.db.write(writes);
    },
  };
  await refreshKpis({ ...late, db });
  const { results } = await env.DB.prepare(
    "SELECT k.generation, a.generation current FROM kpi_snapshots k JOIN artists a ON a.id = k.artist_id WHERE a.id = ?",
  )
    .bind(world.artistId)
    .all();
  expect(results).toEqual([{ generation: 2, current: 2 }]);
});
