// Invitations: one secret, one person, one winner; bound to an address, and never above whoever sent them.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { hashSecret } from "../../src/identity/index.ts";
import { invitationMail } from "../../src/team/invitations/letter.ts";
import { invitationPage, refusedPage } from "../../src/team/invitations/pages.tsx";
import { dumpAll } from "../harness/dump.ts";
import { type Caller, callerWith, newPerson, newWorld, nobody, ORIGIN, until } from "../harness/world.ts";

const INVITATIONS = "/api/dashboard/team/invitations";
const ACCEPT = "/api/auth/invitations/accept";
const STATEMENTS = "/api/dashboard/statements";
const HTML = { accept: "text/html" };

interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
}

interface Invitation {
  id: string;
  status: string;
  expiresAt: string;
}

async function mailTo(email: string): Promise<Mail> {
  return until(`a mail to ${email}`, async () => {
    const row = await env.DB.prepare(
      "SELECT to_address AS 'to', subject, text, html FROM dev_mail WHERE to_address = ? ORDER BY id DESC",
    )
      .bind(email)
      .first<Mail>();
    return row;
  });
}

function pathIn(text: string): string {
  return new URL(/https:\S+/.exec(text)?.[0] ?? "").pathname;
}

/** Invites an address, and reads the secret out of the mail. */
async function invited(
  by: Caller,
  email: string,
  input: object = {},
): Promise<{ invitation: Invitation; path: string; token: string }> {
  const response = await by.post(INVITATIONS, { email, role: "viewer", ...input });
  expect(response.status).toBe(201);
  const invitation = (await response.json()) as Invitation;
  const path = pathIn((await mailTo(email)).text);
  return { invitation, path, token: path.slice(path.lastIndexOf("/") + 1) };
}

async function codeOf(response: Response): Promise<string> {
  return ((await response.json()) as { code: string }).code;
}

async function membersOf(artistId: string): Promise<number> {
  const row = await env.DB.prepare("SELECT count(*) AS n FROM memberships WHERE artist_id = ?")
    .bind(artistId)
    .first<{ n: number }>();
  return Number(row?.n);
}

