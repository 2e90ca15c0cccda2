// The home of budgets: how calls are spread so that a provider's limit is never passed, whoever else is calling.

import { dayInZone, type Instant } from "../../kernel/time.ts";
import type { Budget } from "../provider.ts";

type Rate = Extract<Budget, { kind: "rate" }>;

/** How a limit of calls is kept: so many at once, and then one in every interval. */
export interface Pace {
  readonly burst: number;
  readonly intervalMs: number;
}

const BURST_SHARE = 0.1;
const STEADY_SHARE = 0.85;
const SMALL_LIMIT = 20;

/**
 * Makes a pace of a limit. In any stretch of the limit's length there are at most a tenth of its calls at once and 85
 * hundredths one by one; the rest is room for calls that set out a little later than they were allowed to.
 */
export function paceOf({ calls, perSeconds }: Rate): Pace {
  const perMs = perSeconds * 1000;
  if (calls < SMALL_LIMIT) return { burst: 1, intervalMs: Math.ceil((perMs / calls) * 1.05) };
  return { burst: Math.floor(calls * BURST_SHARE), intervalMs: Math.ceil(perMs / (calls * STEADY_SHARE)) };
}

/** How many calls are taken at once at most, to write less often; a run begins with one and takes twice as many each time. */
export const BLOCK = 8;

/** How long a call that was allowed may wait; what is not used by then is given back. */
export const BLOCK_LIFE_MS = 1200;

/** How long a run waits for its turn before it makes room for others and comes again. */
export const LONGEST_WAIT_MS = 5_000;

/** How many units of a day are taken at once. */
export const UNITS_AT_ONCE = 5;

/** When the day of a quota ends: the first full hour on the next day in its zone. */
export function quotaEnd(now: Instant, timeZone: string): Instant {
  const today = dayInZone(now, timeZone);
  const hour = 3_600_000;
  for (let at = now - (now % hour) + hour; ; at += hour) if (dayInZone(at, timeZone) > today) return at;
}

/** The name of the present day of a quota. */
export function quotaPeriod(now: Instant, timeZone: string): string {
  return dayInZone(now, timeZone);
}
