// A release's states and versions over HTTP: every move, what is kept by it, and that it never changes.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { RELEASE_STATUSES, type ReleaseStatus } from "../../../src/catalog/releases/model.ts";
import { canonicalJson, hashOf } from "../../../src/catalog/versions/canonical.ts";
import { RELEASE_MOVES } from "../../../src/catalog/versions/model.ts";
import { completeRelease, move, newIsrc, newRelease } from "../../harness/catalog.ts";
import { type Caller, newWorld } from "../../harness/world.ts";

const CATALOG = "/api/dashboard/catalog";
const any = { "if-match": "*" };

async function json<T = Record<string, never>>(response: Response | Promise<Response>): Promise<T> {
  return (await response).json();
}

interface Versions {
  draft: { version: number; sha256: string; equals: number | null };
  released: { number: number; action: string; sha256: string; stores: string[] }[];
}
interface Release {
  id: string;
  status: string;
  title: string;
  version: number;
  tracks: { recordingId: string }[];
}

const versionsOf = (owner: Caller, id: string) => json<Versions>(owner.get(`${CATALOG}/releases/${id}/versions`));
const releaseOf = (owner: Caller, id: string) => json<Release>(owner.get(`${CATALOG}/releases/${id}`));
const diffOf = async (owner: Caller, id: string, query = "") =>
  (
    await json<{ changes: { path: string; from?: unknown; to?: unknown }[] }>(
      owner.get(`${CATALOG}/releases/${id}/diff${query}`),
    )
  ).changes;

describe("the state machine", () => {
  for (const from of RELEASE_STATUSES) {
    it(`from ${from}: the legal moves are made, and every other is refused naming those`, async () => {
      const owner = await (await newWorld()).as("owner");
      const legal = RELEASE_MOVES[from];
      const stuck = await newRelease(owner, { status: from });
      for (const to of RELEASE_STATUSES.filter((status) => !legal.includes(status))) {
        const answer = await move(owner, stuck.id, to);
        const problem = await json<{ code: string; detail: string }>(answer);
        expect([answer.status, problem.code], `${from} > ${to}`).toEqual([409, "transition_refused"]);
        for (const named of legal) expect(problem.detail).toContain(named);
        expect((await releaseOf(owner, stuck.id)).status).toBe(from);
      }
      for (const to of legal) {
        const { id } = await newRelease(owner, { status: from });
        const answer = await move(owner, id, to);
        expect(answer.status, `${from} > ${to}`).toBe(200);
        expect((await releaseOf(owner, id)).status).toBe(to);
      }
    });
  }

  it("a release goes to review only whole: each missing field is named", async () => {
    const owner = await (await newWorld()).as("owner");
    const { id } = await json<Release>(owner.post(`${CATALOG}/releases`, { title: "Bare", type: "single" }));
    const answer = await move(owner, id, "in_review");
    const { code, errors } = await json<{ code: string; errors: { path: string }[] }>(answer);
    expect([answer.status, code]).toEqual([422, "release_incomplete"]);
    expect(errors.map(({ path }) => path)).toEqual([
      "release.artists",
      "release.genres",
      "release.pLine",
      "release.cLine",
      "release.releaseAt",
      "release.tracks",
    ]);
    expect((await releaseOf(owner, id)).status).toBe("draft");
  });

  it("it is sent only with its codes and deals, its recordings' among them", async () => {
    const owner = await (await newWorld()).as("owner");
    const band = [{ name: "Glass Harbor", role: "MainArtist" }];
    const given = { upc: null, deals: [], tracks: [{ recording: { title: "Undertow", artists: band } }] };
    const { id, recordings } = await newRelease(owner, { status: "scheduled", given });
    const { errors } = await json<{ errors: { path: string }[] }>(move(owner, id, "delivering"));
    expect(errors.map(({ path }) => path)).toEqual(["release.upc", "release.deals", `${recordings[0]}.isrc`]);
    expect((await versionsOf(owner, id)).released).toEqual([]);
  });

  for (const status of [
    "in_review",
    "scheduled",
    "delivering",
    "update_pending",
    "takedown_pending",
    "archived",
  ] as const) {
    it(`${status}: what is looked at or on its way is not changed`, async () => {
      const owner = await (await newWorld()).as("owner");
      const { id } = await newRelease(owner, { status });
      const answer = await owner.patch(`${CATALOG}/releases/${id}`, { title: "Other" }, any);
      expect(answer).toMatchObject({ status: 409 });
      expect(await json(answer)).toMatchObject({ code: "release_locked" });
    });
  }

  it("of two moves at once one is made", async () => {
    const owner = await (await newWorld()).as("owner");
    const { id } = await newRelease(owner, { status: "scheduled" });
    const answers = await Promise.all([
      move(owner, id, "delivering"),
      move(owner, id, "delivering"),
      move(owner, id, "draft"),
    ]);
    const made = answers.filter(({ status }) => status === 200);
    expect(made).toHaveLength(1);
    for (const { status } of answers.filter((each) => !made.includes(each))) expect([409, 412]).toContain(status);
    expect((await versionsOf(owner, id)).released.length).toBeLessThanOrEqual(1);
  });
});

