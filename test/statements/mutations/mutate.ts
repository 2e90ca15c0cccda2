// The home of mutants: what happens to statements on their way, and what someone may do to them, from a seed.
import { ENCODINGS, narrow, OF_BYTES, OF_TEXT, textOf, wide } from "./bytes.ts";
import { Chance } from "./random.ts";
import { type Draft, OF_CELLS, OF_WRITING, written } from "./table.ts";

/** A file to make mutants of. */
export interface Template {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly delimiter: string;
  readonly rows: readonly (readonly string[])[];
  /** The row that is its header, the first being 0; -1 where it has none. */
  readonly header: number;
  /** Where the numbers and the periods of its rows stand, the first place being 0. */
  readonly numbers: readonly number[];
  readonly dates: readonly number[];
}

/** A mutated file, and how it came to be. */
export interface Mutant {
  readonly index: number;
  readonly template: string;
  readonly steps: readonly string[];
  readonly bytes: Uint8Array;
}

/** How many of a hundred mutants have something of each kind done to them. */
const SHARES = { cells: 55, writing: 25, text: 30, encoding: 15, bytes: 20 } as const;

/** Makes one mutant; always the same one of the same seed and number. */
export function mutantOf(templates: readonly Template[], seed: number, index: number): Mutant {
  const chance = Chance.of(seed, index);
  const template = chance.of(templates);
  const steps: string[] = [];
  const drawn = <T>(from: readonly (readonly [string, T])[], share: number, most: number): T[] => {
    const count = chance.below(100) < share ? 1 + chance.below(most) : 0;
    return Array.from({ length: count }, () => {
      const [name, apply] = chance.of(from);
      steps.push(name);
      return apply;
    });
  };
  const draft: Draft = {
    ...template,
    chance,
    rows: template.rows.map((row) => [...row]),
    newline: "\n",
    quotes: "needed",
  };
  const ofTable = [...drawn(OF_CELLS, SHARES.cells, 3), ...drawn(OF_WRITING, SHARES.writing, 2)];
  for (const apply of ofTable) apply(draft);
  let text = ofTable.length > 0 ? written(draft) : textOf(template.bytes);
  const ofText = drawn(OF_TEXT, SHARES.text, 2);
  for (const apply of ofText) text = apply(text, chance);
  const [encode = null] = drawn(ENCODINGS, SHARES.encoding, 1);
  let { bytes } = template;
  if (encode !== null) bytes = encode(text);
  else if (ofTable.length + ofText.length > 0) bytes = bytes[0] === 0xff ? wide(`\uFEFF${text}`, true) : narrow(text);
  for (const apply of drawn(OF_BYTES, steps.length === 0 ? 100 : SHARES.bytes, 2)) bytes = apply(bytes, chance);
  return { index, template: template.name, steps, bytes };
}
