// Memberships: who belongs to an artist, until when, in which role, and which artist is meant.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { newPerson, newWorld } from "../harness/world.ts";

const STATEMENTS = "/api/dashboard/statements";
const NOWHERE = "art_01k9v3m6s0n8w2e4r6t8y0b1c3";

async function problem(response: Response): Promise<unknown> {
  const body = (await response.json()) as Record<string, unknown>;
  return { ...body, instance: "" };
}

describe("a membership", () => {
  it("that has ended makes a stranger of its person", async () => {
    const [world, { userId, caller }] = [await newWorld(), await newPerson()];
    await world.join(userId, "owner", Date.now() - 1);
    const named = await caller.get(STATEMENTS, { "artist-id": world.artistId });
    expect(named.status).toBe(404);
    expect(await problem(named)).toEqual(await problem(await caller.get(STATEMENTS, { "artist-id": NOWHERE })));
    expect(await (await caller.get("/api/me")).json()).toMatchObject({ memberships: [] });
    const unnamed = await caller.get(STATEMENTS);
    expect(unnamed.status).toBe(400);
    expect(await unnamed.json()).toMatchObject({ code: "artist_required" });
  });

  it("holds until its end, and is over at that very moment", async () => {
    const [world, { userId, caller }] = [await newWorld(), await newPerson()];
    await world.join(userId, "viewer", Date.now() + 60_000);
    expect((await caller.get(STATEMENTS)).status).toBe(200);
    await env.DB.prepare("UPDATE memberships SET until = ? WHERE artist_id = ?").bind(Date.now(), world.artistId).run();
    expect((await caller.get(STATEMENTS, { "artist-id": world.artistId })).status).toBe(404);
  });

  it("taken away, or its role lowered, counts from the next request on", async () => {
    const [world, { userId, caller }] = [await newWorld(), await newPerson()];
    await world.join(userId, "owner");
    const key = { name: "x", role: "viewer" };
    expect((await caller.post("/api/dashboard/team/api-keys", key)).status).toBe(201);
    await env.DB.prepare("UPDATE memberships SET role = 'viewer' WHERE artist_id = ?").bind(world.artistId).run();
    expect((await caller.post("/api/dashboard/team/api-keys", key)).status).toBe(403);
    expect((await caller.get(STATEMENTS)).status).toBe(200);
    await env.DB.prepare("DELETE FROM memberships WHERE artist_id = ?").bind(world.artistId).run();
    expect((await caller.get(STATEMENTS, { "artist-id": world.artistId })).status).toBe(404);
  });

  it("in a role nobody knows allows nothing", async () => {
    const [world, { userId, caller }] = [await newWorld(), await newPerson()];
    await world.join(userId, "viewer");
    for (const role of ["root", "constructor", "__proto__", "", "OWNER"]) {
      await env.DB.prepare("UPDATE memberships SET role = ? WHERE artist_id = ?").bind(role, world.artistId).run();
      expect((await caller.get(STATEMENTS)).status, role).toBe(403);
    }
  });
});

describe("which artist is meant", () => {
  it("goes without saying with one membership", async () => {
    const [world, { userId, caller }] = [await newWorld(), await newPerson()];
    await world.join(userId, "viewer");
    expect((await caller.get(STATEMENTS)).status).toBe(200);
    expect((await caller.get(STATEMENTS, { "artist-id": world.artistId })).status).toBe(200);
  });

  it("has to be said with several, and what is said counts", async () => {
    const [one, two, { userId, caller }] = [await newWorld("USD"), await newWorld("EUR"), await newPerson()];
    await one.join(userId, "owner");
    await two.join(userId, "viewer");
    const unnamed = await caller.get(STATEMENTS);
    expect(unnamed.status).toBe(400);
    expect(await unnamed.json()).toMatchObject({ code: "artist_required" });
    const overview = (artistId: string) => caller.get("/api/dashboard/earnings/overview", { "artist-id": artistId });
    expect(await (await overview(one.artistId)).json()).toMatchObject({ currency: "USD" });
    expect(await (await overview(two.artistId)).json()).toMatchObject({ currency: "EUR" });
    const key = { name: "x", role: "viewer" };
    const make = (artistId: string) => caller.post("/api/dashboard/team/api-keys", key, { "artist-id": artistId });
    expect((await make(one.artistId)).status).toBe(201);
    expect((await make(two.artistId)).status).toBe(403);
    expect(await (await caller.get("/api/me")).json()).toMatchObject({
      // Made in one millisecond, either may be the first.
      memberships: [one.artistId, two.artistId].sort().map((id) => ({ artist: { id } })),
    });
  });

  it("goes without saying with two of which one has ended", async () => {
    const [one, two, { userId, caller }] = [await newWorld(), await newWorld(), await newPerson()];
    await one.join(userId, "owner", Date.now() - 1);
    await two.join(userId, "owner");
    expect((await caller.get(STATEMENTS)).status).toBe(200);
  });

  it("cannot be another than a key's own", async () => {
    const [one, two] = [await newWorld(), await newWorld()];
    const owner = await one.as("owner");
    expect((await owner.get(STATEMENTS, { "artist-id": one.artistId })).status).toBe(200);
    for (const artistId of [two.artistId, NOWHERE, "nonsense", ""]) {
      expect((await owner.get(STATEMENTS, { "artist-id": artistId })).status, artistId).toBe(404);
    }
  });
});

