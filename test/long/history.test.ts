// The home of a thousand clients and twenty kills; SEED=… repeats a run.

import { expect, it } from "vitest";
import { playHistory, summaryOf } from "../harness/history.mjs";

const seed = Number(process.env["SEED"] ?? 1);

it("a thousand clients in twenty threads see one order without a gap, through twenty kills", async () => {
  const played = await playHistory({ clients: 1000, threads: 20, each: 20, kills: 20, seed, longestMs: 1_500_000 });
  console.log(summaryOf(played, seed));
  expect(played.faults).toEqual([]);
  expect(played.kills).toBe(20);
}, 1_700_000);
