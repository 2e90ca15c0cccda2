// Signing in with a mailed link: nothing is told to strangers, a link works once, and a session ends when it is said to.
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { hashSecret, newApiKeySecret } from "../../src/identity/index.ts";
import { deliver, quietEnv } from "../harness/doors.ts";
import { dumpAll } from "../harness/dump.ts";
import {
  bytes,
  type Caller,
  callerWith,
  newBase,
  newPerson,
  newWorld,
  nobody,
  ORIGIN,
  until,
} from "../harness/world.ts";

let people = 0;
function newEmail(): string {
  people += 1;
  return `person-${people}-${Date.now()}@example.com`;
}

interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
}

async function mailsTo(email: string): Promise<Mail[]> {
  const { data } = (await (await nobody.get("/dev/mail")).json()) as { data: Mail[] };
  return data.filter(({ to }) => to === email);
}

/** Asks for a link and reads it out of the mail. */
async function linkFor(email: string): Promise<{ path: string; token: string }> {
  expect((await nobody.post("/api/auth/email", { email })).status).toBe(202);
  const text = await until(`a mail to ${email}`, async () => (await mailsTo(email))[0]?.text ?? null);
  const url = /https:\S+/.exec(text)?.[0] ?? "";
  expect(url.startsWith(`${ORIGIN}/api/auth/email/`)).toBe(true);
  return { path: new URL(url).pathname, token: url.slice(url.lastIndexOf("/") + 1) };
}

/** Follows a link; the caller speaks with the session it gives. */
async function signedIn(path: string): Promise<{ caller: Caller; cookie: string }> {
  const response = await nobody.post(path, undefined, { origin: ORIGIN });
  expect(response.status).toBe(303);
  const cookie = response.headers.get("set-cookie") ?? "";
  return { cookie, caller: callerWith({ cookie: cookie.slice(0, cookie.indexOf(";")), origin: ORIGIN }) };
}

