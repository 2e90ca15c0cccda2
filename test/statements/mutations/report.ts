// The home of many mutants at once: their faults, and how many came to what.
import { judge, type Verdict } from "./compare.ts";

/** What many mutants came to. */
export interface Report {
  readonly faults: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly slowest: Verdict | null;
}

/** Reads mutants of a seed both ways. */
export function reportOf(seed: number, count: number): Report {
  const counts: Record<string, number> = {};
  const faults: string[] = [];
  let slowest: Verdict | null = null;
  for (let index = 0; index < count; index += 1) {
    const verdict = judge(seed, index);
    counts[verdict.word] = (counts[verdict.word] ?? 0) + 1;
    if (slowest === null || verdict.ms > slowest.ms) slowest = verdict;
    if (verdict.fault !== null) faults.push(`${named(verdict)}: ${verdict.fault}`);
  }
  return { faults, counts, slowest };
}

function named({ mutant }: Verdict): string {
  return `#${mutant.index} of ${mutant.template} (${mutant.steps.join(", ")})`;
}

/** What came out, for people. */
export function wordsOf(seed: number, { counts, slowest }: Report): string {
  const words = Object.entries(counts)
    .sort(([, one], [, other]) => other - one)
    .map(([word, count]) => `${word} ${count}`);
  const slow = slowest === null ? "" : `; slowest ${named(slowest)}: ${Math.round(slowest.ms)} ms`;
  return `SEED=${seed}: ${words.join(", ")}${slow}`;
}
