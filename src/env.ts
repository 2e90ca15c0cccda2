// The home of what this deployment was given: its settings, checked once per isolate, and its stores.

import { z } from "zod";
import { openDb } from "./db/client.ts";
import type { BaseCtx, Settings } from "./db/ctx.ts";
import { ID_RANDOM_BYTES, makeId } from "./kernel/id.ts";
import { Problem } from "./kernel/problems.ts";

const whole = z
  .string()
  .regex(/^\d+$/)
  .transform((text) => Number(text));

const variables = z.object({
  ENVIRONMENT: z.enum(["production", "development"]),
  SIGNING_KEY: z.string().min(32, "needs at least 32 characters of randomness"),
  OUTBOX_LEASE_SECONDS: whole.default(60),
  SLICE_BYTES: whole.default(2 * 1024 * 1024),
  SLICES_PER_RUN: whole.default(16),
  RESEND_API_KEY: z.string().min(1).optional(),
  MAIL_FROM: z.string().min(3).default("Dashboard <dashboard@localhost>"),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .transform((text) => new URL(text).origin)
    .optional(),
  HOME_URL: z.string().min(1).default("/docs"),
  VAULT_KEYS: z.string().min(1).optional(),
  SPOTIFY_CLIENT_ID: z.string().min(1).optional(),
  SPOTIFY_CLIENT_SECRET: z.string().min(1).optional(),
  SPOTIFY_REDIRECT_URI: z.string().min(1).optional(),
  SPOTIFY_ACCOUNTS_URL: z.url().optional(),
  SPOTIFY_API_URL: z.url().optional(),
  YOUTUBE_CLIENT_ID: z.string().min(1).optional(),
  YOUTUBE_CLIENT_SECRET: z.string().min(1).optional(),
  SOUNDCLOUD_CLIENT_ID: z.string().min(1).optional(),
  SOUNDCLOUD_CLIENT_SECRET: z.string().min(1).optional(),
  TIKTOK_CLIENT_ID: z.string().min(1).optional(),
  TIKTOK_CLIENT_SECRET: z.string().min(1).optional(),
  STAND_IN_URL: z.url().optional(),
  SUPPORT_EMAILS: z.string().default(""),
  ISOLATE_COPY: z.enum(["on", "off"]).default("on"),
});

/** @see https://developer.spotify.com/documentation/web-api/tutorials/code-pkce-flow checked 2026-11 */
const SPOTIFY_ACCOUNTS_URL = "https://accounts.spotify.com";
const SPOTIFY_API_URL = "https://api.spotify.com";

const parsed = new WeakMap<object, Settings>();

/**
 * Gives this deployment's settings.
 *
 * @throws Problem `misconfigured` naming the variables that are missing or wrong, never their values
 */
export function settingsOf(env: Env): Settings {
  const known = parsed.get(env);
  if (known !== undefined) return known;
  const result = variables.safeParse(env);
  if (!result.success) {
    const names = [...new Set(result.error.issues.map((issue) => String(issue.path[0])))].join(", ");
    throw new Problem("misconfigured", { detail: `Set or correct: ${names}.` });
  }
  const given = result.data;
  const settings: Settings = {
    environment: given.ENVIRONMENT,
    signingKey: new TextEncoder().encode(given.SIGNING_KEY),
    outboxLeaseMs: given.OUTBOX_LEASE_SECONDS * 1000,
    sliceBytes: given.SLICE_BYTES,
    slicesPerRun: given.SLICES_PER_RUN,
    mailer: mailerOf(env, given),
    resendApiKey: given.RESEND_API_KEY ?? null,
    mailFrom: given.MAIL_FROM,
    publicUrl: given.PUBLIC_URL ?? null,
    homeUrl: given.HOME_URL,
    vaultKeys: given.VAULT_KEYS ?? null,
    spotify: spotifyOf(given),
    clients: {
      youtube: { clientId: given.YOUTUBE_CLIENT_ID ?? null, clientSecret: given.YOUTUBE_CLIENT_SECRET ?? null },
      soundcloud: {
        clientId: given.SOUNDCLOUD_CLIENT_ID ?? null,
        clientSecret: given.SOUNDCLOUD_CLIENT_SECRET ?? null,
      },
      tiktok: { clientId: given.TIKTOK_CLIENT_ID ?? null, clientSecret: given.TIKTOK_CLIENT_SECRET ?? null },
    },
    standInUrl: (given.ENVIRONMENT === "development" ? given.STAND_IN_URL : undefined) ?? null,
    supportEmails: given.SUPPORT_EMAILS.toLowerCase()
      .split(/[\s,]+/)
      .filter((entry) => entry !== ""),
    keepsAnswersInIsolate: given.ISOLATE_COPY === "on",
  };
  parsed.set(env, settings);
  return settings;
}