describe("a mailed link", () => {
  it("signs a new person in, who makes an artist and owns it", async () => {
    const email = newEmail();
    const { path } = await linkFor(email);
    for (let look = 0; look < 3; look += 1) {
      const page = await nobody.get(path, { accept: "text/html" });
      expect(page.status).toBe(200);
      expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(page.headers.get("content-security-policy")).toContain("form-action 'self'");
      expect(await page.text()).toContain('<form method="post">');
      expect(page.headers.has("set-cookie")).toBe(false);
    }
    const { caller, cookie } = await signedIn(path);
    expect(cookie).toMatch(/^__Host-session=[\w-]{43}; Max-Age=2592000; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
    const me = await caller.get("/api/me");
    expect(await me.json()).toEqual({
      id: expect.stringMatching(/^usr_/),
      email,
      name: email.slice(0, email.indexOf("@")),
      memberships: [],
    });
    const artist = await caller.post("/api/artists", { name: "Low Tide", currency: "EUR", timeZone: "Europe/Berlin" });
    expect(artist.status).toBe(201);
    const { id } = (await artist.json()) as { id: string };
    expect(await (await caller.get("/api/me")).json()).toMatchObject({
      memberships: [{ artist: { id, name: "Low Tide" }, role: "owner" }],
    });
    expect((await caller.get("/api/dashboard/statements")).status).toBe(200);
  });

  it("signs the same person in again, however the address is written", async () => {
    const email = newEmail();
    const first = await signedIn((await linkFor(email)).path);
    const id = ((await (await first.caller.get("/api/me")).json()) as { id: string }).id;
    expect((await nobody.post("/api/auth/email", { email: email.toUpperCase() })).status).toBe(202);
    const link = await until("the second mail", async () => {
      const mails = await mailsTo(email);
      return mails.length === 2 ? /https:\S+/.exec(mails[0]?.text ?? "")?.[0] : null;
    });
    const second = await signedIn(new URL(String(link)).pathname);
    expect(await (await second.caller.get("/api/me")).json()).toMatchObject({ id });
    expect(second.cookie).not.toBe(first.cookie);
  });

  it("works once: used, it is gone for good, for a browser and for a program", async () => {
    const { path } = await linkFor(newEmail());
    await signedIn(path);
    for (const response of [await nobody.post(path), await nobody.get(path)]) {
      expect(response.status).toBe(410);
      expect(await response.json()).toMatchObject({ code: "link_expired" });
    }
    const page = await nobody.get(path, { accept: "text/html" });
    expect(page.status).toBe(410);
    expect(await page.text()).toContain("no longer works");
  });

  it("is over after its ten minutes", async () => {
    const { path, token } = await linkFor(newEmail());
    const row = await env.DB.prepare("SELECT created_at, expires_at FROM email_links WHERE token_hash = ?")
      .bind(hashSecret(token))
      .first<{ created_at: number; expires_at: number }>();
    expect(Number(row?.expires_at) - Number(row?.created_at)).toBe(600_000);
    await env.DB.prepare("UPDATE email_links SET expires_at = ? WHERE token_hash = ?")
      .bind(Date.now() - 1, hashSecret(token))
      .run();
    expect((await nobody.get(path)).status).toBe(410);
    const response = await nobody.post(path);
    expect(response.status).toBe(410);
    expect(response.headers.has("set-cookie")).toBe(false);
  });

  it("of a hundred who use it at once lets one in", async () => {
    const email = newEmail();
    const { path } = await linkFor(email);
    const answers = await Promise.all(Array.from({ length: 100 }, () => nobody.post(path)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([303, ...Array.from({ length: 99 }, () => 410)]);
    const sessions = await env.DB.prepare(
      "SELECT 1 FROM sessions JOIN users ON users.id = sessions.user_id WHERE users.email = ?",
    )
      .bind(email)
      .all();
    expect(sessions.results).toHaveLength(1);
  });

  it("that nobody was sent is refused like one that was used", async () => {
    for (const token of ["x", "A".repeat(43), "%00", "💥"]) {
      const response = await nobody.post(`/api/auth/email/${encodeURIComponent(token)}`);
      expect(response.status, token).toBe(410);
    }
    expect((await nobody.post(`/api/auth/email/${"A".repeat(101)}`)).status).toBe(400);
  });

  it("cannot be used by another site's page", async () => {
    const { path } = await linkFor(newEmail());
    for (const origin of ["https://evil.test", "null"]) {
      expect((await nobody.post(path, undefined, { origin })).status).toBe(403);
    }
    await signedIn(path);
  });
});

describe("asking for a link", () => {
  it("is answered alike for an address that is known and one that is not", async () => {
    const { email } = await newPerson();
    const answers = [];
    for (const each of [email, newEmail()]) {
      const response = await nobody.post("/api/auth/email", { email: each });
      const headers = [...response.headers].filter(([name]) => !["x-request-id", "x-d1-bookmark"].includes(name));
      answers.push({ status: response.status, headers, body: await response.text() });
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ status: 202, body: "{}" });
  });

  it("more than five times in a quarter of an hour sends no more, and is answered as before", async () => {
    const email = newEmail();
    const { env: quiet } = quietEnv();
    for (let ask = 0; ask < 8; ask += 1) {
      expect((await nobody.post("/api/auth/email", { email })).status).toBe(202);
      await until("the job to be done", async () => {
        const { results } = await env.DB.prepare("SELECT 1 FROM outbox WHERE instr(body_json, ?) > 0")
          .bind(email)
          .all();
        return results.length === 0;
      });
    }
    expect(await mailsTo(email)).toHaveLength(5);
    await env.DB.prepare("UPDATE email_links SET created_at = created_at - 900001 WHERE email = ?").bind(email).run();
    await deliver(quiet, [{ id: newBase().newId("job"), kind: "mail.sign_in", body: { email, origin: ORIGIN } }]);
    expect(await mailsTo(email)).toHaveLength(6);
  });

  it("leaves the secret in the mail alone: in no other table, no job and no log", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    try {
      const { path, token } = await linkFor(newEmail());
      const { cookie } = await signedIn(path);
      const session = cookie.slice(cookie.indexOf("=") + 1, cookie.indexOf(";"));
      await env.DB.prepare("DELETE FROM dev_mail WHERE instr(text, ?) > 0").bind(token).run();
      const stored = await dumpAll();
      expect(stored).toContain(hashSecret(token));
      expect(stored).toContain(hashSecret(session));
      const said = JSON.stringify(log.mock.calls);
      expect(said).toContain("/api/auth/email/…");
      for (const secret of [token, session]) {
        expect(secret).toMatch(/^[\w-]{43}$/);
        expect(stored).not.toContain(secret);
        expect(said).not.toContain(secret);
      }
    } finally {
      log.mockRestore();
    }
  });
});

describe("a session", () => {
  it("ended by signing out is dead on the server, and its cookie is cleared", async () => {
    const { caller } = await signedIn((await linkFor(newEmail())).path);
    const response = await caller.post("/api/auth/logout");
    expect(response.status).toBe(204);
    expect(response.headers.get("set-cookie")).toBe(
      "__Host-session=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax",
    );
    for (const path of ["/api/me", "/api/dashboard/statements"]) {
      expect((await caller.get(path)).status, path).toBe(401);
    }
    expect((await caller.post("/api/auth/logout")).status).toBe(401);
  });

  it("ended in one browser goes on in another", async () => {
    const email = newEmail();
    const one = await signedIn((await linkFor(email)).path);
    await env.DB.prepare("DELETE FROM dev_mail WHERE to_address = ?").bind(email).run();
    const other = await signedIn((await linkFor(email)).path);
    await one.caller.post("/api/auth/logout");
    expect((await one.caller.get("/api/me")).status).toBe(401);
    expect((await other.caller.get("/api/me")).status).toBe(200);
  });

  it("is over when its time is", async () => {
    const { userId, caller } = await newPerson();
    expect((await caller.get("/api/me")).status).toBe(200);
    await env.DB.prepare("UPDATE sessions SET expires_at = ? WHERE user_id = ?").bind(Date.now(), userId).run();
    expect((await caller.get("/api/me")).status).toBe(401);
  });

  it("that a visitor brought along is not the one signing in gives", async () => {
    const { path } = await linkFor(newEmail());
    const brought = `__Host-session=${"A".repeat(43)}`;
    const response = await nobody.post(path, undefined, { cookie: brought, origin: ORIGIN });
    expect(response.headers.get("set-cookie")).not.toContain(brought);
    expect((await callerWith({ cookie: brought }).get("/api/me")).status).toBe(401);
  });

  it("cannot be signed out of with a key", async () => {
    const world = await newWorld();
    const response = await (await world.as("owner")).post("/api/auth/logout");
    expect(response.status).toBe(403);
  });
});

describe("an API key", () => {
  it("says that it is one, holds 256 random bits, and ends in a checksum that tells a real one", () => {
    const random = bytes(32);
    const { key, hash, prefix, last4 } = newApiKeySecret(random);
    expect(key).toMatch(/^ad_live_[A-Za-z0-9_-]{43}_[0-9a-f]{6}$/);
    const body = key.slice(0, key.lastIndexOf("_"));
    expect(key.slice(-6)).toBe(hashSecret(body).slice(0, 6));
    expect(hash).toBe(hashSecret(key));
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(key.startsWith(prefix)).toBe(true);
    expect(prefix.length).toBe(12);
    expect(key.endsWith(last4)).toBe(true);
    expect(newApiKeySecret(random).key).toBe(key);
    expect(new Set(Array.from({ length: 500 }, () => newApiKeySecret(bytes(32)).key)).size).toBe(500);
  });
});
