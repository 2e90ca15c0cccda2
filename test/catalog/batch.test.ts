// Batches: many changes at once, in one transaction or step by step, as exact as single ones, and taken back exactly.
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MOST_ITEMS } from "../../src/catalog/batch/model.ts";
import { readPatch } from "../../src/catalog/batch/schema.ts";
import { askBatch, getBatch } from "../../src/catalog/batch/service.ts";
import { runCatalogBatch } from "../../src/catalog/index.ts";
import type { Ctx } from "../../src/db/ctx.ts";
import { ask, deliver, quietEnv } from "../harness/doors.ts";
import { type Caller, newWorld, ORIGIN, until, type World } from "../harness/world.ts";

const base = "/api/dashboard/catalog";
const ANY = { "if-match": "*" };

interface Thing {
  id: string;
  version: number;
  [field: string]: unknown;
}

interface Field {
  index: number;
  id: string;
  path: string;
  code: string;
  status: number;
}

interface BatchBody {
  id: string;
  status: string;
  dryRun: boolean;
  reverts: string | null;
  progress: { done: number; total: number };
  counts: { applied: number; skipped: number; failed: number };
  applied: { index: number; id: string; version: number; changes: { path: string; from: unknown; to: unknown }[] }[];
  skipped: { index: number; id: string; reason: string }[];
  failed: Field[];
  conflicts: { id: string; path: string; reason: string; expected: unknown; present: unknown }[];
}

type Item = { id: string; version: number; set: Record<string, unknown> };

async function newOwner(): Promise<{ world: World; owner: Caller }> {
  const world = await newWorld();
  return { world, owner: await world.as("owner") };
}

async function created(owner: Caller, plural: string, input: object): Promise<Thing> {
  const response = await owner.post(`${base}/${plural}`, input);
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Thing;
}

const bodyOf = async (response: Response): Promise<BatchBody> => (await response.json()) as BatchBody;

const thing = async (owner: Caller, plural: string, id: string): Promise<Thing> =>
  (await (await owner.get(`${base}/${plural}/${id}`)).json()) as Thing;

async function batch(owner: Caller, items: Item[], order: object = {}): Promise<BatchBody> {
  const response = await owner.post(`${base}/batch`, { items, ...order });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return bodyOf(response);
}

const isrc = (at: number) => `QZAB124${String(at).padStart(5, "0")}`;

/** Recordings, put beside each other as the API would keep them, since hundreds of requests take their time. */
async function seeded({ artistId }: World, count: number): Promise<Thing[]> {
  const ids = Array.from(
    { length: count },
    (_, at) => `rec_01k9v3m6s0${artistId.slice(-10)}${String(at).padStart(6, "0")}`,
  );
  const empty = {
    versionTitle: null,
    artists: [],
    contributions: [],
    durationMs: null,
    derivedFrom: null,
    ai: null,
    pLine: null,
    languages: [],
    parentalWarning: null,
    workIds: [],
  };
  const rows = ids.map((id, at) => {
    const { versionTitle, ...more } = empty;
    const document = { title: `Song ${at}`, versionTitle, isrc: isrc(at), ...more };
    return [id, document.title, document.isrc, `song ${at} ${document.isrc.toLowerCase()}`, JSON.stringify(document)];
  });
  await env.DB.prepare(
    `INSERT INTO catalog_items (artist_id, id, kind, title, artists, code, words, document_json, version, created_at, updated_at, place)
     SELECT ?1, value->>0, 'recording', value->>1, '', value->>2, value->>3, value->>4, 1, 0, 0,
       (SELECT coalesce(max(place), 0) FROM catalog_items) + key + 1 FROM json_each(?2)`,
  )
    .bind(artistId, JSON.stringify(rows))
    .run();
  return ids.map((id) => ({ id, version: 1 }));
}

async function kept({ artistId }: World): Promise<unknown[]> {
  const [items, uses, found] = await env.DB.batch([
    env.DB.prepare(
      `SELECT id, title, artists, code, words, document_json, version, delivered_at FROM catalog_items
       WHERE artist_id = ? ORDER BY id`,
    ).bind(artistId),
    env.DB.prepare("SELECT used_id, user_id FROM catalog_uses WHERE artist_id = ? ORDER BY 1, 2").bind(artistId),
    env.DB.prepare("SELECT rowid, * FROM catalog_search WHERE catalog_search MATCH ? ORDER BY rowid").bind(
      `filters : "${artistId.slice(4)}"`,
    ),
  ]);
  return [items?.results, uses?.results, found?.results];
}

