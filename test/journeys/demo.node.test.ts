// The demo through the whole product: what the API answers is what the generator says that it must come to.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askerOf, demoData, demoSql, seedDemo } from "../seed/demo.mjs";
import { nanosOf } from "../seed/statement.mjs";
import { newApiKey } from "../tools/keys.mjs";
import { splitStatements } from "../tools/migrations.mjs";
import { startRuntime } from "../tools/runtime.mjs";

const keys = { ownerKey: newApiKey(), viewerKey: newApiKey(), secondKey: newApiKey() };
const artists = [
  { name: "Glass Harbor", key: keys.ownerKey, made: demoData("first") },
  { name: "Møth Parade", key: keys.secondKey, made: demoData("second") },
];
/** The API answers at most 60 months; the demo has 36. */
const RANGE = "from=2023-10&to=2026-09";

let runtime: Awaited<ReturnType<typeof startRuntime>>;
beforeAll(async () => {
  runtime = await startRuntime({ bindings: { ENVIRONMENT: "development" } });
  const database = await runtime.mf.getD1Database("DB");
  await database.batch(splitStatements(demoSql(keys)).map((statement) => database.prepare(statement)));
  await seedDemo({ baseUrl: runtime.url, ...keys });
});
afterAll(async () => runtime?.stop());

interface Figure {
  period: string;
  key: string | null;
  reported: string | null;
  plays: number | null;
  status: string;
  sourcesMissing: string[];
}
async function figures(key: string, path: string): Promise<Figure[]> {
  const answer = (await askerOf(runtime.url, key)(`/api/dashboard/${path}`)) as { data: Figure[]; nextCursor: unknown };
  expect(answer.nextCursor).toBeNull();
  return answer.data;
}

function nanos(decimal: string): bigint {
  const [whole = "0", rest = ""] = decimal.replace("-", "").split(".");
  const magnitude = BigInt(whole) * 1_000_000_000n + BigInt(rest.padEnd(9, "0"));
  return decimal.startsWith("-") ? -magnitude : magnitude;
}

describe.each(artists)("the demo of $name", ({ key, made }) => {
  it("earned in every month at every store what was expected, and in all exactly", async () => {
    const found = await figures(key, `earnings?${RANGE}&groupBy=platform`);
    const places = found.map(({ period, key: store }) => `${period} ${store}`);
    expect(places.sort()).toEqual([...made.expected.earnings.keys()].sort());
    let total = 0n;
    for (const { period, key: store, reported } of found) {
      const place = `${period} ${store}`;
      const booked = nanos(reported ?? "");
      total += booked;
      // A group is a sum of booked lines, each within a nano of what is printed.
      const off = booked * 1000n - (made.expected.earnings.get(place) ?? 0n);
      const most = BigInt(made.expected.lines.get(place) ?? 0) * 1000n;
      expect(off <= most && -off <= most, `${place} is off by ${off}`).toBe(true);
    }
    expect(total).toBe(made.statements.reduce((sum, statement) => sum + nanosOf(statement.total), 0n));
  });

  it("was played in every month at every store as often as the last reports say", async () => {
    const found = await figures(key, `streams?${RANGE}&groupBy=platform`);
    const plays = found.map(({ period, key: store, plays: count }) => [`${period} ${store}`, count]);
    expect(plays.sort()).toEqual([...made.expected.plays].sort());
  });
});

describe.each(artists)("the catalog of $name", ({ key, made }) => {
  it("holds its releases, recordings and works, and every line with a code is of one of them", async () => {
    const ask = askerOf(runtime.url, key);
    const { facets } = (await ask("/api/dashboard/catalog?limit=1")) as { facets: { kind: object } };
    expect(facets.kind).toEqual({ release: 5, recording: 40, work: 40 });
    const { data: statements } = (await ask("/api/dashboard/statements?limit=3")) as { data: { id: string }[] };
    const recordings = new Map<string, unknown>();
    for (const { id } of statements) {
      const path = `/api/dashboard/statements/${id}/lines?limit=100`;
      const { data } = (await ask(path)) as { data: { isrc: string | null; recordingId: string | null }[] };
      for (const { isrc, recordingId } of data) if (isrc !== null) recordings.set(isrc, recordingId);
    }
    expect(recordings.size).toBeGreaterThan(0);
    for (const [isrc, recordingId] of recordings) {
      expect(await ask(`/api/dashboard/catalog/recordings/${recordingId}`)).toMatchObject({ isrc });
    }
    expect(made.catalog.releases).toHaveLength(5);
  });
});

it("a month without a statement is not yet reported, though plays are known; days a feed lacks are provisional", async () => {
  const [april] = await figures(keys.ownerKey, "earnings?from=2026-04&to=2026-04");
  expect(april).toMatchObject({ reported: null, status: "not_yet_reported", sourcesMissing: ["distrokid"] });
  const [played] = await figures(keys.ownerKey, "streams?from=2026-04&to=2026-04");
  expect(played).toMatchObject({ status: "final", plays: expect.any(Number) });
  const days = await figures(keys.ownerKey, "streams?granularity=day&from=2026-06-10&to=2026-06-14");
  expect(days.map(({ status }) => status)).toEqual(["final", "provisional", "provisional", "provisional", "final"]);
  expect(days[1]?.sourcesMissing).toEqual(["apple-music-for-artists"]);
});

it("sending the demo again changes nothing", async () => {
  const ask = askerOf(runtime.url, keys.ownerKey);
  const generation = async () =>
    ((await ask("/api/dashboard/earnings?from=2026-07&to=2026-07")) as { generation: number }).generation;
  const before = await generation();
  await seedDemo({ baseUrl: runtime.url, ...keys });
  expect(await generation()).toBe(before);
  const { facets } = (await ask("/api/dashboard/catalog?limit=1")) as { facets: { kind: object } };
  expect(facets.kind).toEqual({ release: 5, recording: 40, work: 40 });
});
