// The home of the endpoint: one declaration gives an operation its policy, its shapes, its documentation and its verb.

import { coerceInputs, OpenAPIRoute, type OpenAPIRouteSchema } from "chanfana";
import type { Context } from "hono";
import { z } from "zod";
import { ConstraintError } from "../db/client.ts";
import type { BaseCtx } from "../db/ctx.ts";
import { Problem, type ProblemCode } from "../kernel/problems.ts";
import { admit } from "./admit.ts";
import { MAX_JSON_BYTES, readJson } from "./body.ts";
import type { Access, CtxOf, HttpEnv } from "./call.ts";
import { problemAnswers } from "./problem.ts";
import { claimOf, replay } from "./replay.ts";
import { parsePart } from "./shape.ts";
import { readIfMatch, type SeenVersion } from "./version.ts";

type Shape = z.ZodObject;
type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

/** What a verb's result becomes on the wire. */
export interface Reply {
  readonly status: number;
  /** Parsed by the declared shape: what it does not name is not sent. */
  readonly body?: unknown;
  /** A body that is JSON text already: made from the declared shape when it was stored, or too large to parse again. */
  readonly json?: string;
  readonly headers?: Record<string, string>;
}

/** One answer an operation may give when it succeeds. */
export interface Answer {
  readonly description: string;
  /** Absent for an answer without a JSON body. */
  readonly schema?: z.ZodType;
  readonly example?: unknown;
  /** The media type of an answer that is not JSON. */
  readonly mediaType?: string;
}

/** What an endpoint's verb is handed. */
export interface Input<A extends Access, P, Q, B> {
  readonly ctx: CtxOf[A];
  readonly params: Output<P>;
  readonly query: Output<Q>;
  readonly body: Output<B>;
  /** What `If-Match` said, of an operation that needs it. */
  readonly seen: SeenVersion;
  readonly request: Request;
  readonly c: Context<HttpEnv>;
}

/** The declaration of one operation. */
export interface EndpointSpec<
  A extends Access,
  P extends Shape | undefined,
  Q extends Shape | undefined,
  B extends z.ZodType | undefined,
  R,
> {
  /** The operationId; with access `artist` also its row in the matrix of roles. */
  readonly operation: string;
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** In Hono's form: `/api/artists/:id`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: A;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** How the body is read, when it may be larger than usual, or written otherwise than as JSON. */
  readonly reading?: {
    readonly maxBytes: number;
    /** The other media types it may be of, for the document. */
    readonly content?: Record<string, object>;
    /** Gives the body as the JSON it stands for. @throws Problem as {@link readJson} does */
    readonly read: (request: Request) => Promise<{ value: unknown }>;
  };
  /** A body that is not JSON, described for the document and read by the verb itself. */
  readonly rawBody?: { readonly description: string; readonly content: Record<string, object> };
  readonly answers: Readonly<Record<number, Answer>>;
  readonly problems?: readonly ProblemCode[];
  /** A valid request, for the document and for the conformance suite. */
  readonly example?: {
    readonly params?: Record<string, string>;
    readonly query?: Record<string, string>;
    readonly body?: unknown;
  };
  /** False for a POST that is safe to repeat by other means; every other POST honours `Idempotency-Key`. */
  readonly idempotencyKey?: false;
  /** True for a change of something that has a version: without `If-Match` it is refused. */
  readonly needsIfMatch?: true;
  /** True when the answer holds a secret, which must not be kept for replay. */
  readonly secret?: true;
  readonly handle: (input: Input<A, P, Q, B>) => Promise<R>;
  readonly present: (result: R, input: { query: Output<Q>; request: Request }) => Reply | Response;
}

/** What the registry and the conformance suite know of an operation. */
export interface Operation {
  readonly operation: string;
  readonly method: EndpointSpec<Access, undefined, undefined, undefined, unknown>["method"];
  readonly path: string;
  readonly access: Access;
  readonly hasJsonBody: boolean;
  /** How large a JSON body may be. */
  readonly maxBodyBytes: number;
  readonly takesIdempotencyKey: boolean;
  readonly needsIfMatch: boolean;
  readonly isList: boolean;
  readonly example: { params: Record<string, string>; query: Record<string, string>; body: unknown };
}

/** An operation as chanfana takes it, with what we know of it. */
export type EndpointClass = (new (
  ...args: ConstructorParameters<typeof OpenAPIRoute>
) => OpenAPIRoute) & {
  readonly isRoute: true;
  readonly facts: Operation;
};

const nothing = z.strictObject({});

/**
 * Declares an operation of the API.
 *
 * Every request passes in this order: who is it (401), may they (404, 403), is the request whole (400, 413, 415),
 * was it sent before (replayed), then the verb; and every JSON answer passes through its declared shape.
 */
