// Attacks on signing in with Spotify, and Spotify itself failing: each is answered as documented, and nobody is signed in.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hashSecret } from "../../src/identity/index.ts";
import { agree, Browser, type Spotify, standIn } from "../harness/spotify.ts";
import { newPerson, newWorld, ORIGIN } from "../harness/world.ts";

const TABLES = ["sessions", "users", "sign_in_accounts"];

/** How many sessions, people and linked accounts there are. */
async function counts(): Promise<unknown> {
  const [row] = (
    await env.DB.prepare(`SELECT ${TABLES.map((table) => `(SELECT count(*) FROM ${table}) ${table}`).join(", ")}`).all()
  ).results;
  return row;
}

let spotify: Spotify;
beforeEach(() => {
  spotify = standIn();
});
afterEach(() => vi.unstubAllGlobals());

/** A browser that has been to Spotify and is about to come back to the address. */
async function underway(query = ""): Promise<{ browser: Browser; back: URL }> {
  const browser = new Browser();
  return { browser, back: new URL(await agree(spotify, await browser.depart(query))) };
}

async function expectRefused(response: Response, code: string, status = 400): Promise<void> {
  const text = await response.text();
  expect(response.status, text).toBe(status);
  expect(JSON.parse(text)).toMatchObject({ code });
  expect(response.headers.getSetCookie().filter((each) => each.startsWith("__Host-session"))).toEqual([]);
}

function altered(url: URL, change: (query: URLSearchParams) => void): string {
  const other = new URL(url);
  change(other.searchParams);
  return other.href;
}

async function linkedBrowser(): Promise<{ browser: Browser; userId: string; authorizeUrl: string }> {
  const { userId, caller } = await newPerson();
  const browser = new Browser();
  browser.cookies.set("__Host-session", String(caller.headers["cookie"]).replace("__Host-session=", ""));
  const response = await browser.visit("/api/auth/spotify/link", "POST");
  const { authorizeUrl } = (await response.json()) as { authorizeUrl: string };
  return { browser, userId, authorizeUrl };
}

const elsewhereCookie = (browser: Browser) => ({
  cookie: `__Host-attempt=${browser.cookies.get("__Host-attempt")}`,
});

