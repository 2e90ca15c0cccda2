// Budgets: whoever calls when, in no stretch of time are there more calls than a limit allows, and little of it is wasted.
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { paceOf, quotaEnd } from "../../../src/connectors/budgets/model.ts";
import { giveBackCalls, restUntil, takeCalls, takeUnits } from "../../../src/connectors/budgets/repository.ts";
import { openDb } from "../../../src/db/client.ts";
import { openSqlite } from "./sqlite.ts";

const NAME = { provider: "p", name: "calls" };
const NOW = 1_800_000_000_000;

let opened: ReturnType<typeof openSqlite> | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

function newDb() {
  opened?.close();
  opened = openSqlite();
  return openDb(opened.database);
}

describe("a limit of calls", () => {
  it("is kept in every stretch of its length, however many ask, wait, give back, and are told to rest", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 1, max: 60 }),
        fc.array(
          fc.record({
            after: fc.integer({ min: 0, max: 4000 }),
            count: fc.integer({ min: 1, max: 8 }),
            used: fc.integer({ min: 0, max: 8 }),
            rests: fc.boolean(),
          }),
          { minLength: 30, maxLength: 120 },
        ),
        async (calls, perSeconds, asks) => {
          const db = newDb();
          const pace = paceOf({ kind: "rate", calls, perSeconds });
          const made: number[] = [];
          let now = NOW;
          let restingUntil = 0;
          for (const { after, count, used, rests } of asks) {
            now += after;
            const wanted = Math.min(count, pace.burst);
            const { isTaken, at } = await takeCalls(db, NAME, pace, wanted, now, 5000);
            if (isTaken) {
              expect(at).toBeGreaterThanOrEqual(restingUntil);
              const called = Math.min(used, wanted);
              for (let call = 0; call < called; call += 1) made.push(at);
              await giveBackCalls(db, NAME, pace, wanted - called);
            }
            if (rests && after % 10 === 0) {
              restingUntil = now + 3000;
              await restUntil(db, NAME, pace, restingUntil);
            }
          }
          made.sort((one, other) => one - other);
          for (const [at, first] of made.entries()) {
            const within = made.slice(at).filter((call) => call < first + perSeconds * 1000).length;
            expect(within).toBeLessThanOrEqual(calls);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it("is used to four fifths at least by those who always want more", async () => {
    const db = newDb();
    const pace = paceOf({ kind: "rate", calls: 300, perSeconds: 60 });
    let made = 0;
    for (let now = NOW; now < NOW + 600_000; now += 500) {
      while ((await takeCalls(db, NAME, pace, 4, now, 0)).isTaken) made += 4;
    }
    expect(made / 3000).toBeGreaterThanOrEqual(0.8);
  });
});

describe("a day's units", () => {
  it("are not given twice, and begin anew at midnight where the provider is, summer and winter", async () => {
    const db = newDb();
    const day = { period: "2027-03-13", units: 100 };
    const taken = await Promise.all(Array.from({ length: 40 }, () => takeUnits(db, NAME, day, 5)));
    expect(taken.filter(Boolean)).toHaveLength(20);
    expect(await takeUnits(db, NAME, { ...day, period: "2027-03-14" }, 5)).toBe(true);
    const end = (at: string) => new Date(quotaEnd(Date.parse(at), "America/Los_Angeles")).toISOString();
    expect(end("2027-01-15T12:00:00Z")).toBe("2027-01-16T08:00:00.000Z");
    expect(end("2027-07-15T12:00:00Z")).toBe("2027-07-16T07:00:00.000Z");
    expect(end("2027-03-14T08:30:00Z")).toBe("2027-03-15T07:00:00.000Z");
    expect(end("2027-11-07T07:30:00Z")).toBe("2027-11-08T08:00:00.000Z");
  });
});
