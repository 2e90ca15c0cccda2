// The home of the endpoints of runs.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import { eventsOf, wantsEvents } from "../../http/events.ts";
import { pageQuery } from "../../http/page.ts";
import type { Register } from "../../http/registry.ts";
import { isOver } from "./model.ts";
import { AskedRun, Notes, presentNote, presentRun, Run, Runs } from "./schema.ts";
import { askRun, getRun, listConnectionNotes, listConnectionRuns } from "./service.ts";

const tag = "Connections";
const CONNECTIONS = "/api/dashboard/integrations/connections";
const connection = { id: z.string() };
const ID = "con_01k9v3m6s0n8w2e4r6t8y0b1c3";

const SyncConnection = endpoint({
  operation: "syncConnection",
  method: "post",
  path: `${CONNECTIONS}/:id/sync`,
  tag,
  summary: "Read a connection now",
  description:
    "Begins a run, or names the one that is at work or in waiting. A run begins where the last one that read all there was has ended, so what failed is read again.",
  access: "artist",
  params: z.strictObject(connection),
  answers: { 202: { description: "The run.", schema: AskedRun } },
  problems: ["reauth_required"],
  // Asked again, it names the run that the first has begun.
  idempotencyKey: false,
  example: { params: { id: ID } },
  handle: async ({ ctx, params }) => askRun(ctx, params.id),
  present: ({ id, connectionId }) => ({
    status: 202,
    body: { run: id },
    headers: { location: `${CONNECTIONS}/${connectionId}/runs/${id}` },
  }),
});

const ListConnectionRuns = endpoint({
  operation: "listConnectionRuns",
  method: "get",
  path: `${CONNECTIONS}/:id/runs`,
  tag,
  summary: "List the runs of a connection, newest first",
  access: "artist",
  params: z.strictObject(connection),
  query: z.strictObject(pageQuery),
  answers: { 200: { description: "One page of runs.", schema: Runs } },
  example: { params: { id: ID } },
  handle: async ({ ctx, params, query }) => listConnectionRuns(ctx, params.id, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentRun), nextCursor } }),
});

const GetConnectionRun = endpoint({
  operation: "getConnectionRun",
  method: "get",
  path: `${CONNECTIONS}/:id/runs/:run`,
  tag,
  summary: "Say how a run stands",
  description: "With `Accept: text/event-stream` it comes again whenever it changes, until it is over.",
  access: "artist",
  params: z.strictObject({ ...connection, run: z.string() }),
  answers: { 200: { description: "The run.", schema: Run } },
  example: { params: { id: ID, run: "run_01k9v3m6s0n8w2e4r6t8y0b1c3" } },
  handle: async ({ ctx, params, request }) => {
    const look = () => getRun(ctx, params.id, params.run);
    const run = await look();
    if (!wantsEvents(request)) return run;
    return eventsOf("run", async () => {
      const now = await look();
      return { state: JSON.stringify(Run.parse(presentRun(now))), isAtRest: isOver(now.status) };
    });
  },
  present: (run) => (run instanceof Response ? run : { status: 200, body: presentRun(run) }),
});

const ListConnectionNotes = endpoint({
  operation: "listConnectionNotes",
  method: "get",
  path: `${CONNECTIONS}/:id/notes`,
  tag,
  summary: "List what readers of a connection's figures must know",
  description:
    "Totals that fell, and days that hold what came in several. On which days figures changed their meaning is in the list of providers.",
  access: "artist",
  params: z.strictObject(connection),
  query: z.strictObject(pageQuery),
  answers: { 200: { description: "One page of notes, by day.", schema: Notes } },
  example: { params: { id: ID } },
  handle: async ({ ctx, params, query }) => listConnectionNotes(ctx, params.id, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentNote), nextCursor } }),
});

/** Adds runs to the API. */
export function registerRuns(register: Register): void {
  register(SyncConnection);
  register(ListConnectionRuns);
  register(GetConnectionRun);
  register(ListConnectionNotes);
}
