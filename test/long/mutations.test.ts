// The home of ten thousand mutated statements; SEED=… repeats a run.
import { expect, it } from "vitest";
import { reportOf, wordsOf } from "../statements/mutations/report.ts";

const seed = Number(process.env["SEED"] ?? 1);
const MUTANTS = 10_000;

it("10,000 mutated statements are read to exactly what the reference reads, or refused at a line and column", () => {
  const report = reportOf(seed, MUTANTS);
  console.log(wordsOf(seed, report));
  expect(report.faults, `SEED=${seed}`).toEqual([]);
  expect(report.counts["read"]).toBeGreaterThan(MUTANTS / 8);
});
