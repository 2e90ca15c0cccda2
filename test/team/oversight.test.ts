// Oversight: sessions one can end, access nobody uses, support that is never silent, and a log of all that was done.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { hashSecret } from "../../src/identity/index.ts";
import { deviceOf } from "../../src/identity/sessions/model.ts";
import { isOperator } from "../../src/team/support/model.ts";
import { type Caller, callerWith, newPerson, newWorld, ORIGIN, until, type World } from "../harness/world.ts";

const TEAM = "/api/dashboard/team";
const SESSIONS = "/api/me/sessions";
const STATEMENTS = "/api/dashboard/statements";
const DAY_MS = 86_400_000;

/** Another browser of the same person. */
async function anotherBrowser(userId: string, userAgent: string | null): Promise<{ id: string; caller: Caller }> {
  const token = crypto.randomUUID();
  const id = `ses_${token}`;
  await env.DB.prepare(
    "INSERT INTO sessions (token_hash, id, user_id, created_at, expires_at, user_agent) VALUES (?, ?, ?, ?, ?, ?)",
  )
    .bind(hashSecret(token), id, userId, Date.now(), Date.now() + 60_000, userAgent)
    .run();
  return { id, caller: callerWith({ cookie: `__Host-session=${token}`, origin: ORIGIN }) };
}

interface SessionBody {
  id: string;
  device: string;
  current: boolean;
}

describe("one's own sessions", () => {
  it("are listed with their browsers, and which of them asks; no secret and nobody else's", async () => {
    const [person, other] = [await newPerson(), await newPerson()];
    const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    const browser = await anotherBrowser(person.userId, firefox);
    const theirs = await anotherBrowser(other.userId, null);
    const { data } = (await (await browser.caller.get(SESSIONS)).json()) as { data: SessionBody[] };
    expect(data).toHaveLength(2);
    const session = data.find(({ id }) => id === browser.id);
    expect(session).toMatchObject({ device: "Firefox on Linux", current: true });
    expect(Object.keys(session ?? {}).sort()).toEqual(
      ["createdAt", "current", "device", "expiresAt", "id", "lastSeenAt"].sort(),
    );
    expect(data.filter(({ current }) => current)).toHaveLength(1);
    expect((await person.caller.delete(`${SESSIONS}/${theirs.id}`)).status).toBe(404);
    expect((await theirs.caller.get("/api/me")).status).toBe(200);
    const key = await (await newWorld()).as("owner");
    for (const refused of [await key.get(SESSIONS), await key.delete(SESSIONS), await key.delete(`${SESSIONS}/x`)]) {
      expect(refused.status).toBe(403);
    }
  });

  it("are over at the next request when they are ended, one or all others", async () => {
    const person = await newPerson();
    const browsers = [];
    for (let at = 0; at < 3; at += 1) browsers.push(await anotherBrowser(person.userId, null));
    const [first] = browsers;
    expect((await person.caller.delete(`${SESSIONS}/${first?.id}`)).status).toBe(204);
    expect((await first?.caller.get("/api/me"))?.status).toBe(401);
    expect((await browsers[1]?.caller.get("/api/me"))?.status).toBe(200);
    expect((await person.caller.delete(SESSIONS)).status).toBe(204);
    for (const { caller } of browsers) expect((await caller.get("/api/me")).status).toBe(401);
    expect((await person.caller.get("/api/me")).status).toBe(200);
  });

  it("are called by words of ours alone, whatever a browser says it is", () => {
    const cases: [string | null, string][] = [
      [null, "Unknown device"],
      ["", "Unknown device"],
      ["<script>alert(1)</script>", "Unknown device"],
      ["curl/8.5.0", "curl"],
      [
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
        "Safari on iOS",
      ],
      ["Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"],
      ["Mozilla/5.0 (Linux; Android 15) Chrome/130.0 Mobile Safari/537.36", "Chrome on Android"],
      ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari on macOS"],
      ["Something (Linux)", "Unknown browser on Linux"],
    ];
    for (const [agent, device] of cases) expect(deviceOf(agent), String(agent)).toBe(device);
  });
});

async function backdate(table: string, id: string, days: number): Promise<void> {
  const at = Date.now() - days * DAY_MS;
  await env.DB.prepare(`UPDATE ${table} SET created_at = ? WHERE id = ?`).bind(at, id).run();
}

async function dueIn(caller: Caller): Promise<string[]> {
  const { data } = (await (await caller.get(`${TEAM}/reviews`)).json()) as { data: { id: string }[] };
  return data.map(({ id }) => id);
}

