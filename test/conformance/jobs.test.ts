// Over every kind of job: delivered twice it leaves the same state, what fails comes again, what never can is put aside.
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { readPatch } from "../../src/catalog/batch/schema.ts";
import { askBatch } from "../../src/catalog/batch/service.ts";
import { receiveImport } from "../../src/catalog/imports/receive.ts";
import { createRecording } from "../../src/catalog/recordings/service.ts";
import { persist } from "../../src/db/commit.ts";
import { vaultStatements } from "../../src/db/vault.ts";
import { JOBS, type JobBody, type JobKind, type JobMessage, type JobRequest } from "../../src/jobs/messages.ts";
import { replaceDays } from "../../src/metrics/index.ts";
import { askExport } from "../../src/statements/export/service.ts";
import { receiveStatement } from "../../src/statements/receive.ts";
import { askRetraction } from "../../src/statements/service.ts";
import { brokenDb, deliver, fire, quietEnv } from "../harness/doors.ts";
import { dumpArtist } from "../harness/dump.ts";
import { connect } from "../harness/stores.ts";
import { newBase, newPerson, newWorld, type World } from "../harness/world.ts";
import { createStores } from "../simulator/stores.mjs";
import { newCatalogue, newFile } from "./fixtures.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

const stores = createStores();

type Fixtures = { [K in JobKind]: (world: World) => Promise<JobBody<K>> };

/** Receives a file; its reading is asked for, and not yet sent. */
async function received(world: World) {
  const body = new Response(newFile(20)).body as ReadableStream<Uint8Array>;
  const upload = { filename: "a.tsv", isPreview: false, body };
  const { statement } = await receiveStatement(await world.ctx(), upload);
  return { artistId: world.artistId, statementId: statement.id as `stm_${string}` };
}

/** Keeps an invitation whose mail has not left. */
async function invited({ artistId }: World): Promise<string> {
  const now = Date.now();
  await env.DB.prepare(
    "INSERT INTO invitations (artist_id, id, email, role, scope_json, invited_by, created_at, expires_at) " +
      "VALUES (?, 'inv_1', ?, 'viewer', '{\"kind\":\"artist\"}', 'user:usr_x', ?, ?)",
  )
    .bind(artistId, `${artistId}@example.com`, now, now + 60_000)
    .run();
  return "inv_1";
}

/** Does what is asked for in the outbox of an artist, and what that asks for, until nothing is. */
async function settle(world: World, kinds: readonly JobKind[]): Promise<void> {
  for (;;) {
    const jobs = (await jobsOf(world)).filter(({ kind }) => kinds.includes(kind));
    if (jobs.length === 0) return;
    await deliver(quietEnv().env, jobs);
  }
}

async function jobsOf(world: World): Promise<JobMessage[]> {
  const { results } = await env.DB.prepare("SELECT id, kind, body_json FROM outbox WHERE instr(body_json, ?) > 0")
    .bind(world.artistId)
    .all<{ id: string; kind: string; body_json: string }>();
  return results.map(({ id, kind, body_json }) => ({ id, kind, body: JSON.parse(body_json) }) as JobMessage);
}

async function rowOf(id: string) {
  return env.DB.prepare("SELECT attempts, lease_until, buried_at, last_error FROM outbox WHERE id = ?")
    .bind(id)
    .first<{ attempts: number; lease_until: number; buried_at: number | null; last_error: string | null }>();
}

