// The home of the one endpoint that takes daily plays; it exists in development only, for the demo and for load data.

import { z } from "zod";
import { endpoint } from "../http/endpoint.ts";
import type { Register } from "../http/registry.ts";
import { isDay } from "../kernel/time.ts";
import type { PlayCell } from "./facts/model.ts";
import { takeDevelopmentReport } from "./facts/service.ts";

const count = z.int().min(0).max(1_000_000_000);
const Cell = z
  .tuple([z.string().min(1).max(200), z.string().min(1).max(200), z.string().max(500).nullable(), count, count, count])
  .meta({ description: "Store, key, name, plays, downloads, other." });

const DailyPlays = z
  .strictObject({
    source: z.string().regex(/^[a-z0-9-]{1,40}$/),
    lagDays: z.int().min(0).max(90).default(2),
    days: z
      .array(
        z.strictObject({
          day: z.string().refine(isDay, "must be a day that exists"),
          revision: z.int().min(1).meta({ description: "A later one replaces the day; any other changes nothing." }),
          territory: z.array(Cell).default([]),
          recording: z.array(Cell).default([]),
          release: z.array(Cell).default([]),
        }),
      )
      .min(1)
      .max(62),
  })
  .meta({ id: "DailyPlays" });

type WireCell = z.output<typeof Cell>;

function cellsOf(cells: readonly WireCell[]): PlayCell[] {
  return cells.map(([platform, key, label, plays, downloads, other]) => ({
    platform,
    key,
    label,
    plays,
    downloads,
    other,
  }));
}

const ReplaceDevelopmentPlays = endpoint({
  operation: "replaceDevelopmentPlays",
  method: "post",
  path: "/dev/plays",
  // A day carries its revision, so sending it again changes nothing.
  idempotencyKey: false,
  tag: "Development",
  summary: "Report whole days of plays as a source would",
  description: "Exists only in development; elsewhere it is not found. A day is replaced whole.",
  access: "artist",
  body: DailyPlays,
  answers: { 200: { description: "How many days were replaced.", schema: z.object({ replaced: z.int() }) } },
  problems: ["range_too_long", "conflict"],
  example: {
    body: {
      source: "demo-feed",
      lagDays: 2,
      days: [
        { day: "2026-01-01", revision: 1, territory: [["Spotify", "DE", null, 12, 0, 0]], recording: [], release: [] },
      ],
    },
  },
  handle: async ({ ctx, body }) =>
    takeDevelopmentReport(ctx, {
      source: body.source,
      lagDays: body.lagDays,
      days: body.days.map(({ day, revision, territory, recording, release }) => ({
        day: day as `${number}-${number}-${number}`,
        revision,
        cells: { territory: cellsOf(territory), recording: cellsOf(recording), release: cellsOf(release) },
      })),
    }),
  present: (replaced) => ({ status: 200, body: { replaced } }),
});

/** Adds the development endpoint to the API. */
export function registerMetrics(register: Register): void {
  register(ReplaceDevelopmentPlays);
}
