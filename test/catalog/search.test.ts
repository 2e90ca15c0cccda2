import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { listItemPage } from "../../src/catalog/items/service.ts";
import { findInCatalog } from "../../src/catalog/search/service.ts";
import type { Ctx } from "../../src/db/ctx.ts";
import { type Caller, newWorld, type World } from "../harness/world.ts";

const base = "/api/dashboard/catalog";

interface Found {
  data: { id: string; kind: string; title: string; artists: string; code: string | null }[];
  facets: Record<"kind" | "type" | "status", Record<string, number>>;
  nextCursor: string | null;
}

async function found(owner: Caller, query: Record<string, string>): Promise<Found> {
  const response = await owner.get(`${base}?${new URLSearchParams(query)}`);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Found;
}

const titles = ({ data }: Found) => data.map(({ title }) => title).sort();

describe("what is looked for is found", () => {
  let owner: Caller;
  beforeAll(async () => {
    owner = await (await newWorld()).as("owner");
    const ana = { name: "Ana Ünal", role: "FeaturedArtist" };
    const band = { name: "Møth Parade", role: "MainArtist" };
    const low = { title: "Low Tide", versionTitle: "Radio Edit", isrc: "QZAB12400103", artists: [ana, band] };
    await owner.post(`${base}/releases`, {
      title: "Night Swims",
      type: "ep",
      upc: "193959000013",
      catalogNumber: "GH001",
      label: "Harbor Tapes",
      artists: [band],
      tracks: [{ recording: low }, { recording: { title: "Don't Look", isrc: "QZAB12400104" } }],
    });
    await owner.post(`${base}/releases`, { title: "東京", type: "single" });
    await owner.post(`${base}/works`, {
      title: "Low Tide",
      iswc: "T3452472112",
      writers: [{ name: "Ana Ünal", role: "Composer" }],
    });
    await owner.post(`${base}/parties`, { name: "Low Profile" });
  });

  it.each([
    ["low", ["Low Tide", "Low Tide (Radio Edit)"]],
    ["tid LOW", ["Low Tide", "Low Tide (Radio Edit)"]],
    ["unal", ["Low Tide", "Low Tide (Radio Edit)"]],
    ["ÜNAL radio", ["Low Tide (Radio Edit)"]],
    ["moth", ["Low Tide (Radio Edit)", "Night Swims"]],
    ["møth", ["Low Tide (Radio Edit)", "Night Swims"]],
    ["dont", ["Don't Look"]],
    ["don’t", ["Don't Look"]],
    ["gh001", ["Night Swims"]],
    ["harbor tapes", ["Night Swims"]],
    ["QZ-AB1-24-00103", ["Low Tide (Radio Edit)"]],
    ["qzab124", ["Don't Look", "Low Tide (Radio Edit)"]],
    ["0193959000013", ["Night Swims"]],
    ["T-345.247.211-2", ["Low Tide"]],
    ["東", ["東京"]],
    ["tapes low", []],
    ["", ["Don't Look", "Low Tide", "Low Tide (Radio Edit)", "Night Swims", "東京"]],
  ])("%s", async (q, expected) => {
    expect(titles(await found(owner, { q }))).toEqual(expected);
  });

  it("by kind, type and status, together with words", async () => {
    expect(titles(await found(owner, { kind: "work" }))).toEqual(["Low Tide"]);
    expect(titles(await found(owner, { q: "low", kind: "recording" }))).toEqual(["Low Tide (Radio Edit)"]);
    expect(titles(await found(owner, { type: "single" }))).toEqual(["東京"]);
    expect(titles(await found(owner, { status: "draft", type: "ep" }))).toEqual(["Night Swims"]);
    expect(titles(await found(owner, { status: "in_review" }))).toEqual([]);
  });

  it("with how many there are of each, whatever is asked for", async () => {
    const { facets } = await found(owner, { q: "nothing of the kind" });
    expect(facets).toEqual({
      kind: { release: 2, recording: 2, work: 1 },
      type: { ep: 1, single: 1 },
      status: { draft: 2 },
    });
  });
});

describe("a question", () => {
  it.each([
    '"',
    '""',
    "'",
    "*",
    "low*",
    "low *",
    "^low",
    "NEAR(low tide)",
    "low NEAR tide",
    "low AND tide",
    "low OR nothing",
    "NOT low",
    "title:low",
    "filters:low",
    "{words filters}:low",
    "words : low",
    "-low",
    "+low",
    "(",
    ")",
    "low)",
    '"low',
    "low\u0000tide",
    "\u0000",
    "%",
    "_",
    "\\",
    "';--",
    "🎵",
    "a".repeat(200),
    "kindrelease",
    "e\u0301",
    "\ud800",
  ])("never fails, and means its words alone: %j", async (q) => {
    const [mine, theirs] = [await newWorld(), await newWorld()];
    const [owner, other] = [await mine.as("owner"), await theirs.as("owner")];
    await other.post(`${base}/releases`, { title: "Low Tide kindrelease secret", type: "ep" });
    await owner.post(`${base}/works`, { title: "Near and Not or low tide" });
    const { data, nextCursor } = await found(owner, { q });
    expect(nextCursor).toBeNull();
    expect(data.every(({ title }) => title === "Near and Not or low tide")).toBe(true);
    const own = mine.artistId.slice(4);
    expect((await found(other, { q: own })).data).toEqual([]);
    expect((await found(other, { q: `${own}low` })).data).toEqual([]);
  });
});