describe("a batch", () => {
  it("changes things of every kind, and says of each what changed", async () => {
    const { owner } = await newOwner();
    const party = await created(owner, "parties", { name: "Ana" });
    const work = await created(owner, "works", { title: "Undertow" });
    const recording = await created(owner, "recordings", { title: "Under Tow", isrc: isrc(1) });
    const release = await created(owner, "releases", { title: "Night Swims", type: "ep" });
    const { status, applied, counts, failed, skipped } = await batch(owner, [
      { id: party.id, version: 1, set: { ipi: "014107338" } },
      {
        id: work.id,
        version: 1,
        set: { writers: [{ name: "Ana", role: "Composer", partyId: party.id, share: "100" }] },
      },
      { id: recording.id, version: 1, set: { title: "Undertow", isrc: "qz-ab1-24-00002", workIds: [work.id] } },
      { id: release.id, version: 1, set: { label: "Harbor Tapes", tracks: [{ recordingId: recording.id }] } },
    ]);
    expect([status, failed, skipped, counts]).toEqual(["done", [], [], { applied: 4, skipped: 0, failed: 0 }]);
    const byPath = (one: { path: string }, other: { path: string }) => (one.path < other.path ? -1 : 1);
    expect(applied.map(({ version, changes }) => [version, changes.sort(byPath)])).toEqual([
      [2, [{ path: "ipi", from: null, to: "00014107338" }]],
      [2, [{ path: "writers", from: [], to: [{ name: "Ana", role: "Composer", partyId: party.id, share: "100" }] }]],
      [
        2,
        [
          { path: "isrc", from: isrc(1), to: isrc(2) },
          { path: "title", from: "Under Tow", to: "Undertow" },
          { path: "workIds", from: [], to: [work.id] },
        ],
      ],
      [
        2,
        [
          { path: "label", from: null, to: "Harbor Tapes" },
          { path: "tracks", from: [], to: [{ disc: 1, sequence: 1, recordingId: recording.id }] },
        ],
      ],
    ]);
    expect((await owner.delete(`${base}/works/${work.id}`, ANY)).status).toBe(409);
    const found = (await (await owner.get(`${base}?q=undertow`)).json()) as { data: { id: string }[] };
    expect(found.data.map(({ id }) => id)).toContain(recording.id);
  });

  it("checks each item as its PATCH does: the same field, the same code", async () => {
    const { owner } = await newOwner();
    const [taken, free, sent] = [
      await created(owner, "recordings", { title: "A", isrc: isrc(1) }),
      await created(owner, "recordings", { title: "B" }),
      await created(owner, "recordings", { title: "C", isrc: isrc(3), deliveredAt: "2026-01-02T03:04:05Z" }),
    ];
    const release = await created(owner, "releases", { title: "D", type: "ep" });
    const work = await created(owner, "works", { title: "E" });
    const cases: [string, Thing, Record<string, unknown>][] = [
      ["recordings", free, { isrc: "nonsense" }],
      ["recordings", free, { isrc: taken["isrc"] }],
      ["recordings", free, { title: "", durationMs: -1 }],
      ["recordings", free, { surplus: 1 }],
      ["recordings", free, {}],
      ["recordings", free, { workIds: ["wrk_x"] }],
      ["recordings", sent, { isrc: isrc(4) }],
      ["recordings", sent, { deliveredAt: null }],
      ["releases", release, { upc: "036000291453" }],
      ["releases", release, { releaseAt: { mode: "fixed_instant", date: "2026-11-20" } }],
      ["releases", release, { tracks: [{ recordingId: "rec_x" }] }],
      ["works", work, { writers: [{ name: "A", role: "Composer", share: "50" }] }],
    ];
    for (const [plural, { id, version }, set] of cases) {
      const alone = await owner.patch(`${base}/${plural}/${id}`, set, ANY);
      const { code, errors } = (await alone.json()) as { code: string; errors: Field[] };
      const { failed } = await batch(owner, [{ id, version, set }]);
      const fields = (of: { path: string }[]) => of.map(({ path }) => path.replace(/^body\.?/, ""));
      expect([fields(failed), failed[0]?.code, failed[0]?.status], JSON.stringify(set)).toEqual([
        fields(errors),
        code,
        alone.status,
      ]);
    }
    for (const set of [{ newRecording: true }, { title: "F", newRecording: true }]) {
      expect((await batch(owner, [{ id: free.id, version: 1, set }])).failed).toMatchObject([
        { path: "newRecording", code: "invalid_request", status: 400 },
      ]);
    }
  });

  it("partial: a stale item, a missing one and a stranger's fail alone; what changes nothing is skipped", async () => {
    const [{ world, owner }, other] = [await newOwner(), await newOwner()];
    const [a, b, c] = await seeded(world, 3);
    const theirs = await created(other.owner, "recordings", { title: "Theirs" });
    const items = [
      { id: a?.id ?? "", version: 2, set: { title: "Stale" } },
      { id: "rec_01k9v3m6s0n8w2e4r6t8y0b1c3", version: 1, set: { title: "Missing" } },
      { id: theirs.id, version: 1, set: { title: "Stolen" } },
      { id: "nonsense", version: 1, set: { title: "Nothing" } },
      { id: b?.id ?? "", version: 1, set: { title: "Song 1" } },
      { id: c?.id ?? "", version: 1, set: { title: "New" } },
      { id: c?.id ?? "", version: 1, set: { title: "Newer" } },
    ];
    const { failed, skipped, applied } = await batch(owner, items, { mode: "partial" });
    expect(failed.map(({ index, path, code, status }) => [index, path, code, status])).toEqual([
      [0, "version", "stale", 409],
      [1, "id", "not_found", 404],
      [2, "id", "not_found", 404],
      [3, "id", "not_found", 404],
      [6, "id", "invalid_request", 400],
    ]);
    expect(skipped).toEqual([{ index: 4, id: b?.id, reason: "unchanged" }]);
    expect(applied.map(({ index, version }) => [index, version])).toEqual([[5, 2]]);
    expect((await thing(owner, "recordings", c?.id ?? ""))["title"]).toBe("New");
    expect((await thing(other.owner, "recordings", theirs.id))["title"]).toBe("Theirs");
  });

  it("atomic: where one item fails, nothing is changed", async () => {
    const { world, owner } = await newOwner();
    const things = await seeded(world, 3);
    const before = await kept(world);
    const items = things.map(({ id }, at) => ({ id, version: at === 2 ? 9 : 1, set: { title: "New" } }));
    const refused = await batch(owner, items, { mode: "atomic" });
    expect([refused.status, refused.applied, refused.counts]).toEqual([
      "refused",
      [],
      { applied: 0, skipped: 2, failed: 1 },
    ]);
    expect(refused.skipped.map(({ reason }) => reason)).toEqual(["not_applied", "not_applied"]);
    expect(await kept(world)).toEqual(before);
    expect((await owner.post(`${base}/batch/${refused.id}/revert`)).status).toBe(409);
  });

  it("hands a code on in the order of its items, as single changes would", async () => {
    const { world, owner } = await newOwner();
    const [a, b] = await seeded(world, 2);
    const forth = [
      { id: b?.id ?? "", version: 1, set: { isrc: isrc(9) } },
      { id: a?.id ?? "", version: 1, set: { isrc: isrc(1) } },
    ];
    for (const dryRun of [true, false]) {
      const { counts } = await batch(owner, [...forth].reverse(), { dryRun: true });
      expect(counts).toEqual({ applied: 1, skipped: 0, failed: 1 });
      expect((await batch(owner, forth, { mode: "atomic", dryRun })).counts).toMatchObject({ applied: 2 });
    }
    expect((await thing(owner, "recordings", a?.id ?? ""))["isrc"]).toBe(isrc(1));
  });

  it("a dry run says exactly what the real run then does, and writes nothing", async () => {
    for (const mode of ["partial", "atomic"]) {
      for (const withFault of [true, false]) {
        const { world, owner } = await newOwner();
        const things = await seeded(world, 12);
        const before = await kept(world);
        const items = things.map(({ id, version }, at) => ({
          id,
          version: withFault && at === 5 ? 7 : version,
          set: [{ title: `New ${at}` }, { isrc: isrc(at) }, { isrc: isrc(at + 100), languages: ["en"] }][at % 3] ?? {},
        }));
        const rows = async () =>
          env.DB.prepare(
            `SELECT (SELECT count(*) FROM catalog_batches WHERE artist_id = ?1) AS batches,
              (SELECT count(*) FROM audit_log WHERE artist_id = ?1) AS audits`,
          )
            .bind(world.artistId)
            .first();
        const rehearsed = await batch(owner, items, { mode, dryRun: true });
        expect([await kept(world), await rows()]).toEqual([before, { batches: 0, audits: 0 }]);
        const real = await batch(owner, items, { mode });
        const what = ({ status, counts, applied, skipped, failed }: BatchBody) => ({
          status,
          counts,
          applied,
          skipped,
          failed,
        });
        expect(what(rehearsed)).toEqual(what(real));
        expect(await rows()).toEqual({ batches: 1, audits: 1 });
        expect(what(await bodyOf(await owner.get(`${base}/batch/${real.id}`)))).toEqual(what(real));
      }
    }
  });

  it("is asked for with a key only once", async () => {
    const { world, owner } = await newOwner();
    const [a] = await seeded(world, 1);
    const send = () =>
      owner.post(
        `${base}/batch`,
        { items: [{ id: a?.id, version: 1, set: { title: "New" } }] },
        { "idempotency-key": "one" },
      );
    const answers = await Promise.all(Array.from({ length: 20 }, send));
    const texts = new Set(await Promise.all(answers.map((answer) => answer.text())));
    expect(texts.size).toBe(1);
    expect(answers.filter(({ headers }) => !headers.has("idempotent-replayed"))).toHaveLength(1);
    expect((await thing(owner, "recordings", a?.id ?? "")).version).toBe(2);
  });
});

