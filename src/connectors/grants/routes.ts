// The home of the endpoints of connections.

import { z } from "zod";
import { cookieOf, credentialsOf } from "../../http/admit.ts";
import { endpoint } from "../../http/endpoint.ts";
import type { Register } from "../../http/registry.ts";
import {
  ATTEMPT_COOKIE,
  attemptCookie,
  CALLBACK_PROBLEMS,
  CallbackQuery,
  problemPageOr,
} from "../../identity/index.ts";
import { PROVIDER_IDS } from "../providers/registry.ts";
import {
  Connection,
  ConnectionInput,
  Connections,
  DisconnectQuery,
  NewConnection,
  presentConnection,
  presentConnections,
} from "./schema.ts";
import { disconnect, finishGrant, getConnection, getGrantAttempt, listConnections, startGrant } from "./service.ts";

const tag = "Connections";

const ListConnections = endpoint({
  operation: "listConnections",
  method: "get",
  path: "/api/dashboard/integrations/connections",
  tag,
  summary: "List the connections",
  description: "What can be connected, which settings are missing for it, and what is connected.",
  access: "artist",
  answers: { 200: { description: "Providers and connections.", schema: Connections } },
  handle: async ({ ctx }) => ({ connections: await listConnections(ctx), now: ctx.now }),
  present: ({ connections, now }) => ({ status: 200, body: presentConnections(connections, now) }),
});

const GetConnection = endpoint({
  operation: "getConnection",
  method: "get",
  path: "/api/dashboard/integrations/connections/:id",
  tag,
  summary: "Say how a connection is",
  access: "artist",
  params: z.strictObject({ id: z.string() }),
  answers: { 200: { description: "The connection.", schema: Connection } },
  example: { params: { id: "con_01k9v3m6s0n8w2e4r6t8y0b1c3" } },
  handle: async ({ ctx, params }) => ({ ...(await getConnection(ctx, params.id)), now: ctx.now }),
  present: ({ grants, providers, now }) => ({
    status: 200,
    body: grants.map((grant) => presentConnection(grant, providers, now))[0],
  }),
});

const ConnectProvider = endpoint({
  operation: "connectProvider",
  method: "post",
  path: "/api/dashboard/integrations/connections",
  tag,
  summary: "Connect a provider, or authorise it again",
  description:
    "Send the person to the address in the answer, in this same browser. It is apart from signing in with the provider. A connection that works goes on until the new authorisation is given.",
  access: "artist",
  body: ConnectionInput,
  answers: { 201: { description: "Where to send the person.", schema: NewConnection } },
  problems: ["misconfigured"],
  idempotencyKey: false,
  example: { body: { provider: "spotify" } },
  handle: async ({ ctx, request, body }) => {
    const started = await startGrant(ctx, new URL(request.url).origin, body.provider);
    return { ...started, now: ctx.now };
  },
  present: ({ grant, departure, now }) => ({
    status: 201,
    body: { ...presentConnection(grant, [], now), authorizeUrl: departure.authorizeUrl },
    headers: { "set-cookie": attemptCookie(departure.secret) },
  }),
});

const FinishConnection = endpoint({
  operation: "finishConnection",
  method: "get",
  path: "/api/integrations/:provider/callback",
  tag,
  summary: "Come back from the provider",
  description:
    "Answers whoever began, in the browser they began in, if they may still connect for the artist. A browser is shown what went wrong as a page.",
  access: "public",
  params: z.strictObject({ provider: z.enum(PROVIDER_IDS) }),
  query: CallbackQuery,
  answers: { 302: { description: "Connected; on to the dashboard." } },
  problems: [...CALLBACK_PROBLEMS, "unauthenticated", "forbidden", "not_found"],
  example: { params: { provider: "spotify" }, query: { state: "n7b1…", code: "AQB1…" } },
  handle: async ({ ctx, params, query, request, c }) =>
    problemPageOr(request, c.env.call.log, async () => {
      const arrival = { ...query, secret: cookieOf(request, ATTEMPT_COOKIE) };
      const attempt = await getGrantAttempt(ctx, arrival);
      const { artistId } = attempt.payload;
      const member = await c.env.call.doorman.artist(ctx, credentialsOf(request), artistId, "connectProvider");
      await finishGrant(member, new URL(request.url).origin, params.provider, attempt, arrival);
      const headers = { location: ctx.settings.homeUrl, "set-cookie": attemptCookie(null) };
      return new Response(null, { status: 302, headers });
    }),
  present: (response) => response,
});

const DisconnectProvider = endpoint({
  operation: "disconnectProvider",
  method: "delete",
  path: "/api/dashboard/integrations/connections/:id",
  tag,
  summary: "Disconnect a provider",
  description:
    "Erases its tokens at once, and ends its runs. What it reported is kept, or erased if that is asked for. The person can also take the app off their account's page at the provider.",
  access: "artist",
  params: z.strictObject({ id: z.string() }),
  query: DisconnectQuery,
  answers: { 202: { description: "Disconnected." } },
  example: { params: { id: "con_01k9v3m6s0n8w2e4r6t8y0b1c3" }, query: { data: "keep" } },
  handle: async ({ ctx, params, query }) => disconnect(ctx, params.id, query.data),
  present: () => ({ status: 202 }),
});

/** Adds connections to the API. */
export function registerGrants(register: Register): void {
  register(ListConnections);
  register(GetConnection);
  register(ConnectProvider);
  register(FinishConnection);
  register(DisconnectProvider);
}
