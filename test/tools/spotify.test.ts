// The stand-in for Spotify that the development server runs: it asks for consent, keeps Spotify's rules, and does as it is told.
import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CLIENT_ID, serveSpotify } from "../simulator/server.mjs";

const REDIRECT = "http://127.0.0.1:8787/api/auth/spotify/callback";
const VERIFIER = "v".repeat(43);
const CHALLENGE = createHash("sha256").update(VERIFIER).digest("base64url");

let served: Awaited<ReturnType<typeof serveSpotify>>;
beforeEach(async () => {
  served = await serveSpotify();
});
afterEach(() => served.close());

function authorize(changes: Record<string, string> = {}, path = "/authorize"): Promise<Response> {
  const asks = {
    response_type: "code",
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT,
    state: "s",
    code_challenge_method: "S256",
    code_challenge: CHALLENGE,
    ...changes,
  };
  return fetch(`${served.url}${path}?${new URLSearchParams(asks)}`, { redirect: "manual" });
}

async function code(): Promise<string> {
  const response = await authorize({ decision: "agree" }, "/authorize/decide");
  const back = new URL(String(response.headers.get("location")));
  expect(back.origin + back.pathname).toBe(REDIRECT);
  expect(back.searchParams.get("state")).toBe("s");
  return String(back.searchParams.get("code"));
}

async function ask(form: Record<string, string>): Promise<{ status: number } & Record<string, unknown>> {
  const body = new URLSearchParams({ client_id: CLIENT_ID, ...form });
  const response = await fetch(`${served.url}/api/token`, { method: "POST", body });
  return { status: response.status, ...((await response.json()) as object) };
}

const redeem = (given: string, changes: Record<string, string> = {}) =>
  ask({ grant_type: "authorization_code", code: given, redirect_uri: REDIRECT, code_verifier: VERIFIER, ...changes });
const refresh = (token: unknown) => ask({ grant_type: "refresh_token", refresh_token: String(token) });
const tell = (state: object) => fetch(`${served.url}/stand-in`, { method: "PUT", body: JSON.stringify(state) });

it("asks the person, and takes yes and no back to the app", async () => {
  const page = await authorize();
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('value="agree"');
  const refused = await authorize({ decision: "cancel" }, "/authorize/decide");
  expect(new URL(String(refused.headers.get("location"))).searchParams.get("error")).toBe("access_denied");
  await tell({ isAutomatic: true });
  expect((await authorize()).status).toBe(302);
});

it("refuses what Spotify refuses", async () => {
  for (const changes of [
    { redirect_uri: "http://localhost:8787/api/auth/spotify/callback" },
    { redirect_uri: "http://dashboard.test/" },
    { client_id: "another" },
    { code_challenge_method: "plain" },
    { code_challenge: "" },
    { response_type: "token" },
  ]) {
    expect((await authorize(changes)).status, JSON.stringify(changes)).toBe(400);
  }
});

it("gives tokens for a code once, to who holds its verifier and names its redirect URI", async () => {
  const refused = { status: 400, error: "invalid_grant" };
  expect(await redeem(await code(), { code_verifier: "w".repeat(43) })).toMatchObject(refused);
  expect(await redeem(await code(), { redirect_uri: `${REDIRECT}/` })).toMatchObject(refused);
  const once = await code();
  expect(await redeem(once)).toMatchObject({ status: 200, token_type: "Bearer", expires_in: 3600 });
  expect(await redeem(once)).toMatchObject(refused);
  expect(await redeem(await code(), { client_id: "another" })).toMatchObject({ error: "invalid_client" });
});

it("spends a refresh token by its use, and honours none that was taken back", async () => {
  const first = await redeem(await code());
  const second = await refresh(first["refresh_token"]);
  expect(second).toMatchObject({ status: 200 });
  expect(await refresh(first["refresh_token"])).toMatchObject({ status: 400, error: "invalid_grant" });
  await fetch(`${served.url}/stand-in/revoke`, { method: "POST" });
  expect(await refresh(second["refresh_token"])).toMatchObject({ status: 400, error: "invalid_grant" });
});

it("ends a grant after six months, whatever was refreshed meanwhile", async () => {
  let now = Date.parse("2026-01-01T00:00:00Z");
  await served.close();
  served = await serveSpotify({ now: () => now });
  let { refresh_token: token } = await redeem(await code());
  now = Date.parse("2026-06-30T23:59:59Z");
  ({ refresh_token: token } = await refresh(token));
  expect(token).toMatch(/^AQ-refresh/);
  now = Date.parse("2026-07-01T00:00:00Z");
  expect(await refresh(token)).toMatchObject({ status: 400, error: "invalid_grant" });
});

it("says who somebody is, unless the app may not use the account, and fails when it is told to", async () => {
  const { access_token: token } = await redeem(await code());
  const me = () => fetch(`${served.url}/v1/me`, { headers: { authorization: `Bearer ${token}` } });
  expect(await (await me()).json()).toMatchObject({ id: "mara.lindt", account_id: "acc-mara" });
  await tell({ allowed: ["somebody-else"] });
  expect((await me()).status).toBe(403);
  await tell({ allowed: null, faults: { "/v1/me": ["busy"] } });
  const busy = await me();
  expect([busy.status, busy.headers.get("retry-after")]).toEqual([429, "7"]);
  expect((await me()).status).toBe(200);
});