/** Each prepares its attack and gives the strike, whose answer is to be `attempt_invalid` unless it says otherwise. */
const ATTACKS: Record<string, { code?: string; status?: number; make: () => Promise<() => Promise<Response>> }> = {
  "a callback that nobody began": {
    make: async () => async () => new Browser().visit("/api/auth/spotify/callback?code=AQC-code&state=made-up"),
  },
  "a callback without anything": { make: async () => async () => new Browser().visit("/api/auth/spotify/callback") },
  "no state": {
    make: async () => {
      const { browser, back } = await underway();
      return async () => browser.visit(altered(back, (query) => query.delete("state")));
    },
  },
  "an empty state": {
    make: async () => {
      const { browser, back } = await underway();
      return async () => browser.visit(altered(back, (query) => query.set("state", "")));
    },
  },
  "a state with one letter changed": {
    make: async () => {
      const { browser, back } = await underway();
      const state = String(back.searchParams.get("state"));
      return async () =>
        browser.visit(altered(back, (query) => query.set("state", (state[0] === "A" ? "B" : "A") + state.slice(1))));
    },
  },
  "a state with a letter more": {
    make: async () => {
      const { browser, back } = await underway();
      return async () => browser.visit(altered(back, (query) => query.set("state", `${query.get("state")}A`)));
    },
  },
  "two states": {
    code: "invalid_request",
    make: async () => {
      const { browser, back } = await underway();
      return async () => browser.visit(altered(back, (query) => query.append("state", "another")));
    },
  },
  "two codes": {
    code: "invalid_request",
    make: async () => {
      const { browser, back } = await underway();
      return async () => browser.visit(altered(back, (query) => query.append("code", "another")));
    },
  },
  "the state of another browser's sign-in": {
    make: async () => {
      const [mine, theirs] = [await underway(), await underway()];
      return async () => mine.browser.visit(theirs.back.href);
    },
  },
  "another browser's state with the own code": {
    make: async () => {
      const [mine, theirs] = [await underway(), await underway()];
      const state = String(theirs.back.searchParams.get("state"));
      return async () => mine.browser.visit(altered(mine.back, (query) => query.set("state", state)));
    },
  },
  "a victim's browser sent to the attacker's callback": {
    make: async () => async () => new Browser().visit((await underway()).back.href),
  },
  "a cookie made up beforehand": {
    make: async () => {
      const { browser, back } = await underway();
      browser.cookies.set("__Host-attempt", "A".repeat(43));
      return async () => browser.visit(back.href);
    },
  },
  "a cookie without its prefix, as another subdomain could set it": {
    make: async () => {
      const { browser, back } = await underway();
      const secret = String(browser.cookies.get("__Host-attempt"));
      browser.cookies.clear();
      browser.cookies.set("attempt", secret);
      return async () => browser.visit(back.href);
    },
  },
  "the hash out of the database in place of the secret": {
    make: async () => {
      const { browser, back } = await underway();
      browser.cookies.set("__Host-attempt", hashSecret(String(browser.cookies.get("__Host-attempt"))));
      return async () => browser.visit(back.href);
    },
  },
  "the same callback again": {
    make: async () => {
      const { browser, back } = await underway();
      const cookie = elsewhereCookie(browser);
      await browser.visit(back.href);
      return async () => new Browser().visit(back.href, "GET", cookie);
    },
  },
  "the same state with a fresh code": {
    make: async () => {
      const { browser, back } = await underway();
      const cookie = elsewhereCookie(browser);
      await browser.visit(altered(back, (query) => query.set("code", "AQC-none")));
      const fresh = await underway();
      const code = String(fresh.back.searchParams.get("code"));
      return async () =>
        new Browser().visit(
          altered(back, (query) => query.set("code", code)),
          "GET",
          cookie,
        );
    },
  },
  "a callback eleven minutes late": {
    make: async () => {
      const { browser, back } = await underway();
      const hash = hashSecret(String(browser.cookies.get("__Host-attempt")));
      await env.DB.prepare("UPDATE oauth_attempts SET expires_at = ? WHERE secret_hash = ?")
        .bind(Date.now(), hash)
        .run();
      return async () => browser.visit(back.href);
    },
  },
  "an attacker's code in the victim's own sign-in": {
    code: "oauth_refused",
    make: async () => {
      const [victim, attacker] = [await underway(), await underway()];
      const code = String(attacker.back.searchParams.get("code"));
      return async () => victim.browser.visit(altered(victim.back, (query) => query.set("code", code)));
    },
  },
  "a code that Spotify never gave": {
    code: "oauth_refused",
    make: async () => {
      const { browser, back } = await underway();
      return async () => browser.visit(altered(back, (query) => query.set("code", "AQC-guessed")));
    },
  },
  "a code that has been exchanged before": {
    code: "oauth_refused",
    make: async () => {
      const { browser, back } = await underway();
      const body = new URLSearchParams({
        grant_type: "authorization_code",
        code: String(back.searchParams.get("code")),
      });
      body.set("client_id", "app-of-tests");
      await spotify.answer(new Request("https://accounts.spotify.com/api/token", { method: "POST", body }));
      return async () => browser.visit(back.href);
    },
  },
  "an error and a code at once": {
    code: "oauth_refused",
    make: async () => {
      const { browser, back } = await underway();
      return async () => browser.visit(altered(back, (query) => query.set("error", "access_denied")));
    },
  },
  "neither error nor code": {
    code: "oauth_refused",
    make: async () => {
      const { browser, back } = await underway();
      return async () => browser.visit(altered(back, (query) => query.delete("code")));
    },
  },
  "an empty code": {
    code: "invalid_request",
    make: async () => {
      const { browser, back } = await underway();
      return async () => browser.visit(altered(back, (query) => query.set("code", "")));
    },
  },
  "an answer that another service says it gives": {
    make: async () => {
      const { browser, back } = await underway();
      return async () => browser.visit(altered(back, (query) => query.set("iss", "https://accounts.evil.test")));
    },
  },
  "a sign-in's answer at the callback of data access": {
    make: async () => {
      const { browser, back } = await underway();
      return async () => browser.visit(`/api/integrations/spotify/callback${back.search}`);
    },
  },
  "a link finished without its session": {
    make: async () => {
      const { browser, authorizeUrl } = await linkedBrowser();
      browser.cookies.delete("__Host-session");
      return async () => browser.visit(await agree(spotify, authorizeUrl));
    },
  },
  "a link finished in the session of somebody else": {
    make: async () => {
      const [mine, theirs] = [await linkedBrowser(), await linkedBrowser()];
      mine.browser.cookies.set("__Host-session", String(theirs.browser.cookies.get("__Host-session")));
      return async () => mine.browser.visit(await agree(spotify, mine.authorizeUrl));
    },
  },
  "a link finished after its session was ended": {
    make: async () => {
      const { browser, userId, authorizeUrl } = await linkedBrowser();
      await env.DB.prepare("UPDATE sessions SET expires_at = 1 WHERE user_id = ?").bind(userId).run();
      return async () => browser.visit(await agree(spotify, authorizeUrl));
    },
  },
  "a link of an attacker's account slipped into a victim's browser": {
    make: async () => {
      const [victim, attacker] = [await linkedBrowser(), await linkedBrowser()];
      return async () => victim.browser.visit(await agree(spotify, attacker.authorizeUrl));
    },
  },
  "a link begun by nobody": {
    code: "unauthenticated",
    status: 401,
    make: async () => async () => new Browser().visit("/api/auth/spotify/link", "POST"),
  },
  "a link begun by an API key": {
    code: "forbidden",
    status: 403,
    make: async () => async () => (await (await newWorld()).as("owner")).post("/api/auth/spotify/link"),
  },
  "a link begun by another site's page": {
    code: "origin_refused",
    status: 403,
    make: async () => {
      const { caller } = await newPerson();
      return async () => caller.post("/api/auth/spotify/link", undefined, { origin: "https://evil.test" });
    },
  },
};