describe("versions", () => {
  it("what was sent is kept whole, and its hash is that of its canonical JSON", async () => {
    const owner = await (await newWorld()).as("owner");
    const { id, recordings } = await newRelease(owner, { status: "live" });
    const { draft, released } = await versionsOf(owner, id);
    expect(released).toMatchObject([{ number: 1, action: "insert", stores: [] }]);
    const version = await json<{ sha256: string; document: Record<string, unknown> }>(
      owner.get(`${CATALOG}/releases/${id}/versions/1`),
    );
    expect(version.sha256).toBe(hashOf(canonicalJson(version.document)));
    expect(draft).toMatchObject({ sha256: version.sha256, equals: 1 });
    expect(version.document).toMatchObject({
      id,
      title: "Night Swims",
      recordings: [{ id: recordings[0], title: "Undertow" }],
    });
    expect((await owner.get(`${CATALOG}/releases/${id}/versions/2`)).status).toBe(404);
  });

  it("what was sent cannot be changed or deleted, by nobody and in no column", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const { id } = await newRelease(owner, { status: "live" });
    const before = await env.DB.prepare("SELECT * FROM catalog_versions WHERE artist_id = ?")
      .bind(world.artistId)
      .all();
    for (const column of Object.keys(before.results[0] ?? {})) {
      const update = env.DB.prepare(`UPDATE catalog_versions SET ${column} = ${column} WHERE artist_id = ?`);
      await expect(update.bind(world.artistId).run(), column).rejects.toThrow(/append-only/);
    }
    const remove = env.DB.prepare("DELETE FROM catalog_versions WHERE artist_id = ?").bind(world.artistId);
    await expect(remove.run()).rejects.toThrow(/append-only/);
    await owner.patch(`${CATALOG}/releases/${id}`, { title: "Other" }, any);
    expect((await owner.delete(`${CATALOG}/releases/${id}`, any)).status).toBe(409);
    const after = await env.DB.prepare("SELECT * FROM catalog_versions WHERE artist_id = ?").bind(world.artistId).all();
    expect(after.results).toEqual(before.results);
  });

  it("the difference to what was sent is empty when equal, and names each field when not", async () => {
    const owner = await (await newWorld()).as("owner");
    const { id, recordings } = await newRelease(owner, { status: "live" });
    expect(await diffOf(owner, id, "?from=released&to=draft")).toEqual([]);
    await owner.patch(`${CATALOG}/releases/${id}`, { title: "Night Swims II", genres: ["Ambient"] }, any);
    await owner.patch(`${CATALOG}/recordings/${recordings[0]}`, { versionTitle: "Live" }, any);
    expect(await diffOf(owner, id)).toEqual([
      { path: "genres", from: ["Dream Pop"], to: ["Ambient"] },
      { path: `recordings.id=${recordings[0]}.versionTitle`, from: null, to: "Live" },
      { path: "title", from: "Night Swims", to: "Night Swims II" },
    ]);
    await move(owner, id, "update_pending");
    expect(await diffOf(owner, id)).toEqual([]);
    expect(await diffOf(owner, id, "?from=2&to=1")).toHaveLength(3);
    expect((await versionsOf(owner, id)).released.map(({ number, action }) => [number, action])).toEqual([
      [2, "update"],
      [1, "insert"],
    ]);
    expect((await owner.get(`${CATALOG}/releases/${id}/diff?from=7`)).status).toBe(404);
    expect((await owner.get(`${CATALOG}/releases/${id}/diff?from=yesterday`)).status).toBe(400);
  });

  it("an old version comes back as a new revision, recordings and all, and what was kept stays", async () => {
    const owner = await (await newWorld()).as("owner");
    const { id, recordings } = await newRelease(owner, { status: "live" });
    const kept = await (await owner.get(`${CATALOG}/releases/${id}/versions/1`)).text();
    await owner.patch(`${CATALOG}/releases/${id}`, { title: "Other", tracks: [] }, any);
    await owner.patch(`${CATALOG}/recordings/${recordings[0]}`, { title: "Overtow" }, any);
    const before = await releaseOf(owner, id);
    const answer = await owner.post(`${CATALOG}/releases/${id}/versions/1/restore`);
    expect(answer.status).toBe(200);
    const after = await json<Release>(answer);
    expect(after).toMatchObject({ title: "Night Swims", status: "live", tracks: [{ recordingId: recordings[0] }] });
    expect(after.version).toBeGreaterThan(before.version);
    expect(answer.headers.get("etag")).toBe(`"${after.version}"`);
    expect(await diffOf(owner, id)).toEqual([]);
    expect(await (await owner.get(`${CATALOG}/releases/${id}/versions/1`)).text()).toBe(kept);
    expect((await versionsOf(owner, id)).released).toHaveLength(1);
    expect((await move(owner, id, "update_pending")).status).toBe(200);
    expect((await owner.post(`${CATALOG}/releases/${id}/versions/1/restore`)).status).toBe(409);
  });

  it("a recording that was sent keeps its ISRC, and a takedown keeps codes, versions and both things", async () => {
    const owner = await (await newWorld()).as("owner");
    const { id, recordings } = await newRelease(owner, { status: "taken_down" });
    const locked = await owner.patch(`${CATALOG}/recordings/${recordings[0]}`, { isrc: newIsrc() }, any);
    expect(locked.status).toBe(409);
    expect(await json(locked)).toMatchObject({ code: "isrc_locked" });
    const { upc } = await json<{ upc: string }>(owner.get(`${CATALOG}/releases/${id}`));
    const again = await owner.post(`${CATALOG}/releases`, completeRelease({ upc }));
    expect(await json(again)).toMatchObject({ code: "code_taken" });
    expect((await versionsOf(owner, id)).released).toHaveLength(1);
    await move(owner, id, "archived");
    expect(await json(owner.delete(`${CATALOG}/releases/${id}`, any))).toMatchObject({ code: "in_use" });
    expect(await json(owner.delete(`${CATALOG}/recordings/${recordings[0]}`, any))).toMatchObject({ code: "in_use" });
  });
});

