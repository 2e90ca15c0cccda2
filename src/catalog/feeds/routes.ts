// The home of the endpoints of subscribed calendars.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import type { Register } from "../../http/registry.ts";
import { FeedInput, Feeds, NewFeed, presentFeed, presentNewFeed } from "./schema.ts";
import { createFeed, listFeeds, readFeed, revokeFeed } from "./service.ts";

const tag = "Catalog";
const base = "/api/dashboard/catalog/calendar/feeds";

const CreateFeed = endpoint({
  operation: "createCalendarFeed",
  method: "post",
  path: base,
  tag,
  summary: "Make an address that calendar programs can subscribe to",
  description:
    "It needs no key and no session, and answers what you may see at that moment: what is under embargo only while you have the right to it, and nothing once you do not belong any more.",
  access: "artist",
  secret: true,
  body: FeedInput,
  answers: { 201: { description: "The calendar, with its address.", schema: NewFeed } },
  problems: ["conflict"],
  example: { body: { name: "Releases" } },
  handle: async ({ ctx, body }) => createFeed(ctx, body.name),
  present: (feed) => ({ status: 201, body: presentNewFeed(feed) }),
});

const ListFeeds = endpoint({
  operation: "listCalendarFeeds",
  method: "get",
  path: base,
  tag,
  summary: "List your subscribed calendars",
  access: "artist",
  answers: { 200: { description: "Your own, oldest first.", schema: Feeds } },
  handle: async ({ ctx }) => listFeeds(ctx),
  present: (rows) => ({ status: 200, body: { data: rows.map(presentFeed) } }),
});

const RevokeFeed = endpoint({
  operation: "revokeCalendarFeed",
  method: "delete",
  path: `${base}/:feed`,
  tag,
  summary: "Revoke a subscribed calendar",
  description: "Your own; owners and admins may revoke anybody's.",
  access: "artist",
  params: z.strictObject({ feed: z.string() }),
  answers: { 204: { description: "Its address answers 404 from now on." } },
  example: { params: { feed: "fed_01k9v3m6s0n8w2e4r6t8y0b1c3" } },
  handle: async ({ ctx, params: { feed } }) => revokeFeed(ctx, feed),
  present: () => ({ status: 204 }),
});

const ReadFeed = endpoint({
  operation: "readCalendarFeed",
  method: "get",
  path: "/api/dashboard/catalog/calendar.ics",
  tag,
  summary: "Read a subscribed calendar",
  access: "public",
  query: z.strictObject({ token: z.string().min(1).max(200) }),
  answers: { 200: { description: "An iCalendar of the last month and the year to come.", mediaType: "text/calendar" } },
  problems: ["not_found"],
  example: { query: { token: "q9TqXk2hPz0c1V3nR8yWm4dJbA7uLsEoFiGxNtKvYwQ" } },
  handle: async ({ ctx, query }) => readFeed(ctx, query.token),
  present: (text) =>
    new Response(text, {
      headers: {
        "content-type": "text/calendar; charset=utf-8",
        "content-disposition": 'inline; filename="calendar.ics"',
      },
    }),
});

/** Adds subscribed calendars to the API. */
export function registerFeeds(register: Register): void {
  register(CreateFeed);
  register(ListFeeds);
  register(RevokeFeed);
  register(ReadFeed);
}
