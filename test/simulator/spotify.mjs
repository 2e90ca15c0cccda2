// A stand-in for Spotify: its accounts service and its profile, with the same rules and the same faults, and no network.
// Pure over Request and Response, so that it runs behind a server on a laptop and inside the Worker's tests alike.

import { answer as answerPlaylists, createPlaylists } from "./stores/playlists.mjs";

const CODE_LIFE_MS = 60_000;
const ACCESS_LIFE_SECONDS = 3600;
const MONTHS_OF_GRANT = 6;

/**
 * Makes a Spotify of its own.
 *
 * @param {object} options
 * @param {string} options.clientId the one app it knows
 * @param {string | null} [options.clientSecret] null: an app that uses PKCE alone
 * @param {(redirectUri: string) => boolean} [options.isRegistered] whether a redirect URI is one of the app's
 * @param {() => number} [options.now] epoch milliseconds
 * @param {string} [options.seed] makes codes and tokens come out the same again
 */
export function createSpotify({
  clientId,
  clientSecret = null,
  isRegistered = () => true,
  now = Date.now,
  seed = "1",
}) {
  let drawn = 0;
  const token = async (kind) => {
    drawn += 1;
    return `${kind}-${(await digest(`${seed} ${kind} ${drawn}`)).slice(0, 40)}`;
  };

  const state = {
    /** Who is in front of the browser. @type {{ id: string, account_id?: string, display_name: string | null }} */
    user: { id: "mara.lindt", account_id: "acc-mara", display_name: "Mara Lindt" },
    /** Ids of accounts on the app's list; null: everybody (extended quota). @type {string[] | null} */
    allowed: null,
    /** Whether the person agrees without being asked. */
    isAutomatic: false,
    /** What goes wrong next, by path: a list is used up, one fault after another. @type {Record<string, string[]>} */
    faults: {},
    /** Everything asked so far, as `METHOD path`. @type {string[]} */
    asked: [],
    /** How much of an answer without end has been taken. */
    endlessBytes: 0,
    /** Everything secret handed out so far, for those who search for it where it must not be. @type {string[]} */
    secrets: [],
  };
  const codes = new Map();
  const accesses = new Map();
  const refreshes = new Map();

  async function issue(grant) {
    const access = await token("BQ-access");
    const refresh = await token("AQ-refresh");
    accesses.set(access, { grant, until: now() + ACCESS_LIFE_SECONDS * 1000 });
    refreshes.set(refresh, grant);
    state.secrets.push(access, refresh);
    const body = {
      access_token: access,
      token_type: "Bearer",
      expires_in: ACCESS_LIFE_SECONDS,
      refresh_token: refresh,
    };
    return Response.json(grant.scope === "" ? body : { ...body, scope: grant.scope });
  }

  function authorize(url) {
    const asks = url.searchParams;
    const wrong = wrongRequest(asks);
    if (wrong !== null) return new Response(`INVALID_CLIENT: ${wrong}`, { status: 400 });
    if (state.isAutomatic) return decide(asks, true);
    const fields = [...asks].map(
      ([name, value]) => `<input type="hidden" name="${text(name)}" value="${text(value)}">`,
    );
    const page = `<!doctype html><title>Stand-in for Spotify</title><h1>Stand-in for Spotify</h1>
<p>${text(state.user.display_name ?? state.user.id)}, let this app ${asks.get("scope") ? `use ${text(asks.get("scope"))}` : "know who you are"}?</p>
<form action="/authorize/decide">${fields.join("")}<button name="decision" value="agree">Agree</button><button name="decision" value="cancel">Cancel</button></form>`;
    return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
  }

  function wrongRequest(asks) {
    const redirectUri = asks.get("redirect_uri") ?? "";
    if (asks.get("client_id") !== clientId) return "Invalid client";
    if (asks.get("response_type") !== "code") return "response_type must be code";
    if (!isAllowedByRule(redirectUri) || !isRegistered(redirectUri)) return "Invalid redirect URI";
    if (asks.get("code_challenge_method") !== "S256" || !/^[\w-]{43}$/.test(asks.get("code_challenge") ?? "")) {
      return "code_challenge_method must be S256";
    }
    return null;
  }

  async function decide(asks, isAgreed) {
    const wrong = wrongRequest(asks);
    if (wrong !== null) return new Response(`INVALID_CLIENT: ${wrong}`, { status: 400 });
    const back = new URL(asks.get("redirect_uri"));
    if (isAgreed) {
      const code = await token("AQC-code");
      state.secrets.push(code);
      codes.set(code, {
        redirectUri: asks.get("redirect_uri"),
        challenge: asks.get("code_challenge"),
        until: now() + CODE_LIFE_MS,
        grant: {
          user: state.user,
          scope: asks.get("scope") ?? "",
          until: monthsLater(now(), MONTHS_OF_GRANT),
          isRevoked: false,
        },
      });
      back.searchParams.set("code", code);
    } else back.searchParams.set("error", "access_denied");
    if (asks.has("state")) back.searchParams.set("state", asks.get("state"));
    return new Response(null, { status: 302, headers: { location: back.href } });
  }

  async function exchange(request) {
    const form = new URLSearchParams(new TextDecoder().decode(await request.arrayBuffer()));
    if (!isClient(request, form)) return refuse(clientSecret === null ? 400 : 401, "invalid_client", "Invalid client");
    const kind = form.get("grant_type");
    if (kind === "authorization_code") return redeem(form);
    if (kind === "refresh_token") return refresh(form);
    return refuse(400, "unsupported_grant_type", "grant_type must be authorization_code or refresh_token");
  }

  function isClient(request, form) {
    if (clientSecret === null) return form.get("client_id") === clientId;
    return request.headers.get("authorization") === `Basic ${btoa(`${clientId}:${clientSecret}`)}`;
  }

  async function redeem(form) {
    const held = codes.get(form.get("code"));
    codes.delete(form.get("code"));
    if (held === undefined) return refuse(400, "invalid_grant", "Invalid authorization code");
    if (held.until <= now()) return refuse(400, "invalid_grant", "Authorization code expired");
    if (form.get("redirect_uri") !== held.redirectUri) return refuse(400, "invalid_grant", "Invalid redirect URI");
    const verifier = form.get("code_verifier") ?? "";
    if (!/^[\w\-.~]{43,128}$/.test(verifier)) return refuse(400, "invalid_request", "code_verifier required");
    if ((await digest(verifier)) !== held.challenge) return refuse(400, "invalid_grant", "code_verifier was incorrect");
    return issue(held.grant);
  }

  async function refresh(form) {
    const grant = refreshes.get(form.get("refresh_token"));
    // With PKCE a refresh token is spent by its first use.
    if (clientSecret === null) refreshes.delete(form.get("refresh_token"));
    if (grant === undefined || grant.isRevoked) return refuse(400, "invalid_grant", "Refresh token revoked");
    if (grant.until <= now()) return refuse(400, "invalid_grant", "Refresh token expired");
    if (clientSecret === null) return issue(grant);
    const kept = await (await issue(grant)).json();
    refreshes.delete(kept.refresh_token);
    return Response.json({ ...kept, refresh_token: undefined });
  }

  function me(request) {
    const held = accesses.get(request.headers.get("authorization")?.replace(/^Bearer /, ""));
    const fails = (status, message) => Response.json({ error: { status, message } }, { status });
    if (held === undefined) return fails(401, "Invalid access token");
    if (held.until <= now() || held.grant.isRevoked) return fails(401, "The access token expired");
    if (state.allowed !== null && !state.allowed.includes(held.grant.user.id)) {
      return new Response("User not registered in the Developer Dashboard", { status: 403 });
    }
    return Response.json({ type: "user", uri: `spotify:user:${held.grant.user.id}`, images: [], ...held.grant.user });
  }

  return {
    state,
    /** Takes back everything a person has allowed, as they can on their account's page. */
    revokeAll(userId) {
      for (const grant of refreshes.values()) if (grant.user.id === userId) grant.isRevoked = true;
    },
    /** Lets every access token end now, as an hour would. */
    expireAccess() {
      for (const held of accesses.values()) held.until = now();
    },
    /** Answers one request to either of Spotify's hosts. */
    async answer(request) {
      const url = new URL(request.url);
      const path = url.pathname;
      state.asked.push(`${request.method} ${path}`);
      const fault = state.faults[path]?.shift();
      if (fault !== undefined) return FAULTS[fault](request, state);
      if (request.method === "GET" && path === "/authorize") return authorize(url);
      if (request.method === "GET" && path === "/authorize/decide") {
        return decide(url.searchParams, url.searchParams.get("decision") === "agree");
      }
      if (request.method === "POST" && path === "/api/token") return exchange(request);
      if (request.method === "GET" && path === "/v1/me") return me(request);
      if (request.method === "GET" && /^\/v1\/(?:me\/playlists|playlists\/)/.test(path)) {
        const refusal = me(request);
        if (refusal.status !== 200) return refusal;
        return answerPlaylists(createPlaylists(seed, (await refusal.json()).id), url, now(), null);
      }
      return Response.json({ error: { status: 404, message: "Service not found" } }, { status: 404 });
    },
  };
}

