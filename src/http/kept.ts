// The home of answers an isolate keeps: figures that depend on nothing but their artist, generation and question.

import type { Ctx } from "../db/ctx.ts";
import type { Reply } from "./endpoint.ts";

/** An answer to a question about figures; `json` is null when the caller has it already. */
export interface FigureAnswer {
  readonly etag: string;
  readonly json: string | null;
}

/** Goes up whenever the same figures would be presented otherwise. */
const PRESENTATION = 1;
const MOST_BYTES = 16 * 1024 * 1024;
const LARGEST_BYTES = 1024 * 1024;

// Named by all they depend on, so what is kept is never stale; the oldest make room.
const kept = new Map<string, string>();
let keptBytes = 0;

/**
 * Answers a question about an artist's figures from this isolate's copy, or makes the answer and keeps it.
 *
 * Right only for answers that depend on the artist, the generation and the request's path and query, and on neither
 * the caller's role nor the time. The generation was read at sign-in, so a new one is seen at once.
 */
export async function figureAnswer(ctx: Ctx, request: Request, make: () => Promise<unknown>): Promise<FigureAnswer> {
  const { pathname, search } = new URL(request.url);
  const { id, generation } = ctx.artist;
  // The address does not tell whose figures these are, so the tag must.
  const etag = `"${PRESENTATION}.${id}.${generation}"`;
  if (request.headers.get("if-none-match") === etag) return { etag, json: null };
  const name = `${id}/${generation}${pathname}${search}`;
  return { etag, json: await keptInIsolate(ctx, name, async () => JSON.stringify(await make())) };
}

/**
 * Answers a question about an artist's catalog from this isolate's copy, or makes the answer and keeps it.
 *
 * Right only for answers that depend on the artist, the state of the catalog, and the request's path and query. While
 * something is secret answers depend on who asks and when, and showing it is noted down: then none is kept.
 */
export async function catalogAnswer(ctx: Ctx, request: Request, make: () => Promise<unknown>): Promise<string> {
  const { id, catalogGeneration, secretsUntil } = ctx.artist;
  const text = async () => JSON.stringify(await make());
  if (secretsUntil > ctx.now) return text();
  const { pathname, search } = new URL(request.url);
  return keptInIsolate(ctx, `${id}/catalog ${catalogGeneration}${pathname}${search}`, text);
}

/** Gives a text from this isolate's copy, or makes it and keeps it. The name must say all that the text depends on. */
export async function keptInIsolate(ctx: Ctx, name: string, make: () => Promise<string>): Promise<string> {
  if (!ctx.settings.keepsAnswersInIsolate) return make();
  const known = kept.get(name);
  if (known !== undefined) return known;
  const text = await make();
  keep(name, text);
  return text;
}

function keep(name: string, made: string): void {
  if (made.length > LARGEST_BYTES) return;
  keptBytes += made.length - (kept.get(name)?.length ?? 0);
  kept.set(name, made);
  for (const [oldest, text] of kept) {
    if (keptBytes <= MOST_BYTES) return;
    kept.delete(oldest);
    keptBytes -= text.length;
  }
}

/** Browsers may keep figures, and must ask each time whether they still hold, for whoever is asking. */
export const FIGURE_HEADERS = { "cache-control": "private, no-cache", vary: "Artist-Id, Authorization, Cookie" };

/** Presents such an answer: 304 when the caller has it. */
export function presentFigures({ etag, json }: FigureAnswer): Reply {
  const headers = { etag, ...FIGURE_HEADERS };
  return json === null ? { status: 304, headers } : { status: 200, json, headers };
}