/** Reads a batch until nothing more happens to it by itself. */
async function atRest(owner: Caller, id: string): Promise<BatchBody> {
  return until(`batch ${id} to be at rest`, async () => {
    const body = await bodyOf(await owner.get(`${base}/batch/${id}`));
    return ["queued", "running"].includes(body.status) ? null : body;
  });
}

describe("taking a batch back", () => {
  it("leaves what was changed since, lists it, and restores all else exactly", async () => {
    const { world, owner } = await newOwner();
    const [a, b, c] = (await seeded(world, 3)).map(({ id }) => id) as [string, string, string];
    const set = { title: "New", languages: ["en"], pLine: { year: 2026, text: "Tapes" } };
    const { id } = await batch(
      owner,
      [a, b, c].map((each) => ({ id: each, version: 1, set })),
    );
    await owner.patch(`${base}/recordings/${b}`, { languages: ["de"] }, ANY);
    await owner.patch(`${base}/recordings/${c}`, { title: "X", languages: ["fr"], pLine: null }, ANY);
    await owner.patch(`${base}/recordings/${a}`, { durationMs: 5 }, ANY);
    const path = `${base}/batch/${id}/revert`;
    const refused = await bodyOf(await owner.post(path, { mode: "atomic" }));
    expect([refused.status, refused.applied, refused.conflicts.length]).toEqual(["refused", [], 4]);
    const rehearsed = await bodyOf(await owner.post(path, { dryRun: true }));
    const { applied, failed, conflicts, reverts, dryRun } = await bodyOf(await owner.post(path));
    expect([reverts, dryRun]).toEqual([id, false]);
    expect([rehearsed.applied, rehearsed.failed, rehearsed.conflicts]).toEqual([applied, failed, conflicts]);
    expect(applied.map((each) => [each.id, each.changes.map((change) => change.path).sort()])).toEqual([
      [a, ["languages", "pLine", "title"]],
      [b, ["pLine", "title"]],
    ]);
    expect(conflicts.filter((each) => each.id === b)).toMatchObject([
      { path: "languages", reason: "changed_since", expected: ["en"], present: ["de"] },
    ]);
    expect(failed.map((each) => [each.id, each.code, each.status])).toEqual(Array(3).fill([c, "conflict", 409]));
    expect(await thing(owner, "recordings", a)).toMatchObject({ title: "Song 0", durationMs: 5, pLine: null });
    expect(await thing(owner, "recordings", b)).toMatchObject({ title: "Song 1", languages: ["de"], pLine: null });
    expect(await thing(owner, "recordings", c)).toMatchObject({ title: "X", languages: ["fr"] });
  });

  it("and taking that back gives what the batch had made", async () => {
    const { world, owner } = await newOwner();
    const things = await seeded(world, 4);
    const made = await batch(
      owner,
      things.map(({ id }, at) => ({ id, version: 1, set: { title: `New ${at}`, isrc: isrc(at + 50) } })),
    );
    const after = await kept(world);
    const back = await bodyOf(await owner.post(`${base}/batch/${made.id}/revert`));
    const forth = await bodyOf(await owner.post(`${base}/batch/${back.id}/revert`));
    expect(forth.counts).toEqual({ applied: 4, skipped: 0, failed: 0 });
    const [items = [], ...others] = (await kept(world)) as [{ version: number }[], ...unknown[]];
    expect([items.map((row) => ({ ...row, version: row.version - 2 })), ...others]).toEqual(after);
    // What the second gave back is not there any more.
    expect((await bodyOf(await owner.post(`${base}/batch/${back.id}/revert`))).counts).toMatchObject({ failed: 4 });
  });

  it("does not undo a delivery, nor the ISRC a recording was delivered with", async () => {
    const { world, owner } = await newOwner();
    const [a] = await seeded(world, 1);
    const set = { title: "New", isrc: isrc(9), deliveredAt: "2026-01-02T03:04:05.000Z" };
    const { id } = await batch(owner, [{ id: a?.id ?? "", version: 1, set }]);
    const { conflicts, counts } = await bodyOf(await owner.post(`${base}/batch/${id}/revert`));
    expect(conflicts.map(({ path, reason }) => [path, reason]).sort()).toEqual([
      ["deliveredAt", "delivered"],
      ["isrc", "delivered"],
    ]);
    expect(counts).toMatchObject({ applied: 1 });
    expect(await thing(owner, "recordings", a?.id ?? "")).toMatchObject({ title: "Song 0", isrc: isrc(9) });
  });
});