/** What Spotify, or whatever stands before it, answers when something is wrong. */
export const FAULTS = {
  busy: () => new Response("Too many requests", { status: 429, headers: { "retry-after": "7" } }),
  quota: () =>
    Response.json(
      { error: { status: 429, message: "Too many requests", reason: "QUOTA_EXCEEDED" } },
      { status: 429, headers: { "retry-after": "86400" } },
    ),
  broken: () => refuse(503, "server_error", "temporary"),
  gateway: () =>
    new Response("<html>502 Bad Gateway</html>", { status: 502, headers: { "content-type": "text/html" } }),
  html: () =>
    new Response("<html>Welcome to the hotel's wireless</html>", { headers: { "content-type": "text/html" } }),
  truncated: () => new Response('{"access_token":"BQ-acc', { headers: { "content-type": "application/json" } }),
  empty: () => new Response(null, { status: 200 }),
  wrongShape: () => Response.json({ access_token: 7, token_type: "mac", expires_in: "soon", id: null }),
  otherType: () => Response.json({ access_token: "x", token_type: "mac", expires_in: 3600 }),
  endless: (_request, state) => {
    const pull = (stream) => {
      state.endlessBytes += 16_384;
      stream.enqueue(new Uint8Array(16_384).fill(32));
    };
    return new Response(new ReadableStream({ pull }));
  },
  elsewhere: () => new Response(null, { status: 302, headers: { location: "https://evil.test/api/token" } }),
  expired: () => refuse(400, "invalid_grant", "Refresh token expired"),
  wrongClient: () => refuse(401, "invalid_client", "Invalid client secret"),
  down: () => Promise.reject(new TypeError("connection refused")),
  /** Answers nothing until the caller gives up. */
  slow: (request) =>
    new Promise((_, reject) => {
      if (request.signal.aborted) reject(request.signal.reason);
      request.signal.addEventListener("abort", () => reject(request.signal.reason));
    }),
};

function refuse(status, error, error_description) {
  return Response.json({ error, error_description }, { status });
}

/** Spotify's rule for redirect URIs since November 2025: HTTPS, or a loopback IP literal. */
function isAllowedByRule(redirectUri) {
  if (!URL.canParse(redirectUri)) return false;
  const { protocol, hostname } = new URL(redirectUri);
  if (hostname === "localhost") return false;
  return protocol === "https:" || (protocol === "http:" && (hostname === "127.0.0.1" || hostname === "[::1]"));
}

function monthsLater(at, months) {
  const date = new Date(at);
  date.setUTCMonth(date.getUTCMonth() + months);
  return date.getTime();
}

/** SHA-256 as base64url. */
async function digest(input) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(input)));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

function text(value) {
  return value.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