describe("a review of access", () => {
  it("names members and keys that nobody used for ninety days, and neither those in use nor those already gone", async () => {
    const [world, boss] = [await newWorld(), await newPerson()];
    await world.join(boss.userId, "owner");
    const ids: Record<string, string> = {};
    for (const name of ["unused", "young", "used", "ended"]) {
      const person = await newPerson();
      ids[name] = await world.join(person.userId, "viewer", name === "ended" ? Date.now() - 1 : undefined);
      await backdate("memberships", ids[name], name === "young" ? 89 : 91);
      if (name === "used") {
        await person.caller.get(STATEMENTS);
        await until("being seen", async () =>
          env.DB.prepare("SELECT 1 FROM memberships WHERE id = ? AND last_seen_at IS NOT NULL").bind(ids[name]).first(),
        );
      }
    }
    const made = await boss.caller.post(`${TEAM}/api-keys`, { name: "old", role: "viewer" });
    const { id: key, key: secret } = (await made.json()) as { id: string; key: string };
    await backdate("api_keys", key, 91);
    expect(await dueIn(boss.caller)).toEqual([ids["unused"], key]);

    const decide = (id: string | undefined, decision: string) =>
      boss.caller.post(`${TEAM}/reviews/${id}`, { decision });
    expect((await decide(ids["unused"], "confirm")).status).toBe(204);
    expect(await dueIn(boss.caller)).toEqual([key]);
    expect((await decide(key, "end")).status).toBe(204);
    expect(await dueIn(boss.caller)).toEqual([]);
    expect((await callerWith({ authorization: `Bearer ${secret}` }).get("/api/me")).status).toBe(401);
    await env.DB.prepare("UPDATE memberships SET reviewed_at = ? WHERE id = ?")
      .bind(Date.now() - 91 * DAY_MS, ids["unused"])
      .run();
    expect(await dueIn(boss.caller)).toEqual([ids["unused"]]);
    expect((await decide(ids["unused"], "end")).status).toBe(204);
    expect((await decide(ids["unused"], "end")).status).toBe(404);
  });

  it("lets an admin decide about no owner", async () => {
    const [world, owner] = [await newWorld(), await newPerson()];
    const id = await world.join(owner.userId, "owner");
    for (const decision of ["confirm", "end"]) {
      expect((await (await world.as("admin")).post(`${TEAM}/reviews/${id}`, { decision })).status).toBe(403);
    }
  });

  it("knows a key as used from its first request on, and writes that once an hour", async () => {
    const world = await newWorld();
    const viewer = await world.as("viewer");
    const usedAt = async () =>
      (
        await env.DB.prepare("SELECT last_used_at AS at FROM api_keys WHERE artist_id = ?")
          .bind(world.artistId)
          .first<{ at: number }>()
      )?.at ?? null;
    await viewer.get(STATEMENTS);
    const first = await until("the key to be known as used", usedAt);
    for (let visit = 0; visit < 3; visit += 1) await viewer.get(STATEMENTS);
    expect(await usedAt()).toBe(first);
  });
});

describe("a refusal", () => {
  it("stands in the log once an hour for who was refused what, however often they try", async () => {
    const world = await newWorld();
    const [owner, viewer, editor] = [await world.as("owner"), await world.as("viewer"), await world.as("editor")];
    const denials = async () => {
      const { results } = await env.DB.prepare(
        "SELECT actor, at, after_json AS said FROM audit_log WHERE artist_id = ? AND action = 'access.deny'",
      )
        .bind(world.artistId)
        .all<{ actor: string; at: number; said: string }>();
      return results;
    };
    const refused = async (caller: Caller, path: string) => {
      expect((await caller.get(path)).status).toBe(403);
    };
    await Promise.all(Array.from({ length: 20 }, () => refused(viewer, `${TEAM}/audit`)));
    await refused(viewer, `${TEAM}/reviews`);
    await refused(editor, `${TEAM}/audit`);
    await until("three refusals", async () => (await denials()).length >= 3);
    for (let again = 0; again < 5; again += 1) await refused(viewer, `${TEAM}/audit`);
    await refused(editor, STATEMENTS);
    await until("the last refusal", async () => (await denials()).some(({ said }) => said.includes("listStatements")));
    const rows = await denials();
    const said = rows.map((row) => (JSON.parse(row.said) as { operation: string }).operation);
    expect(new Set(said)).toEqual(new Set(["listAudit", "listReviews", "listStatements"]));
    expect(new Set(rows.map(({ actor }) => actor)).size).toBe(2);
    // The hour may turn while this runs, and then each is said once more.
    const hours = rows.map(({ actor, at: when }, n) => `${actor} ${said[n]} ${Math.floor(when / 3_600_000)}`);
    expect(new Set(hours).size).toBe(rows.length);
    const shown = await (await owner.get(`${TEAM}/audit?action=access.deny`)).json();
    expect(shown).toMatchObject({ data: expect.arrayContaining([expect.objectContaining({ target: null })]) });
  });
});