describe("an attack", () => {
  for (const [name, { code = "attempt_invalid", status = 400, make }] of Object.entries(ATTACKS)) {
    it(`${name}: refused, and nobody is signed in or linked`, async () => {
      const strike = await make();
      const before = await counts();
      await expectRefused(await strike(), code, status);
      expect(await counts()).toEqual(before);
    });
  }

  it("there are at least 25 of them", () => {
    expect(Object.keys(ATTACKS).length).toBeGreaterThanOrEqual(25);
  });

  it("of a hundred who use one callback at once, one is let in", async () => {
    const { browser, back } = await underway();
    const cookie = elsewhereCookie(browser);
    const answers = await Promise.all(Array.from({ length: 100 }, () => new Browser().visit(back.href, "GET", cookie)));
    expect(answers.map(({ status }) => status).sort()).toEqual([302, ...Array.from({ length: 99 }, () => 400)]);
    expect(spotify.state.asked.filter((each) => each === "POST /api/token")).toHaveLength(1);
  });

  it("with a wrong state does not use up the sign-in of the person it was aimed at", async () => {
    const { browser, back } = await underway();
    await expectRefused(await browser.visit(altered(back, (query) => query.set("state", "x"))), "attempt_invalid");
    expect((await browser.visit(back.href)).status).toBe(302);
  });
});

describe("a place to go on to", () => {
  it.each([
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "/\\/evil.test",
    "%2f%2fevil.test",
    "/%2fevil.test",
    "/%2F%2Fevil.test",
    "/%5cevil.test",
    "/%252f%252fevil.test",
    "/docs//evil.test",
    "https://evil.test",
    "https:evil.test",
    "http:/evil.test",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.test",
    "",
    " /docs",
    "/\t/evil.test",
    "/\n/evil.test",
    "/docs\r\nset-cookie: a=b",
    "/%0d%0aset-cookie:%20a=b",
    "/\u0000",
    "/docs\u202e",
    "/@evil.test\\",
    `/${"x".repeat(501)}`,
    `${ORIGIN}/docs`,
  ])("%j is refused before anything is begun", async (path) => {
    const browser = new Browser();
    const response = await browser.visit(`/api/auth/spotify/login?returnTo=${encodeURIComponent(path)}`);
    const body = (await response.json()) as { code: string; errors: { path: string }[] };
    expect(body).toMatchObject({ status: 400, code: "invalid_request" });
    expect(body.errors[0]?.path).toBe("query.returnTo");
    expect(browser.cookies.size).toBe(0);
  });

  it.each(["/", "/docs", "/a/b?c=d&e=f#g", "/@mara", "/a:b", "/%20x", "/%C3%A9"])(
    "%j is on this site",
    async (path) => {
      const { browser, back } = await underway(`?returnTo=${encodeURIComponent(path)}`);
      const location = String((await browser.visit(back.href)).headers.get("location"));
      expect(location).toBe(path);
      expect(new URL(location, ORIGIN).origin).toBe(ORIGIN);
    },
  );
});