describe("fifty writers at once", () => {
  it("of one set of things: one is heard, the others are told, nothing is lost", async () => {
    const { world, owner } = await newOwner();
    const things = await seeded(world, 5);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, writer) =>
        batch(
          owner,
          things.map(({ id }) => ({ id, version: 1, set: { title: `Writer ${writer}` } })),
        ),
      ),
    );
    const heard = answers.flatMap(({ applied }) => applied);
    expect(heard).toHaveLength(5);
    expect(answers.flatMap(({ failed }) => failed).every(({ code }) => code === "stale")).toBe(true);
    for (const { id, changes } of heard) {
      expect(await thing(owner, "recordings", id)).toMatchObject({ version: 2, title: changes[0]?.to });
    }
  });

  it("of overlapping sets, who read again until they are heard: every write is there", async () => {
    const { world, owner } = await newOwner();
    const things = await seeded(world, 25);
    await Promise.all(
      Array.from({ length: 50 }, async (_, writer) => {
        let open = [things[writer % 25]?.id ?? "", things[(writer * 3 + 1) % 25]?.id ?? ""];
        while (open.length > 0) {
          const present = await Promise.all([...new Set(open)].map((id) => thing(owner, "recordings", id)));
          const items = present.map(({ id, version, languages }) => ({
            id,
            version,
            set: { languages: [...(languages as string[]), `en-x${String(writer).padStart(2, "0")}`].slice(-20) },
          }));
          const { applied } = await batch(owner, items);
          open = open.filter((id) => !applied.some((each) => each.id === id));
        }
      }),
    );
    const writes = Array.from({ length: 50 }, (_, writer) => new Set([writer % 25, (writer * 3 + 1) % 25])).flatMap(
      (set) => [...set],
    );
    const last = await Promise.all(things.map(({ id }) => thing(owner, "recordings", id)));
    expect(last.map(({ version }) => version - 1)).toEqual(
      things.map((_, at) => writes.filter((each) => each === at).length),
    );
    for (const [at, { languages }] of last.entries()) {
      expect((languages as string[]).length).toBe(writes.filter((each) => each === at).length);
    }
  });
});

