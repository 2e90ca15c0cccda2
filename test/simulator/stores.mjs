// The stores, played by one object: their accounts, their data with a truth that a seed makes known, their limits and their faults.
// Pure over Request and Response, so that it runs behind a server on a laptop and inside the Worker's tests alike.
import { createAccounts } from "./stores/accounts.mjs";
import * as playlists from "./stores/playlists.mjs";
import { sequence } from "./stores/random.mjs";
import * as soundcloud from "./stores/soundcloud.mjs";
import * as tiktok from "./stores/tiktok.mjs";
import * as youtube from "./stores/youtube.mjs";

const STORES = {
  youtube: { isRotating: false },
  soundcloud: { isRotating: true },
  spotify: { isRotating: true },
  tiktok: { isRotating: true, accessSeconds: 7200, dialect: tiktok.DIALECT },
};

/** Which store a host belongs to. */
const HOSTS = {
  "accounts.google.com": "youtube",
  "oauth2.googleapis.com": "youtube",
  "www.googleapis.com": "youtube",
  "youtubeanalytics.googleapis.com": "youtube",
  "secure.soundcloud.com": "soundcloud",
  "api.soundcloud.com": "soundcloud",
  "accounts.spotify.com": "spotify",
  "api.spotify.com": "spotify",
  "www.tiktok.com": "tiktok",
  "open.tiktokapis.com": "tiktok",
};

/** What can go wrong with a call for data. */
export const FAULTS = [
  "busy",
  "busyUnsaid",
  "busyDate",
  "quota",
  "broken",
  "gateway",
  "reset",
  "stall",
  "truncated",
  "html",
  "empty",
  "expired",
  "twins",
  "slipped",
];

/**
 * Makes the stores.
 *
 * @param {object} [options]
 * @param {string} [options.seed]
 * @param {() => number} [options.now] epoch milliseconds
 * @param {(ms: number) => void} [options.spend] lets time pass, as a stalled call does
 * @param {Readonly<Record<string, { calls: number, perMs: number }>>} [options.limits] by store
 */