const FIXTURES: Fixtures = {
  "mail.address": async ({ artistId }) => ({
    userId: (await newPerson()).userId as `usr_${string}`,
    email: `address-${artistId}@example.com`,
    origin: "https://dashboard.test",
  }),
  "mail.sign_in": async ({ artistId }) => ({ email: `${artistId}@example.com`, origin: "https://dashboard.test" }),
  "mail.invitation": async (world) => ({
    artistId: world.artistId,
    invitationId: await invited(world),
    origin: "https://dashboard.test",
  }),
  "mail.organisation_invitation": async ({ artistId }) => {
    const organisationId = `org_${artistId.slice(4)}`;
    const now = Date.now();
    await env.DB.batch([
      env.DB.prepare("INSERT INTO organisations VALUES (?, 'North Quay', ?)").bind(organisationId, now),
      env.DB.prepare(
        "INSERT INTO organisation_invitations (organisation_id, id, email, role, invited_by, created_at, expires_at) " +
          "VALUES (?, 'inv_1', ?, 'label', 'user:usr_x', ?, ?)",
      ).bind(organisationId, `${artistId}@example.com`, now, now + 60_000),
    ]);
    return { organisationId, invitationId: "inv_1", origin: "https://dashboard.test" };
  },
  "mail.ownership_offer": async (world) => {
    const [owner, heir] = await Promise.all([newPerson(), newPerson()]);
    const [by, membershipId] = await Promise.all([
      world.join(owner.userId, "owner"),
      world.join(heir.userId, "manager"),
    ]);
    await env.DB.prepare("UPDATE memberships SET offered_by = ?, offered_until = ? WHERE id = ?")
      .bind(by, Date.now() + 60_000, membershipId)
      .run();
    return { artistId: world.artistId, membershipId, origin: "https://dashboard.test" };
  },
  "hub.recheck": async ({ artistId }) => ({ artistId, userId: null }),
  "hub.decision": async (world) => {
    const [{ userId }, owner] = await Promise.all([newPerson(), world.as("owner")]);
    await world.join(userId, "viewer");
    const messages = "/api/dashboard/team/messages";
    const idOf = async (response: Response) => ((await response.json()) as { id: string }).id;
    const thread = await idOf(await owner.post(messages, { subject: "Talk", participants: [userId] }));
    const said = await owner.post(`${messages}/${thread}/messages`, { clientId: "1", text: "This one" });
    const proposal = { message: await idOf(said), parties: [userId] };
    const decisionId = await idOf(await owner.post(`${messages}/${thread}/decisions`, proposal));
    return { artistId: world.artistId, decisionId };
  },
  "session.ended": async (world) => {
    const { userId } = await newPerson();
    await world.join(userId, "viewer");
    return { userId: userId as `usr_${string}` };
  },
  "statement.read": received,
  "statement.post": async (world) => {
    const body = await received(world);
    await settle(world, ["statement.read"]);
    return body;
  },
  "statement.retract": async (world) => {
    const body = await received(world);
    await settle(world, ["statement.read", "statement.post", "kpi.refresh"]);
    await askRetraction(await world.ctx(), body.statementId);
    return body;
  },
  "statement.match": async (world) => {
    await received(world);
    await settle(world, ["statement.read", "statement.post", "kpi.refresh"]);
    const input = { title: "Undertow", isrc: "QZAB12400101" };
    await createRecording(await world.ctx(), input);
    return { artistId: world.artistId, codes: [input.isrc] };
  },
  "export.run": async (world) => {
    await received(world);
    await settle(world, ["statement.read", "statement.post", "kpi.refresh"]);
    const order = { format: "bundle", bom: false, from: "2024-01", to: "2024-12", filter: {} } as const;
    const { row } = await askExport(await world.ctx(), order);
    return { artistId: world.artistId, exportId: row.id as `exp_${string}` };
  },
  "catalog.batch": async (world) => {
    const owner = await world.as("owner");
    const items = await Promise.all(
      Array.from({ length: 101 }, async (_, at) => {
        const response = await owner.post("/api/dashboard/catalog/parties", { name: `Player ${at}` });
        const { id } = (await response.json()) as { id: string };
        return { index: at, id, version: 1, set: { name: `Band ${at}` } };
      }),
    );
    const { row } = await askBatch(await world.ctx(), readPatch, { mode: "partial", items, reverts: null }, false);
    return { artistId: world.artistId, batchId: row.id as `bat_${string}` };
  },
  "catalog.import": async (world) => {
    const body = new Response(newCatalogue(2)).body as ReadableStream<Uint8Array>;
    const { row } = await receiveImport(await world.ctx(), { filename: "catalogue.csv", body });
    return { artistId: world.artistId, importId: row.id as `imp_${string}` };
  },
  "kpi.refresh": async (world) => {
    await received(world);
    await settle(world, ["statement.read", "statement.post"]);
    return { artistId: world.artistId };
  },
  "statement.sweep": async (world) => {
    await env.FILES.put(`artists/${world.artistId}/statements/stm_01k9v3m6s0n8w2e4r6t8y0b1c3/original`, "left behind");
    return { artistId: world.artistId };
  },
  "vault.rotate": async (world) => {
    const ctx = await world.ctx();
    const older = { ...ctx, settings: { ...ctx.settings, vaultKeys: `k1:${btoa("\u0001".repeat(32))}` } };
    await persist(older, await vaultStatements(older, { id: "con_x", provider: "spotify" }, "a secret"));
    return { kid: "k1", after: [world.artistId.slice(0, -1), ""] };
  },
  "mail.digest": async ({ artistId }) => {
    const { userId } = await newPerson();
    await env.DB.prepare("INSERT INTO digest_waiting VALUES (?, ?, 1, 1)").bind(userId, artistId).run();
    return { userId: userId as `usr_${string}`, window: 0 };
  },
  "mail.guest_invitation": async (world) => {
    const now = Date.now();
    const guestId = newBase(now).newId("guest");
    await env.DB.prepare(
      "INSERT INTO message_guests (artist_id, id, thread_id, email, invited_by, created_at, expires_at) " +
        "VALUES (?, ?, 'thr_01k9v3m6s0n8w2e4r6t8y0b1c3', 'ada@example.com', 'test', ?, ?)",
    )
      .bind(world.artistId, guestId, now, now + 60_000)
      .run();
    return { artistId: world.artistId, guestId, origin: "https://dashboard.test" };
  },
  "connector.plan": async (world) => {
    await connect(await world.ctx(), stores, "soundcloud");
    await env.DB.batch([
      env.DB.prepare("UPDATE provider_grants SET night = '1999-12-31' WHERE artist_id = ?").bind(world.artistId),
      env.DB.prepare("DELETE FROM outbox WHERE instr(body_json, ?) > 0").bind(world.artistId),
    ]);
    return { night: "2000-01-01", asOf: Date.now() };
  },
  "connector.sync": async (world) => {
    vi.stubGlobal("fetch", stores.fetch);
    const connectionId = await connect(await world.ctx(), stores, "soundcloud");
    const run = await env.DB.prepare("SELECT id FROM connection_runs WHERE connection_id = ?")
      .bind(connectionId)
      .first<{ id: string }>();
    return { artistId: world.artistId, connectionId, runId: run?.id ?? "" };
  },
  "connector.erase": async (world) => {
    const cell = { platform: "SoundCloud", key: "ZZ", label: null, plays: 3, downloads: 0, other: 0 };
    const day = { day: "2026-01-01", revision: 1, cells: { territory: [cell], recording: [], release: [] } } as const;
    await replaceDays(await world.ctx(), { source: "soundcloud-api", lagDays: 0, days: [day] });
    return { artistId: world.artistId, provider: "soundcloud" };
  },
  "books.check": async (world) => {
    await received(world);
    await settle(world, ["statement.read", "statement.post", "kpi.refresh"]);
    return { artistId: world.artistId };
  },
};

