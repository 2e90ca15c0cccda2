// The home of a hundred clients that talk while their runtime dies: what each saw is what is kept.

import { expect, it } from "vitest";
import { playHistory, summaryOf } from "../harness/history.mjs";

const seed = Number(process.env["SEED"] ?? 1);

it("a hundred clients in twenty threads see one order without a gap, through kills, drops and doubled sends", async () => {
  const played = await playHistory({ clients: 100, threads: 20, each: 12, kills: 3, seed, longestMs: 140_000 });
  console.log(summaryOf(played, seed));
  expect(played.faults).toEqual([]);
  expect(played.kills).toBe(3);
}, 170_000);
