// Mutants of every fixture: read to the same lines as the reference reads them, or refused with a line, never anything else.
import { expect, it } from "vitest";
import { TEMPLATES } from "./mutations/compare.ts";
import { reportOf, wordsOf } from "./mutations/report.ts";

const seed = Number(process.env["SEED"] ?? 20261125);
const MUTANTS = 500;

it("500 mutated statements are read to exactly what the reference reads, or refused at a line and column", () => {
  const report = reportOf(seed, MUTANTS);
  console.log(wordsOf(seed, report));
  expect(report.faults, `SEED=${seed}`).toEqual([]);
  // Mutations that left nothing to read would prove nothing.
  expect(report.counts["read"]).toBeGreaterThan(MUTANTS / 8);
  expect(TEMPLATES.length).toBeGreaterThan(20);
});
