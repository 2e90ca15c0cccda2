// The home of milestone templates: lines that say what is due how many days from a release.

import type { PlannedMilestone } from "../calendar/model.ts";

/** The lines of a template as kept. */
export function linesOf(row: { readonly milestones: string }): PlannedMilestone[] {
  return JSON.parse(row.milestones);
}
