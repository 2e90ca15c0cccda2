// The home of the wire shapes of subscribed calendars.

import { z } from "zod";
import { instantToIso } from "../../kernel/time.ts";
import { lineOf } from "../contributions/schema.ts";
import { EXAMPLES } from "../examples.ts";
import type { FeedRow } from "./repository.ts";
import type { NewFeed as NewFacts } from "./service.ts";

export const FeedInput = z.strictObject({ name: lineOf(100) }).meta({ id: "CalendarFeedInput" });

export const Feed = z
  .object({ id: z.string(), name: z.string(), createdAt: z.iso.datetime() })
  .meta({ id: "CalendarFeed", example: EXAMPLES.CalendarFeed });

export const NewFeed = Feed.extend({
  url: z.string().meta({ description: "The address to subscribe to, with its secret; shown this once." }),
}).meta({ id: "NewCalendarFeed", example: EXAMPLES.NewCalendarFeed });

export const Feeds = z.object({ data: z.array(Feed) }).meta({ id: "CalendarFeeds" });

export function presentFeed(row: FeedRow): object {
  return { ...row, createdAt: instantToIso(row.createdAt) };
}

export function presentNewFeed({ row, token }: NewFacts): unknown {
  return { ...presentFeed(row), url: `/api/dashboard/catalog/calendar.ics?token=${token}` };
}
