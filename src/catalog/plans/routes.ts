// The home of the endpoints of milestone templates.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import type { Register } from "../../http/registry.ts";
import { etagOf } from "../../http/version.ts";
import { Plan, PlanInput, Plans, presentPlan, presentPlans } from "./schema.ts";
import { createPlan, deletePlan, getPlan, listPlans, replacePlan } from "./service.ts";

const tag = "Catalog";
const base = "/api/dashboard/catalog/milestone-templates";
const params = z.strictObject({ template: z.string() });
const named = { template: "pln_01k9v3m6s0n8w2e4r6t8y0b1c3" };
const body = { name: "Single", milestones: [{ name: "Pitch to editorial", offsetDays: -28 }], isDefault: true };

const ListPlans = endpoint({
  operation: "listMilestoneTemplates",
  method: "get",
  path: base,
  tag,
  summary: "List the milestone templates",
  access: "artist",
  answers: { 200: { description: "The standard one, and the artist's own, oldest first.", schema: Plans } },
  handle: async ({ ctx }) => listPlans(ctx),
  present: (rows) => ({ status: 200, body: presentPlans(rows) }),
});

const CreatePlan = endpoint({
  operation: "createMilestoneTemplate",
  method: "post",
  path: base,
  tag,
  summary: "Add a milestone template",
  access: "artist",
  body: PlanInput,
  answers: { 201: { description: "The template, with its ETag.", schema: Plan } },
  problems: ["conflict"],
  example: { body },
  handle: async ({ ctx, body: said }) => createPlan(ctx, said),
  present: (row) => ({
    status: 201,
    headers: { location: `${base}/${row.id}`, etag: etagOf(row.version) },
    body: presentPlan(row),
  }),
});

const GetPlan = endpoint({
  operation: "getMilestoneTemplate",
  method: "get",
  path: `${base}/:template`,
  tag,
  summary: "Show a milestone template",
  access: "artist",
  params,
  answers: { 200: { description: "The template, with its ETag.", schema: Plan } },
  example: { params: named },
  handle: async ({ ctx, params: { template } }) => getPlan(ctx, template),
  present: (row) => ({ status: 200, headers: { etag: etagOf(row.version) }, body: presentPlan(row) }),
});

const ReplacePlan = endpoint({
  operation: "replaceMilestoneTemplate",
  method: "put",
  path: `${base}/:template`,
  tag,
  summary: "Replace a milestone template",
  description: "Releases that were planned with it stay as they are.",
  access: "artist",
  needsIfMatch: true,
  params,
  body: PlanInput,
  answers: { 200: { description: "The template, with its new ETag.", schema: Plan } },
  example: { params: named, body },
  handle: async ({ ctx, params: { template }, seen, body: said }) => replacePlan(ctx, template, seen, said),
  present: (row) => ({ status: 200, headers: { etag: etagOf(row.version) }, body: presentPlan(row) }),
});

const DeletePlan = endpoint({
  operation: "deleteMilestoneTemplate",
  method: "delete",
  path: `${base}/:template`,
  tag,
  summary: "Remove a milestone template",
  access: "artist",
  needsIfMatch: true,
  params,
  answers: { 204: { description: "It is gone." } },
  example: { params: named },
  handle: async ({ ctx, params: { template }, seen }) => deletePlan(ctx, template, seen),
  present: () => ({ status: 204 }),
});

/** Adds milestone templates to the API. */
export function registerPlans(register: Register): void {
  register(ListPlans);
  register(CreatePlan);
  register(GetPlan);
  register(ReplacePlan);
  register(DeletePlan);
}
