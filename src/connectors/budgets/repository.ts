// The home of taking from budgets. One row per limit is the counter that all isolates share: D1 takes one statement at a
// time, so of two that would pass a limit together one is refused. (A Durable Object per provider would do the same with a
// second store to keep in step; a claim is one row written, and up to eight calls are taken by one.)

import type { Db } from "../../db/client.ts";
import type { Instant } from "../../kernel/time.ts";
import type { Pace } from "./model.ts";

/** Which limit is meant. */
export interface BudgetName {
  readonly provider: string;
  readonly name: string;
}

// paid_at is the moment at which all calls taken so far are paid for, one interval each; a burst may run ahead of it.
const TAKE_CALLS = `
  INSERT INTO provider_budgets (provider, name, paid_at) VALUES (?1, ?2, ?3 + ?4)
  ON CONFLICT DO UPDATE SET paid_at = max(paid_at, ?3) + ?4
  WHERE max(paid_at, ?3) + ?4 - ?5 <= ?3 + ?6
  RETURNING paid_at`;
const PAID_AT = "SELECT paid_at FROM provider_budgets WHERE provider = ?1 AND name = ?2";

/**
 * Takes calls from a rate.
 *
 * @returns when they may go, which may be a little later than now; `isTaken` false when that is further off than
 *   `longestWaitMs`: then nothing was taken
 */
export async function takeCalls(
  db: Db,
  { provider, name }: BudgetName,
  pace: Pace,
  count: number,
  now: Instant,
  longestWaitMs: number,
): Promise<{ isTaken: boolean; at: Instant }> {
  const [cost, ahead] = [count * pace.intervalMs, pace.burst * pace.intervalMs];
  const [taken, row] = await db.readNumbered([
    { sql: TAKE_CALLS, params: [provider, name, now, cost, ahead, longestWaitMs] },
    { sql: PAID_AT, params: [provider, name] },
  ]);
  const paidAt = Number(taken?.[0]?.["paid_at"] ?? Math.max(Number(row?.[0]?.["paid_at"] ?? 0), now) + cost);
  return { isTaken: taken?.length === 1, at: Math.max(now, paidAt - ahead) };
}

const GIVE_BACK = "UPDATE provider_budgets SET paid_at = paid_at - ?3 WHERE provider = ?1 AND name = ?2";

/** Gives back calls that were taken and never made. */
export async function giveBackCalls(db: Db, { provider, name }: BudgetName, pace: Pace, count: number): Promise<void> {
  await db.readNumbered([{ sql: GIVE_BACK, params: [provider, name, count * pace.intervalMs] }]);
}

const REST_UNTIL = `
  INSERT INTO provider_budgets (provider, name, paid_at) VALUES (?1, ?2, ?3)
  ON CONFLICT DO UPDATE SET paid_at = max(paid_at, ?3)`;

/** Lets nobody call before an instant, because the provider said so. */
export async function restUntil(db: Db, { provider, name }: BudgetName, pace: Pace, until: Instant): Promise<void> {
  const params = [provider, name, until + pace.burst * pace.intervalMs];
  await db.readNumbered([{ sql: REST_UNTIL, params }]);
}

const TAKE_UNITS = `
  INSERT INTO provider_budgets (provider, name, period, used) VALUES (?1, ?2, ?3, ?4)
  ON CONFLICT DO UPDATE SET period = ?3, used = iif(period = ?3, used, 0) + ?4
  WHERE iif(period = ?3, used, 0) + ?4 <= ?5
  RETURNING used`;

/** Takes units of a day's quota; false when there are not as many left. A negative count gives back. */
export async function takeUnits(
  db: Db,
  { provider, name }: BudgetName,
  day: { period: string; units: number },
  count: number,
): Promise<boolean> {
  if (count > day.units) return false;
  const params = [provider, name, day.period, count, day.units];
  const [rows] = await db.readNumbered([{ sql: TAKE_UNITS, params }]);
  return rows?.length === 1;
}

const USE_UP = `
  INSERT INTO provider_budgets (provider, name, period, used) VALUES (?1, ?2, ?3, ?4)
  ON CONFLICT DO UPDATE SET period = ?3, used = ?4`;

/** Notes that a day's quota is used up, because the provider said so. */
export async function useUp(db: Db, { provider, name }: BudgetName, day: { period: string; units: number }) {
  await db.readNumbered([{ sql: USE_UP, params: [provider, name, day.period, day.units] }]);
}