describe("a large batch", () => {
  const renamed = (things: readonly Thing[]) =>
    things.map(({ id, version }, at) => ({ id, version: at === 150 ? 9 : version, set: { title: `New ${at}` } }));

  /** A database that goes away, as one does whose Worker is killed, after some more transactions; what it did stays done. */
  function dyingAfter(times: number): D1Database {
    let left = times;
    return {
      withSession: (bookmark: string) => {
        const session = env.DB.withSession(bookmark);
        return {
          prepare: (query: string) => session.prepare(query),
          batch: async (statements: D1PreparedStatement[]) => {
            left -= 1;
            if (left < 0) throw new Error("D1_ERROR: Network connection lost.");
            const results = await session.batch(statements);
            // Half of the deaths come after the database has done what was asked, and before anybody knows.
            if (left === 0 && times % 2 === 0) throw new Error("D1_ERROR: Network connection lost.");
            return results;
          },
          getBookmark: () => session.getBookmark(),
        };
      },
    } as unknown as D1Database;
  }

  it.each(["partial", "atomic"])(
    "%s: killed anywhere and delivered again ends as if nothing had happened",
    async (mode) => {
      const outcomes = new Set<string>();
      for (let dies = 1; dies <= 24; dies += mode === "atomic" ? 1 : 3) {
        const { world, owner } = await newOwner();
        const things = await seeded(world, 230);
        const before = JSON.stringify(await kept(world));
        const items = renamed(things).map((item) => (mode === "atomic" ? { ...item, version: 1 } : item));
        const { env: quiet, sent } = quietEnv();
        const request = new Request(`${ORIGIN}${base}/batch`, {
          method: "POST",
          headers: { ...owner.headers, "content-type": "application/json" },
          body: JSON.stringify({ mode, items }),
        });
        const { id } = await bodyOf(await ask(quiet, request));
        const job = sent.filter(({ kind }) => kind === "catalog.batch");
        await deliver(quietEnv({ DB: dyingAfter(dies) }).env, job);
        const halfway = await bodyOf(await owner.get(`${base}/batch/${id}`));
        if (mode === "atomic" && halfway.status !== "done") expect(JSON.stringify(await kept(world))).toBe(before);
        await Promise.all([deliver(quietEnv().env, job), deliver(quietEnv().env, job)]);
        await deliver(quietEnv().env, job);
        const done = await bodyOf(await owner.get(`${base}/batch/${id}`));
        expect(done.counts, `${dies}`).toEqual({
          applied: mode === "atomic" ? 230 : 229,
          skipped: 0,
          failed: mode === "atomic" ? 0 : 1,
        });
        const rows = (await kept(world))[0] as { title: string; version: number }[];
        expect(rows.filter(({ version }) => version === 2)).toHaveLength(done.counts.applied);
        expect(rows.every(({ title, version }) => (version === 2) === title.startsWith("New"))).toBe(true);
        outcomes.add(`${halfway.status} ${halfway.counts.applied}`);
        if (halfway.status === "done") break;
      }
      expect(outcomes.size).toBeGreaterThan(mode === "atomic" ? 1 : 2);
    },
  );

  it("can be stopped: what was carried out stays and is taken back, the rest is passed over", async () => {
    const { world, owner } = await newOwner();
    const things = await seeded(world, 230);
    const { env: quiet, sent } = quietEnv();
    const headers = { ...owner.headers, "content-type": "application/json" };
    const body = JSON.stringify({ items: renamed(things) });
    const { id, progress } = await bodyOf(
      await ask(quiet, new Request(`${ORIGIN}${base}/batch`, { method: "POST", headers, body })),
    );
    expect(progress).toMatchObject({ done: 0, total: 230 });
    await deliver(
      quietEnv({ DB: dyingAfter(6) }).env,
      sent.filter(({ kind }) => kind === "catalog.batch"),
    );
    const running = await bodyOf(await owner.get(`${base}/batch/${id}`));
    expect([running.status, running.progress.done, running.applied]).toEqual(["running", 100, []]);
    expect((await owner.post(`${base}/batch/${id}/revert`)).status).toBe(409);
    const stopped = await bodyOf(await owner.post(`${base}/batch/${id}/cancel`));
    expect([stopped.status, stopped.counts]).toEqual(["cancelled", { applied: 100, skipped: 130, failed: 0 }]);
    expect(await bodyOf(await owner.post(`${base}/batch/${id}/cancel`))).toEqual(stopped);
    await deliver(
      quietEnv().env,
      sent.filter(({ kind }) => kind === "catalog.batch"),
    );
    expect(await bodyOf(await owner.get(`${base}/batch/${id}`))).toEqual(stopped);
    const back = await bodyOf(await owner.post(`${base}/batch/${id}/revert`));
    expect(back.counts).toEqual({ applied: 100, skipped: 0, failed: 0 });
    const rows = (await kept(world))[0] as { title: string }[];
    expect(rows.every(({ title }) => title.startsWith("Song"))).toBe(true);
    expect((await owner.post(`${base}/batch/${back.id}/cancel`)).status).toBe(409);
  });

  it("is watched as it goes", async () => {
    const { world, owner } = await newOwner();
    const things = await seeded(world, 230);
    const { id } = await bodyOf(await owner.post(`${base}/batch`, { items: renamed(things) }));
    const events = await (await owner.get(`${base}/batch/${id}`, { accept: "text/event-stream" })).text();
    const states = [...events.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(String(json)) as BatchBody);
    expect(states.at(-1)).toEqual(await bodyOf(await owner.get(`${base}/batch/${id}`)));
    expect(states.at(-1)?.status).toBe("done");
  });

  it("has a limit, in items, in bytes, and in what one item says", async () => {
    const { owner } = await newOwner();
    const item = { id: "rec_x", version: 1, set: { title: "A" } };
    const send = (items: object[]) => owner.post(`${base}/batch`, { dryRun: true, items });
    expect((await send(Array(2000).fill(item))).status).toBe(200);
    expect((await send(Array(2001).fill(item))).status).toBe(400);
    expect((await send([])).status).toBe(400);
    expect((await send(Array(40).fill({ ...item, set: { title: "x".repeat(110_000) } }))).status).toBe(413);
    expect((await send([{ ...item, set: { title: "x".repeat(130_000) } }])).status).toBe(413);
  });

  it("of few things that are large is carried out by a job too, and of many that are too large is refused", async () => {
    const { world, owner } = await newOwner();
    const things = await seeded(world, 110);
    const credits = (word: string) =>
      Array.from({ length: 300 }, (_, at) => ({
        name: `${word} ${at} ${"x".repeat(150)}`,
        role: "Producer",
        partyId: null,
      }));
    await env.DB.prepare(
      `UPDATE catalog_items SET document_json = json_set(document_json, '$.contributions', json(?2))
       WHERE artist_id = ?1`,
    )
      .bind(world.artistId, JSON.stringify(credits("Old")))
      .run();
    const few = things.slice(0, 20).map(({ id }) => ({ id, version: 1, set: { contributions: [] } }));
    const response = await owner.post(`${base}/batch`, { items: few }, { "idempotency-key": "large" });
    expect(response.status).toBe(202);
    const done = await atRest(owner, (await bodyOf(response)).id);
    expect(done.counts).toEqual({ applied: 20, skipped: 0, failed: 0 });
    const wide = few.map((item) => ({ ...item, version: 2, set: { contributions: credits("New").slice(0, 150) } }));
    expect((await batch(owner, wide.slice(0, 5), { dryRun: true })).counts).toMatchObject({ applied: 5 });
    await env.DB.prepare("UPDATE catalog_items SET document_json = document_json || ? WHERE artist_id = ?")
      .bind(" ".repeat(100_000), world.artistId)
      .run();
    const many = things.map(({ id }) => ({ id, version: 1, set: { title: "New" } }));
    for (const mode of ["atomic", "partial"]) {
      expect((await owner.post(`${base}/batch`, { mode, items: many })).status).toBe(413);
    }
    const alone = await batch(owner, [{ id: things[99]?.id ?? "", version: 1, set: { title: "New" } }]);
    expect(alone.counts).toMatchObject({ applied: 1 });
  });
});

