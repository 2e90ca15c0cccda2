import { describe, expect, it } from "vitest";
import { made, written } from "../harness/statement.ts";
import { callerWith, imported, newPerson, newWorld } from "../harness/world.ts";

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
