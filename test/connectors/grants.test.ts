// Grants: access to an artist's data elsewhere, given by who may, refreshed by one at a time, lost with a word why, and erased.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { grantEnd, grantHealth } from "../../src/connectors/grants/model.ts";
import { getAccessToken } from "../../src/connectors/index.ts";
import { openDb } from "../../src/db/client.ts";
import { openVault } from "../../src/db/vault.ts";
import type { Role } from "../../src/team/index.ts";
import { ask, brokenDb, quietEnv } from "../harness/doors.ts";
import { dumpAll } from "../harness/dump.ts";
import { agree, Browser, type Spotify, standIn } from "../harness/spotify.ts";
import { newPerson, newWorld, until, type World } from "../harness/world.ts";

const PATH = "/api/dashboard/integrations/connections";
const DAY_MS = 24 * 3_600_000;

let spotify: Spotify;
beforeEach(async () => {
  spotify = standIn();
  // Connections of other tests have spent the calls that all share, and a run waits for its turn.
  await env.DB.prepare("DELETE FROM provider_budgets").run();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

interface ConnectionBody {
  id: string;
  status: string;
  reason: string | null;
  scopes: string[];
  expiresAt: string | null;
  authorizeUrl: string;
}

/** A browser in which a member is signed in. */
async function member(world: World, role: Role = "owner"): Promise<{ browser: Browser; userId: string }> {
  const { userId, caller } = await newPerson();
  await world.join(userId, role);
  const browser = new Browser();
  browser.cookies.set("__Host-session", String(caller.headers["cookie"]).replace("__Host-session=", ""));
  return { browser, userId };
}

async function begin(browser: Browser): Promise<ConnectionBody> {
  const response = await browser.post(PATH, { provider: "spotify" });
  if (response.status !== 201) throw new Error(`connect: ${response.status} ${await response.text()}`);
  return response.json();
}

async function connected(): Promise<{ world: World; browser: Browser; userId: string; id: string }> {
  const world = await newWorld();
  const { browser, userId } = await member(world);
  const { id, authorizeUrl } = await begin(browser);
  const response = await browser.visit(await agree(spotify, authorizeUrl));
  if (response.status !== 302) throw new Error(`callback: ${response.status} ${await response.text()}`);
  await firstRunOver(id);
  return { world, browser, userId, id };
}

/** Waits for the run that connecting asks for, so that nothing but the test uses the tokens. */
async function firstRunOver(id: string): Promise<void> {
  await until("the first run to be over", async () => {
    const open = "SELECT 1 FROM connection_runs WHERE connection_id = ? AND status NOT IN ('succeeded', 'failed')";
    return (await env.DB.prepare(open).bind(id).first()) === null;
  });
}

async function shown(browser: Browser): Promise<ConnectionBody | undefined> {
  const { data } = (await (await browser.visit(PATH)).json()) as { data: ConnectionBody[] };
  return data[0];
}

/** The context of a job, some time from now. */
async function later(world: World, ms: number) {
  const ctx = await world.ctx();
  return { ...ctx, now: ctx.now + ms };
}

const tokenCalls = () => spotify.state.asked.filter((each) => each === "POST /api/token").length;
const vaultRows = async (world: World) =>
  (await env.DB.prepare("SELECT id FROM vault_items WHERE artist_id = ?").bind(world.artistId).all()).results.length;

describe("giving a grant", () => {
  it("is asked for at Spotify with the scopes it needs, apart from signing in, and lasts six months", async () => {
    const world = await newWorld();
    const { browser } = await member(world);
    const made = await begin(browser);
    expect(made).toMatchObject({
      id: expect.stringMatching(/^con_/),
      status: "unconfigured",
      scopes: [],
      expiresAt: null,
    });
    const url = new URL(made.authorizeUrl);
    expect(url.searchParams.get("scope")).toBe("playlist-read-private playlist-read-collaborative");
    expect(url.searchParams.get("redirect_uri")).toBe("https://dashboard.test/api/integrations/spotify/callback");
    expect(url.searchParams.get("code_challenge_method")).toBe("S256");
    const session = browser.cookies.get("__Host-session");
    expect((await browser.visit(await agree(spotify, made.authorizeUrl))).status).toBe(302);
    expect(browser.cookies.get("__Host-session")).toBe(session);
    const connection = await shown(browser);
    expect(connection).toMatchObject({ id: made.id, status: "active", reason: null });
    expect(connection?.scopes).toEqual(["playlist-read-private", "playlist-read-collaborative"]);
    const months = (Date.parse(String(connection?.expiresAt)) - Date.now()) / DAY_MS;
    expect(months).toBeGreaterThan(180);
    expect(months).toBeLessThan(185);
    expect(
      (
        await env.DB.prepare("SELECT count(*) n FROM sign_in_accounts WHERE subject = ?")
          .bind(`account:${spotify.state.user.account_id}`)
          .first<{ n: number }>()
      )?.n,
    ).toBe(0);
  });

  it("twice is one connection, and the first goes on until the second is given", async () => {
    const { world, browser, id } = await connected();
    const again = await begin(browser);
    expect(again).toMatchObject({ id, status: "active" });
    const before = await getAccessToken(await world.ctx(), id);
    await browser.visit(await agree(spotify, again.authorizeUrl));
    expect(await getAccessToken(await world.ctx(), id)).not.toBe(before);
    expect(await vaultRows(world)).toBe(1);
  });

  it("by ten at once makes one connection", async () => {
    const world = await newWorld();
    const people = await Promise.all(Array.from({ length: 10 }, () => member(world)));
    const made = await Promise.all(people.map(({ browser }) => begin(browser)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  });

  it("with a session that has ended, or by who has left the team or lost the role, gives nothing", async () => {
    const lost: [string, string, number][] = [
      ["UPDATE sessions SET expires_at = 1 WHERE user_id = ?", "unauthenticated", 401],
      ["DELETE FROM memberships WHERE user_id = ?", "not_found", 404],
      ["UPDATE memberships SET role = 'viewer' WHERE user_id = ?", "forbidden", 403],
    ];
    for (const [sql, code, status] of lost) {
      const world = await newWorld();
      const { browser, userId } = await member(world);
      const { authorizeUrl } = await begin(browser);
      const back = await agree(spotify, authorizeUrl);
      await env.DB.prepare(sql).bind(userId).run();
      expect(await (await browser.visit(back)).json(), sql).toMatchObject({ code, status });
      expect(await vaultRows(world)).toBe(0);
    }
    expect(tokenCalls()).toBe(0);
  });

  it("begun by one member is not finished by another, in one browser or in two", async () => {
    const world = await newWorld();
    const [mine, theirs] = [(await member(world)).browser, (await member(world)).browser];
    const { authorizeUrl } = await begin(mine);
    const back = await agree(spotify, authorizeUrl);
    expect(await (await theirs.visit(back)).json()).toMatchObject({ code: "attempt_invalid" });
    mine.cookies.set("__Host-session", String(theirs.cookies.get("__Host-session")));
    expect(await (await mine.visit(back)).json()).toMatchObject({ code: "attempt_invalid" });
    expect(await vaultRows(world)).toBe(0);
  });

  it("is not finished at the callback of signing in, nor twice, nor late, nor without its state", async () => {
    const world = await newWorld();
    const { browser } = await member(world);
    const back = new URL(await agree(spotify, (await begin(browser)).authorizeUrl));
    const cookies = new Map(browser.cookies);
    const refused = async (address: string) =>
      expect(await (await browser.visit(address)).json(), address).toMatchObject({
        code: "attempt_invalid",
        status: 400,
      });
    await refused(`/api/auth/spotify/callback${back.search}`);
    await refused(`${back.pathname}?code=${back.searchParams.get("code")}`);
    await refused(`${back.pathname}?code=x&state=y`);
    expect((await browser.visit(back.href)).status).toBe(302);
    for (const [name, value] of cookies) browser.cookies.set(name, value);
    await refused(back.href);
    const second = await agree(spotify, (await begin(browser)).authorizeUrl);
    await env.DB.prepare("UPDATE oauth_attempts SET expires_at = 1").run();
    await refused(second);
  });

  it("for a connection that was taken away meanwhile keeps nothing", async () => {
    const world = await newWorld();
    const { browser } = await member(world);
    const { id, authorizeUrl } = await begin(browser);
    const back = await agree(spotify, authorizeUrl);
    expect((await browser.visit(`${PATH}/${id}`, "DELETE")).status).toBe(202);
    expect(await (await browser.visit(back)).json()).toMatchObject({ code: "attempt_invalid" });
    expect(await vaultRows(world)).toBe(0);
  });

  it("by an account that is not on the app's list leaves no connection half made", async () => {
    const world = await newWorld();
    const { browser } = await member(world);
    const { authorizeUrl } = await begin(browser);
    spotify.state.allowed = [];
    expect(await (await browser.visit(await agree(spotify, authorizeUrl))).json()).toMatchObject({
      code: "spotify_app_user_cap",
    });
    expect(await vaultRows(world)).toBe(0);
    expect(await shown(browser)).toMatchObject({ status: "unconfigured", scopes: [] });
  });

  it("without the settings it needs is refused before Spotify is asked, and the list says which", async () => {
    const world = await newWorld();
    const key = (await world.as("owner")).headers;
    for (const missing of ["SPOTIFY_CLIENT_ID", "VAULT_KEYS"]) {
      const { env: changed } = quietEnv({ [missing]: undefined } as Partial<Env>);
      const browser = new Browser((request) => ask(changed, request));
      const refusal = await browser.post(PATH, { provider: "spotify" }, key);
      expect(await refusal.json()).toMatchObject({ code: "misconfigured", detail: expect.stringContaining(missing) });
      const { providers } = (await (await browser.visit(PATH, "GET", key)).json()) as { providers: object[] };
      expect(providers).toContainEqual(
        expect.objectContaining({ id: "spotify", kind: "oauth", configured: false, missing: [missing] }),
      );
    }
  });

  it("works for a program that keeps cookies, with its key", async () => {
    const world = await newWorld();
    const key = (await world.as("admin")).headers;
    const program = new Browser();
    const response = await program.post(PATH, { provider: "spotify" }, key);
    const { authorizeUrl } = (await response.json()) as ConnectionBody;
    const back = await agree(spotify, authorizeUrl);
    expect(await (await program.visit(back)).json()).toMatchObject({ code: "unauthenticated" });
    expect((await program.visit(back, "GET", key)).status).toBe(302);
  });
});

describe("an access token", () => {
  it("is given again while it is good, without asking Spotify", async () => {
    const { world, id } = await connected();
    const asked = tokenCalls();
    const first = await getAccessToken(await world.ctx(), id);
    expect(await getAccessToken(await later(world, 3_500_000), id)).toBe(first);
    expect(tokenCalls()).toBe(asked);
  });

  it("that is about to end is replaced, and the spent refresh token with it, time after time", async () => {
    const { world, id } = await connected();
    const tokens = new Set<string>();
    for (let hour = 1; hour <= 5; hour += 1) tokens.add(await getAccessToken(await later(world, hour * 3_600_000), id));
    expect(tokens.size).toBe(5);
    expect(tokenCalls()).toBe(6);
  });

  it("that Spotify refused is replaced although its time is not over", async () => {
    const { world, id } = await connected();
    const first = await getAccessToken(await world.ctx(), id);
    expect(await getAccessToken(await world.ctx(), id, first)).not.toBe(first);
  });

  it("for twenty at once is asked for once, and all get the same", async () => {
    const { world, id } = await connected();
    const asked = tokenCalls();
    const contexts = await Promise.all(Array.from({ length: 20 }, () => later(world, 3_600_000)));
    const tokens = await Promise.all(contexts.map((ctx) => getAccessToken(ctx, id)));
    expect(new Set(tokens).size).toBe(1);
    expect(tokenCalls()).toBe(asked + 1);
    expect(await getAccessToken(await later(world, 2 * 3_600_000), id)).not.toBe(tokens[0]);
  });

  it("is kept by an app with a secret under the refresh token it already has", async () => {
    vi.unstubAllGlobals();
    spotify = standIn({ clientSecret: "the app's" });
    const { env: changed } = quietEnv({ SPOTIFY_CLIENT_SECRET: "the app's" } as Partial<Env>);
    const world = await newWorld();
    const key = (await world.as("owner")).headers;
    const program = new Browser((request) => ask(changed, request));
    const { id, authorizeUrl } = (await (
      await program.post(PATH, { provider: "spotify" }, key)
    ).json()) as ConnectionBody;
    expect((await program.visit(await agree(spotify, authorizeUrl), "GET", key)).status).toBe(302);
    const tokens = new Set<string>();
    for (let hour = 1; hour <= 3; hour += 1) {
      const ctx = await later(world, hour * 3_600_000);
      const settings = { ...ctx.settings, spotify: { ...ctx.settings.spotify, clientSecret: "the app's" } };
      tokens.add(await getAccessToken({ ...ctx, settings }, id));
    }
    expect(tokens.size).toBe(3);
  });

  const FAULTS = [
    "busy",
    "broken",
    "gateway",
    "html",
    "truncated",
    "empty",
    "wrongShape",
    "endless",
    "elsewhere",
    "down",
    "slow",
  ];
  it.each(FAULTS)(
    "when Spotify fails (%s) is not to be had for now, and the grant stays as good as it was",
    async (fault) => {
      const { world, browser, id } = await connected();
      spotify.state.faults = { "/api/token": [fault] };
      await expect(getAccessToken(await later(world, 3_600_000), id)).rejects.toMatchObject({
        code: "provider_unavailable",
      });
      expect(await shown(browser)).toMatchObject({ status: "active" });
      expect(await getAccessToken(await later(world, 3_600_000), id)).toMatch(/^BQ-access/);
    },
  );

  it("when Spotify fails for twenty at once is asked for once and refused to all", async () => {
    const { world, id } = await connected();
    const asked = tokenCalls();
    spotify.state.faults = { "/api/token": ["broken"] };
    const contexts = await Promise.all(Array.from({ length: 20 }, () => later(world, 3_600_000)));
    const outcomes = await Promise.allSettled(contexts.map((ctx) => getAccessToken(ctx, id)));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code: "provider_unavailable" } });
    expect(tokenCalls()).toBe(asked + 1);
  });

  it("is still kept when the database stumbles just after Spotify has answered", async () => {
    const { world, id } = await connected();
    const ctx = await later(world, 3_600_000);
    let writes = 0;
    const { orm, read, readNumbered, meter, bookmark, note } = ctx.db;
    const broken = brokenDb();
    const stumbling: typeof ctx.db = {
      orm,
      read,
      readNumbered,
      meter,
      bookmark,
      note,
      write: async (statements) => {
        writes += 1;
        if (writes === 2) await openDb(broken).write(statements);
        return ctx.db.write(statements);
      },
    };
    const token = await getAccessToken({ ...ctx, db: stumbling }, id);
    expect(writes).toBe(3);
    expect(await getAccessToken(await later(world, 3_600_000), id)).toBe(token);
  });

  it("is not refused for ever by a refresh that died under its lease", async () => {
    const { world, id } = await connected();
    await env.DB.prepare("UPDATE provider_grants SET lease_id = 'run_dead', lease_until = ? WHERE id = ?")
      .bind(Date.now() + 3_600_000 + 30_000, id)
      .run();
    expect(await getAccessToken(await later(world, 3_600_000 + 31_000), id)).toMatch(/^BQ-access/);
  });

  it("of another artist's connection is not found", async () => {
    const [mine, theirs] = [await connected(), await connected()];
    await expect(getAccessToken(await mine.world.ctx(), theirs.id)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("a grant that works no more", () => {
  it("because the person took it back says so at the next refresh, is not tried again, and can be given anew", async () => {
    const { world, browser, id } = await connected();
    spotify.revokeAll(spotify.state.user.id);
    const ctx = await later(world, 3_600_000);
    await expect(getAccessToken(ctx, id)).rejects.toMatchObject({ code: "reauth_required" });
    const asked = tokenCalls();
    await expect(getAccessToken(ctx, id)).rejects.toMatchObject({ code: "reauth_required" });
    expect(tokenCalls()).toBe(asked);
    expect(await shown(browser)).toMatchObject({ status: "reauth_required", reason: "refused" });
    expect(await vaultRows(world)).toBe(0);
    await browser.visit(await agree(spotify, (await begin(browser)).authorizeUrl));
    expect(await shown(browser)).toMatchObject({ status: "active", reason: null });
    expect(await getAccessToken(await world.ctx(), id)).toMatch(/^BQ-access/);
  });

  it("found out by twenty at once is refused to all, and Spotify is asked once", async () => {
    const { world, id } = await connected();
    spotify.revokeAll(spotify.state.user.id);
    const asked = tokenCalls();
    const contexts = await Promise.all(Array.from({ length: 20 }, () => later(world, 3_600_000)));
    const outcomes = await Promise.allSettled(contexts.map((ctx) => getAccessToken(ctx, id)));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code: "reauth_required" } });
    expect(tokenCalls()).toBe(asked + 1);
    const audits = await env.DB.prepare("SELECT 1 FROM audit_log WHERE artist_id = ? AND action = 'connection.lapse'")
      .bind(world.artistId)
      .all();
    expect(audits.results).toHaveLength(1);
  });

  it("after six months is not even tried, whatever Spotify would say", async () => {
    const { world, browser, id } = await connected();
    await env.DB.prepare("UPDATE provider_grants SET expires_at = ? WHERE id = ?")
      .bind(Date.now() - 1, id)
      .run();
    expect(await shown(browser)).toMatchObject({ status: "reauth_required", reason: "expired" });
    const asked = tokenCalls();
    await expect(getAccessToken(await world.ctx(), id)).rejects.toMatchObject({ code: "reauth_required" });
    expect(tokenCalls()).toBe(asked);
    expect(await vaultRows(world)).toBe(0);
  });

  it("because its row was altered says that it cannot be read, and is not a fault of ours", async () => {
    const { world, browser, id } = await connected();
    await env.DB.prepare("UPDATE vault_items SET envelope = envelope || 'A' WHERE artist_id = ?")
      .bind(world.artistId)
      .run();
    await expect(getAccessToken(await world.ctx(), id)).rejects.toMatchObject({ code: "reauth_required" });
    expect(await shown(browser)).toMatchObject({ status: "reauth_required", reason: "unreadable" });
  });

  it("is announced two weeks ahead", () => {
    const expiresAt = Date.parse("2027-03-01T12:00:00Z");
    const at = (now: number) => grantHealth({ status: "active", reason: null, expiresAt }, now).status;
    expect(at(expiresAt - 14 * DAY_MS - 1)).toBe("active");
    expect(at(expiresAt - 14 * DAY_MS)).toBe("expiring");
    expect(at(expiresAt - 1)).toBe("expiring");
    expect(at(expiresAt)).toBe("reauth_required");
  });

  it.each([
    ["2026-01-15T10:00:00.000Z", "2026-07-15T10:00:00.000Z"],
    ["2026-08-31T10:00:00.000Z", "2027-02-28T10:00:00.000Z"],
    ["2027-08-31T10:00:00.000Z", "2028-02-29T10:00:00.000Z"],
    ["2026-12-31T23:59:59.999Z", "2027-06-30T23:59:59.999Z"],
    ["2026-10-30T00:00:00.000Z", "2027-04-30T00:00:00.000Z"],
  ])("given on %s it ends on %s", (given, end) => {
    expect(new Date(grantEnd(Date.parse(given))).toISOString()).toBe(end);
  });
});

describe("disconnecting", () => {
  it("erases the tokens at once, and nothing brings them back, not even a refresh under way", async () => {
    const { world, browser, id } = await connected();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const ctx = await later(world, 3_600_000);
    const slow: typeof fetch = async (...asked) => {
      await held;
      return fetch(...asked);
    };
    const refreshing = getAccessToken({ ...ctx, fetch: slow }, id);
    refreshing.catch(() => undefined);
    await vi.waitFor(async () => {
      const row = await env.DB.prepare("SELECT lease_id FROM provider_grants WHERE id = ?").bind(id).first();
      expect(row?.["lease_id"]).not.toBeNull();
    });
    expect((await browser.visit(`${PATH}/${id}`, "DELETE")).status).toBe(202);
    release();
    await expect(refreshing).rejects.toMatchObject({ code: "not_found" });
    expect(await vaultRows(world)).toBe(0);
    expect(await shown(browser)).toBeUndefined();
    expect((await browser.visit(`${PATH}/${id}`, "DELETE")).status).toBe(404);
  });
});

describe("tokens", () => {
  it("are after every flow in no table, object, value or line of log, and in no answer", async () => {
    const lines: unknown[][] = [];
    for (const method of ["log", "info", "warn", "error", "debug"] as const) {
      vi.spyOn(console, method).mockImplementation((...line: unknown[]) => void lines.push(line));
    }
    const answers: string[] = [];
    const { world, browser, id } = await connected();
    answers.push(await (await browser.visit(PATH)).text());
    const signing = new Browser();
    await signing.signIn(spotify);
    await getAccessToken(await later(world, 3_600_000), id);
    for (const fault of ["busy", "html", "truncated", "wrongShape", "wrongClient", "down"]) {
      spotify.state.faults = { "/api/token": [fault] };
      answers.push(await (await signing.signIn(spotify)).text());
      spotify.state.faults = { "/v1/me": [fault] };
      answers.push(
        await (
          await signing.visit(await agree(spotify, await signing.depart()), "GET", { accept: "text/html" })
        ).text(),
      );
      spotify.state.faults = { "/api/token": [fault] };
      await getAccessToken(await later(world, 9 * 3_600_000), id).catch((error: Error) =>
        answers.push(String(error.cause)),
      );
    }
    spotify.state.faults = {};
    spotify.state.allowed = [];
    answers.push(await (await signing.signIn(spotify)).text());
    spotify.state.allowed = null;

    const held = String(await openVault(await world.ctx(), (await world.ctx()).scope, { id, provider: "spotify" }));
    const secrets = [...spotify.state.secrets, String(signing.cookies.get("__Host-session"))];
    expect(secrets.length).toBeGreaterThan(20);
    expect(secrets.some((secret) => held.includes(secret))).toBe(true);

    const places: Record<string, string> = {
      tables: await dumpAll(),
      logs: JSON.stringify(lines),
      answers: answers.join("\n"),
    };
    for (const { key } of (await env.FILES.list()).objects)
      places[`object ${key}`] = String(await (await env.FILES.get(key))?.text());
    for (const { name } of (await env.KPI.list()).keys) places[`value ${name}`] = String(await env.KPI.get(name));
    expect(places["logs"]).toContain("finishSpotifySignIn");
    for (const [place, text] of Object.entries(places)) {
      for (const secret of secrets) {
        expect(text.includes(secret), `${secret.slice(0, 12)}… in ${place}`).toBe(false);
        expect(text.includes(btoa(secret).replace(/=+$/, "")), `${secret.slice(0, 12)}… in base64 in ${place}`).toBe(
          false,
        );
      }
    }
  });
});
