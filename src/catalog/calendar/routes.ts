// The home of the endpoints of the calendar and of milestones.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import type { Register } from "../../http/registry.ts";
import { etagOf } from "../../http/version.ts";
import {
  Calendar,
  calendarQuery,
  Milestone,
  MilestonePatch,
  Milestones,
  PlanningInput,
  presentCalendar,
  presentMilestone,
} from "./schema.ts";
import {
  deleteMilestone,
  listReleaseMilestones,
  type Planning,
  planRelease,
  readCalendar,
  updateMilestone,
} from "./service.ts";

const tag = "Catalog";
const base = "/api/dashboard/catalog";
const params = z.strictObject({ id: z.string() });
const id = "rel_01k9v3m6s0n8w2e4r6t8y0b1c3";
const milestoneParams = z.strictObject({ milestone: z.string() });
const milestone = "mil_01k9v3m6s0n8w2e4r6t8y0b1c3";

const GetCalendar = endpoint({
  operation: "getCalendar",
  method: "get",
  path: `${base}/calendar`,
  tag,
  summary: "Show what comes out and what is due",
  description:
    "By day, of 400 days at most, with what clashes: two releases in one week, missed milestones, stores that cannot have a release in time any more.",
  access: "artist",
  query: calendarQuery,
  answers: { 200: { description: "The calendar.", schema: Calendar } },
  problems: ["range_too_long"],
  example: { query: { from: "2026-10-01", to: "2026-12-31" } },
  handle: async ({ ctx, query }) => readCalendar(ctx, query.from, query.to),
  present: (page) => ({ status: 200, body: presentCalendar(page) }),
});

const ListMilestones = endpoint({
  operation: "listMilestones",
  method: "get",
  path: `${base}/releases/:id/milestones`,
  tag,
  summary: "List the milestones of a release",
  access: "artist",
  params,
  answers: { 200: { description: "By day.", schema: Milestones } },
  example: { params: { id } },
  handle: async ({ ctx, params: named }) => listReleaseMilestones(ctx, named.id),
  present: (rows) => ({ status: 200, body: { data: rows.map(presentMilestone) } }),
});

const PlanRelease = endpoint({
  operation: "planRelease",
  method: "post",
  path: `${base}/releases/:id/milestones`,
  tag,
  summary: "Plan a release with a template, or add one milestone",
  description:
    "A release that gets its first date is planned by the artist's default template. Another template takes the place of what was planned and is not done. Planned milestones move with the date; one with a day of its own stays.",
  access: "artist",
  params,
  body: PlanningInput,
  answers: { 201: { description: "All milestones of the release, by day.", schema: Milestones } },
  problems: ["conflict"],
  example: { params: { id }, body: { name: "Shoot the video", date: "2026-10-10" } },
  handle: async ({ ctx, params: named, body }) => planRelease(ctx, named.id, body as Planning),
  present: (rows) => ({ status: 201, body: { data: rows.map(presentMilestone) } }),
});

const UpdateMilestone = endpoint({
  operation: "updateMilestone",
  method: "patch",
  path: `${base}/milestones/:milestone`,
  tag,
  summary: "Change a milestone, or say that it is done",
  access: "artist",
  needsIfMatch: true,
  params: milestoneParams,
  body: MilestonePatch,
  answers: { 200: { description: "The milestone, with its new ETag.", schema: Milestone } },
  example: { params: { milestone }, body: { isDone: true } },
  handle: async ({ ctx, params: named, body, seen }) => updateMilestone(ctx, named.milestone, seen, body),
  present: (row) => ({ status: 200, headers: { etag: etagOf(row.version) }, body: presentMilestone(row) }),
});

const DeleteMilestone = endpoint({
  operation: "deleteMilestone",
  method: "delete",
  path: `${base}/milestones/:milestone`,
  tag,
  summary: "Remove a milestone",
  access: "artist",
  needsIfMatch: true,
  params: milestoneParams,
  answers: { 204: { description: "It is gone." } },
  example: { params: { milestone } },
  handle: async ({ ctx, params: named, seen }) => deleteMilestone(ctx, named.milestone, seen),
  present: () => ({ status: 204 }),
});

/** Adds the calendar to the API. */
export function registerCalendar(register: Register): void {
  register(GetCalendar);
  register(ListMilestones);
  register(PlanRelease);
  register(UpdateMilestone);
  register(DeleteMilestone);
}
