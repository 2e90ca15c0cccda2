// The home of what a run is: its states, the days it reads, and when it tries again.

import { sha256 } from "@oslojs/crypto/sha2";
import { derivedId, type Id } from "../../kernel/id.ts";
import { addDays, type Day, dayOf, type Instant } from "../../kernel/time.ts";
import type { Stream, Window } from "../provider.ts";

/** How a run stands. Of a run that waits, `resumeAt` says until when. */
export const RUN_STATUSES = ["queued", "running", "waiting", "succeeded", "failed"] as const;

/** One of {@link RUN_STATUSES}. */
export type RunStatus = (typeof RUN_STATUSES)[number];

/** Tells whether a run is over. */
export function isOver(status: RunStatus): boolean {
  return status === "succeeded" || status === "failed";
}

/** The id of a connection's run of a night: planned twice, it is one run. */
export function nightRunId(connectionId: string, night: Day): Id<"run"> {
  const digest = sha256(new TextEncoder().encode(JSON.stringify([connectionId, night])));
  return derivedId("run", Date.parse(`${night}T00:00:00Z`), digest);
}

/** Where a run stands in its streams. */
export interface Place {
  /** The stream it is at; "" before the first. */
  readonly stream: string;
  /** What is left of the days of that stream; null before they are known. */
  readonly days: Window | null;
  /** How many days are asked for at once, where a window had too many pages. */
  readonly width: number | null;
  /** When the reading of that stream began. */
  readonly begunAt: Instant | null;
  /** Whether any figure was changed. */
  readonly hasChanged: boolean;
  /** The streams that could not be read, and why. */
  readonly failed: readonly { readonly stream: string; readonly code: string; readonly sentence: string }[];
}

/** Where every run begins. */
export const FIRST_PLACE: Place = {
  stream: "",
  days: null,
  width: null,
  begunAt: null,
  hasChanged: false,
  failed: [],
};

/** What is known of a stream from earlier runs. */
export interface Checkpoint {
  readonly throughDay: Day | null;
  /** When it was last read to its end. */
  readonly readAt: Instant | null;
}

const HOUR_MS = 3_600_000;

/**
 * The days a stream is to be read of; null when there is nothing to read yet.
 *
 * Of `days`: from the first day that the source may have changed since it was last read to its end, so a reading that was
 * missed for a month reads all that was restated in that month. Of others: the day of the reading, and of running totals
 * once a day, because a second reading would begin another day's increments in the middle of it.
 */
export function daysToRead(stream: Stream, { throughDay, readAt }: Checkpoint, asOf: Instant): Window | null {
  const today = dayOf(asOf);
  if (stream.kind === "snapshot") return { from: today, to: today };
  if (stream.kind === "totals") return readAt !== null && dayOf(readAt) >= today ? null : { from: today, to: today };
  const to = lastReported(stream, asOf);
  let from = addDays(to, 1 - stream.historyDays);
  if (readAt !== null) {
    from = addDays(lastReported(stream, readAt), 1 - stream.restatedDays);
    const next = throughDay === null ? from : addDays(throughDay, 1);
    if (next < from) from = next;
  }
  return from > to ? null : { from, to };
}

/** The last day that a source has usually reported at an instant. */
function lastReported({ lagHours }: Stream, at: Instant): Day {
  return addDays(dayOf(at - lagHours * HOUR_MS), -1);
}

/** Cuts the first window off the days left. */
export function firstWindow(days: Window, width: number): { window: Window; rest: Window | null } {
  const to = addDays(days.from, width - 1);
  if (to >= days.to) return { window: days, rest: null };
  return { window: { from: days.from, to }, rest: { from: addDays(to, 1), to: days.to } };
}

/** A night's run is tried for so long; after that the next night's reads what it did not. */
export const RUN_LIFE_MS = 20 * HOUR_MS;

/** After so many tries in vain a connection is called degraded. */
export const PATIENCE = 3;

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 45 * 60_000;

/** How long a run waits after a failure: twice as long each time, spread by a random byte so that many do not come at once. */
export function pauseMs(attempts: number, randomByte: number): number {
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** attempts, LONGEST_PAUSE_MS);
  return Math.round(pause * (1 + randomByte / 1024));
}

/** How long one delivery of a run has the connection to itself between two windows. */
export const SYNC_LEASE_MS = 5 * 60_000;

/** After so many calls a run makes room and goes on in another delivery. */
export const CALLS_PER_DELIVERY = 40;

/** A window of more calls than this is cut in two. */
export const CALLS_PER_WINDOW = 100;

/** How many connections one planning job plans. */
export const PLANNED_AT_ONCE = 200;
