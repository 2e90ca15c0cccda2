// The home of ten kills: an import whose runtime dies at any moment ends as if nothing had happened.

import { expect, it } from "vitest";
import { killRounds, summaryOf } from "../harness/kill.mjs";

const seed = Number(process.env["SEED"] ?? 1);

it("ten SIGKILLs at random moments of imports lose nothing, double nothing, and show nobody half a statement", async () => {
  const tally = await killRounds({
    kills: 10,
    seed,
    same: (what, killed, alone) => expect(killed, what).toEqual(alone),
  });
  console.log(summaryOf(tally, seed));
  expect(tally.kills).toBe(10);
}, 300_000);