describe("a batch as CSV", () => {
  const CSV = { "content-type": "text/csv" };
  const sendCsv = (owner: Caller, body: string, query = "") =>
    owner.send("POST", `${base}/batch${query}`, { body, headers: CSV });

  it("says the same as JSON: texts as they are, all else as JSON, nothing by an empty cell, none by \\N", async () => {
    const { owner } = await newOwner();
    const recording = await created(owner, "recordings", { title: "Under Tow", versionTitle: "Edit", durationMs: 5 });
    const release = await created(owner, "releases", { title: "Night Swims", type: "ep", label: "Tapes" });
    const rows = [
      "\uFEFFid;version;title;versionTitle;durationMs;languages;pLine.year;pLine.text;label;type",
      `${recording.id};1;'=Undertow;\\N;157000;"[""en""]";2026;Harbor; ;`,
      `${release.id};1;;;;;;;\\\\N;album`,
    ];
    const response = await sendCsv(owner, rows.join("\r\n"), "?mode=atomic&dryRun=false");
    const { failed, status } = await bodyOf(response);
    expect([status, failed]).toMatchObject(["refused", [{ index: 0, path: "label", code: "invalid_request" }]]);
    const mended = await bodyOf(await sendCsv(owner, rows.join("\r\n").replace("Harbor; ;", "Harbor;;")));
    expect(mended.counts).toEqual({ applied: 2, skipped: 0, failed: 0 });
    expect(await thing(owner, "recordings", recording.id)).toMatchObject({
      title: "=Undertow",
      versionTitle: null,
      durationMs: 157_000,
      languages: ["en"],
      pLine: { year: 2026, text: "Harbor" },
    });
    expect(await thing(owner, "releases", release.id)).toMatchObject({
      title: "Night Swims",
      label: "\\N",
      type: "album",
    });
  });

  it.each([
    ["", 400],
    ["id,title\r\nrec_x,A", 422],
    ["id,version,title,title\r\nrec_x,1,A,B", 422],
    ["id,version,__proto__\r\nrec_x,1,A", 422],
    ['id,version,title\r\nrec_x,1,"A', 422],
    ["id,version,title\r\nrec_x,1,A,B", 422],
    ["id,version,title", 400],
  ])("that is none is refused: %o", async (text, status) => {
    const { owner } = await newOwner();
    expect((await sendCsv(owner, text)).status).toBe(status);
  });

  it("gives back what failed, in the form it was sent in, to be mended and sent again", async () => {
    const { owner } = await newOwner();
    const { id } = await created(owner, "recordings", { title: "A" });
    const fields = { title: "=1+1", isrc: "QZAB12400", languages: ["en"], pLine: { year: 2026, text: "\\N" } };
    const body = await batch(owner, [
      { id, version: 1, set: fields },
      { id: "rec_x", version: 3, set: { title: 'a "b", c' } },
    ]);
    expect(body.counts).toEqual({ applied: 0, skipped: 0, failed: 2 });
    const path = `${base}/batch/${body.id}/failed`;
    const json = (await (await owner.get(path)).json()) as { mode: string; items: (Item & { problem: string })[] };
    expect(json.items.map(({ problem: _, ...item }) => item)).toEqual([
      { id, version: 1, set: fields },
      { id: "rec_x", version: 3, set: { title: 'a "b", c' } },
    ]);
    expect(json.items.map(({ problem }) => problem)).toEqual([
      'isrc: "QZAB12400" is no ISRC',
      'id: there is no "rec_x" in the catalog',
    ]);
    const response = await owner.get(`${path}?format=csv`);
    const csv = await response.text();
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(csv.split("\r\n").slice(0, 2)).toEqual([
      "id,version,title,isrc,languages,pLine.year,pLine.text,problem",
      `${id},1,'=1+1,QZAB12400,"[""en""]",2026,\\\\N,"isrc: ""QZAB12400"" is no ISRC"`,
    ]);
    for (const again of [
      await owner.post(`${base}/batch`, { ...json, items: [{ ...json.items[0], set: { ...fields, isrc: isrc(1) } }] }),
      await sendCsv(owner, csv.replace(",1,", ",2,").replace("QZAB12400,", `${isrc(2)},`), "?mode=partial"),
    ]) {
      const done = await bodyOf(again);
      expect(done.applied.map((each) => each.id)).toEqual([id]);
    }
    expect(await thing(owner, "recordings", id)).toMatchObject({ ...fields, isrc: isrc(2) });
  });
});

/** Something that a batch may say of a thing of each kind; some of it is wrong. */
const SAYINGS: Record<string, fc.Arbitrary<Record<string, unknown>>> = {
  recordings: fc.record(
    {
      title: fc.constantFrom("Undertow", "=1+1", "", "夜の海", "\\N", " padded "),
      versionTitle: fc.constantFrom(null, "Live", "null"),
      isrc: fc.constantFrom(null, isrc(1), isrc(2), isrc(3), "qz-ab1-24-00004", "QZAB"),
      durationMs: fc.constantFrom(null, 0, 1, -1),
      pLine: fc.constantFrom(null, { year: 2026, text: "Tapes" }, { year: 1, text: "" }),
      languages: fc.constantFrom([], ["en"], ["en", "de"], ["?"]),
      ai: fc.constantFrom(null, { lyrics: "none" }),
      surplus: fc.constant(1),
    },
    { requiredKeys: [] },
  ),
  releases: fc.record(
    {
      title: fc.constantFrom("Night Swims", "'quoted"),
      upc: fc.constantFrom(null, "193959000013", "0193959000013", "036000291453"),
      genres: fc.constantFrom([], ["Dream Pop"]),
      releaseAt: fc.constantFrom(
        null,
        { mode: "local_midnight", date: "2026-11-20" },
        { mode: "fixed_instant", date: "2026-11-20", time: "18:00", timeZone: "Europe/Berlin" },
        { mode: "fixed_instant", date: "2026-11-20" },
      ),
    },
    { requiredKeys: [] },
  ),
  works: fc.record(
    {
      title: fc.constantFrom("Undertow", "Overtow"),
      iswc: fc.constantFrom(null, "T-345.246.937-9", "T-034.524.680-2"),
      alternativeTitles: fc.constantFrom([], ["A"]),
    },
    { requiredKeys: [] },
  ),
  parties: fc.record(
    { name: fc.constantFrom("Ana", "+49"), ipi: fc.constantFrom(null, "014107338") },
    { requiredKeys: [] },
  ),
};

