// The home of the wire shapes of the calendar and of milestones.

import { z } from "zod";
import { instantToIso } from "../../kernel/time.ts";
import { lineOf } from "../contributions/schema.ts";
import { CalendarDay } from "../deals/schema.ts";
import { EXAMPLES } from "../examples.ts";
import type { MilestoneRow } from "./repository.ts";
import type { CalendarPage } from "./service.ts";

export const MilestoneMove = z
  .object({ id: z.string(), name: z.string(), from: z.string(), to: z.string() })
  .meta({ id: "MilestoneMove", example: EXAMPLES.MilestoneMove });

export const Milestone = z
  .object({
    id: z.string(),
    releaseId: z.string(),
    name: z.string(),
    date: z.string(),
    offsetDays: z.int().nullable().meta({
      description: "From the release's date, with which it moves; null for one that stands on a day of its own.",
    }),
    isDone: z.boolean(),
    version: z.int(),
  })
  .meta({ id: "Milestone", example: EXAMPLES.Milestone });

export const Milestones = z.object({ data: z.array(Milestone) }).meta({ id: "Milestones" });

export const PlanningInput = z
  .strictObject({
    template: z.string().min(1).max(40).optional().meta({ description: "`standard`, or a template's id." }),
    name: lineOf(100).optional(),
    date: CalendarDay.optional(),
  })
  .refine(
    ({ template, name, date }) => (template === undefined) === (name !== undefined && date !== undefined),
    "needs a template, or a name and a date",
  )
  .meta({ id: "PlanningInput" });

export const MilestonePatch = z
  .strictObject({ name: lineOf(100), date: CalendarDay, isDone: z.boolean() })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, "names nothing to change")
  .meta({ id: "MilestonePatch" });

export const calendarQuery = z.strictObject({ from: CalendarDay, to: CalendarDay });

export const Calendar = z
  .object({
    data: z.array(
      z.object({
        date: z.string(),
        kind: z.enum(["release", "milestone"]),
        releaseId: z.string(),
        title: z.string().meta({ description: "Of the release." }),
        status: z.string().optional().meta({ description: "Of a release." }),
        firstAt: z.iso
          .datetime()
          .optional()
          .meta({ description: "Of a release: when its first listeners can hear it." }),
        lastAt: z.iso.datetime().optional().meta({ description: "Of a release: when everybody can." }),
        milestone: z.string().optional().meta({ description: "Of a milestone: what is due." }),
        milestoneId: z.string().optional(),
        isDone: z.boolean().optional(),
      }),
    ),
    conflicts: z
      .array(
        z.object({
          kind: z.enum(["same_week", "milestone_missed", "lead_too_short"]),
          releaseIds: z.array(z.string()),
          week: z.string().optional().meta({ description: "The Friday it begins." }),
          milestoneId: z.string().optional(),
          stores: z.array(z.string()).optional().meta({ description: "Those that cannot have it in time any more." }),
        }),
      )
      .meta({ description: "What should be looked at before it is too late, within these days." }),
  })
  .meta({ id: "Calendar", example: EXAMPLES.Calendar });

export function presentMilestone({ onDay, isDone, ...row }: MilestoneRow): unknown {
  return { ...row, date: onDay, isDone: isDone === 1 };
}

export function presentCalendar({ releases, milestones, conflicts }: CalendarPage): unknown {
  const entries = [
    ...releases.map(({ onDay: date, firstAt, lastAt, ...row }) => ({
      ...row,
      date,
      kind: "release",
      firstAt: instantToIso(firstAt),
      lastAt: instantToIso(lastAt),
    })),
    ...milestones.map(({ onDay: date, id: milestoneId, name: milestone, isDone, releaseId, title }) => ({
      date,
      kind: "milestone",
      releaseId,
      title,
      milestone,
      milestoneId,
      isDone: isDone === 1,
    })),
  ];
  // Of one day the releases come first: they were put first, and sorting keeps that.
  entries.sort((one, other) => (one.date === other.date ? 0 : one.date < other.date ? -1 : 1));
  return { data: entries, conflicts };
}
