// The home of the earnings endpoints.

import { z } from "zod";
import { endpoint } from "../http/endpoint.ts";
import { FIGURE_HEADERS, figureAnswer, presentFigures } from "../http/kept.ts";
import type { Register } from "../http/registry.ts";
import { diffEarnings } from "./diff.ts";
import { getOverview } from "./overview.ts";
import { GROUPS } from "./question.ts";
import {
  Earnings,
  EarningsDiff,
  EarningsExplanation,
  EarningsOverview,
  figureFilters,
  presentDiff,
  presentEarnings,
  presentExplanation,
} from "./schema.ts";
import { explainEarnings, getEarnings } from "./service.ts";

const tag = "Earnings";
const MOST_CELLS = 5000;

const currency = z
  .string()
  .length(3)
  .optional()
  .meta({ description: "Only this currency; the artist's own by default." });

const GetEarnings = endpoint({
  operation: "getEarnings",
  method: "get",
  path: "/api/dashboard/earnings",
  tag,
  summary: "Earnings by day, week or month",
  description:
    "Groups sum to the total. One filter may stand beside groupBy, and platform beside territory, isrc and upc; a combination that is not kept answers 422 use_export. At most 60 months, 120 weeks or 400 days.",
  access: "artist",
  query: z.strictObject({
    granularity: z.enum(["day", "week", "month"]).default("month"),
    from: z.string().meta({ description: "A day or a month, inclusive.", example: "2026-01" }),
    to: z.string().meta({ description: "A day or a month, inclusive.", example: "2026-06" }),
    currency,
    groupBy: z.enum(GROUPS).optional(),
    ...figureFilters,
    weekStart: z.enum(["mon", "fri"]).default("mon"),
    limit: z.int().min(1).max(MOST_CELLS).default(MOST_CELLS).meta({ description: "How many figures at most." }),
    cursor: z.string().min(1).optional(),
  }),
  answers: { 200: { description: "Figures by period and key.", schema: Earnings } },
  problems: ["currency_unknown", "range_too_long", "use_export"],
  example: { query: { from: "2026-01", to: "2026-06" } },
  // Thousands of figures made field by field: the conformance suite holds them to their shape, not every request.
  handle: async ({ ctx, query, request }) =>
    figureAnswer(ctx, request, async () => presentEarnings(await getEarnings(ctx, query))),
  present: presentFigures,
});

const GetOverview = endpoint({
  operation: "getEarningsOverview",
  method: "get",
  path: "/api/dashboard/earnings/overview",
  tag,
  summary: "The overview of a dashboard",
  description: "Ready made for each generation of figures, and as fast with ten million lines as with ten.",
  access: "artist",
  answers: { 200: { description: "The overview.", schema: EarningsOverview } },
  handle: async ({ ctx }) => getOverview(ctx),
  present: ({ etag, json }, { request }) =>
    request.headers.get("if-none-match")?.includes(etag)
      ? { status: 304, headers: { etag, ...FIGURE_HEADERS } }
      : { status: 200, json, headers: { etag, ...FIGURE_HEADERS } },
});

const ExplainEarnings = endpoint({
  operation: "explainEarnings",
  method: "get",
  path: "/api/dashboard/earnings/explain",
  tag,
  summary: "Say what a month's figure is made of",
  description: "The posted statements behind it, how much of each, and the way to their lines.",
  access: "artist",
  query: z.strictObject({
    period: z.string().meta({ description: "A month.", example: "2026-01" }),
    currency,
    ...figureFilters,
  }),
  answers: { 200: { description: "The statements behind the figure.", schema: EarningsExplanation } },
  problems: ["currency_unknown", "use_export"],
  example: { query: { period: "2026-01" } },
  handle: async ({ ctx, query }) => explainEarnings(ctx, query),
  present: (explanation) => ({ status: 200, body: presentExplanation(explanation) }),
});

const DiffEarnings = endpoint({
  operation: "diffEarnings",
  method: "get",
  path: "/api/dashboard/earnings/diff",
  tag,
  summary: "Say why monthly figures changed",
  description:
    "Between two generations of figures: every month and key that differs, and the files that moved it. The present generation stands in every answer about earnings.",
  access: "artist",
  query: z.strictObject({
    fromGeneration: z.int().min(0),
    toGeneration: z.int().min(0),
    granularity: z.enum(["month"]).default("month"),
    currency,
    groupBy: z.enum(GROUPS).optional(),
  }),
  answers: { 200: { description: "Differences and their causes.", schema: EarningsDiff } },
  problems: ["range_too_long"],
  example: { query: { fromGeneration: "0", toGeneration: "0" } },
  handle: async ({ ctx, query }) => diffEarnings(ctx, query),
  present: (answer) => ({ status: 200, body: presentDiff(answer) }),
});

/** Adds earnings to the API. */
export function registerEarnings(register: Register): void {
  register(GetEarnings);
  register(GetOverview);
  register(ExplainEarnings);
  register(DiffEarnings);
}
