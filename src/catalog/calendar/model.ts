// The home of what is planned around a release: milestones made of a template, how they move with the date, and what clashes.

import { addDays, type Day, weekStart } from "../../kernel/time.ts";

/** One line of a template: something that is due so many days after the release, before it when negative. */
export interface PlannedMilestone {
  readonly name: string;
  readonly offsetDays: number;
}

/** The id of the template that every artist has without making one. */
export const STANDARD_PLAN = "standard";

/**
 * The plan that is followed where an artist has none of their own.
 *
 * @see https://helpdesk.revelator.com four weeks for editorial forms; labelgrid-docs.pages.dev/en/distribution/lead-times
 *   three to four weeks for stores, specialist ones included; checked 2026-11
 */
export const STANDARD_MILESTONES: readonly PlannedMilestone[] = [
  { name: "Masters due", offsetDays: -42 },
  { name: "Artwork due", offsetDays: -42 },
  { name: "Deliver to stores", offsetDays: -28 },
  { name: "Pitch to editorial", offsetDays: -28 },
  { name: "Open pre-saves", offsetDays: -21 },
  { name: "Announce", offsetDays: -21 },
  { name: "First week's figures", offsetDays: 7 },
  { name: "First four weeks' figures", offsetDays: 28 },
];

/** A milestone of one release. */
export interface Milestone {
  readonly id: string;
  readonly name: string;
  readonly date: Day;
  /** From the release's date; null for one that was put on a day of its own, and stays there. */
  readonly offsetDays: number | null;
  readonly isDone: boolean;
}

/** That a milestone is due on another day than before. */
export interface Move {
  readonly id: string;
  readonly name: string;
  readonly from: Day;
  readonly to: Day;
}

/** Says on which days the lines of a template fall. */
export function plan(template: readonly PlannedMilestone[], releaseDate: Day): (PlannedMilestone & { date: Day })[] {
  return template.map((line) => ({ ...line, date: addDays(releaseDate, line.offsetDays) }));
}

/** Moves milestones with the release's date; what is done, or stands on a day of its own, stays. */
export function movesTo(milestones: readonly Milestone[], releaseDate: Day): Move[] {
  return milestones.flatMap(({ id, name, date, offsetDays, isDone }) => {
    if (offsetDays === null || isDone) return [];
    const to = addDays(releaseDate, offsetDays);
    return to === date ? [] : [{ id, name, from: date, to }];
  });
}

/**
 * How many days before the release stores want to have it, so that it is there on the day.
 *
 * @see https://labelgrid-docs.pages.dev/en/distribution/lead-times (Spotify's seven days for Release Radar),
 *   https://help.kudosdistribution.co.uk/kb/lead-times/ (Apple up to five), https://lightsound.tech/blog (Tidal ten),
 *   https://intercom.help/repost (Deezer and TikTok seven, Amazon and YouTube three),
 *   https://sundesiremedia.com/en/faq/general/available (Beatport four weeks), checked 2026-11
 */
export const STORE_LEAD_DAYS: Readonly<Record<string, number>> = {
  spotify: 7,
  "apple-music": 5,
  "amazon-unlimited": 3,
  "youtube-music": 3,
  deezer: 7,
  tiktok: 7,
  tidal: 10,
  beatport: 28,
};

/** A release as the calendar knows it. */
export interface DatedRelease {
  readonly id: string;
  readonly date: Day;
  /** Whether it still has to go to the stores. */
  readonly isUndelivered: boolean;
}

/** Something that should be looked at before it is too late. */
export type Conflict =
  | { readonly kind: "same_week"; readonly releaseIds: readonly string[]; readonly week: Day }
  | { readonly kind: "milestone_missed"; readonly releaseIds: readonly string[]; readonly milestoneId: string }
  | { readonly kind: "lead_too_short"; readonly releaseIds: readonly string[]; readonly stores: readonly string[] };

/**
 * Lists what clashes in a calendar: two releases in one week, Friday to Thursday as charts count it; milestones of coming
 * releases that were missed; stores that cannot have a release in time any more.
 */
export function conflicts(
  releases: readonly DatedRelease[],
  milestones: readonly (Milestone & { readonly releaseId: string })[],
  today: Day,
): Conflict[] {
  const coming = releases.filter(({ date }) => date >= today);
  const weeks = Map.groupBy(coming, ({ date }) => weekStart(date, "fri"));
  const crowded = [...weeks].flatMap(([week, within]): Conflict[] =>
    within.length < 2 ? [] : [{ kind: "same_week", week, releaseIds: within.map(({ id }) => id).sort() }],
  );
  const isComing = new Set(coming.map(({ id }) => id));
  const missed = milestones
    .filter(({ releaseId, date, isDone }) => !isDone && date < today && isComing.has(releaseId))
    .map(({ releaseId, id }): Conflict => ({ kind: "milestone_missed", releaseIds: [releaseId], milestoneId: id }));
  const late = coming.filter(({ isUndelivered }) => isUndelivered).flatMap((release) => lateStores(release, today));
  return [...crowded, ...missed, ...late];
}

function lateStores({ id, date }: DatedRelease, today: Day): Conflict[] {
  const leads = Object.entries(STORE_LEAD_DAYS);
  const stores = leads.filter(([, leadDays]) => addDays(today, leadDays) > date).map(([store]) => store);
  return stores.length === 0 ? [] : [{ kind: "lead_too_short", releaseIds: [id], stores }];
}
