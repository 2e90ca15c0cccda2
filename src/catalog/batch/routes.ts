// The home of the endpoints of batches.

import { z } from "zod";
import { MAX_JSON_BYTES } from "../../http/body.ts";
import { endpoint } from "../../http/endpoint.ts";
import { eventsOf, wantsEvents } from "../../http/events.ts";
import type { Register } from "../../http/registry.ts";
import { batchCsv } from "./cells.ts";
import { MOST_AT_ONCE, MOST_BATCH_BYTES, MOST_ITEMS } from "./model.ts";
import type { BatchState } from "./run.ts";
import { isMoving } from "./run.ts";
import {
  BATCH_CSV,
  Batch,
  BatchInput,
  BatchQuery,
  FailedItems,
  failedRecords,
  presentBatch,
  RevertInput,
  readBatchBody,
  readOptionalJson,
  readPatch,
  sentItemsIn,
} from "./schema.ts";
import { askBatch, cancelBatch, getBatch, listFailed, revertBatch } from "./service.ts";

const tag = "Catalog";
const base = "/api/dashboard/catalog/batch";
const params = z.strictObject({ id: z.string() });
const exampleId = { id: "bat_01k9v3m6s0n8w2e4r6t8y0b1c3" };

const answers = {
  200: { description: "What became of each item.", schema: Batch },
  202: { description: "It is being carried out: read it until it is at rest.", schema: Batch },
};

const present = (state: BatchState) => ({
  status: isMoving(state.row) ? 202 : 200,
  headers: isMoving(state.row) ? { location: `${base}/${state.row.id}` } : {},
  body: presentBatch(state),
});

const ChangeCatalog = endpoint({
  operation: "changeCatalog",
  method: "post",
  path: base,
  tag,
  summary: "Change many things at once",
  description: `Up to ${MOST_ITEMS} items, each with the version that was seen and the fields to change, checked as the PATCH of the thing checks them. What fails says which field is wrong; what would change nothing is skipped. More than ${MOST_AT_ONCE} items are carried out by themselves, with progress; a dry run is answered at once. As CSV: \`id\`, \`version\`, and a column for each field by its path (\`label\`, \`pLine.year\`); an empty cell says nothing, \`\\N\` takes a value away, what is no text is JSON, and \`mode\` and \`dryRun\` stand in the address.`,
  access: "artist",
  query: BatchQuery,
  body: BatchInput,
  reading: { maxBytes: MOST_BATCH_BYTES, content: BATCH_CSV, read: readBatchBody },
  answers,
  problems: ["file_unreadable"],
  example: {
    body: {
      dryRun: false,
      mode: "partial",
      items: [{ id: "rec_01k9v3m6s0n8w2e4r6t8y0b1c3", version: 1, set: { title: "Undertow", isrc: "QZAB12400101" } }],
    },
  },
  handle: async ({ ctx, body }) => {
    const order = { mode: body.mode, items: sentItemsIn(body), reverts: null };
    return askBatch(ctx, readPatch, order, body.dryRun);
  },
  present,
});

const GetBatch = endpoint({
  operation: "getBatch",
  method: "get",
  path: `${base}/:id`,
  tag,
  summary: "Read how far a batch is, and what became of it",
  description:
    "What became of each item is there once it is at rest. With `Accept: text/event-stream` it comes again whenever it changes, until it is at rest.",
  access: "artist",
  params,
  answers: { 200: { description: "The batch.", schema: Batch } },
  example: { params: exampleId },
  handle: async ({ ctx, params: { id }, request }) => {
    const state = await getBatch(ctx, id);
    if (!wantsEvents(request)) return state;
    return eventsOf("batch", async () => {
      const now = await getBatch(ctx, id);
      return { state: JSON.stringify(Batch.parse(presentBatch(now))), isAtRest: !isMoving(now.row) };
    });
  },
  present: (answer) => (answer instanceof Response ? answer : { status: 200, body: presentBatch(answer) }),
});

const CancelBatch = endpoint({
  operation: "cancelBatch",
  method: "post",
  path: `${base}/:id/cancel`,
  tag,
  summary: "Stop a batch",
  description: "What was carried out stays, and can be taken back; of an atomic batch nothing was.",
  access: "artist",
  idempotencyKey: false,
  params,
  answers: { 200: { description: "The batch, at rest.", schema: Batch } },
  problems: ["conflict"],
  example: { params: exampleId },
  handle: async ({ ctx, params: { id } }) => cancelBatch(ctx, id),
  present: (state) => ({ status: 200, body: presentBatch(state) }),
});

const RevertBatch = endpoint({
  operation: "revertBatch",
  method: "post",
  path: `${base}/:id/revert`,
  tag,
  summary: "Take a batch back",
  description:
    "Each field that it changed gets the value it had before. One that was changed since stays as it is and is listed under `conflicts`; with `atomic`, one such field leaves everything as it is. It is a batch of its own, which can be taken back too. The body may be left out.",
  access: "artist",
  params,
  body: RevertInput,
  reading: { maxBytes: MAX_JSON_BYTES, read: readOptionalJson },
  answers,
  problems: ["conflict"],
  example: { params: exampleId, body: { dryRun: false, mode: "partial" } },
  handle: async ({ ctx, params: { id }, body }) => revertBatch(ctx, readPatch, id, body),
  present,
});

const ListFailed = endpoint({
  operation: "listFailedItems",
  method: "get",
  path: `${base}/:id/failed`,
  tag,
  summary: "Get the items that failed, to mend and send again",
  description:
    "As they were sent, with what was wrong in `problem`, which is not read when they are sent again. CSV has the columns that a batch as CSV has.",
  access: "artist",
  params,
  query: z.strictObject({ format: z.enum(["json", "csv"]).default("json") }),
  answers: { 200: { description: "The items; as CSV with `format=csv`.", schema: FailedItems } },
  example: { params: exampleId },
  handle: async ({ ctx, params: { id }, query: { format } }) => ({ ...(await listFailed(ctx, id)), format }),
  present: ({ row, failed, format }) => {
    const records = failedRecords(failed);
    if (format === "json") return { status: 200, body: { mode: row.mode, items: records } };
    return new Response(batchCsv(records), {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": `attachment; filename="failed-${row.id}.csv"`,
      },
    });
  },
});

/** Adds batches to the API. */
export function registerBatches(register: Register): void {
  register(ChangeCatalog);
  register(GetBatch);
  register(CancelBatch);
  register(RevertBatch);
  register(ListFailed);
}