describe("an invitation", () => {
  it("is mailed, shown in the team without its secret, and makes its person a member once accepted", async () => {
    const [world, person] = [await newWorld(), await newPerson()];
    const owner = await world.as("owner");
    const until_ = new Date(Date.now() + 3_600_000).toISOString();
    const { invitation, token, path } = await invited(owner, person.email.toUpperCase().toLowerCase(), {
      role: "accountant",
      until: until_,
    });
    expect(invitation).toMatchObject({ id: expect.stringMatching(/^inv_/), status: "pending" });
    expect(Date.parse(invitation.expiresAt) - Date.now()).toBeGreaterThan(7 * 86_400_000 - 60_000);
    expect(token).toMatch(/^[\w-]{43}$/);
    const team = (await (await owner.get("/api/dashboard/team")).json()) as { invitations: object[] };
    expect(team.invitations).toEqual([invitation]);
    await env.DB.prepare("DELETE FROM dev_mail WHERE to_address = ?").bind(person.email).run();
    const stored = await dumpAll();
    expect(stored).toContain(hashSecret(token));
    expect(stored).not.toContain(token);

    for (let look = 0; look < 3; look += 1) {
      const page = await person.caller.get(path, HTML);
      expect(page.status).toBe(200);
      expect(await page.text()).toContain("You are invited to join Glass Harbor as an accountant.");
    }
    expect(await membersOf(world.artistId)).toBe(0);
    await env.DB.prepare("UPDATE api_keys SET role = 'owner' WHERE artist_id = ?").bind(world.artistId).run();
    const response = await person.caller.post(ACCEPT, { token });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      membership: {
        id: expect.stringMatching(/^mem_/),
        artist: { id: world.artistId, name: "Glass Harbor" },
        organisation: null,
        role: "accountant",
        scope: { kind: "artist" },
        until: until_,
      },
    });
    expect((await person.caller.get(STATEMENTS)).status).toBe(200);
    const again = await person.caller.post(ACCEPT, { token });
    expect(again.status).toBe(410);
    expect(await codeOf(again)).toBe("invitation_closed");
    expect((await person.caller.get(path)).status).toBe(410);
  });

  it("of a hundred who accept it at once lets one in, and makes one membership", async () => {
    const [world, person] = [await newWorld(), await newPerson()];
    const { token } = await invited(await world.as("owner"), person.email);
    const answers = await Promise.all(Array.from({ length: 100 }, () => person.caller.post(ACCEPT, { token })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 99 }, () => 410)]);
    expect(await membersOf(world.artistId)).toBe(1);
  });

  it("is for the address it was sent to, and for nobody else, on the page as by a program", async () => {
    const [world, person, other] = [await newWorld(), await newPerson(), await newPerson()];
    const { token, path } = await invited(await world.as("owner"), person.email);
    const refused = await other.caller.post(ACCEPT, { token });
    expect(refused.status).toBe(403);
    expect(await codeOf(refused)).toBe("invitation_for_other");
    const page = await other.caller.send("POST", path, { headers: HTML });
    expect(page.status).toBe(403);
    expect(await page.text()).toContain("for another address");
    expect((await nobody.post(ACCEPT, { token })).status).toBe(401);
    expect((await (await world.as("owner")).post(ACCEPT, { token })).status).toBe(403);
    expect(await membersOf(world.artistId)).toBe(0);
    expect((await person.caller.post(ACCEPT, { token })).status).toBe(200);
  });

  it("that was revoked, is over, or never was, is closed; and of another artist it is not found", async () => {
    const [world, elsewhere, person] = [await newWorld(), await newWorld(), await newPerson()];
    const owner = await world.as("owner");
    const first = await invited(owner, person.email);
    expect((await (await elsewhere.as("owner")).delete(`${INVITATIONS}/${first.invitation.id}`)).status).toBe(404);
    expect((await owner.delete(`${INVITATIONS}/${first.invitation.id}`)).status).toBe(204);
    expect((await owner.delete(`${INVITATIONS}/${first.invitation.id}`)).status).toBe(204);
    await env.DB.prepare("DELETE FROM dev_mail WHERE to_address = ?").bind(person.email).run();
    const second = await invited(owner, person.email);
    await env.DB.prepare("UPDATE invitations SET expires_at = ? WHERE id = ?")
      .bind(Date.now(), second.invitation.id)
      .run();
    for (const token of [first.token, second.token, "x", "A".repeat(43), "'; --", "💥"]) {
      const refused = await person.caller.post(ACCEPT, { token });
      expect(refused.status, token).toBe(410);
      expect(await codeOf(refused)).toBe("invitation_closed");
      const path = `/api/auth/invitations/${encodeURIComponent(token)}`;
      for (const asked of [await person.caller.get(path), await person.caller.get(path, HTML)]) {
        expect(asked.status, token).toBe(410);
        await asked.body?.cancel();
      }
    }
    expect(await membersOf(world.artistId)).toBe(0);
  });

  it("gives no more than whoever sent it may give, when it is sent and when it is accepted", async () => {
    const world = await newWorld();
    const [admin, person] = [await newPerson(), await newPerson()];
    const adminId = await world.join(admin.userId, "admin");
    const above = await admin.caller.post(INVITATIONS, { email: person.email, role: "owner" });
    expect(above.status).toBe(403);
    const { token } = await invited(admin.caller, person.email, { role: "admin" });
    await env.DB.prepare("UPDATE memberships SET role = 'manager' WHERE id = ?").bind(adminId).run();
    expect((await person.caller.post(ACCEPT, { token })).status).toBe(403);
    await env.DB.prepare("DELETE FROM memberships WHERE id = ?").bind(adminId).run();
    expect((await person.caller.post(ACCEPT, { token })).status).toBe(403);
    await world.join(admin.userId, "admin");
    expect((await person.caller.post(ACCEPT, { token })).status).toBe(200);
  });

  it("of a key that was revoked gives nothing", async () => {
    const [world, person] = [await newWorld(), await newPerson()];
    const { token } = await invited(await world.as("owner"), person.email);
    await env.DB.prepare("UPDATE api_keys SET revoked_at = 1 WHERE artist_id = ?").bind(world.artistId).run();
    expect((await person.caller.post(ACCEPT, { token })).status).toBe(403);
  });

  it("to somebody who belongs to the team already is refused; to one whose time there is over it opens again", async () => {
    const [world, person] = [await newWorld(), await newPerson()];
    const owner = await world.as("owner");
    await world.join(person.userId, "viewer", Date.now() - 1);
    const { token } = await invited(owner, person.email, { role: "editor" });
    expect((await person.caller.post(ACCEPT, { token })).status).toBe(200);
    const refused = await owner.post(INVITATIONS, { email: person.email, role: "viewer" });
    expect(refused.status).toBe(409);
    expect(await codeOf(refused)).toBe("already_member");
  });

  it("can be sent fifty times a day, counted exactly however many ask at once", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const answers = await Promise.all(
      Array.from({ length: 250 }, (_, at) =>
        owner.post(INVITATIONS, { email: `many-${at}@example.com`, role: "viewer" }),
      ),
    );
    const passed = answers.filter(({ status }) => status === 201);
    expect(passed).toHaveLength(50);
    for (const refused of answers.filter(({ status }) => status !== 201)) {
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    const [first] = await Promise.all(passed.map(async (response) => ((await response.json()) as Invitation).id));
    await env.DB.prepare("DELETE FROM invitations WHERE id = ?").bind(first).run();
    expect((await owner.post(INVITATIONS, { email: "one-more@example.com", role: "viewer" })).status).toBe(201);
    expect((await owner.post(INVITATIONS, { email: "too-many@example.com", role: "viewer" })).status).toBe(429);
  });

  const REPEATS = (env as unknown as { LONG: string }).LONG === "1" ? 1000 : 100;

  it("asked for with one idempotency key many times at once is sent once, and all are answered alike", async () => {
    const world = await newWorld();
    const owner = await world.as("owner");
    const body = { email: `once-${world.artistId}@example.com`, role: "viewer" };
    const answers = await Promise.all(
      Array.from({ length: REPEATS }, () => owner.post(INVITATIONS, body, { "idempotency-key": "once" })),
    );
    const texts = new Set(await Promise.all(answers.map((response) => response.text())));
    expect([...new Set(answers.map(({ status }) => status))]).toEqual([201]);
    expect(texts.size).toBe(1);
    expect(answers.filter(({ headers }) => !headers.has("idempotent-replayed"))).toHaveLength(1);
    const row = await env.DB.prepare("SELECT count(*) AS n FROM invitations WHERE artist_id = ?")
      .bind(world.artistId)
      .first<{ n: number }>();
    expect(row?.n).toBe(1);
  }, 300_000);
});