describe("deliveries", () => {
  const status = (owner: Caller, id: string, delivery: string | undefined, to: string) =>
    owner.post(`${CATALOG}/releases/${id}/deliveries/${delivery}/transitions`, { to });

  it("a release goes on when its stores have answered, and says which store has which version", async () => {
    const owner = await (await newWorld()).as("owner");
    const { id, deliveries } = await newRelease(owner, { stores: ["spotify", "deezer"] });
    const waiting = await json<{ code: string; detail: string }>(move(owner, id, "live"));
    expect(waiting.code).toBe("transition_refused");
    expect(waiting.detail).toContain("deezer, spotify");
    const { spotify, deezer } = deliveries;
    expect(await json(status(owner, id, spotify, "done"))).toMatchObject({ code: "transition_refused" });
    for (const to of ["in_progress", "done"]) expect((await status(owner, id, spotify, to)).status).toBe(200);
    for (const to of ["in_progress", "error"]) expect((await status(owner, id, deezer, to)).status).toBe(200);
    expect((await move(owner, id, "live")).status).toBe(200);
    expect((await versionsOf(owner, id)).released[0]?.stores).toEqual(["spotify"]);
    // An update goes to those who have it; a store that is asked anew takes what was sent last.
    await owner.patch(`${CATALOG}/releases/${id}`, { title: "Other" }, any);
    await move(owner, id, "update_pending");
    const added = await owner.post(`${CATALOG}/releases/${id}/deliveries`, { store: "tidal" });
    expect(await json(added)).toMatchObject({ store: "tidal", action: "insert", status: "pending", version: 2 });
    const { data } = await json<{ data: { store: string; action: string; version: number; status: string }[] }>(
      owner.get(`${CATALOG}/releases/${id}/deliveries`),
    );
    expect(data.map((each) => `${each.store} ${each.action} ${each.version} ${each.status}`).sort()).toEqual([
      "deezer insert 1 error",
      "spotify insert 1 done",
      "spotify update 2 pending",
      "tidal insert 2 pending",
    ]);
  });

  it("a taken down release is with no store any more", async () => {
    const owner = await (await newWorld()).as("owner");
    const { id, deliveries } = await newRelease(owner, { stores: ["spotify"] });
    for (const to of ["in_progress", "done"]) await status(owner, id, deliveries["spotify"], to);
    await move(owner, id, "live");
    await move(owner, id, "takedown_pending");
    const { data } = await json<{ data: { id: string; action: string }[] }>(
      owner.get(`${CATALOG}/releases/${id}/deliveries`),
    );
    expect(data[1]).toMatchObject({ action: "takedown" });
    for (const to of ["in_progress", "done"]) await status(owner, id, data[1]?.id, to);
    expect((await move(owner, id, "taken_down")).status).toBe(200);
    expect((await versionsOf(owner, id)).released).toMatchObject([{ number: 1, stores: [] }]);
  });

  it("nothing is delivered of what was never sent", async () => {
    const owner = await (await newWorld()).as("owner");
    for (const at of ["draft", "scheduled", "taken_down"] satisfies ReleaseStatus[]) {
      const { id } = await newRelease(owner, { status: at });
      expect((await owner.post(`${CATALOG}/releases/${id}/deliveries`, { store: "spotify" })).status, at).toBe(409);
    }
  });
});