const KINDS = Object.keys(SAYINGS);

/** A few things of each kind, and what is said of some of them. */
const ORDERS = fc.record({
  mode: fc.constantFrom("partial", "atomic"),
  sayings: fc.array(
    fc
      .constantFrom(...KINDS)
      .chain((plural) =>
        fc.record({
          plural: fc.constant(plural),
          at: fc.nat(2),
          isStale: fc.boolean(),
          set: SAYINGS[plural] ?? fc.constant({}),
        }),
      )
      .map((saying) => ({ ...saying, isStale: saying.isStale && saying.at === 2 })),
    { minLength: 1, maxLength: 12 },
  ),
});

async function someThings(owner: Caller): Promise<Record<string, Thing[]>> {
  const inputs = {
    recordings: { title: "A" },
    releases: { title: "A", type: "ep" },
    works: { title: "A" },
    parties: { name: "A" },
  };
  const made = Object.entries(inputs).map(
    async ([plural, input]): Promise<[string, Thing[]]> => [
      plural,
      [await created(owner, plural, input), await created(owner, plural, input), await created(owner, plural, input)],
    ],
  );
  return Object.fromEntries(await Promise.all(made));
}

/** What is kept, without how often it was changed. */
async function contentOf(world: World): Promise<unknown[]> {
  const [items, ...others] = (await kept(world)) as [Record<string, unknown>[], ...unknown[]];
  return [items.map(({ version: _, ...row }) => row), ...others];
}

describe("whatever is said of whatever things", () => {
  it("a dry run foretells it, it is as single changes in that order would be, and taking it back restores all of it", async () => {
    await fc.assert(
      fc.asyncProperty(ORDERS, async ({ mode, sayings }) => {
        const [{ world, owner }, alone] = [await newOwner(), await newOwner()];
        const [things, twins] = await Promise.all([someThings(owner), someThings(alone.owner)]);
        const before = await contentOf(world);
        const items = sayings.map(({ plural, at, isStale, set }) => ({
          id: things[plural]?.[at]?.id ?? "",
          version: isStale ? 5 : 1,
          set,
        }));
        const what = ({ status, counts, applied, skipped, failed }: BatchBody) => ({
          status,
          counts,
          applied,
          skipped,
          failed,
        });
        const rehearsed = await batch(owner, items, { mode, dryRun: true });
        expect(await contentOf(world)).toEqual(before);
        const real = await batch(owner, items, { mode });
        expect(what(real)).toEqual(what(rehearsed));
        if (mode === "partial") {
          const seen = new Set<string>();
          for (const [index, { plural, at, isStale, set }] of sayings.entries()) {
            const twin = twins[plural]?.[at]?.id ?? "";
            if (seen.has(twin)) continue;
            seen.add(twin);
            const headers = { "if-match": isStale ? '"5"' : '"1"' };
            const response = await alone.owner.patch(`${base}/${plural}/${twin}`, set, headers);
            const failure = real.failed.find((each) => each.index === index);
            const { code = null } = (await response.json()) as { code?: string };
            expect([index, failure?.code ?? null]).toEqual([index, code]);
          }
        }
        if (real.counts.applied === 0) {
          expect(await contentOf(world)).toEqual(before);
          return;
        }
        const back = await bodyOf(await owner.post(`${base}/batch/${real.id}/revert`, { mode: "atomic" }));
        expect([back.counts, back.conflicts]).toEqual([{ applied: real.counts.applied, skipped: 0, failed: 0 }, []]);
        expect(await contentOf(world)).toEqual(before);
      }),
      { numRuns: 12 },
    );
  });

  it("a sheet holds all of it, and sent back as it is changes nothing", async () => {
    await fc.assert(
      fc.asyncProperty(ORDERS, async ({ sayings }) => {
        const { world, owner } = await newOwner();
        const things = await someThings(owner);
        const items = sayings.map(({ plural, at, set }) => ({ id: things[plural]?.[at]?.id ?? "", version: 1, set }));
        await batch(owner, items);
        const before = await kept(world);
        for (const kind of ["release", "recording", "work", "party"]) {
          const response = await owner.get(`${base}/export?of=${kind}`);
          expect(response.headers.get("content-disposition")).toBe(`attachment; filename="${kind}.csv"`);
          const sheet = await response.text();
          for (const cell of sheet.split(/[,\r\n]+/)) expect(cell).not.toMatch(/^[=+\-@]/);
          const headers = { "content-type": "text/csv" };
          const { counts } = await bodyOf(await owner.send("POST", `${base}/batch`, { body: sheet, headers }));
          expect(counts).toEqual({ applied: 0, skipped: 3, failed: 0 });
        }
        expect(await kept(world)).toEqual(before);
      }),
      { numRuns: 6 },
    );
  });

  it("a sheet rebuilds things that were emptied: nothing is said beside it", async () => {
    const { world, owner } = await newOwner();
    const party = await created(owner, "parties", { name: "Ana", localNames: [{ language: "tr", name: "Ana Ü" }] });
    const work = await created(owner, "works", {
      title: "W",
      writers: [{ name: "A", role: "Composer", partyId: party.id, share: "100" }],
    });
    const [full, other] = [
      await created(owner, "recordings", {
        title: "=Undertow",
        versionTitle: "\\N",
        isrc: isrc(1),
        artists: [{ name: 'Ana, "A"', role: "MainArtist", partyId: party.id }],
        durationMs: 157_000,
        ai: { vocals: "some" },
        pLine: { year: 2026, text: "-Tapes" },
        languages: ["en"],
        parentalWarning: "NotExplicit",
        workIds: [work.id],
        deliveredAt: "2026-01-02T03:04:05Z",
      }),
      await created(owner, "recordings", { title: "B" }),
    ];
    const derived = { derivedFrom: { recordingId: other.id, relation: "LiveVersion" } };
    await owner.patch(`${base}/recordings/${full.id}`, derived, ANY);
    const before = await contentOf(world);
    const sheet = await (await owner.get(`${base}/export?of=recording`)).text();
    const nothing = {
      versionTitle: null,
      artists: [],
      durationMs: null,
      ai: null,
      pLine: null,
      languages: [],
      workIds: [],
    };
    await owner.patch(
      `${base}/recordings/${full.id}`,
      { title: "X", ...nothing, parentalWarning: null, derivedFrom: null },
      ANY,
    );
    const body = sheet.replace(`${full.id},2,`, `${full.id},3,`);
    const { counts } = await bodyOf(
      await owner.send("POST", `${base}/batch`, { body, headers: { "content-type": "text/csv" } }),
    );
    expect(counts).toEqual({ applied: 1, skipped: 1, failed: 0 });
    expect(await contentOf(world)).toEqual(before);
  });
});