describe("when Spotify fails", () => {
  const TOKEN = "/api/token";
  const ME = "/v1/me";
  const CASES: [fault: string, path: string, code: string, status: number][] = [
    ["busy", TOKEN, "provider_unavailable", 503],
    ["broken", TOKEN, "provider_unavailable", 503],
    ["gateway", TOKEN, "provider_unavailable", 503],
    ["html", TOKEN, "provider_unavailable", 503],
    ["truncated", TOKEN, "provider_unavailable", 503],
    ["empty", TOKEN, "provider_unavailable", 503],
    ["wrongShape", TOKEN, "provider_unavailable", 503],
    ["otherType", TOKEN, "provider_unavailable", 503],
    ["endless", TOKEN, "provider_unavailable", 503],
    ["elsewhere", TOKEN, "provider_unavailable", 503],
    ["down", TOKEN, "provider_unavailable", 503],
    ["slow", TOKEN, "provider_unavailable", 503],
    ["expired", TOKEN, "oauth_refused", 400],
    ["wrongClient", TOKEN, "misconfigured", 503],
    ["busy", ME, "provider_unavailable", 503],
    ["quota", ME, "provider_unavailable", 503],
    ["gateway", ME, "provider_unavailable", 503],
    ["html", ME, "provider_unavailable", 503],
    ["truncated", ME, "provider_unavailable", 503],
    ["wrongShape", ME, "provider_unavailable", 503],
    ["endless", ME, "provider_unavailable", 503],
    ["down", ME, "provider_unavailable", 503],
  ];

  it.each(CASES)("%s at %s: %s, nobody is signed in, and beginning again works", async (fault, path, code, status) => {
    const before = await counts();
    const { browser, back } = await underway();
    spotify.state.faults = { [path]: [fault] };
    const response = await browser.visit(back.href);
    if (fault === "busy") expect(response.headers.get("retry-after")).toBe("7");
    if (fault === "quota") expect(response.headers.get("retry-after")).toBe("3600");
    await expectRefused(response, code, status);
    expect(await counts()).toEqual(before);
    expect(spotify.state.endlessBytes).toBeLessThan(200_000);
    expect((await browser.signIn(spotify)).status).toBe(302);
  });

  it("an account that is not on the app's list is told so with what the operator must do, and nothing is half made", async () => {
    spotify.state.allowed = ["somebody-else"];
    const before = await counts();
    const { browser, back } = await underway();
    const response = await browser.visit(back.href);
    const body = (await response.clone().json()) as { detail: string };
    await expectRefused(response, "spotify_app_user_cap", 403);
    expect(body.detail).toContain("User Management");
    expect(body.detail).toContain("five users");
    expect(await counts()).toEqual(before);

    const { browser: linking, userId, authorizeUrl } = await linkedBrowser();
    await expectRefused(await linking.visit(await agree(spotify, authorizeUrl)), "spotify_app_user_cap", 403);
    const linked = await env.DB.prepare("SELECT 1 FROM sign_in_accounts WHERE user_id = ?").bind(userId).all();
    expect(linked.results).toEqual([]);

    spotify.state.allowed = null;
    expect((await browser.signIn(spotify)).status).toBe(302);
  });

  it("a person who does not agree is told that they did not, as a page in a browser", async () => {
    const { browser, back } = await underway();
    const refused = altered(back, (query) => {
      query.delete("code");
      query.set("error", "access_denied");
    });
    const response = await browser.visit(refused, "GET", { accept: "text/html,*/*" });
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(await response.text()).toContain("You did not agree at Spotify.");
  });

  it("a page shows nothing of what was sent", async () => {
    const { browser, back } = await underway();
    const hostile = altered(back, (query) => {
      query.delete("code");
      query.set("error", "<script>alert(1)</script>");
    });
    const text = await (await browser.visit(hostile, "GET", { accept: "text/html" })).text();
    expect(text).not.toContain("<script");
    expect(text).not.toContain("alert");
  });
});