const KINDS = Object.keys(JOBS) as JobKind[];

/** A job in the outbox, asked for and not sent. */
async function asked(world: World, kind: JobKind): Promise<JobMessage> {
  const body = await FIXTURES[kind](world);
  const known = (await jobsOf(world)).find((job) => job.kind === kind);
  if (known !== undefined) return known;
  const sent: JobMessage[] = [];
  const base = { ...newBase(), send: (jobs: readonly JobMessage[]) => sent.push(...jobs) };
  await persist({ ...base, send: (jobs) => void base.send(jobs) }, [], [{ kind, body } as JobRequest]);
  const [job] = sent;
  if (job === undefined) throw new Error("nothing was asked for");
  return job;
}

describe("delivered twice", () => {
  for (const kind of KINDS) {
    it(`${kind}: the first delivery finishes it, and the second changes nothing`, async () => {
      const world = await newWorld();
      const job = await asked(world, kind);
      expect(await rowOf(job.id)).not.toBeNull();
      const { env: quiet } = quietEnv();
      expect(await deliver(quiet, [job])).toMatchObject({ acked: [expect.any(String)], retried: [] });
      expect(await rowOf(job.id)).toBeNull();
      const state = await dumpArtist(world.artistId);
      expect(await deliver(quiet, [job])).toMatchObject({ acked: [expect.any(String)], retried: [] });
      expect(await dumpArtist(world.artistId)).toEqual(state);
    });

    it(`${kind}: delivered twice at once, it is done once`, async () => {
      const [once, twice] = [await newWorld(), await newWorld()];
      const [single, double] = [await asked(once, kind), await asked(twice, kind)];
      const { env: quiet } = quietEnv();
      await deliver(quiet, [single]);
      // Another id hides from this isolate that it is the same work, as another isolate would not know either.
      const both = [double, { ...double, id: `${double.id}x` }];
      const results = await Promise.all(both.map((job) => deliver(quiet, [job])));
      expect(results.some(({ acked }) => acked.length === 1)).toBe(true);
      // Whichever found the work under way comes again, and finds it done.
      for (const [at, { acked }] of results.entries()) {
        if (acked.length === 0) expect((await deliver(quiet, both.slice(at, at + 1))).acked).toHaveLength(1);
      }
      expect(sizes(await dumpArtist(twice.artistId))).toEqual(sizes(await dumpArtist(once.artistId)));
    });

    it(`${kind}: for an artist that does not exist there is nothing to do`, async () => {
      const world = await newWorld();
      const { body } = await asked(world, kind);
      if (!("artistId" in body)) return;
      const nowhere = { ...body, artistId: "art_01k9v3m6s0n8w2e4r6t8y0b1c3" };
      const result = await deliver(quietEnv().env, [{ id: "job_nowhere", kind, body: nowhere }]);
      expect(result).toMatchObject({ acked: [expect.any(String)], retried: [] });
    });

    it(`${kind}: while the database is away it comes again, later each time, and stays in the outbox`, async () => {
      const world = await newWorld();
      const job = await asked(world, kind);
      const state = await dumpArtist(world.artistId);
      const { env: broken } = quietEnv({ DB: brokenDb() });
      const delays: number[] = [];
      for (const attempts of [1, 2, 3, 30]) {
        const { acked, retried } = await deliver(broken, [job], attempts);
        expect(acked).toEqual([]);
        delays.push(Number(retried[0]?.delaySeconds));
      }
      expect(delays).toEqual([2, 4, 8, 300]);
      expect(await dumpArtist(world.artistId)).toEqual(state);
      expect(await rowOf(job.id)).not.toBeNull();
      expect(await deliver(quietEnv().env, [job])).toMatchObject({ retried: [] });
      expect(await rowOf(job.id)).toBeNull();
    });
  }
});

