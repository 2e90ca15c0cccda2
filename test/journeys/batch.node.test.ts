// The home of kills amid batches: a runtime that dies while a large batch is carried out, or taken back, loses and doubles nothing.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../harness/kill.mjs";
import { hashApiKey, newApiKey } from "../tools/keys.mjs";

const BATCH = "/api/dashboard/catalog/batch";
const THINGS = 2000;
const LONGEST_MS = 90_000;

const persist = mkdtempSync(join(tmpdir(), "batch-"));
let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ persist });
});

afterAll(async () => {
  await stage?.stop();
  rmSync(persist, { recursive: true, force: true });
});

const sleep = (ms: number) => new Promise((resume) => setTimeout(resume, ms));

interface Batch {
  id: string;
  status: string;
  progress: { done: number };
  counts: { applied: number; skipped: number; failed: number };
  conflicts: unknown[];
}

/** An artist with two thousand recordings, and how their owner asks. */
async function newParty(name: string) {
  const [artistId, key] = [`art_${name.padStart(26, "0")}`, newApiKey()];
  await stage.rows(
    "INSERT INTO artists (id, name, currency, time_zone, generation, generation_at, created_at) VALUES (?, 'Glass Harbor', 'USD', 'UTC', 0, 0, 0)",
    artistId,
  );
  await stage.rows(
    "INSERT INTO api_keys (artist_id, id, key_hash, name, role, prefix, last4, created_by, created_at) VALUES (?, ?, ?, 'owner', 'owner', 'ad_live_', 'last', 'test', 0)",
    artistId,
    `key_${name.padStart(26, "0")}`,
    hashApiKey(key),
  );
  const ids = Array.from({ length: THINGS }, (_, at) => `rec_01k9v3m6s0${name}${String(at).padStart(8, "0")}`);
  const document =
    '{"title":"Song","versionTitle":null,"isrc":null,"artists":[],"contributions":[],"durationMs":null,"derivedFrom":null,"ai":null,"pLine":null,"languages":[],"parentalWarning":null,"workIds":[]}';
  await stage.rows(
    `INSERT INTO catalog_items (artist_id, id, kind, title, artists, words, document_json, version, created_at, updated_at, place)
     SELECT ?1, value, 'recording', 'Song', '', 'song', ?3, 1, 0, 0,
       (SELECT coalesce(max(place), 0) FROM catalog_items) + key + 1 FROM json_each(?2)`,
    artistId,
    JSON.stringify(ids),
    document,
  );
  const ask = async (method: string, path: string, body?: object): Promise<Batch> => {
    const answer = await fetch(stage.url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.status >= 300) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Batch;
  };
  const titles = async () => {
    const rows = await stage.rows(
      "SELECT title, version, count(*) n FROM catalog_items WHERE artist_id = ? GROUP BY 1, 2 ORDER BY 1, 2",
      artistId,
    );
    return rows.map(({ title, version, n }) => `${n} ${title} ${version}`);
  };
  /** The batches by what their first item was to be called, newest first. */
  const batches = async () => {
    const rows = await stage.rows(
      `SELECT b.id, coalesce(i.sent_json, i.result_json) said FROM catalog_batches b JOIN catalog_batch_items i
       ON i.artist_id = b.artist_id AND i.batch_id = b.id AND i.place = 0 WHERE b.artist_id = ? ORDER BY b.id DESC`,
      artistId,
    );
    return rows.map(({ id, said }) => ({
      id: String(id),
      round: Number(/"(?:to|title)":"New (\d+)"/.exec(said)?.[1]),
    }));
  };
  return { ids, ask, titles, batches };
}

type Party = Awaited<ReturnType<typeof newParty>>;

/** Waits until something holds of a batch, sweeping as the minute's schedule would. */
async function seen({ ask }: Party, id: string, holds: (batch: Batch) => boolean, sweeps: boolean): Promise<Batch> {
  const deadline = Date.now() + LONGEST_MS;
  let sweepAt = 0;
  for (;;) {
    const batch = await ask("GET", `${BATCH}/${id}`);
    if (holds(batch)) return batch;
    if (Date.now() > deadline) throw new Error(`waited too long: ${JSON.stringify(batch).slice(0, 500)}`);
    if (sweeps && Date.now() >= sweepAt) {
      await stage.sweep();
      sweepAt = Date.now() + 500;
    }
    await sleep(5);
  }
}

const isAtRest = ({ status }: Batch) => status !== "queued" && status !== "running";

async function killed(): Promise<void> {
  await stage.kill();
  await stage.restart();
}

it("a partial batch, and its being taken back, killed between two steps go on behind the last whole one", async () => {
  const party = await newParty("PARTAL");
  const items = party.ids.map((id) => ({ id, version: 1, set: { title: "New" } }));
  const { id } = await party.ask("POST", BATCH, { items });
  const { progress } = await seen(party, id, (batch) => batch.progress.done > 0 || isAtRest(batch), false);
  await killed();
  const done = await seen(party, id, isAtRest, true);
  expect(done.counts).toEqual({ applied: THINGS, skipped: 0, failed: 0 });
  expect(await party.titles()).toEqual([`${THINGS} New 2`]);
  const back = await party.ask("POST", `${BATCH}/${id}/revert`);
  await seen(party, back.id, (batch) => batch.progress.done > 0 || isAtRest(batch), false);
  await killed();
  const reverted = await seen(party, back.id, isAtRest, true);
  expect([reverted.counts, reverted.conflicts]).toEqual([{ applied: THINGS, skipped: 0, failed: 0 }, []]);
  expect(await party.titles()).toEqual([`${THINGS} Song 3`]);
  console.log(`killed at ${progress.done} of ${THINGS}`);
}, 240_000);

it("an atomic batch is carried out whole or not at all, whenever it is killed", async () => {
  const party = await newParty("ATOMIC");
  const kills = { unheard: 0, before: 0, after: 0 };
  let version = 1;
  for (let round = 0; round < 6; round += 1) {
    const items = party.ids.map((id) => ({ id, version, set: { title: `New ${round}` } }));
    const asked = party.ask("POST", BATCH, { mode: "atomic", items }).catch(() => null);
    await sleep(50 + round * 50);
    await killed();
    await asked;
    const [only = "", ...others] = await party.titles();
    expect(others).toEqual([]);
    const [batch] = await party.batches();
    if (batch === undefined || batch.round !== round) {
      kills.unheard += 1;
      expect(only.endsWith(` ${version}`)).toBe(true);
      continue;
    }
    kills[only.endsWith(` ${version}`) ? "before" : "after"] += 1;
    const done = await seen(party, batch.id, isAtRest, true);
    expect(done.counts).toEqual({ applied: THINGS, skipped: 0, failed: 0 });
    version += 1;
    expect(await party.titles()).toEqual([`${THINGS} New ${round} ${version}`]);
  }
  console.log(`kills: ${JSON.stringify(kills)}`);
  expect(kills.before + kills.after).toBeGreaterThan(0);
}, 400_000);