describe("five hundred recordings with ten fields each", () => {
  const set = (at: number, word: string) => ({
    title: `${word} ${at}`,
    versionTitle: `${word} Edit`,
    isrc: isrc(word === "New" ? at + 10_000 : at + 20_000),
    artists: [{ name: `${word} Harbor`, role: "MainArtist", partyId: null }],
    contributions: [{ name: `${word} Producer`, role: "Producer", partyId: null }],
    durationMs: 1000 + at,
    pLine: { year: 2026, text: `${word} Tapes` },
    languages: ["en", "de"],
    parentalWarning: "NotExplicit",
    ai: { lyrics: "none", composition: "none", vocals: "none", instruments: "some", production: null },
  });

  /** Carries a batch out as the doors would, and says what all of it cost. */
  async function cost(
    world: World,
    order: Parameters<typeof askBatch>[2],
  ): Promise<{ ctx: Ctx; id: string; ms: number }> {
    const ctx = { ...(await world.ctx()) };
    const startedAt = Date.now();
    const { row } = await askBatch(ctx, readPatch, order, false);
    await runCatalogBatch(ctx, row.id);
    return { ctx, id: row.id, ms: Date.now() - startedAt };
  }

  it.each(["partial", "atomic"] as const)(
    "%s: three rows are written a field at most, audit included",
    async (mode) => {
      const world = await newWorld();
      const things = await seeded(world, 500);
      const items = things.map(({ id, version }, index) => ({ index, id, version, set: set(index, "New") }));
      const { ctx, ms } = await cost(world, { mode, items, reverts: null });
      console.log(`500 × 10, ${mode}: ${ms} ms, ${JSON.stringify(ctx.db.meter)}`);
      expect(ctx.db.meter.rowsWritten).toBeLessThanOrEqual(3 * 500 * 10);
      expect(ctx.db.meter.rowsWritten).toBeGreaterThan(500);
    },
  );

  it("and the most items that a batch may have fit one transaction", async () => {
    const world = await newWorld();
    const things = await seeded(world, MOST_ITEMS);
    const items = things.map(({ id, version }, index) => ({ index, id, version, set: set(index, "New") }));
    const { ctx, id, ms } = await cost(world, { mode: "atomic", items, reverts: null });
    console.log(`${MOST_ITEMS} × 10, atomic: ${ms} ms, ${JSON.stringify(ctx.db.meter)}`);
    const { row, results } = await getBatch(ctx, id);
    expect([row.status, row.applied, results.length]).toEqual(["done", MOST_ITEMS, MOST_ITEMS]);
  });

  it.each(["partial", "atomic"])("%s: taken back exactly", async (mode) => {
    const { world, owner } = await newOwner();
    const things = await seeded(world, 500);
    const before = await kept(world);
    const items = things.map(({ id, version }, at) => ({ id, version, set: set(at, "New") }));
    const response = await owner.post(`${base}/batch`, { mode, items });
    expect(response.status).toBe(202);
    const asked = await bodyOf(response);
    expect(response.headers.get("location")).toBe(`${base}/batch/${asked.id}`);
    const done = await atRest(owner, asked.id);
    expect([done.status, done.counts, done.progress]).toEqual([
      "done",
      { applied: 500, skipped: 0, failed: 0 },
      { done: 500, total: 500, unit: "items" },
    ]);
    expect(done.applied.every(({ changes }) => changes.length === 10)).toBe(true);
    const back = await owner.post(`${base}/batch/${asked.id}/revert`);
    expect(back.status).toBe(202);
    const reverted = await atRest(owner, (await bodyOf(back)).id);
    expect([reverted.reverts, reverted.counts, reverted.conflicts]).toEqual([
      asked.id,
      { applied: 500, skipped: 0, failed: 0 },
      [],
    ]);
    const versions = (rows: unknown) =>
      (rows as { version: number }[]).map((row) => ({ ...row, version: row.version - 2 }));
    const [items2, uses, found] = await kept(world);
    expect([versions(items2), uses, found]).toEqual(before);
  });
});