async function supportAsked(world: World): Promise<{ operator: Caller; userId: string; id: string }> {
  const { caller: operator, userId } = await newPerson("operators.test");
  const path = `/api/support/artists/${world.artistId}/requests`;
  const response = await operator.post(path, { reason: "July looks wrong", hours: 2 });
  expect(response.status).toBe(201);
  return { operator, userId, id: ((await response.json()) as { id: string }).id };
}

describe("support", () => {
  it("sees nothing before an owner or admin approves, then as a viewer, for hours, in everybody's sight", async () => {
    const world = await newWorld();
    const { operator, userId, id } = await supportAsked(world);
    const named = { "artist-id": world.artistId };
    expect((await operator.get(STATEMENTS, named)).status).toBe(404);
    expect((await (await world.as("manager")).post(`${TEAM}/support-requests/${id}/approve`)).status).toBe(403);
    const owner = await world.as("owner");
    expect(await (await owner.get(TEAM)).json()).toMatchObject({
      members: [],
      supportRequests: [{ id, user: { id: userId }, reason: "July looks wrong", hours: 2 }],
    });
    const approved = await owner.post(`${TEAM}/support-requests/${id}/approve`);
    expect(approved.status).toBe(200);
    const member = (await approved.json()) as { id: string; until: string };
    expect(member).toMatchObject({ role: "viewer", support: true });
    expect(Math.abs(Date.parse(member.until) - Date.now() - 2 * 3_600_000)).toBeLessThan(60_000);
    expect((await owner.post(`${TEAM}/support-requests/${id}/approve`)).status).toBe(404);
    expect(await (await owner.get(TEAM)).json()).toMatchObject({
      members: [{ id: member.id, role: "viewer", support: true }],
      supportRequests: [],
    });
    expect((await operator.get(STATEMENTS, named)).status).toBe(200);
    const actions = await until("the visit to be in the log", async () => {
      const { data } = (await (await owner.get(`${TEAM}/audit`)).json()) as {
        data: { action: string; actor: string }[];
      };
      return data.some(({ action }) => action === "support.visit") ? data : null;
    });
    const done = actions.map(({ action }) => action).filter((action) => action !== "access.deny");
    expect(done).toEqual(["support.visit", "support.approve", "support.request"]);
    expect(actions.find(({ action }) => action === "support.visit")?.actor).toBe(`user:${userId}`);
    expect((await operator.post(`${TEAM}/api-keys`, { name: "x", role: "viewer" }, named)).status).toBe(403);
    expect((await owner.delete(`${TEAM}/members/${member.id}`, { "if-match": "*" })).status).toBe(204);
    expect((await operator.get(STATEMENTS, named)).status).toBe(404);
  });

  it("ends by itself, can be declined, and is for the people of the setting alone", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const first = await supportAsked(world);
    const approved = (await (await owner.post(`${TEAM}/support-requests/${first.id}/approve`)).json()) as {
      id: string;
    };
    await env.DB.prepare("UPDATE memberships SET until = ? WHERE id = ?").bind(Date.now(), approved.id).run();
    expect((await first.operator.get(STATEMENTS, { "artist-id": world.artistId })).status).toBe(404);
    const second = await supportAsked(world);
    expect((await owner.delete(`${TEAM}/support-requests/${second.id}`)).status).toBe(204);
    expect((await owner.post(`${TEAM}/support-requests/${second.id}/approve`)).status).toBe(404);
    const { caller } = await newPerson();
    for (const artist of [world.artistId, "art_01k9v3m6s0n8w2e4r6t8y0b1c3"]) {
      const path = `/api/support/artists/${artist}/requests`;
      expect((await caller.post(path, { reason: "x" })).status).toBe(403);
      expect((await owner.post(path, { reason: "x" })).status).toBe(403);
    }
    for (let request = 0; request < 5; request += 1) await supportAsked(world);
    const { caller: sixth } = await newPerson("operators.test");
    expect((await sixth.post(`/api/support/artists/${world.artistId}/requests`, { reason: "x" })).status).toBe(409);
  });

  it("knows its people by whole addresses, or by whole domains", () => {
    const entries = ["help@support.test", "@operators.test"];
    const cases: [string, boolean][] = [
      ["help@support.test", true],
      ["other@support.test", false],
      ["ada@operators.test", true],
      ["ada@evil-operators.test", false],
      ["ada@operators.test.evil.test", false],
      ["@operators.test@evil.test", false],
    ];
    for (const [email, expected] of cases) expect(isOperator(email, entries), email).toBe(expected);
    expect(isOperator("anybody@example.com", [])).toBe(false);
  });
});