function sizes(dump: Record<string, unknown>): Record<string, number> {
  return Object.fromEntries(Object.entries(dump).map(([table, rows]) => [table, (rows as unknown[]).length]));
}

describe("what cannot be done", () => {
  it("a job of unknown kind or shape is put aside, seen in the outbox, and not tried again", async () => {
    const { env: quiet } = quietEnv();
    const strange = [
      { kind: "statement.dance", body: {} },
      { kind: "constructor", body: {} },
      { kind: "statement.read", body: { artistId: "art_x" } },
      { kind: "kpi.refresh", body: null },
      { kind: "kpi.refresh", body: "art_x" },
    ];
    for (const [at, { kind, body }] of strange.entries()) {
      const id = `${newBase().newId("job")}${at}`;
      await env.DB.prepare("INSERT INTO outbox VALUES (?, ?, ?, ?, 0, 0, NULL, NULL)")
        .bind(id, kind, JSON.stringify(body), Date.now() + 60_000)
        .run();
      expect(await deliver(quiet, [{ id, kind, body }]), kind).toMatchObject({
        acked: [expect.any(String)],
        retried: [],
      });
      expect(await rowOf(id), kind).toMatchObject({ buried_at: expect.any(Number), last_error: expect.any(String) });
    }
  });

  it("a message that is none at all is acknowledged, so that it cannot hold up the queue", async () => {
    for (const body of [null, "text", 7, [], {}]) {
      expect(await deliver(quietEnv().env, [body]), JSON.stringify(body)).toMatchObject({ retried: [] });
    }
  });

  it("books that do not balance are put aside with what differs, and nothing is put right behind anyone's back", async () => {
    const world = await newWorld();
    const job = await asked(world, "books.check");
    await env.DB.prepare("UPDATE earning_rollups SET nanos = nanos + 1 WHERE artist_id = ? AND cut = 'total'")
      .bind(world.artistId)
      .run();
    const before = await dumpArtist(world.artistId, ["outbox"]);
    expect(await deliver(quietEnv().env, [job])).toMatchObject({ acked: [expect.any(String)], retried: [] });
    const row = await rowOf(job.id);
    expect(row?.buried_at).not.toBeNull();
    expect(row?.last_error).toContain("USD total");
    expect(await dumpArtist(world.artistId, ["outbox"])).toEqual(before);
  });
});

