// The home of the wire shapes of milestone templates.

import { z } from "zod";
import { instantToIso } from "../../kernel/time.ts";
import { STANDARD_MILESTONES, STANDARD_PLAN } from "../calendar/model.ts";
import { lineOf } from "../contributions/schema.ts";
import { EXAMPLES } from "../examples.ts";
import { linesOf } from "./model.ts";
import type { PlanRow } from "./repository.ts";

const PlannedMilestone = z
  .strictObject({
    name: lineOf(100),
    offsetDays: z.int().min(-1000).max(1000).meta({ description: "Days after the release; before it when negative." }),
  })
  .meta({ id: "PlannedMilestone" });

export const PlanInput = z
  .strictObject({
    name: lineOf(100),
    milestones: z.array(PlannedMilestone).min(1).max(50),
    isDefault: z.boolean().default(false).meta({ description: "Whether new dates are planned with it." }),
  })
  .meta({ id: "MilestoneTemplateInput" });

export const Plan = z
  .object({
    id: z.string(),
    name: z.string(),
    milestones: z.array(PlannedMilestone),
    isDefault: z.boolean(),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: "MilestoneTemplate", example: EXAMPLES.MilestoneTemplate });

export const Plans = z
  .object({
    standard: z
      .object({ id: z.string(), milestones: z.array(PlannedMilestone) })
      .meta({ description: "What dates are planned with where no template is the default." }),
    data: z.array(Plan),
  })
  .meta({ id: "MilestoneTemplates" });

export function presentPlan(row: PlanRow): unknown {
  const times = { createdAt: instantToIso(row.createdAt), updatedAt: instantToIso(row.updatedAt) };
  return { ...row, milestones: linesOf(row), isDefault: row.isDefault === 1, ...times };
}

export function presentPlans(rows: readonly PlanRow[]): unknown {
  return { standard: { id: STANDARD_PLAN, milestones: STANDARD_MILESTONES }, data: rows.map(presentPlan) };
}
