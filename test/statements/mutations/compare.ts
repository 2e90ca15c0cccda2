// The home of the comparison: what the product makes of a mutant, and what the reference does.
import { formatExact } from "../../../src/kernel/quantise.ts";
import {
  AnswerMissingError,
  type LineKind,
  type LineProblem,
  LineProblemError,
} from "../../../src/statements/formats/format.ts";
import { EncodingProbe } from "../../../src/statements/reading/encoding.ts";
import { SNIFF_BYTES, sniff } from "../../../src/statements/reading/sniff.ts";
import { EXPECTED, FIXTURES, fixture, givenFor, headOf, readFile } from "../read-file.ts";
import { referenceOf } from "../reference/reading.ts";
import { type Mutant, mutantOf, type Template } from "./mutate.ts";
import { templateOf } from "./template.ts";

/** What became of a file: read, refused at a line, claimed by no format, in want of an answer, or no text. */
export type Outcome =
  | { readonly kind: "read"; readonly format: string; readonly lines: readonly string[] }
  | { readonly kind: "refused"; readonly format: string; readonly problem: LineProblem }
  | { readonly kind: "unrecognised" | "asks" | "unreadable" };

/** Files that can be read as they are, and so tell what a mutation did to them. */
export const TEMPLATES: readonly Template[] = FIXTURES.flatMap((name) => {
  const format = EXPECTED[name]?.format ?? null;
  return format === null ? [] : [templateOf(name, fixture(name), format)];
});

/** Formats that one file may turn into another's by losing or gaining a column. */
const RELATIVES: readonly (readonly string[])[] = [
  ["distrokid.v1", "distrokid.v2"],
  ["bandcamp.v1", "bandcamp.v2"],
  ["ddex.dsr.flat", "ddex.dsr.usage"],
  ["s4a.audience_timeline", "s4a.audience_timeline.v2", "s4a.song_timeline"],
];

const KINDS = new Set<LineKind>([
  "stream",
  "download",
  "ugc",
  "physical",
  "performance",
  "mechanical",
  "sync",
  "charge",
  "other",
]);

/** No file may keep a reader longer. */
const MOST_MS = 2000;

/** What the product makes of a file, as an upload of it is received and read. */
export function outcomeOf(bytes: Uint8Array, name: string): Outcome {
  const probe = new EncodingProbe();
  probe.push(bytes);
  if (sniff(bytes.subarray(0, SNIFF_BYTES)).kind !== "text" || probe.finish().hasNul) return { kind: "unreadable" };
  const { recognised } = headOf(bytes);
  if (recognised.kind !== "match") return { kind: "unrecognised" };
  const format = recognised.format.id;
  try {
    const { lines } = readFile(bytes, givenFor(name));
    if (lines.length === 0) {
      return { kind: "refused", format, problem: { line: 1, column: null, code: "lines_missing", message: "" } };
    }
    const stranger = lines.find(({ kind }) => !KINDS.has(kind));
    if (stranger !== undefined) throw new Error(`line ${stranger.line} is of the kind ${stranger.kind}`);
    const shown = lines.map(
      ({ line, period, currency, exact, units }) => `${line} ${period} ${formatExact(exact)} ${currency} ${units}`,
    );
    return { kind: "read", format, lines: shown };
  } catch (error) {
    if (error instanceof AnswerMissingError) return { kind: "asks" };
    if (error instanceof LineProblemError) return { kind: "refused", format, problem: error.problem };
    throw error;
  }
}

/** What a mutant came to, in a word; and what is wrong with that, if anything. */
export interface Verdict {
  readonly mutant: Mutant;
  readonly word: string;
  readonly fault: string | null;
  readonly ms: number;
}

/** Reads one mutant both ways. */
export function judge(seed: number, index: number): Verdict {
  const mutant = mutantOf(TEMPLATES, seed, index);
  const before = performance.now();
  let outcome: Outcome;
  try {
    outcome = outcomeOf(mutant.bytes, mutant.template);
  } catch (error) {
    const fault = `no refusal but ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    return { mutant, word: "crashed", fault, ms: performance.now() - before };
  }
  const ms = performance.now() - before;
  const word = outcome.kind === "refused" ? `refused: ${outcome.problem.code}` : outcome.kind;
  return { mutant, word, fault: ms > MOST_MS ? `${Math.round(ms)} ms` : faultOf(mutant, outcome), ms };
}

/** Cells are to blame for these, so the column is named. A store may be missing because its column is. */
const OF_CELLS = ["amount_unreadable", "currency_unreadable", "units_unreadable", "period_unreadable"];

function faultOf(mutant: Mutant, outcome: Outcome): string | null {
  if (outcome.kind === "refused") {
    const { line, column, code } = outcome.problem;
    if (!Number.isInteger(line) || line < 1) return `refused at line ${line}`;
    return OF_CELLS.includes(code) && column === null ? `${code} at line ${line}, and no column is named` : null;
  }
  if (outcome.kind !== "read") return null;
  const own = EXPECTED[mutant.template]?.format ?? "";
  const isOwn = outcome.format === own || RELATIVES.some((all) => all.includes(own) && all.includes(outcome.format));
  if (!isOwn) return `taken for ${outcome.format}`;
  const reference = referenceOf(mutant.bytes, { format: outcome.format, ...givenFor(mutant.template) });
  if ("refused" in reference) return `read, though the reference refuses: ${reference.refused}`;
  const expected = reference.lines.map(
    ({ line, month, exact, currency, units }) => `${line} ${month} ${formatExact(exact)} ${currency} ${units}`,
  );
  const count = Math.max(outcome.lines.length, expected.length);
  for (let at = 0; at < count; at += 1) {
    if (outcome.lines[at] !== expected[at]) return `"${outcome.lines[at]}" where the reference has "${expected[at]}"`;
  }
  return null;
}