describe("the sweep", () => {
  const SWEEP = "* * * * *";

  async function leased(world: World, until: number, attempts = 0): Promise<JobMessage> {
    const job = await asked(world, "kpi.refresh");
    await env.DB.prepare("UPDATE outbox SET lease_until = ?, attempts = ? WHERE id = ?")
      .bind(until, attempts, job.id)
      .run();
    return job;
  }

  it("a job that was lost is sent again when its lease has run out, and no sooner", async () => {
    const world = await newWorld();
    const now = Date.now();
    const job = await leased(world, now + 30_000);
    const early = quietEnv();
    await fire(early.env, SWEEP, now);
    expect(early.sent.filter(({ id }) => id === job.id)).toEqual([]);

    await leased(world, now - 1);
    const due = quietEnv();
    await fire(due.env, SWEEP, now);
    expect(due.sent.filter(({ id }) => id === job.id)).toEqual([job]);
    const row = await rowOf(job.id);
    expect(row).toMatchObject({ attempts: 1, buried_at: null });
    expect(row?.lease_until).toBeGreaterThan(now);

    const again = quietEnv();
    await fire(again.env, SWEEP, now);
    expect(again.sent.filter(({ id }) => id === job.id)).toEqual([]);
    await deliver(due.env, [job]);
    expect(await rowOf(job.id)).toBeNull();
  });

  it("each sending leases a job for longer, an hour at most", async () => {
    const world = await newWorld();
    const now = Date.now();
    const leases: number[] = [];
    for (const attempts of [0, 1, 2, 3, 10, 19]) {
      const job = await leased(world, now - 1, attempts);
      await fire(quietEnv().env, SWEEP, now);
      leases.push(Number((await rowOf(job.id))?.lease_until) - now);
    }
    expect(leases).toEqual([60_000, 120_000, 240_000, 480_000, 3_600_000, 3_600_000]);
  });

  it("a job sent twenty times in vain is put aside and stays there", async () => {
    const world = await newWorld();
    const job = await leased(world, Date.now() - 1, 20);
    for (let round = 0; round < 2; round += 1) {
      const { env: quiet, sent } = quietEnv();
      await fire(quiet, SWEEP);
      expect(sent.filter(({ id }) => id === job.id)).toEqual([]);
      expect(await rowOf(job.id)).toMatchObject({ buried_at: expect.any(Number), last_error: "sent too often" });
    }
  });

  it("a send that fails loses nothing: the job is in the outbox and the next sweep finds it", async () => {
    const world = await newWorld();
    const job = await leased(world, Date.now() - 1);
    const sendBatch = async () => {
      throw new Error("Queue send failed: Too Many Requests");
    };
    const { env: broken } = quietEnv({ JOBS: { sendBatch } as unknown as Env["JOBS"] });
    await fire(broken, SWEEP);
    expect(await rowOf(job.id)).toMatchObject({ attempts: 1, buried_at: null });
    await leased(world, Date.now() - 1);
    const { env: quiet, sent } = quietEnv();
    await fire(quiet, SWEEP);
    expect(sent.filter(({ id }) => id === job.id)).toHaveLength(1);
  });

  it("a kept answer is forgotten after a day, and not before", async () => {
    const now = Date.now();
    const insert = (key: string, at: number) =>
      env.DB.prepare("INSERT INTO idempotency_keys VALUES ('test', ?, 'x', 'x', 200, NULL, NULL, ?)")
        .bind(key, at)
        .run();
    const [old, young] = [newBase().newId("job"), newBase().newId("job")];
    await insert(old, now - 24 * 3_600_000 - 1);
    await insert(young, now - 24 * 3_600_000 + 60_000);
    await fire(quietEnv().env, SWEEP, now);
    const { results } = await env.DB.prepare("SELECT key FROM idempotency_keys WHERE key IN (?, ?)")
      .bind(old, young)
      .all();
    expect(results).toEqual([{ key: young }]);
  });
});

describe("each night", () => {
  it("every artist's answers are made anew and its books are checked, also when the night comes twice", async () => {
    const [one, two] = [await newWorld(), await newWorld()];
    for (let night = 0; night < 2; night += 1) {
      const { env: quiet, sent } = quietEnv();
      await fire(quiet, "5 0 * * *");
      for (const { artistId } of [one, two]) {
        const mine = sent.filter(({ body }) => "artistId" in body && body.artistId === artistId);
        expect(mine.map(({ kind }) => kind).sort()).toEqual(["books.check", "kpi.refresh", "statement.sweep"]);
        expect(await deliver(quiet, mine)).toMatchObject({ retried: [] });
      }
    }
  });
});