/**
 * A key of Resend says that Resend is meant; without it the binding is. In development the binding sends nothing, and the
 * mailbox shows what it would have.
 */
function mailerOf(env: Env, given: z.output<typeof variables>): Settings["mailer"] {
  if (given.RESEND_API_KEY !== undefined) return "resend";
  return emailOf(env) !== null && given.ENVIRONMENT === "production" ? "cloudflare" : "mailbox";
}

/** The binding is a deployment's choice, so the types made of `wrangler.toml` may not know it. */
function emailOf(env: Env): SendEmail | null {
  return (env as { EMAIL?: SendEmail }).EMAIL ?? null;
}

/** A stand-in for Spotify can be named in development alone: elsewhere it would be handed people's codes and tokens. */
function spotifyOf(given: z.output<typeof variables>): Settings["spotify"] {
  const mayStandIn = given.ENVIRONMENT === "development";
  return {
    clientId: given.SPOTIFY_CLIENT_ID ?? null,
    clientSecret: given.SPOTIFY_CLIENT_SECRET ?? null,
    redirectUri: given.SPOTIFY_REDIRECT_URI ?? null,
    accountsUrl: (mayStandIn ? given.SPOTIFY_ACCOUNTS_URL : undefined) ?? SPOTIFY_ACCOUNTS_URL,
    apiUrl: (mayStandIn ? given.SPOTIFY_API_URL : undefined) ?? SPOTIFY_API_URL,
  };
}

/** What a door reads of the outside world, and nobody else may. */
export interface Outside {
  readonly now: number;
  /** Where work may take long; elsewhere the clock stands still. */
  readonly clock?: BaseCtx["clock"];
  readonly randomBytes: (count: number) => Uint8Array;
  readonly fetch: typeof fetch;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** Queues take at most 100 messages in one sending. */
const MESSAGES_PER_SEND = 100;

/** Makes the context of one request, job or schedule, out of the bindings and what its door read. */
export function contextOf(env: Env, outside: Outside, actor: BaseCtx["actor"]): BaseCtx {
  const { now, randomBytes } = outside;
  return {
    db: openDb(env.DB),
    stores: {
      files: env.FILES,
      kpi: env.KPI,
      hub: env.HUB,
      email: emailOf(env),
      asset: (path) => readAsset(env.ASSETS, path),
    },
    settings: settingsOf(env),
    actor,
    now,
    clock: outside.clock ?? { now: () => now, wait: (ms) => scheduler.wait(ms) },
    requestId: makeId("request", now, randomBytes(ID_RANDOM_BYTES)),
    claim: null,
    newId: (kind) => makeId(kind, now, randomBytes(ID_RANDOM_BYTES)),
    randomBytes,
    fetch: outside.fetch,
    later: (work) => outside.waitUntil(work.catch(() => undefined)),
    send: (jobs) => {
      for (let at = 0; at < jobs.length; at += MESSAGES_PER_SEND) {
        const messages = jobs.slice(at, at + MESSAGES_PER_SEND).map((body) => ({ body }));
        // A send that fails is made up for by the sweep: the outbox holds the job until it has finished.
        outside.waitUntil(env.JOBS.sendBatch(messages).catch(() => undefined));
      }
    },
  };
}

/** The binding looks at the path alone, but takes only whole addresses. */
const ASSETS_ORIGIN = "https://assets.invalid";

async function readAsset(assets: Fetcher, path: string): Promise<Uint8Array> {
  const answer = await assets.fetch(ASSETS_ORIGIN + path);
  if (!answer.ok) throw new Error(`no static file ${path}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}
