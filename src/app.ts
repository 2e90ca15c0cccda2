// The HTTP door: what happens around every request, and the API as one readable list of rooms.

import { Hono } from "hono";
import { hasItem, listHidden, registerCatalog } from "./catalog/index.ts";
import { registerGrants, registerRuns } from "./connectors/index.ts";
import type { BaseCtx, Ctx } from "./db/ctx.ts";
import { describeApi, docsPage, problemsPage } from "./docs.tsx";
import { registerEarnings } from "./earnings/index.ts";
import { contextOf } from "./env.ts";
import type { Call, HttpEnv } from "./http/call.ts";
import { problemOf, problemResponse } from "./http/problem.ts";
import { openApi } from "./http/registry.ts";
import { registerIdentity } from "./identity/index.ts";
import { makeId } from "./kernel/id.ts";
import { Problem } from "./kernel/problems.ts";
import { registerMail } from "./mail/index.ts";
import { type ContextObject, oneThing, registerMessages, type Visible } from "./messages/index.ts";
import { registerMetrics } from "./metrics/index.ts";
import { hasStatement, registerStatements } from "./statements/index.ts";
import { registerStreams } from "./streams/index.ts";
import { createDoorman, MATRIX, registerTeam } from "./team/index.ts";

const app = new Hono<HttpEnv>();
const { register, operations } = openApi(app, describeApi());

/** What threads can be about, and the operation that shows it. */
const SHOWN_BY = { release: "getRelease", recording: "getRecording", statement: "getStatement" } as const;

/** What threads can be about, and whom the rooms that own it let see it. */
export const visible: Visible = {
  sees: ({ role, releases }) =>
    Object.entries(SHOWN_BY).flatMap(([kind, operation]) => {
      if (!(MATRIX[operation] as readonly string[]).includes(role)) return [];
      if (releases === null) return [kind];
      return kind === "release" ? releases.map((id) => oneThing({ kind, id })) : [];
    }),
  hidden: listHidden,
  exists: (ctx: Ctx, { kind, id }: ContextObject) => {
    if (kind === "statement") return hasStatement(ctx, id);
    return kind === "release" || kind === "recording" ? hasItem(ctx, kind, id) : Promise.resolve(false);
  },
};

registerIdentity(register);
registerTeam(register);
registerMessages(register, visible);
registerCatalog(register);
registerStatements(register);
registerEarnings(register);
registerStreams(register);
registerMetrics(register);
registerGrants(register);
registerRuns(register);
registerMail(register);

/** Every operation of the API, for the conformance suite. */
export const registeredOperations = operations;

app.get("/", (c) => c.redirect("/docs", 302));
app.get("/health", (c) => c.json({ status: "ok" }));
app.get("/docs", (c) => c.html(docsPage()));
app.get("/docs/problems", (c) => c.html(problemsPage()));
app.get("/docs/:asset{[\\w.-]+\\.(?:js|css|png)}", (c) => c.env.ASSETS.fetch(c.req.raw));
app.get("/favicon.ico", (c) => c.env.ASSETS.fetch(c.req.raw));
app.notFound((c) => {
  const allowed = ["GET", "POST", "PUT", "PATCH", "DELETE"].filter((method) => isRouted(method, c.req.path));
  const { requestId } = c.env.call.base;
  if (allowed.length === 0) return problemResponse(new Problem("not_found"), requestId);
  const refusal = problemResponse(new Problem("method_not_allowed"), requestId);
  refusal.headers.set("allow", allowed.join(", "));
  return refusal;
});
app.onError((error, c) => {
  const problem = problemOf(error);
  c.env.call.log["problem"] = problem.code;
  if (problem.cause !== undefined) c.env.call.log["cause"] = causeText(problem.cause);
  return problemResponse(problem, c.env.call.base.requestId);
});

function isRouted(method: string, path: string): boolean {
  return app.router.match(method, path)[0].length > 0;
}

const doorman = createDoorman();

/** The id of a request that failed before it could be given one: the deployment lacks a setting. */
const UNNAMED = makeId("request", 0, new Uint8Array(10));

/** Paths that end in a secret. */
const SECRET_PATHS =
  /^(\/api\/(?:auth\/(?:email|invitations)|exports|messages\/(?:guest\/invitations|digests\/off))\/).+/;

/** What every answer says to browsers: nothing of ours is cached by others, framed, or guessed at. */
const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
  ["strict-transport-security", "max-age=31536000; includeSubDomains"],
  ["x-content-type-options", "nosniff"],
  // Stricter, and browsers would say `Origin: null` when the sign-in page sends its form.
  ["referrer-policy", "same-origin"],
  ["cross-origin-resource-policy", "same-origin"],
];
const DEFAULT_POLICY = "default-src 'none'; frame-ancestors 'none'";
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Answers one request: gives it an id and a time, lets the app answer, and writes one line of log. */
export async function answer(request: Request, env: Env, execution: ExecutionContext): Promise<Response> {
  const startedAt = Date.now();
  const outside = {
    now: startedAt,
    randomBytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)),
    fetch: (...args: Parameters<typeof fetch>) => fetch(...args),
    waitUntil: (work: Promise<unknown>) => execution.waitUntil(work),
  };
  const log: Call["log"] = {};
  let response: Response;
  let base: BaseCtx | null = null;
  try {
    base = contextOf(env, outside, { kind: "anonymous" });
    const call: Call = { base, doorman, log, waitUntil: outside.waitUntil };
    response = await app.fetch(request, { ...env, call }, execution);
  } catch (error) {
    const problem = problemOf(error);
    log["problem"] = problem.code;
    log["cause"] = causeText(problem.cause ?? error);
    response = problemResponse(problem, base?.requestId ?? UNNAMED);
  }
  const requestId = base?.requestId ?? UNNAMED;
  const bookmark = base !== null && base.db.meter.roundTrips > 0 ? base.db.bookmark() : null;
  response = withHeaders(request, response, requestId, bookmark);
  console.log(
    JSON.stringify({
      kind: "request",
      id: requestId,
      method: request.method,
      // A link's token is a secret; nothing else in a path is.
      path: new URL(request.url).pathname.replace(SECRET_PATHS, "$1…"),
      status: response.status,
      ms: Date.now() - startedAt,
      ...(base?.db.meter ?? {}),
      ...log,
    }),
  );
  return response;
}

function withHeaders(request: Request, response: Response, requestId: string, bookmark: string | null): Response {
  const answered = new Response(response.body, response);
  const { headers } = answered;
  headers.set("x-request-id", requestId);
  if (bookmark !== null) headers.set("x-d1-bookmark", bookmark);
  for (const [name, value] of SECURITY_HEADERS) headers.set(name, value);
  const isDocs = new URL(request.url).pathname.startsWith("/docs");
  if (!headers.has("content-security-policy")) {
    headers.set("content-security-policy", isDocs ? DOCS_POLICY : DEFAULT_POLICY);
  }
  if (!headers.has("cache-control")) headers.set("cache-control", isDocs ? "public, max-age=300" : "private, no-store");
  return answered;
}

function causeText(cause: unknown): string {
  const texts: string[] = [];
  for (let at: unknown = cause; at instanceof Error && texts.length < 4; at = at.cause) {
    texts.push(at.stack ?? at.message);
  }
  return texts.join("\ncaused by: ").slice(0, 4000) || String(cause);
}
