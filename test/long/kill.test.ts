// The home of a hundred kills, each at another random moment; SEED=… repeats a run.

import { expect, it } from "vitest";
import { killRounds, summaryOf } from "../harness/kill.mjs";

const seed = Number(process.env["SEED"] ?? 1);

it("a hundred SIGKILLs at random moments of imports lose nothing and double nothing", async () => {
  const tally = await killRounds({
    kills: 100,
    seed,
    same: (what, killed, alone) => expect(killed, what).toEqual(alone),
  });
  console.log(summaryOf(tally, seed));
  expect(tally.kills).toBe(100);
  expect(Object.keys(tally.hits)).toEqual(expect.arrayContaining(["upload", "reading", "refresh", "retraction"]));
}, 1_700_000);