it("the search and the counts say what the things say, after any changes", async () => {
  const world = await newWorld();
  const owner = await world.as("owner");
  const ids: string[] = [];
  for (const type of ["ep", "single", "album", "ep"]) {
    const response = await owner.post(`${base}/releases`, { title: `Night ${type}`, type });
    ids.push(((await response.json()) as { id: string }).id);
  }
  const any = { "if-match": "*" };
  await owner.patch(`${base}/releases/${ids[0]}`, { title: "Day", type: "album" }, any);
  await owner.patch(`${base}/releases/${ids[1]}`, { genres: ["Pop"] }, any);
  await owner.delete(`${base}/releases/${ids[2]}`, any);
  expect(titles(await found(owner, { q: "night" }))).toEqual(["Night ep", "Night single"]);
  expect(titles(await found(owner, { type: "album" }))).toEqual(["Day"]);
  expect((await found(owner, {})).facets).toEqual({
    kind: { release: 3 },
    type: { ep: 1, single: 1, album: 1 },
    status: { draft: 3 },
  });
});

it("a walk goes on after the thing it stopped at was removed", async () => {
  const owner = await (await newWorld()).as("owner");
  const made: string[] = [];
  for (const plural of ["works", "recordings", "works", "recordings", "works", "recordings"]) {
    const response = await owner.post(`${base}/${plural}`, { title: `Night ${made.length}` });
    made.push(((await response.json()) as { id: string }).id);
  }
  const first = await found(owner, { q: "night", limit: "3" });
  expect(first.data.map(({ id }) => id)).toEqual([made[5], made[4], made[3]]);
  await owner.delete(`${base}/recordings/${made[3]}`, { "if-match": "*" });
  const second = await found(owner, { q: "night", limit: "3", cursor: String(first.nextCursor) });
  expect(second.data.map(({ id }) => id)).toEqual([made[2], made[1], made[0]]);
});

/** Puts many recordings into an artist's catalog at once. */
async function stock(world: World, count: number): Promise<void> {
  for (let from = 0; from < count; from += 2000) {
    const rows = Array.from({ length: Math.min(2000, count - from) }, (_, at) => from + at);
    await env.DB.prepare(
      `INSERT INTO catalog_items (artist_id, id, kind, title, artists, code, words, document_json, version, created_at, updated_at, place)
       SELECT ?1, 'rec_' || printf('%026d', value), 'recording', 'Song ' || value, 'Glass Harbor', printf('QZAB1%07d', value),
         'song ' || value || ' glass harbor ' || (value % 7), '{}', 1, 0, 0,
         (SELECT coalesce(max(place), 0) FROM catalog_items) + 1 + value - ?3 FROM json_each(?2)`,
    )
      .bind(world.artistId, JSON.stringify(rows), from)
      .run();
  }
}

async function rowsRead<T extends { data: unknown[] }>(world: World, ask: (ctx: Ctx) => Promise<T>) {
  const ctx = await world.ctx();
  const before = ctx.db.meter.rowsRead;
  const { data } = await ask(ctx);
  return { rows: ctx.db.meter.rowsRead - before, shown: data.length };
}

it("lists and searches read no more than their page and three, at 1×, 10× and 100×", async () => {
  for (const scale of [1, 10, 100]) {
    const world = await newWorld();
    await stock(world, 100 * scale);
    const cursor = (await findInCatalog(await world.ctx(), { limit: 20 })).nextCursor ?? "";
    const facets = 3;
    for (const query of [
      {},
      { q: "song" },
      { q: "s" },
      { q: "song glass 3" },
      { q: "nothing" },
      { kind: "recording" },
      { kind: "recording", q: "harbor" },
      { kind: "work" },
      { cursor },
    ]) {
      const { rows, shown } = await rowsRead(world, (ctx) => findInCatalog(ctx, { limit: 20, ...query }));
      expect(rows, JSON.stringify(query)).toBeLessThanOrEqual(shown + 3 + facets);
    }
    const { rows, shown } = await rowsRead(world, (ctx) => listItemPage(ctx, "recording", { limit: 20 }));
    expect([shown, rows <= shown + 3]).toEqual([20, true]);
  }
});

it("no read of the catalog scans: every plan searches a key, or words", async () => {
  const codes = "SELECT value FROM json_each('[\"QZAB12400101\"]')";
  const plans = [
    "SELECT * FROM catalog_items WHERE artist_id = 'a' AND id > 'rec_' AND id < 'rec`' ORDER BY id DESC LIMIT 51",
    `SELECT id FROM catalog_items WHERE artist_id = 'a' AND kind = 'recording' AND code IN (${codes})`,
    "SELECT id FROM catalog_items i WHERE i.artist_id = 'a' AND i.kind = 'recording' AND i.code = 'QZAB12400101'",
    "SELECT t.id FROM catalog_uses u JOIN catalog_items t ON t.artist_id = u.artist_id AND t.id = u.user_id WHERE u.artist_id = 'a' AND u.used_id = 'b' ORDER BY u.user_id LIMIT 6",
    "DELETE FROM catalog_uses WHERE artist_id = 'a' AND user_id = 'b'",
    "SELECT facet, value, items FROM catalog_facets WHERE artist_id = 'a' AND items > 0",
    "SELECT coalesce(max(place), 0) + 1 FROM catalog_items",
    "SELECT recordings_json FROM statement_recordings WHERE artist_id = 'a' AND statement_id = 'b'",
  ];
  for (const sql of plans) {
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
    const steps = results.map((step) => String(step["detail"])).filter((step) => !step.includes("json_each"));
    expect(steps.length, sql).toBeGreaterThan(0);
    for (const step of steps) expect(step, sql).not.toMatch(/^SCAN (?!CONSTANT)|TEMP B-TREE/);
  }
});