describe("a new artist", () => {
  it("has a currency and a time zone that exist", async () => {
    const { caller } = await newPerson();
    const input = { name: "Low Tide", currency: "EUR", timeZone: "Europe/Berlin" };
    const cases: [object, number, string][] = [
      [{ currency: "XYZ" }, 422, "currency_unknown"],
      [{ currency: "eur" }, 422, "currency_unknown"],
      [{ timeZone: "Europe/Atlantis" }, 422, "time_zone_unknown"],
      [{ name: "   " }, 400, "invalid_request"],
      [{ name: "x".repeat(201) }, 400, "invalid_request"],
    ];
    for (const [change, status, code] of cases) {
      const response = await caller.post("/api/artists", { ...input, ...change });
      expect(response.status, JSON.stringify(change)).toBe(status);
      expect(await response.json()).toMatchObject({ code });
    }
    expect(await (await caller.get("/api/me")).json()).toMatchObject({ memberships: [] });
    const response = await caller.post("/api/artists", { ...input, name: "  Low Tide  " });
    expect(await response.json()).toMatchObject({ name: "Low Tide", currency: "EUR", timeZone: "Europe/Berlin" });
  });
});

describe("a label", () => {
  async function newLabel(artistIds: readonly string[], userId: string, role = "label"): Promise<string> {
    const id = `org_${crypto.randomUUID()}`;
    await env.DB.batch([
      env.DB.prepare("INSERT INTO organisations VALUES (?, 'North Quay', 0)").bind(id),
      env.DB.prepare(
        "INSERT INTO organisation_members (organisation_id, id, user_id, role, created_at) VALUES (?, 'mem_1', ?, ?, 0)",
      ).bind(id, userId, role),
      ...artistIds.map((artistId) =>
        env.DB.prepare(
          "INSERT INTO organisation_artists (artist_id, organisation_id, created_at) VALUES (?, ?, 0)",
        ).bind(artistId, id),
      ),
    ]);
    return id;
  }

  it("opens each of its artists to its people, in their role there, and no other artist", async () => {
    const [one, two, other] = [await newWorld(), await newWorld(), await newWorld()];
    const { userId, caller } = await newPerson();
    await newLabel([one.artistId, two.artistId], userId);
    for (const world of [one, two]) {
      expect((await caller.get(STATEMENTS, { "artist-id": world.artistId })).status).toBe(200);
      const key = await caller.post(
        "/api/dashboard/team/api-keys",
        { name: "x", role: "viewer" },
        { "artist-id": world.artistId },
      );
      expect(key.status).toBe(403);
    }
    expect((await caller.get(STATEMENTS, { "artist-id": other.artistId })).status).toBe(404);
    expect(await (await caller.get(STATEMENTS)).json()).toMatchObject({ code: "artist_required" });
    const me = (await (await caller.get("/api/me")).json()) as {
      memberships: { artist: { id: string }; role: string }[];
    };
    expect(me.memberships.map(({ artist, role }) => [artist.id, role])).toEqual(
      [one.artistId, two.artistId].sort().map((id) => [id, "label"]),
    );
  });

  it("that stops looking after an artist makes strangers of its people at the next request", async () => {
    const [world, { userId, caller }] = [await newWorld(), await newPerson()];
    const label = await newLabel([world.artistId], userId);
    expect((await caller.get(STATEMENTS)).status).toBe(200);
    await env.DB.prepare("DELETE FROM organisation_artists WHERE organisation_id = ?").bind(label).run();
    expect((await caller.get(STATEMENTS, { "artist-id": world.artistId })).status).toBe(404);
  });

  it("beside a membership of one's own is one artist, in one's own role; two labels are one artist too", async () => {
    const [world, { userId, caller }] = [await newWorld(), await newPerson()];
    await newLabel([world.artistId], userId);
    await newLabel([world.artistId], userId);
    expect((await caller.get(STATEMENTS)).status).toBe(200);
    await world.join(userId, "marketer");
    expect((await caller.get(STATEMENTS)).status).toBe(403);
  });
});