export function createStores({ seed = "1", now = Date.now, spend = () => {}, limits = {} } = {}) {
  const chance = sequence(`${seed} faults`);
  const state = {
    /** How likely a call for data goes wrong. */
    faultRate: 0,
    /** What goes wrong for certain, for the next calls of a store. @type {Record<string, string[]>} */
    faults: {},
    /** A store that answers nothing but 503. @type {Set<string>} */
    away: new Set(),
    /** By how much the stores' clocks are ahead. */
    skewMs: 0,
    /** After so many more calls one is never answered; null: all are. @type {number | null} */
    hangsAfter: null,
    /** Whether the artist earns nothing at YouTube. */
    isUnpaid: false,
    /** How many calls were more than a limit allows. */
    overLimit: 0,
    /** Every call for data: store and time. @type {{ store: string, path: string, at: number, user: string | null }[]} */
    calls: [],
    /** @type {Record<string, number>} */
    faulted: {},
  };
  const accounts = Object.fromEntries(
    Object.entries(STORES).map(([store, habits]) => [store, createAccounts({ store, now, seed, ...habits })]),
  );
  const begun = new Date(now()).toISOString().slice(0, 10);
  /** The truth by user, made when it is first asked for. @type {Map<string, any>} */
  const truths = new Map();
  const truthOf = (store, user) => {
    const name = `${store} ${user}`;
    if (!truths.has(name)) {
      const own = `${seed} ${name}`;
      if (store === "youtube") truths.set(name, youtube.createChannel(own));
      else if (store === "soundcloud") truths.set(name, soundcloud.createUploads(own, begun));
      else if (store === "tiktok") truths.set(name, tiktok.createProfile(own, begun));
      else truths.set(name, playlists.createPlaylists(own, user));
    }
    return truths.get(name);
  };

  function faultFor(store) {
    const certain = state.faults[store]?.shift();
    if (certain !== undefined) return certain;
    if (chance() >= state.faultRate) return null;
    return FAULTS[Math.floor(chance() * FAULTS.length)] ?? null;
  }

  function count(store, path, user) {
    const at = now();
    state.calls.push({ store, path, at, user });
    const limit = limits[store];
    if (limit === undefined) return;
    const recent = state.calls.filter((call) => call.store === store && call.at > at - limit.perMs);
    if (recent.length > limit.calls) state.overLimit += 1;
  }

  async function serve(store, request, url) {
    if (state.away.has(store)) return new Response("<html>503</html>", { status: 503 });
    const user = accounts[store].userOf(request);
    count(store, url.pathname, user);
    if (state.hangsAfter !== null) {
      state.hangsAfter -= 1;
      if (state.hangsAfter < 0) return new Promise(() => {});
    }
    const fault = faultFor(store);
    if (fault !== null) state.faulted[fault] = (state.faulted[fault] ?? 0) + 1;
    if (fault === "expired") accounts[store].expire();
    if (user === null || fault === "expired") {
      return Response.json({ error: { status: 401, code: 401, message: "Invalid credentials" } }, { status: 401 });
    }
    const at = now() + (store === "youtube" ? state.skewMs : 0);
    const broken = fault === null ? null : await failing(fault, store, now(), spend);
    if (broken !== null) return broken;
    const truth = truthOf(store, user);
    const wrong = fault === "twins" || fault === "slipped" ? fault : null;
    let response;
    if (store === "soundcloud") response = soundcloud.answer(truth, url, at, wrong);
    else if (store === "spotify") response = playlists.answer(truth, url, at, wrong);
    else if (store === "tiktok") response = await tiktok.answer(truth, request, at, wrong);
    else if (url.host === "youtubeanalytics.googleapis.com") response = youtube.report(truth, url, at, state);
    else response = youtube.data(truth, url);
    if (fault !== "truncated") return response;
    const text = await response.text();
    return new Response(text.slice(0, Math.floor(text.length / 2)), {
      headers: { "content-type": "application/json" },
    });
  }

  /** Answers one request to any host of any store. */
  async function answer(request) {
    const url = new URL(request.url);
    const store = HOSTS[url.host];
    if (store === undefined) return new Response(`no such host: ${url.host}`, { status: 599 });
    if (/\/(?:authorize|auth)\/?$/.test(url.pathname)) return accounts[store].authorize(url);
    if (/\/token\/?$/.test(url.pathname)) {
      return state.away.has(store) ? new Response("away", { status: 503 }) : accounts[store].token(request);
    }
    return serve(store, request, url);
  }

  return {
    state,
    accounts,
    truthOf,
    answer,
    /** In the place of `fetch`. */
    fetch: async (input, init) => answer(new Request(input, init)),
  };
}

/** What a store, or whatever stands before it, answers when something is wrong; null where only the page is. */
async function failing(fault, store, at, spend) {
  const json = { "content-type": "application/json" };
  switch (fault) {
    case "busy":
      return new Response("{}", { status: 429, headers: { ...json, "retry-after": "45" } });
    case "busyUnsaid":
      return store === "soundcloud" ? soundcloud.limited(at) : new Response("{}", { status: 429, headers: json });
    case "busyDate": {
      // By a clock that is 26 hours ahead.
      const date = at + 26 * 3_600_000;
      const headers = { date: new Date(date).toUTCString(), "retry-after": new Date(date + 60_000).toUTCString() };
      return new Response("", { status: 429, headers });
    }
    case "quota":
      if (store === "youtube") return youtube.google(403, "rateLimitExceeded", "Rate limit exceeded");
      if (store === "soundcloud") return soundcloud.limited(at);
      if (store === "tiktok") return tiktok.refusal(429, "rate_limit_exceeded");
      return Response.json(
        { error: { status: 429, message: "Too many requests", reason: "QUOTA_EXCEEDED" } },
        { status: 429, headers: { "retry-after": "1800" } },
      );
    case "broken":
      return Response.json({ error: { code: 500, message: "Backend Error" } }, { status: 500 });
    case "gateway":
      return new Response("<html>502 Bad Gateway</html>", { status: 502, headers: { "content-type": "text/html" } });
    case "html":
      return new Response("<html>Welcome to the hotel's wireless</html>", { headers: { "content-type": "text/html" } });
    case "empty":
      return new Response(null, { status: 200 });
    case "reset":
      throw new TypeError("connection reset");
    case "stall":
      spend(30_000);
      throw new DOMException("The operation timed out", "TimeoutError");
    default:
      return null;
  }
}