export function endpoint<
  A extends Access,
  R,
  P extends Shape | undefined = undefined,
  Q extends Shape | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(spec: EndpointSpec<A, P, Q, B, R>): EndpointClass {
  const isPost = spec.method === "post";
  const takesIdempotencyKey = isPost && spec.idempotencyKey !== false && spec.access !== "public";
  const document = documentOf(spec, takesIdempotencyKey);
  const queryShape = spec.query ?? nothing;
  const facts: Operation = {
    operation: spec.operation,
    method: spec.method,
    path: spec.path,
    access: spec.access,
    hasJsonBody: spec.body !== undefined,
    maxBodyBytes: spec.reading?.maxBytes ?? MAX_JSON_BYTES,
    takesIdempotencyKey,
    needsIfMatch: spec.needsIfMatch === true,
    isList: spec.query !== undefined && "cursor" in spec.query.shape,
    example: {
      params: spec.example?.params ?? {},
      query: spec.example?.query ?? {},
      body: spec.example?.body,
    },
  };

  async function run(c: Context<HttpEnv>): Promise<Response> {
    const { call } = c.env;
    const request = c.req.raw;
    call.log["operation"] = spec.operation;
    const ctx = await admit(call, request, spec.access, spec.operation);
    call.log["actor"] = ctx.actor.kind;
    if ("scope" in ctx) call.log["artist"] = ctx.scope.artistId;
    const params = spec.params ? parsePart("path", spec.params, c.req.param()) : undefined;
    const query = parsePart("query", queryShape, queryOf(request, queryShape));
    const seen = spec.needsIfMatch ? readIfMatch(request) : null;
    const json = spec.body === undefined ? null : await (spec.reading?.read ?? readJson)(request);
    const body = json === null || spec.body === undefined ? undefined : parsePart("body", spec.body, json.value);
    const present = (result: unknown) => spec.present(result as R, { query: query as Output<Q>, request });
    const input = { params, query, body, seen, request, c } as Omit<Input<A, P, Q, B>, "ctx">;

    const head = takesIdempotencyKey ? claimOf(ctx, request, spec.operation, json?.value) : null;
    if (head === null) return send(spec, present(await spec.handle({ ...input, ctx })));
    const kept = await replay(ctx, head);
    if (kept !== null) return kept;
    const answer = (result: unknown) => keptAnswer(spec, present(result));
    try {
      return send(spec, present(await spec.handle({ ...input, ctx: { ...ctx, claim: { ...head, answer } } })));
    } catch (error) {
      const first = await winner(ctx, head, error);
      if (first !== null) return first;
      throw error;
    }
  }

  return class extends OpenAPIRoute {
    static readonly facts = facts;
    static override readonly isRoute = true;
    override getSchema(): OpenAPIRouteSchema {
      return document;
    }
    override handle(c: Context<HttpEnv>): Promise<Response> {
      return run(c);
    }
  } as unknown as EndpointClass;
}

/**
 * When two requests with one key raced, the loser answers what the winner answered: its batch failed on the key, or its
 * verb was already refused by what the winner had changed.
 */
async function winner(ctx: BaseCtx, head: Parameters<typeof replay>[1], error: unknown): Promise<Response | null> {
  const isRefused = error instanceof Problem && error.status < 500;
  return isRefused || error instanceof ConstraintError ? replay(ctx, head) : null;
}

type AnySpec = {
  readonly operation: string;
  readonly answers: Readonly<Record<number, Answer>>;
  readonly secret?: true;
};

function send(spec: AnySpec, reply: Reply | Response): Response {
  if (reply instanceof Response) return reply;
  const headers = new Headers(reply.headers);
  const text = textOf(spec, reply);
  if (text !== null) headers.set("content-type", "application/json");
  return new Response(text, { status: reply.status, headers });
}

function textOf(spec: AnySpec, reply: Reply): string | null {
  if (reply.json !== undefined) return reply.json;
  if (reply.body === undefined) return null;
  const shape = spec.answers[reply.status]?.schema;
  if (shape === undefined) throw new Error(`${spec.operation} declares no body for ${reply.status}`);
  return JSON.stringify(shape.parse(reply.body));
}

function keptAnswer(spec: AnySpec, reply: Reply | Response) {
  if (reply instanceof Response) throw new Error(`${spec.operation} cannot keep a raw answer`);
  return { status: reply.status, body: spec.secret ? null : textOf(spec, reply), headers: reply.headers ?? {} };
}

