// Signing in with Spotify: whoever Spotify says, in the browser that began, once; and linking an account to a person.
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { hashSecret } from "../../src/identity/index.ts";
import { ask, quietEnv } from "../harness/doors.ts";
import { agree, Browser, standIn } from "../harness/spotify.ts";
import { newPerson, ORIGIN } from "../harness/world.ts";

afterEach(() => vi.unstubAllGlobals());

/** A browser in which somebody has signed in by mail. */
async function signedInByMail(): Promise<{ browser: Browser; userId: string; email: string }> {
  const { userId, email, caller } = await newPerson();
  const browser = new Browser();
  browser.cookies.set("__Host-session", String(caller.headers["cookie"]).replace("__Host-session=", ""));
  return { browser, userId, email };
}

async function startLink(browser: Browser): Promise<string> {
  const response = await browser.visit("/api/auth/spotify/link", "POST");
  expect(response.status).toBe(200);
  return ((await response.json()) as { authorizeUrl: string }).authorizeUrl;
}

const count = async (sql: string, ...params: string[]) =>
  (
    await env.DB.prepare(sql)
      .bind(...params)
      .first<{ n: number }>()
  )?.n;

describe("signing in", () => {
  it("sends the browser to Spotify with PKCE and a state, asking for nothing but who the person is", async () => {
    standIn();
    const url = new URL(await new Browser().depart());
    expect(url.origin + url.pathname).toBe("https://accounts.spotify.com/authorize");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: "code",
      client_id: "app-of-tests",
      redirect_uri: `${ORIGIN}/api/auth/spotify/callback`,
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it("makes a person without an address the first time, and is the same person ever after", async () => {
    const spotify = standIn();
    const browser = new Browser();
    const back = await browser.signIn(spotify);
    expect(back.status).toBe(302);
    expect(back.headers.get("location")).toBe("/docs");
    const cookies = back.headers.getSetCookie();
    expect(cookies).toEqual([
      "__Host-attempt=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax",
      expect.stringMatching(/^__Host-session=[\w-]{43}; Max-Age=2592000; Path=\/; Secure; HttpOnly; SameSite=Lax$/),
    ]);
    const me = await browser.me();
    expect(me).toMatchObject({ id: expect.stringMatching(/^usr_/), email: null, name: "Mara" });

    const other = new Browser();
    await other.signIn(spotify);
    expect(await other.me()).toEqual(me);
    expect(other.cookies.get("__Host-session")).not.toBe(browser.cookies.get("__Host-session"));
    expect(spotify.state.asked.filter((each) => each === "GET /v1/me")).toHaveLength(2);
  });

  it("goes on to where the person wanted to go", async () => {
    const spotify = standIn();
    const back = await new Browser().signIn(spotify, "?returnTo=%2Fdocs%2Fproblems%3Fa%3D1%23not_found");
    expect(back.headers.get("location")).toBe("/docs/problems?a=1#not_found");
  });

  it("knows a person by account_id however their user id changes, and by user id before Spotify gave the other", async () => {
    const spotify = standIn();
    const { account_id, ...withoutAccountId } = spotify.state.user;
    spotify.state.user = withoutAccountId;
    const [first, second, third] = [new Browser(), new Browser(), new Browser()];
    await first.signIn(spotify);
    spotify.state.user = { ...withoutAccountId, account_id: String(account_id) };
    await second.signIn(spotify);
    spotify.state.user = { ...spotify.state.user, id: "renamed" };
    await third.signIn(spotify);
    const me = await first.me();
    expect(me).not.toBeNull();
    expect(await second.me()).toEqual(me);
    expect(await third.me()).toEqual(me);
  });

  it("never takes one kind of id for the other", async () => {
    const spotify = standIn();
    const mine = spotify.state.user;
    const [first, second] = [new Browser(), new Browser()];
    await first.signIn(spotify);
    spotify.state.user = { id: String(mine.account_id), display_name: "Somebody else" };
    await second.signIn(spotify);
    expect((await second.me())?.id).not.toBe((await first.me())?.id);
  });

  it("of twenty browsers at once makes one person", async () => {
    const spotify = standIn();
    const browsers = Array.from({ length: 20 }, () => new Browser());
    const answers = await Promise.all(browsers.map((browser) => browser.signIn(spotify)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 302));
    const people = new Set((await Promise.all(browsers.map((browser) => browser.me()))).map((me) => me?.id));
    expect(people.size).toBe(1);
    expect(people.has(undefined)).toBe(false);
  });

  it("ends the session that the browser had before", async () => {
    const spotify = standIn();
    const { browser } = await signedInByMail();
    const before = String(browser.cookies.get("__Host-session"));
    await browser.signIn(spotify);
    expect(browser.cookies.get("__Host-session")).not.toBe(before);
    const old = new Browser();
    old.cookies.set("__Host-session", before);
    expect(await old.me()).toBeNull();
  });

  it("does not merge with a person of the same name or address: nobody has verified what Spotify says of it", async () => {
    const spotify = standIn();
    const { email, userId } = await signedInByMail();
    Object.assign(spotify.state.user, { email, display_name: email });
    const browser = new Browser();
    await browser.signIn(spotify);
    expect(await browser.me()).toMatchObject({ email: null, name: email });
    expect((await browser.me())?.id).not.toBe(userId);
  });

  it("works with an app that has a secret", async () => {
    const spotify = standIn({ clientSecret: "the secret of the app" });
    const { env: changed } = quietEnv({ SPOTIFY_CLIENT_SECRET: "the secret of the app" } as Partial<Env>);
    const browser = new Browser((request) => ask(changed, request));
    expect((await browser.signIn(spotify)).status).toBe(302);
    expect(await browser.me()).not.toBeNull();
  });
});

describe("linking", () => {
  it("lets a person sign in with either, and says since when", async () => {
    const spotify = standIn();
    const { browser, userId } = await signedInByMail();
    const state = async () => (await browser.visit("/api/auth/spotify/link")).json();
    expect(await state()).toEqual({ linkedAt: null });
    const before = browser.cookies.get("__Host-session");
    expect((await browser.visit(await agree(spotify, await startLink(browser)))).status).toBe(302);
    expect(browser.cookies.get("__Host-session")).toBe(before);
    expect(await state()).toEqual({ linkedAt: expect.stringMatching(/Z$/) });
    const other = new Browser();
    await other.signIn(spotify);
    expect((await other.me())?.id).toBe(userId);
  });

  it("again is harmless", async () => {
    const spotify = standIn();
    const { browser, userId } = await signedInByMail();
    for (let time = 0; time < 2; time += 1) {
      expect((await browser.visit(await agree(spotify, await startLink(browser)))).status).toBe(302);
    }
    expect(await count("SELECT count(*) n FROM sign_in_accounts WHERE user_id = ?", userId)).toBe(1);
  });

  it("an account that signs somebody else in is refused, and stays theirs", async () => {
    const spotify = standIn();
    const theirs = new Browser();
    await theirs.signIn(spotify);
    const { browser } = await signedInByMail();
    const response = await browser.visit(await agree(spotify, await startLink(browser)));
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: "account_linked_elsewhere" });
    const again = new Browser();
    await again.signIn(spotify);
    expect(await again.me()).toEqual(await theirs.me());
  });

  it("a second account is refused until the first is unlinked", async () => {
    const spotify = standIn();
    const { browser } = await signedInByMail();
    await browser.visit(await agree(spotify, await startLink(browser)));
    spotify.state.user = { ...spotify.state.user, id: "another", account_id: `${spotify.state.user.account_id}-2` };
    const response = await browser.visit(await agree(spotify, await startLink(browser)));
    expect(await response.json()).toMatchObject({ status: 409, code: "conflict" });
    expect((await browser.visit("/api/auth/spotify/link", "DELETE")).status).toBe(204);
    expect((await browser.visit(await agree(spotify, await startLink(browser)))).status).toBe(302);
  });

  it("one account by two people at once is linked to one of them", async () => {
    const spotify = standIn();
    const people = await Promise.all([signedInByMail(), signedInByMail()]);
    const answers = await Promise.all(
      people.map(async ({ browser }) => browser.visit(await agree(spotify, await startLink(browser)))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([302, 409]);
  });
});

describe("unlinking", () => {
  it("takes the way in away, and the next sign-in there is somebody new", async () => {
    const spotify = standIn();
    const { browser, userId } = await signedInByMail();
    await browser.visit(await agree(spotify, await startLink(browser)));
    expect((await browser.visit("/api/auth/spotify/link", "DELETE")).status).toBe(204);
    expect((await browser.visit("/api/auth/spotify/link", "DELETE")).status).toBe(404);
    const other = new Browser();
    await other.signIn(spotify);
    expect((await other.me())?.id).not.toBe(userId);
  });

  it("is refused when it is the only way left to sign in", async () => {
    const spotify = standIn();
    const browser = new Browser();
    await browser.signIn(spotify);
    const response = await browser.visit("/api/auth/spotify/link", "DELETE");
    expect(await response.json()).toMatchObject({ status: 409, code: "last_sign_in" });
    expect((await new Browser().signIn(spotify)).status).toBe(302);
  });
});

describe("what is kept", () => {
  it("of an authorization under way is a hash: neither secret, state nor verifier", async () => {
    standIn();
    const browser = new Browser();
    const url = new URL(await browser.depart());
    const secret = String(browser.cookies.get("__Host-attempt"));
    const row = await env.DB.prepare("SELECT * FROM oauth_attempts WHERE secret_hash = ?")
      .bind(hashSecret(secret))
      .first();
    expect(Number(row?.["expires_at"]) - Number(row?.["created_at"])).toBe(600_000);
    const stored = JSON.stringify(row);
    for (const each of [secret, url.searchParams.get("state"), url.searchParams.get("code_challenge")]) {
      expect(stored).not.toContain(String(each));
    }
  });

  it("is forgotten when nobody came back from it", async () => {
    standIn();
    const browser = new Browser();
    await browser.depart();
    const hash = hashSecret(String(browser.cookies.get("__Host-attempt")));
    await env.DB.prepare("UPDATE oauth_attempts SET expires_at = 1 WHERE secret_hash = ?").bind(hash).run();
    await new Browser().depart();
    expect(await count("SELECT count(*) n FROM oauth_attempts WHERE secret_hash = ?", hash)).toBe(0);
  });
});

describe("settings", () => {
  const answerWith = async (changes: object, url = `${ORIGIN}/api/auth/spotify/login`) => {
    const { env: changed } = quietEnv(changes as Partial<Env>);
    return ask(changed, new Request(url, { redirect: "manual" }));
  };

  it("that are missing switch Spotify off with a sentence saying what to set, and nothing else", async () => {
    const response = await answerWith({ SPOTIFY_CLIENT_ID: undefined });
    const body = (await response.json()) as { code: string; detail: string };
    expect([response.status, body.code]).toEqual([503, "misconfigured"]);
    expect(body.detail).toContain("SPOTIFY_CLIENT_ID");
    expect((await answerWith({ SPOTIFY_CLIENT_ID: undefined }, `${ORIGIN}/health`)).status).toBe(200);
  });

  it("that are missing are said on a page to a browser", async () => {
    const { env: changed } = quietEnv({ SPOTIFY_CLIENT_ID: undefined } as Partial<Env>);
    const headers = { accept: "text/html" };
    const response = await ask(changed, new Request(`${ORIGIN}/api/auth/spotify/login`, { headers }));
    expect([response.status, response.headers.get("content-type")]).toEqual([503, "text/html; charset=utf-8"]);
    expect(await response.text()).toContain("SPOTIFY_CLIENT_ID");
  });

  it.each([
    ["http://localhost:8787", "localhost"],
    ["https://localhost", "localhost"],
    ["http://app.localhost:8787", "localhost"],
    ["http://dashboard.test", "HTTPS"],
    ["http://192.168.1.7:8787", "HTTPS"],
    ["http://127.0.0.2:8787", "HTTPS"],
  ])("the origin %s is refused with what to do", async (origin, word) => {
    const response = await answerWith({}, `${origin}/api/auth/spotify/login`);
    const body = (await response.json()) as { code: string; detail: string };
    expect(body).toMatchObject({ status: 503, code: "misconfigured" });
    expect(body.detail).toContain(word);
  });

  it.each(["http://127.0.0.1:8787", "http://[::1]:8787", "https://dashboard.test"])(
    "the origin %s is good",
    async (origin) => {
      const response = await answerWith({}, `${origin}/api/auth/spotify/login`);
      const location = new URL(String(response.headers.get("location")));
      expect(location.searchParams.get("redirect_uri")).toBe(`${origin}/api/auth/spotify/callback`);
    },
  );

  it.each([
    "nonsense",
    "http://localhost:8787/api/auth/spotify/callback",
    "http://dashboard.test/api/auth/spotify/callback",
    "https://dashboard.test/callback",
    "https://dashboard.test/api/auth/spotify/callback/",
    "https://dashboard.test/api/auth/spotify/callback?x=1",
    "https://dashboard.test/api/auth/spotify/callback#x",
    "https://mara:secret@dashboard.test/api/auth/spotify/callback",
    "javascript:alert(1)",
  ])("the redirect URI %s is refused", async (SPOTIFY_REDIRECT_URI) => {
    expect(await (await answerWith({ SPOTIFY_REDIRECT_URI })).json()).toMatchObject({ code: "misconfigured" });
  });

  it("name a stand-in for Spotify in development alone", async () => {
    const changes = { SPOTIFY_ACCOUNTS_URL: "http://127.0.0.1:9", SPOTIFY_API_URL: "http://127.0.0.1:9" };
    const there = async (ENVIRONMENT: string) =>
      new URL(String((await answerWith({ ...changes, ENVIRONMENT })).headers.get("location"))).origin;
    expect(await there("development")).toBe("http://127.0.0.1:9");
    expect(await there("production")).toBe("https://accounts.spotify.com");
  });
});
