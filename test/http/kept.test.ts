import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { made, written } from "../harness/statement.ts";
import { type Caller, callerWith, imported, newPerson, newWorld } from "../harness/world.ts";

const QUESTION = "/api/dashboard/earnings?from=2026-01&to=2026-03&groupBy=platform";

describe("answers an isolate keeps", () => {
  it("are never shown to another artist, by header or by key, though the question is the same", async () => {
    const [one, other] = [await newWorld(), await newWorld()];
    await imported(await one.as("owner"), "a.tsv", written(made(50, 91)));
    await imported(await other.as("owner"), "a.tsv", written(made(50, 92)));
    const { userId, caller } = await newPerson();
    await one.join(userId, "viewer");
    await other.join(userId, "viewer");
    const ask = async (artistId: string, headers: Record<string, string> = {}) =>
      callerWith({ ...caller.headers, "artist-id": artistId }).get(QUESTION, headers);
    const first = await ask(one.artistId);
    const etag = first.headers.get("etag") ?? "";
    const mine = await first.text();
    const theirs = await ask(other.artistId, { "if-none-match": etag });
    expect(theirs.status).toBe(200);
    expect(await theirs.text()).not.toBe(mine);
    expect((await ask(one.artistId, { "if-none-match": etag })).status).toBe(304);
    expect(await (await ask(one.artistId)).text()).toBe(mine);
    expect(first.headers.get("vary")).toContain("Artist-Id");
  });

  it("are another the moment a file is posted", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    await imported(owner, "a.tsv", written(made(50, 93)));
    const before = await owner.get(QUESTION);
    const etag = before.headers.get("etag") ?? "";
    await before.text();
    await imported(owner, "b.tsv", written(made(50, 94)));
    const after = await owner.get(QUESTION, { "if-none-match": etag });
    expect(after.status).toBe(200);
    expect(((await after.json()) as { generation: number }).generation).toBe(2);
  });
});

const CATALOG = "/api/dashboard/catalog";

/** The titles that a list of the catalog shows a caller, and how many releases it counts. */
async function listed(caller: Caller): Promise<{ titles: string[]; releases: number }> {
  const { data, facets } = (await (await caller.get(CATALOG)).json()) as {
    data: { title: string }[];
    facets: { kind: { release?: number } };
  };
  return { titles: data.map(({ title }) => title), releases: facets.kind.release ?? 0 };
}

async function newTitle(owner: Caller, title: string): Promise<string> {
  const response = await owner.post(`${CATALOG}/releases`, { title, type: "single" });
  return ((await response.json()) as { id: string }).id;
}

describe("answers about the catalog that an isolate keeps", () => {
  it("read nothing beyond sign-in, and are another with every change that they show", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const id = await newTitle(owner, "Undertow");
    expect(await listed(owner)).toEqual({ titles: ["Undertow"], releases: 1 });
    // Were it read, this would be seen: no verb leaves the state of the catalog as it was.
    await env.DB.prepare("DELETE FROM catalog_search WHERE id = ?").bind(id).run();
    expect(await listed(await world.as("viewer"))).toEqual({ titles: ["Undertow"], releases: 1 });
    await env.DB.prepare(
      "INSERT INTO catalog_search (rowid, words, filters, id, kind, title, artists) SELECT place, '', ?, id, kind, title, artists FROM catalog_items WHERE id = ?",
    )
      .bind(world.artistId.slice(4), id)
      .run();
    const other = await newTitle(owner, "Low Tide");
    expect((await listed(owner)).titles).toEqual(["Low Tide", "Undertow"]);
    await owner.patch(`${CATALOG}/releases/${id}`, { title: "Overtow" }, { "if-match": "*" });
    expect((await listed(owner)).titles).toEqual(["Low Tide", "Overtow"]);
    await owner.delete(`${CATALOG}/releases/${other}`, { "if-match": "*" });
    expect(await listed(owner)).toEqual({ titles: ["Overtow"], releases: 1 });
  });

  it("show nobody what is secret, whoever asked before, from the embargo on until its lift", async () => {
    const world = await newWorld();
    const [owner, viewer] = [await world.as("owner"), await world.as("viewer")];
    await newTitle(owner, "Undertow");
    const secret = await newTitle(owner, "Zugzwang");
    expect((await listed(viewer)).titles).toEqual(["Zugzwang", "Undertow"]);
    const embargo = `${CATALOG}/releases/${secret}/embargo`;
    expect(
      (
        await owner.send("PUT", embargo, {
          body: JSON.stringify({ until: "lift" }),
          headers: { "content-type": "application/json" },
        })
      ).status,
    ).toBeLessThan(300);
    expect((await listed(owner)).titles).toEqual(["Zugzwang", "Undertow"]);
    expect(await listed(viewer)).toEqual({ titles: ["Undertow"], releases: 1 });
    expect((await listed(owner)).titles).toEqual(["Zugzwang", "Undertow"]);
    const log = (await (await owner.get(`${CATALOG}/releases/${secret}/access-log`)).json()) as {
      data: { times: number }[];
    };
    expect(log.data.map(({ times }) => times)).toContain(2);
    await owner.delete(embargo);
    expect(await listed(viewer)).toEqual({ titles: ["Zugzwang", "Undertow"], releases: 2 });
  });

  it("end with the embargo that ends by itself", async () => {
    const world = await newWorld();
    const [owner, viewer] = [await world.as("owner"), await world.as("viewer")];
    const secret = await newTitle(owner, "Zugzwang");
    const at = Date.now() + 3_600_000;
    await env.DB.prepare("INSERT INTO catalog_embargoes VALUES (?, ?, 'instant', ?, 'test', 0)")
      .bind(world.artistId, secret, at)
      .run();
    expect(await listed(viewer)).toEqual({ titles: [], releases: 0 });
    vi.useFakeTimers({ now: at + 1, toFake: ["Date"] });
    try {
      expect(await listed(viewer)).toEqual({ titles: ["Zugzwang"], releases: 1 });
    } finally {
      vi.useRealTimers();
    }
  });
});
