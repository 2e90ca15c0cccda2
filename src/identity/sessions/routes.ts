// The home of the endpoints of one's own sessions.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import type { Register } from "../../http/registry.ts";
import { presentSession, Sessions } from "./schema.ts";
import { endOtherSessions, endSession, listOwnSessions } from "./service.ts";

const tag = "Signing in";

const ListSessions = endpoint({
  operation: "listSessions",
  method: "get",
  path: "/api/me/sessions",
  tag,
  summary: "List where one is signed in",
  description: "The person's own sessions, the newest first; at most 100. Only for persons.",
  access: "signedIn",
  answers: { 200: { description: "The sessions that have not ended.", schema: Sessions } },
  problems: ["forbidden"],
  handle: async ({ ctx }) => listOwnSessions(ctx),
  present: (sessions) => ({ status: 200, body: { data: sessions.map(presentSession) } }),
});

const EndSession = endpoint({
  operation: "endSession",
  method: "delete",
  path: "/api/me/sessions/:id",
  tag,
  summary: "End a session",
  description: "The next request with it is refused.",
  access: "signedIn",
  params: z.strictObject({ id: z.string() }),
  answers: { 204: { description: "The session has ended." } },
  problems: ["forbidden", "not_found"],
  example: { params: { id: "ses_01k9v3m6s0n8w2e4r6t8y0b1c3" } },
  handle: async ({ ctx, params }) => endSession(ctx, params.id),
  present: () => ({ status: 204 }),
});

const EndOtherSessions = endpoint({
  operation: "endOtherSessions",
  method: "delete",
  path: "/api/me/sessions",
  tag,
  summary: "End all other sessions",
  description: "Every session of the person but the one that asks.",
  access: "signedIn",
  answers: { 204: { description: "The others have ended." } },
  problems: ["forbidden"],
  handle: async ({ ctx }) => endOtherSessions(ctx),
  present: () => ({ status: 204 }),
});

/** Adds one's own sessions to the API. */
export function registerSessions(register: Register): void {
  register(ListSessions);
  register(EndOtherSessions);
  register(EndSession);
}