function queryOf(request: Request, shape: Shape): Record<string, unknown> {
  const at = request.url.indexOf("?");
  if (at < 0) return {};
  const known = new URLSearchParams();
  const unknown: string[] = [];
  for (const [name, value] of new URLSearchParams(request.url.slice(at))) {
    if (Object.hasOwn(shape.shape, name)) known.append(name, value);
    else unknown.push(name);
  }
  const coerced = coerceInputs(known as never, shape as never) ?? {};
  // Defined, not assigned: a parameter may be called `__proto__`, and is then refused by that name.
  for (const name of unknown) Object.defineProperty(coerced, name, { value: "", enumerable: true, configurable: true });
  // chanfana turns `?q=` into null, which an optional string would refuse.
  for (const [name, value] of Object.entries(coerced)) if (value === null) coerced[name] = "";
  return coerced;
}

const artistHeader = z.object({
  "artist-id": z
    .string()
    .optional()
    .meta({ description: "Which artist is meant, for a person with several; needless with an API key." }),
});
const keyHeader = z.object({
  "idempotency-key": z
    .string()
    .max(255)
    .optional()
    .meta({ description: "Makes repeating safe: the same key and body give the same answer, once carried out." }),
});
const ifMatchHeader = z.object({
  "if-match": z
    .string()
    .meta({ description: "The version that was seen, as its ETag says it; `*` for any.", example: '"1"' }),
});

function documentOf<
  A extends Access,
  P extends Shape | undefined,
  Q extends Shape | undefined,
  B extends z.ZodType | undefined,
  R,
>(spec: EndpointSpec<A, P, Q, B, R>, takesIdempotencyKey: boolean): OpenAPIRouteSchema {
  const standard: ProblemCode[] = ["invalid_request", "unavailable"];
  if (spec.access !== "public") standard.push("unauthenticated");
  if (spec.access === "artist") standard.push("artist_required", "forbidden", "not_found");
  if (spec.access !== "public" && spec.method !== "get") standard.push("origin_refused");
  if (spec.body) standard.push("malformed_json", "too_large", "unsupported_media_type");
  if (takesIdempotencyKey) standard.push("idempotency_key_reused");
  if (spec.needsIfMatch) standard.push("if_match_required", "stale");
  if (spec.secret) standard.push("secret_already_shown");
  if (spec.query && "cursor" in spec.query.shape) standard.push("bad_cursor");

  const answers = Object.entries(spec.answers).map(([status, answer]) => [status, answerDocument(answer)]);
  let headers: z.ZodObject | undefined;
  if (spec.access === "artist") headers = artistHeader;
  if (spec.needsIfMatch) headers = headers ? headers.extend(ifMatchHeader.shape) : ifMatchHeader;
  if (takesIdempotencyKey) headers = headers ? headers.extend(keyHeader.shape) : keyHeader;
  const body = spec.body
    ? {
        content: {
          "application/json": { schema: spec.body, example: spec.example?.body },
          ...spec.reading?.content,
        },
        required: true,
      }
    : spec.rawBody && { ...spec.rawBody, required: true };
  const request = {
    ...(spec.params ? { params: withExamples(spec.params, spec.example?.params) } : {}),
    ...(spec.query ? { query: withExamples(spec.query, spec.example?.query) } : {}),
    ...(headers ? { headers } : {}),
    ...(body ? { body } : {}),
  };
  return {
    operationId: spec.operation,
    tags: [spec.tag],
    summary: spec.summary,
    ...(spec.description ? { description: spec.description } : {}),
    security: spec.access === "public" ? [] : [{ apiKey: [] }, { session: [] }],
    request,
    responses: { ...Object.fromEntries(answers), ...problemAnswers([...standard, ...(spec.problems ?? [])]) },
  } as unknown as OpenAPIRouteSchema;
}

/** Shows the values of an operation's example beside its parameters. */
function withExamples(shape: Shape, example: Record<string, string> = {}): Shape {
  const values = coerceInputs(new URLSearchParams(example) as never, shape as never) ?? {};
  const named = Object.entries(shape.shape as Record<string, z.ZodType>).map(([name, field]) => {
    const value = values[name];
    return [name, value === undefined ? field : field.meta({ ...field.meta(), example: value })];
  });
  return z.strictObject(Object.fromEntries(named));
}

function answerDocument(answer: Answer): object {
  if (answer.schema) {
    const example = answer.example === undefined ? {} : { example: answer.example };
    return { description: answer.description, content: { "application/json": { schema: answer.schema, ...example } } };
  }
  if (answer.mediaType) {
    const schema = { type: "string", format: "binary" };
    return { description: answer.description, content: { [answer.mediaType]: { schema } } };
  }
  return { description: answer.description };
}