interface Entry {
  id: string;
  at: string;
  actor: string;
  action: string;
  target: string | null;
  before: unknown;
  after: unknown;
  requestId: string;
}

async function logOf(caller: Caller, query: Record<string, string> = {}): Promise<Entry[]> {
  const response = await caller.get(`${TEAM}/audit?${new URLSearchParams(query)}`);
  expect(response.status).toBe(200);
  return ((await response.json()) as { data: Entry[] }).data;
}

describe("the audit log", () => {
  it("says who did what to what, from what to what, and in which request", async () => {
    const [world, boss, member] = [await newWorld(), await newPerson(), await newPerson()];
    await world.join(boss.userId, "owner");
    const id = await world.join(member.userId, "editor");
    const changed = await boss.caller.patch(`${TEAM}/members/${id}`, { role: "viewer" }, { "if-match": "*" });
    expect(await logOf(boss.caller)).toEqual([
      {
        id: expect.stringMatching(/^aud_/),
        at: expect.any(String),
        actor: `user:${boss.userId}`,
        action: "member.update",
        target: id,
        before: { userId: member.userId, role: "editor", until: null, scope: { kind: "artist" } },
        after: { role: "viewer", until: null, scope: { kind: "artist" } },
        requestId: changed.headers.get("x-request-id"),
      },
    ]);
  });

  it("is asked by actor, by action and by days, both included", async () => {
    const [world, boss] = [await newWorld(), await newPerson()];
    await world.join(boss.userId, "owner");
    const key = await world.as("owner");
    for (let at = 0; at < 3; at += 1) await key.post(`${TEAM}/api-keys`, { name: `${at}`, role: "viewer" });
    const { data } = (await (await boss.caller.get(`${TEAM}/api-keys`)).json()) as { data: { id: string }[] };
    await boss.caller.delete(`${TEAM}/api-keys/${data[0]?.id}`);
    const actor = `user:${boss.userId}`;
    expect((await logOf(boss.caller)).length).toBe(4);
    expect((await logOf(boss.caller, { actor })).map(({ action }) => action)).toEqual(["api_key.revoke"]);
    expect(await logOf(boss.caller, { action: "api_key.create" })).toHaveLength(3);
    expect(await logOf(boss.caller, { actor, action: "api_key.create" })).toEqual([]);
    const today = new Date().toISOString().slice(0, 10);
    const [yesterday, tomorrow] = [-1, 1].map((days) =>
      new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10),
    );
    expect(await logOf(boss.caller, { from: String(yesterday), to: today })).toHaveLength(4);
    expect(await logOf(boss.caller, { from: today, to: String(tomorrow) })).toHaveLength(4);
    expect(await logOf(boss.caller, { to: String(yesterday) })).toEqual([]);
    expect(await logOf(boss.caller, { from: String(tomorrow) })).toEqual([]);
    for (const from of ["2026-02-30", "today", "2026-1-1"]) {
      expect((await boss.caller.get(`${TEAM}/audit?from=${from}`)).status, from).toBe(400);
    }
  });

  it("of another artist is nobody's business here, whatever actor is asked for", async () => {
    const [mine, theirs, boss] = [await newWorld(), await newWorld(), await newPerson()];
    await mine.join(boss.userId, "owner");
    const key = await theirs.as("owner");
    await key.post(`${TEAM}/api-keys`, { name: "x", role: "viewer" });
    const [entry] = await logOf(key);
    expect(await logOf(boss.caller, { actor: String(entry?.actor) })).toEqual([]);
  });

  it("is walked past many entries nobody asked for, page by page, until the one that was", async () => {
    const [world, boss] = [await newWorld(), await newPerson()];
    await world.join(boss.userId, "owner");
    await boss.caller.post(`${TEAM}/api-keys`, { name: "x", role: "viewer" });
    await env.DB.prepare(
      `INSERT INTO audit_log (artist_id, id, at, actor, action, request_id)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
       SELECT ?1, 'aud_7' || printf('%025d', i), 0, 'system:test', 'noise.make', 'req_x' FROM n`,
    )
      .bind(world.artistId)
      .run();
    const found: Entry[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const query = new URLSearchParams({ action: "api_key.create", ...(cursor === null ? {} : { cursor }) });
      const body = (await (await boss.caller.get(`${TEAM}/audit?${query}`)).json()) as {
        data: Entry[];
        nextCursor: string | null;
      };
      found.push(...body.data);
      cursor = body.nextCursor;
      pages += 1;
    } while (cursor !== null && pages < 10);
    expect(found).toHaveLength(1);
    expect(pages).toBe(3);
  });
});
