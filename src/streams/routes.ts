// The home of the streams endpoints.

import { z } from "zod";
import { figureFilters, GROUPS } from "../earnings/index.ts";
import { endpoint } from "../http/endpoint.ts";
import { figureAnswer, presentFigures } from "../http/kept.ts";
import { pageOf, pageQuery } from "../http/page.ts";
import type { Register } from "../http/registry.ts";
import { METRICS, type Metric } from "../metrics/index.ts";
import { PlayWindow, presentReconciled, presentStreams, presentWindow, ReconciledMonth, Streams } from "./schema.ts";
import { getReconciliation, getStreams, listWindows } from "./service.ts";

const tag = "Streams";
const MOST_FIGURES = 5000;
const metricNames = Object.keys(METRICS) as [Metric, ...Metric[]];
const from = z.string().meta({ description: "A day or a month, inclusive.", example: "2026-01" });
const WindowDay = z.string().meta({ description: "A day, inclusive.", example: "2026-01-31" });
const to = z.string().meta({ description: "A day or a month, inclusive.", example: "2026-06" });

const GetStreams = endpoint({
  operation: "getStreams",
  method: "get",
  path: "/api/dashboard/streams",
  tag,
  summary: "Plays by day, week or month",
  description:
    "As daily feeds report them. Weeks and months are answered whole. The groups and filters of earnings; listeners and followers cannot be added up and answer 422 metric_not_additive.",
  access: "artist",
  query: z.strictObject({
    granularity: z.enum(["day", "week", "month"]).default("month"),
    from,
    to,
    metric: z.enum(metricNames).optional(),
    groupBy: z.enum(GROUPS).optional(),
    ...figureFilters,
    weekStart: z.enum(["mon", "fri"]).default("mon"),
    limit: z.int().min(1).max(MOST_FIGURES).default(MOST_FIGURES),
    cursor: z.string().min(1).optional(),
  }),
  answers: { 200: { description: "Figures by period and key.", schema: Streams } },
  problems: ["range_too_long", "use_export", "metric_not_additive"],
  example: { query: { from: "2026-01", to: "2026-06" } },
  // Thousands of figures made field by field: the conformance suite holds them to their shape, not every request.
  handle: async ({ ctx, query, request }) =>
    figureAnswer(ctx, request, async () => presentStreams(await getStreams(ctx, query))),
  present: presentFigures,
});

const GetReconciliation = endpoint({
  operation: "getReconciliation",
  method: "get",
  path: "/api/dashboard/streams/reconciliation",
  tag,
  summary: "Hold plays against paid units",
  description: "By store or recording and month, with what stands out: months that were not paid, unusual rates.",
  access: "artist",
  query: z.strictObject({ from, to, groupBy: z.enum(["platform", "recording"]).default("platform"), ...pageQuery }),
  answers: { 200: { description: "Months by key.", schema: pageOf(ReconciledMonth) } },
  problems: ["range_too_long"],
  example: { query: { from: "2026-01", to: "2026-06" } },
  handle: async ({ ctx, query }) => getReconciliation(ctx, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentReconciled), nextCursor } }),
});

const ListPlayWindows = endpoint({
  operation: "listPlayWindows",
  method: "get",
  path: "/api/dashboard/streams/windows",
  tag,
  summary: "List plays of spans of days",
  description:
    "What stores' exports say of a recording over a span of days, and not by day. No figure by day, week or month holds these plays, and spans of two files may overlap: they are listed, and never added.",
  access: "artist",
  query: z.strictObject({ from: WindowDay, to: WindowDay, ...pageQuery }),
  answers: {
    200: { description: "Spans that meet the days asked for, by file and recording.", schema: pageOf(PlayWindow) },
  },
  example: { query: { from: "2026-01-01", to: "2026-12-31" } },
  handle: async ({ ctx, query }) => listWindows(ctx, query),
  present: ({ data, nextCursor }) => ({ status: 200, body: { data: data.map(presentWindow), nextCursor } }),
});

/** Adds plays to the API. */
export function registerStreams(register: Register): void {
  register(GetStreams);
  register(GetReconciliation);
  register(ListPlayWindows);
}
