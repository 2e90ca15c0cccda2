// The home of spending: one run's purse of calls and units, filled from the budgets that all runs share.

import type { Ctx } from "../../db/ctx.ts";
import type { Instant } from "../../kernel/time.ts";
import { type Budget, type Provider, ProviderFault } from "../provider.ts";
import { BLOCK, BLOCK_LIFE_MS, LONGEST_WAIT_MS, paceOf, quotaEnd, quotaPeriod, UNITS_AT_ONCE } from "./model.ts";
import { giveBackCalls, restUntil, takeCalls, takeUnits, useUp } from "./repository.ts";

interface Held {
  readonly taken: number;
  left: number;
  readonly until: Instant;
}

/** What a run has taken from its provider's budgets and not yet used. */
export interface Purse {
  /** Pays for one call, waiting for its turn if that is near. @throws ProviderFault `rate`, `quota` */
  pay(costs: Readonly<Record<string, number>>): Promise<void>;
  /** Tells everybody what the provider has said of its limits. */
  heed(fault: ProviderFault, costs: Readonly<Record<string, number>>): Promise<void>;
  /** Gives back what was not used. */
  close(): Promise<void>;
}

/** Opens a purse for one run. */
export function openPurse(ctx: Ctx, provider: Provider): Purse {
  const held = new Map<string, Held>();
  const budgetOf = (name: string): Budget => {
    const budget = provider.budgets[name];
    if (budget === undefined) throw new Error(`${provider.id} has no budget ${name}`);
    return budget;
  };
  const place = (name: string) => ({ provider: provider.id, name });

  async function fill(name: string, budget: Budget, cost: number, before: Held | undefined): Promise<Held> {
    const now = ctx.clock.now();
    if (budget.kind === "rate") {
      const pace = paceOf(budget);
      const count = Math.max(cost, Math.min((before?.taken ?? 0.5) * 2, BLOCK, pace.burst));
      const { isTaken, at } = await takeCalls(ctx.db, place(name), pace, count, now, LONGEST_WAIT_MS);
      if (!isTaken)
        throw new ProviderFault("rate", `${provider.name} is being asked by others; this waits its turn.`, at);
      if (at > now) await ctx.clock.wait(at - now);
      return { taken: count, left: count, until: Math.max(at, now) + BLOCK_LIFE_MS };
    }
    const period = quotaPeriod(now, budget.timeZone);
    const until = quotaEnd(now, budget.timeZone);
    for (const count of [Math.max(cost, UNITS_AT_ONCE), cost]) {
      if (await takeUnits(ctx.db, place(name), { period, units: budget.units }, count))
        return { taken: count, left: count, until };
    }
    throw new ProviderFault(
      "quota",
      `The units that ${provider.name} gives this service for a day are used up.`,
      until,
    );
  }

  async function giveBack(name: string, { left, until }: Held): Promise<void> {
    const budget = budgetOf(name);
    const now = ctx.clock.now();
    if (left === 0) return;
    if (budget.kind === "rate") return giveBackCalls(ctx.db, place(name), paceOf(budget), left);
    // The units of a day that is over are worth nothing on the next.
    if (until <= now) return;
    const period = quotaPeriod(now, budget.timeZone);
    await takeUnits(ctx.db, place(name), { period, units: budget.units }, -left);
  }

  return {
    async pay(costs) {
      for (const [name, cost] of Object.entries(costs)) {
        let purse = held.get(name);
        if (purse === undefined || purse.left < cost || purse.until <= ctx.clock.now()) {
          if (purse !== undefined) await giveBack(name, purse);
          purse = await fill(name, budgetOf(name), cost, purse);
          held.set(name, purse);
        }
        purse.left -= cost;
      }
    },
    async heed(fault, costs) {
      if (fault.until === null) return;
      const now = ctx.clock.now();
      for (const name of Object.keys(costs)) {
        const budget = budgetOf(name);
        if (fault.kind === "rate" && budget.kind === "rate") {
          await restUntil(ctx.db, place(name), paceOf(budget), fault.until);
        } else if (fault.kind === "quota" && budget.kind === "quota") {
          await useUp(ctx.db, place(name), { period: quotaPeriod(now, budget.timeZone), units: budget.units });
        } else if (fault.kind === "quota" && budget.kind === "rate") {
          await restUntil(ctx.db, place(name), paceOf(budget), fault.until);
        }
        held.delete(name);
      }
    },
    async close() {
      for (const [name, purse] of held) await giveBack(name, purse);
      held.clear();
    },
  };
}
