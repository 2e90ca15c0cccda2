// The home of a test's world: a fresh artist, its people and keys in every role, and callers that speak for them.
import { env, exports } from "cloudflare:workers";
import type { Ctx } from "../../src/db/ctx.ts";
import { contextOf } from "../../src/env.ts";
import { hashSecret, newApiKeySecret } from "../../src/identity/index.ts";
import { makeId } from "../../src/kernel/id.ts";
import { openArtist, type Role } from "../../src/team/index.ts";

/** The origin requests of tests are sent to. */
export const ORIGIN = "https://dashboard.test";

/** Random bytes, as the doors hand them out. */
export function bytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}

/** Sends requests as one caller. */
export interface Caller {
  readonly headers: Record<string, string>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  patch(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  put(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  delete(path: string, headers?: Record<string, string>): Promise<Response>;
  send(method: string, path: string, init?: { body?: BodyInit; headers?: Record<string, string> }): Promise<Response>;
  /** Uploads a file as a raw body. */
  upload(filename: string, file: Uint8Array | string, query?: string): Promise<Response>;
}

/** Speaks with the given headers; nobody's are none. */
export function callerWith(own: Record<string, string> = {}): Caller {
  const send: Caller["send"] = (method, path, init = {}) =>
    exports.default.fetch(
      new Request(ORIGIN + path, {
        method,
        headers: { ...own, ...init.headers },
        redirect: "manual",
        ...(init.body === undefined ? {} : { body: init.body }),
      }),
    );
  const withJson = (method: string, path: string, body: unknown, headers: Record<string, string>) =>
    send(
      method,
      path,
      body === undefined
        ? { headers }
        : { body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } },
    );
  return {
    headers: own,
    send,
    get: (path, headers = {}) => send("GET", path, { headers }),
    post: (path, body, headers = {}) => withJson("POST", path, body, headers),
    patch: (path, body, headers = {}) => withJson("PATCH", path, body, headers),
    put: (path, body, headers = {}) => withJson("PUT", path, body, headers),
    delete: (path, headers = {}) => send("DELETE", path, { headers }),
    upload: (filename, file, query = "") =>
      send("POST", `/api/dashboard/statements?filename=${encodeURIComponent(filename)}${query}`, {
        body: file as BodyInit,
        headers: { "content-type": "application/octet-stream" },
      }),
  };
}

/** Nobody. */
export const nobody: Caller = callerWith();

/** A person with a session, and nothing else. */
export async function newPerson(domain = "example.com"): Promise<{ userId: string; email: string; caller: Caller }> {
  const now = Date.now();
  const userId = makeId("user", now, bytes(10));
  const email = `${userId.slice(-12)}@${domain}`;
  const token = makeId("session", now, bytes(10)) + makeId("session", now, bytes(10));
  await env.DB.batch([
    env.DB.prepare("INSERT INTO users VALUES (?, ?, 'Mara', ?)").bind(userId, email, now),
    env.DB.prepare(
      "INSERT INTO sessions (token_hash, id, user_id, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
    ).bind(hashSecret(token), makeId("session", now, bytes(10)), userId, now, now + 3_600_000),
  ]);
  const cookie = { cookie: `__Host-session=${token}`, origin: ORIGIN };
  return { userId, email, caller: callerWith(cookie) };
}

/** An artist of its own for one test, so that no test sees another's. */
export interface World {
  readonly artistId: `art_${string}`;
  /** Speaks with an API key of the role. */
  as(role: Role): Promise<Caller>;
  /** Makes a person a member; gives the membership's id. */
  join(userId: string, role: Role, until?: number): Promise<string>;
  /** The context of a job for this artist. */
  ctx(): Promise<Ctx>;
}

/** Makes an artist. */
export async function newWorld(currency = "USD"): Promise<World> {
  const now = Date.now();
  const artistId = makeId("artist", now, bytes(10));
  await env.DB.prepare(
    "INSERT INTO artists (id, name, currency, time_zone, generation, generation_at, created_at) VALUES (?, 'Glass Harbor', ?, 'UTC', 0, ?, ?)",
  )
    .bind(artistId, currency, now, now)
    .run();
  return {
    artistId,
    async as(role) {
      const { key, hash, prefix, last4 } = newApiKeySecret(bytes(32));
      await env.DB.prepare(
        "INSERT INTO api_keys (artist_id, id, key_hash, name, role, prefix, last4, created_by, created_at) " +
          "VALUES (?, ?, ?, ?, ?, ?, ?, 'test', ?)",
      )
        .bind(artistId, makeId("apiKey", now, bytes(10)), hash, role, role, prefix, last4, now)
        .run();
      return callerWith({ authorization: `Bearer ${key}` });
    },
    async join(userId, role, until) {
      const id = makeId("membership", now, bytes(10));
      await env.DB.prepare(
        "INSERT INTO memberships (artist_id, id, user_id, role, until, created_at) VALUES (?, ?, ?, ?, ?, ?)",
      )
        .bind(artistId, id, userId, role, until ?? null, now)
        .run();
      return id;
    },
    async ctx() {
      const base = newBase();
      const ctx = await openArtist(base, artistId);
      if (ctx === null) throw new Error("the world's artist is gone");
      return ctx;
    },
  };
}

/** A context as the queue door makes it, whose jobs are kept in the outbox only. */
export function newBase(now: number = Date.now()) {
  const outside = {
    now,
    randomBytes: bytes,
    fetch: globalThis.fetch,
    waitUntil: () => undefined,
  };
  const base = contextOf(env, outside, { kind: "system", job: "test" });
  return { ...base, send: () => undefined };
}

/** Waits until something holds; says what it waited for when it does not. */
export async function until<T>(what: string, look: () => Promise<T | null | false>, timeoutMs = 15_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== false) return seen;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const MOVING = new Set(["received", "reading", "posting", "retracting"]);

/** A statement as the API shows it. */
export interface StatementBody {
  id: string;
  status: string;
  format: string | null;
  lines: number;
  totals: { amount: string; currency: string }[];
  problems: { line: number | null; column: string | null; code: string; message: string }[];
  period: { from: string; to: string } | null;
  progress: { done: number; total: number | null; unit: string };
  unmatchedLines: number;
  measures: string;
  units: number;
  apart: Record<string, number>;
  stated: {
    what: string;
    currency: string | null;
    stated: string;
    found: string | null;
    line: number;
    holds: boolean;
  }[];
  warnings: { code: string; line: number | null; count: number; message: string }[];
  supersedes: string | null;
  sha256: string;
}

/** Waits until a statement is at rest: posted, refused, retracted, or ready for its commit. */
export async function atRest(caller: Caller, id: string, isPreview = false): Promise<StatementBody> {
  return until(`statement ${id} to be at rest`, async () => {
    const body = (await (await caller.get(`/api/dashboard/statements/${id}`)).json()) as StatementBody;
    // A statement that something is wrong with rests at `ready` until a person decides.
    const isOnItsWay = body.status === "ready" && !isPreview && body.problems.length === 0;
    return MOVING.has(body.status) || isOnItsWay ? null : body;
  });
}

/** Uploads a file and waits until it is at rest. */
export async function imported(caller: Caller, filename: string, file: Uint8Array | string): Promise<StatementBody> {
  const response = await caller.upload(filename, file);
  if (response.status !== 202) throw new Error(`upload: ${response.status} ${await response.text()}`);
  const { id } = (await response.json()) as { id: string };
  return atRest(caller, id);
}
