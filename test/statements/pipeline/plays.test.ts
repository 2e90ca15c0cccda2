// Exports of plays as daily facts: what files say together, what a later one changes, and what taking one back restores.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { fixture } from "../../harness/statement.ts";
import { atRest, type Caller, imported, newWorld, type World } from "../../harness/world.ts";

interface Figures {
  data: { period: string; key: string | null; label: string | null; plays: number | null; status: string }[];
  totals: { plays: number | null };
}

const ask = async (owner: Caller, query: string): Promise<Figures> => {
  const path = `/api/dashboard/streams?granularity=day&from=2026-10-01&to=2026-10-28${query}`;
  return (await (await owner.get(path)).json()) as Figures;
};

/** Everything kept of plays; days' revisions aside, which only count. */
async function factsOf(world: World): Promise<unknown> {
  const rows = async (sql: string) => (await env.DB.prepare(sql).bind(world.artistId).all()).results;
  return {
    rollups: await rows(
      `SELECT source, cut, platform, grain, period, key, plays, downloads, other FROM play_rollups WHERE artist_id = ?
       ORDER BY 1, 2, 3, 4, 5, 6`,
    ),
    packs: await rows("SELECT source, day, cut, cells_json FROM play_packs WHERE artist_id = ? ORDER BY 1, 2, 3"),
    sources: await rows("SELECT source, runs_json FROM play_sources WHERE artist_id = ?"),
  };
}

const timeline = (rows: readonly (readonly [day: string, plays: number])[]) =>
  ["date,listeners,streams,followers", ...rows.map(([day, plays]) => `${day},9,${plays},100`), ""].join("\r\n");

async function takeBack(owner: Caller, id: string): Promise<void> {
  expect((await owner.delete(`/api/dashboard/statements/${id}`)).status).toBe(202);
  expect((await atRest(owner, id)).status).toBe("retracted");
}

describe("an artist's timeline", () => {
  it("becomes the plays of its days, by store and worldwide, and no money", async () => {
    const owner = await (await newWorld()).as("owner");
    const statement = await imported(owner, "Audience-timeline.csv", fixture("Audience-timeline.csv"));
    expect(statement).toMatchObject({
      status: "posted",
      measures: "plays",
      units: 13058,
      totals: [],
      unmatchedLines: 0,
    });
    expect((await ask(owner, "")).totals.plays).toBe(13058);
    const { data } = await ask(owner, "&groupBy=territory");
    expect(new Set(data.map(({ key }) => key))).toEqual(new Set(["XW"]));
    const first = (await ask(owner, "")).data[0];
    expect(first).toMatchObject({ period: "2026-10-01", plays: 340, status: "final" });
    const earnings = await owner.get("/api/dashboard/earnings?from=2026-10&to=2026-10");
    expect(((await earnings.json()) as { data: { reported: null }[] }).data[0]?.reported).toBeNull();
  });

  it("is corrected by a later export of the same days, and comes back when that is taken back", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    await imported(
      owner,
      "one.csv",
      timeline([
        ["2026-10-01", 10],
        ["2026-10-02", 20],
      ]),
    );
    const before = await factsOf(world);
    const later = await imported(
      owner,
      "two.csv",
      timeline([
        ["2026-10-02", 25],
        ["2026-10-03", 30],
      ]),
    );
    expect((await ask(owner, "")).totals.plays).toBe(65);
    await takeBack(owner, later.id);
    expect(await factsOf(world)).toEqual(before);
    expect((await ask(owner, "")).data[2]).toMatchObject({ plays: null, status: "not_yet_reported" });
  });

  it("taken back last leaves nothing, in whatever order files were booked and taken back", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const files = [
      timeline([
        ["2026-10-01", 1],
        ["2026-10-02", 2],
      ]),
      timeline([
        ["2026-10-02", 20],
        ["2026-10-03", 30],
      ]),
      timeline([
        ["2026-10-01", 100],
        ["2026-10-03", 300],
      ]),
    ];
    const ids: string[] = [];
    for (const [at, file] of files.entries()) ids.push((await imported(owner, `${at}.csv`, file)).id);
    expect((await ask(owner, "")).totals.plays).toBe(420);
    await takeBack(owner, ids[1] ?? "");
    expect((await ask(owner, "")).totals.plays).toBe(402);
    await takeBack(owner, ids[2] ?? "");
    expect((await ask(owner, "")).totals.plays).toBe(3);
    await takeBack(owner, ids[0] ?? "");
    expect((await ask(owner, "")).totals.plays).toBeNull();
    expect(await factsOf(world)).toMatchObject({ rollups: [], packs: [] });
  });
});

describe("files of one source booked at once", () => {
  it("are all booked, and say together what they would one by one", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const days = Array.from({ length: 8 }, (_, at) => at + 1);
    const ids = await Promise.all(
      days.map(async (day) => {
        const response = await owner.upload(`${day}.csv`, timeline([[`2026-10-0${day}`, day]]));
        return ((await response.json()) as { id: string }).id;
      }),
    );
    for (const id of ids) expect((await atRest(owner, id)).status).toBe("posted");
    expect((await ask(owner, "")).totals.plays).toBe(36);
  });
});

describe("a song's timeline", () => {
  it("is of its recording, and never added to the artist's own plays of the same days", async () => {
    const owner = await (await newWorld()).as("owner");
    await imported(owner, "Audience-timeline.csv", fixture("Audience-timeline.csv"));
    const name = "Low Tide (feat. Ana Unal)-timeline.csv";
    const statement = await imported(owner, name, fixture(name));
    expect(statement).toMatchObject({ status: "posted", units: 14084 });
    expect((await ask(owner, "")).totals.plays).toBe(13058);
    const { data, totals } = await ask(owner, "&groupBy=recording");
    expect(totals.plays).toBe(14084);
    expect(new Set(data.map(({ label }) => label))).toEqual(new Set(["Low Tide (feat. Ana Unal)"]));
  });
});

describe("an export of a span of days", () => {
  it("is in no figure of a day, and is listed as the span it is", async () => {
    const owner = await (await newWorld()).as("owner");
    const name = "songs_0000000000_2026-01-01_2026-10-31.csv";
    const statement = await imported(owner, name, fixture(name));
    expect(statement).toMatchObject({ status: "posted", units: 126321, measures: "plays" });
    expect((await ask(owner, "")).totals.plays).toBeNull();
    const listed = await owner.get("/api/dashboard/streams/windows?from=2026-03-01&to=2026-03-31");
    const { data } = (await listed.json()) as { data: { label: string; plays: number; from: string; to: string }[] };
    expect(data).toHaveLength(6);
    expect(data.reduce((sum, { plays }) => sum + plays, 0)).toBe(126321);
    expect(data[0]).toMatchObject({ from: "2026-01-01", to: "2026-10-31" });
    const outside = await owner.get("/api/dashboard/streams/windows?from=2025-03-01&to=2025-03-31");
    expect(((await outside.json()) as { data: unknown[] }).data).toEqual([]);
  });

  it("of all time is refused at its first line, and says why", async () => {
    const owner = await (await newWorld()).as("owner");
    const name = "Glass Harbor-songs-all.csv";
    const statement = await imported(owner, name, fixture(name));
    expect(statement).toMatchObject({ status: "failed", lines: 0 });
    expect(statement.problems).toMatchObject([{ code: "all_time_export", line: 2, column: "listeners" }]);
  });
});