describe("the page of an invitation", () => {
  it("leads somebody who is not signed in through the mailed link and back, and then takes them in", async () => {
    const world = await newWorld();
    const email = `new-${world.artistId.slice(-12)}@example.com`;
    const { path } = await invited(await world.as("owner"), email, { role: "marketer" });
    expect((await nobody.get(path, HTML)).headers.has("set-cookie")).toBe(false);
    await env.DB.prepare("DELETE FROM dev_mail WHERE to_address = ?").bind(email).run();
    const asked = await nobody.send("POST", path, { headers: { ...HTML, origin: ORIGIN } });
    expect(asked.status).toBe(200);
    expect(await asked.text()).toContain("sign in first");
    const back = asked.headers.get("set-cookie") ?? "";
    expect(back).toMatch(
      /^__Host-return=\/api\/auth\/invitations\/[\w-]{43}; Max-Age=900; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    );
    expect(await membersOf(world.artistId)).toBe(0);

    const link = pathIn((await mailTo(email)).text);
    const cookie = back.slice(0, back.indexOf(";"));
    const signedIn = await nobody.send("POST", link, { headers: { origin: ORIGIN, cookie } });
    expect(signedIn.status).toBe(303);
    expect(signedIn.headers.get("location")).toBe(path);
    const cookies = signedIn.headers.getSetCookie();
    expect(cookies).toContainEqual("__Host-return=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax");
    const session = cookies.find((each) => each.startsWith("__Host-session=")) ?? "";
    const person = callerWith({ cookie: session.slice(0, session.indexOf(";")), origin: ORIGIN });
    expect((await person.send("POST", path, { headers: { ...HTML, origin: "https://evil.test" } })).status).toBe(403);
    const accepted = await person.send("POST", path, { headers: HTML });
    expect(accepted.status).toBe(303);
    expect(accepted.headers.get("location")).toBe("/docs");
    expect((await person.get("/api/dashboard/streams?granularity=day&from=2026-01-01&to=2026-01-02")).status).toBe(200);
  });

  it("sends nobody to another site, whatever the way back is said to be", async () => {
    const { email } = await newPerson();
    const evil = [
      "//evil.test",
      "/\\evil.test",
      "\\/evil.test",
      "https://evil.test",
      "javascript:alert(1)",
      "/%2f%2fevil.test",
      "/a//evil.test",
      "/\t/evil.test",
      "/a\r\nset-cookie: x=y",
      "/a;b=c",
      "evil",
      "",
      "/".repeat(2),
      `/${"a".repeat(600)}`,
    ];
    for (const returnTo of evil) {
      expect((await nobody.post("/api/auth/email", { email, returnTo })).status, returnTo).toBe(400);
    }
    const { path } = await invited(await (await newWorld()).as("owner"), email);
    for (const returnTo of evil.filter((each) => !/[\t\r\n;]/.test(each))) {
      await env.DB.prepare("DELETE FROM dev_mail WHERE to_address = ?").bind(email).run();
      await env.DB.prepare("DELETE FROM email_links WHERE email = ?").bind(email).run();
      await nobody.post("/api/auth/email", { email });
      const link = pathIn((await mailTo(email)).text);
      const cookie = `__Host-return=${returnTo}`;
      const response = await nobody.send("POST", link, { headers: { origin: ORIGIN, cookie } });
      expect(response.headers.get("location"), returnTo).toBe("/docs");
    }
    expect(path).toMatch(/^\/api\/auth\/invitations\//);
    const asked = await nobody.post("/api/auth/email", { email, returnTo: "/docs?tab=1#top" });
    expect(asked.headers.get("set-cookie")).toContain("__Host-return=/docs?tab=1#top;");
  });
});

const XSS = [
  "<script>alert(1)</script>",
  "</title><script>alert(1)</script>",
  "</p><script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  "<svg><script>alert(1)</script></svg>",
  '"><script>alert(1)</script>',
  "'><script>alert(1)</script>",
  '" onmouseover="alert(1)',
  "' onmouseover='alert(1)",
  "<a href=javascript:alert(1)>x</a>",
  "<iframe src=javascript:alert(1)>",
  "<style>@import'//evil.test'</style>",
  "<base href=//evil.test>",
  "<meta http-equiv=refresh content=0;url=//evil.test>",
  "<form action=//evil.test><button>",
  "</form><form action=//evil.test>",
  "<!--<script>alert(1)</script>-->",
  "<![CDATA[<script>alert(1)</script>]]>",
  "<math><mtext></mtext><mglyph><svg><mtext><style><path id='</style><img onerror=alert(1) src>'>",
  "&lt;script&gt;alert(1)&lt;/script&gt;<b>",
  "\u003cscript\u003ealert(1)",
  "<ScRiPt>alert(1)</sCrIpT>",
  "<input autofocus onfocus=alert(1)>",
  "<details open ontoggle=alert(1)>",
];

describe("names that are code", () => {
  /** The tags of a page, names and attributes. */
  const tagsOf = (html: string) => html.match(/<[^>]*>/g) ?? [];

  it("are shown as text, on the page and in the mail, and change nothing of either's own markup", async () => {
    const access = { role: "viewer", scope: { kind: "artist" }, until: null } as const;
    const url = "https://dashboard.test/api/auth/invitations/x";
    const plain = invitationMail({ ...access, email: "a@b.test", to: { name: "Plain" } }, url);
    for (const name of XSS) {
      const mail = invitationMail({ ...access, email: "a@b.test", to: { name } }, url);
      expect(tagsOf(mail.html), name).toEqual(tagsOf(plain.html));
      expect(tagsOf(invitationPage(name)), name).toEqual(tagsOf(invitationPage("Plain")));
      expect(tagsOf(refusedPage(name, name)), name).toEqual(tagsOf(refusedPage("Plain", "Plain")));
      expect(mail.text).toContain(name);
    }
    for (const name of ["a\r\nBcc: all@evil.test", "a\u2028b", "a\u0000b\tc", "a\u202eb"]) {
      const { subject } = invitationMail({ ...access, email: "a@b.test", to: { name } }, url);
      expect(subject, name).toMatch(/^Join [^\p{Cc}\p{Cf}\u2028\u2029]+$/u);
    }
  });

  it("come through whole: the artist is called so, and its page and mail are still safe", async () => {
    const { email, caller } = await newPerson();
    for (const name of XSS.slice(0, 5)) {
      const host = await newPerson();
      await host.caller.post("/api/artists", { name, currency: "USD", timeZone: "UTC" });
      await env.DB.prepare("DELETE FROM dev_mail WHERE to_address = ?").bind(email).run();
      const { path } = await invited(host.caller, email);
      const page = await caller.get(path, HTML);
      const html = await page.text();
      expect(html).not.toContain("<script");
      expect(html).not.toMatch(/<(?:img|svg)/);
      expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'unsafe-inline'/);
    }
  });
});
