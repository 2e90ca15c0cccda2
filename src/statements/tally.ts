// The home of adding up: the sums and the index of the lines of one reading step.
// A file of its own because it is the hot path, and pure: it sees lines, and neither store nor clock.

import { MAX_INT64 } from "../kernel/money.ts";
import { ErrorFeedback, formatExact } from "../kernel/quantise.ts";
import type { Month } from "../kernel/time.ts";
import type { DetailCut } from "../metrics/index.ts";
import { detached } from "./formats/cells.ts";
import { LineProblemError, type StatementLine } from "./formats/format.ts";
import { type CellRows, type Dictionary, identityOf, isUnmatched } from "./model.ts";
import { bloomOf } from "./reading/bloom.ts";

interface Sum {
  label: string | null;
  lines: number;
  streams: number;
  downloads: number;
  other: number;
  nanos: bigint;
}

/** Where one month, store and key meets in one number: maps keyed by numbers are several times faster than by text. */
const PLACES_PER_LEVEL = 2 ** 17;

/** Gives each distinct text a place, in order of appearance. */
class Places {
  readonly names: string[];
  readonly #places = new Map<string, number>();

  constructor(names: string[]) {
    this.names = names;
    for (const [place, name] of names.entries()) this.#places.set(name, place);
  }

  of(name: string): number {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const place = this.names.length;
    const own = detached(name);
    this.names.push(own);
    this.#places.set(own, place);
    return place;
  }
}

/** What a block of lines holds, for its row of the index. */
export interface BlockContents {
  readonly exactBefore: string;
  readonly months: string;
  readonly platforms: string;
  readonly territories: string;
  readonly identities: string;
}

/** Adds up the lines of one reading step, going on from the sums and the dictionary of the step before. */
export class Tally {
  readonly #feedback: ErrorFeedback;
  readonly #months: Places;
  readonly #platforms: Places;
  readonly #territories: Places;
  readonly #recordings = new Places([]);
  readonly #releases = new Places([]);
  readonly #sums = {
    territory: new Map<number, Sum>(),
    recording: new Map<number, Sum>(),
    release: new Map<number, Sum>(),
  } satisfies Record<DetailCut, Map<number, Sum>>;
  #block = newBlock("0");
  lines = 0;
  unmatchedLines = 0;

  constructor(exact: bigint, dictionary: Dictionary) {
    this.#feedback = new ErrorFeedback(exact);
    this.#months = new Places([...dictionary.months]);
    this.#platforms = new Places([...dictionary.platforms]);
    this.#territories = new Places([...dictionary.territories]);
    this.#block = newBlock(formatExact(exact));
  }

  get exact(): bigint {
    return this.#feedback.exact;
  }

  get nanos(): bigint {
    return this.#feedback.nanos;
  }

  get dictionary(): Dictionary {
    return {
      months: this.#months.names as Month[],
      platforms: this.#platforms.names,
      territories: this.#territories.names,
    };
  }

  get cells(): number {
    return this.#sums.territory.size + this.#sums.recording.size + this.#sums.release.size;
  }

  /** @throws LineProblemError when the running total no longer fits 64 bits of nanos */
  add(line: StatementLine): void {
    const nanos = this.#feedback.add(line.exact);
    const total = this.#feedback.nanos;
    if (total > MAX_INT64 || total < -MAX_INT64) {
      const message = "the statement's total no longer fits the books";
      throw new LineProblemError({ line: line.line, column: null, code: "amount_too_large", message });
    }
    const month = this.#months.of(line.period);
    const platform = this.#platforms.of(line.platform);
    const territory = this.#territories.of(line.territory);
    const identity = identityOf(line);
    const place = (month * PLACES_PER_LEVEL + platform) * PLACES_PER_LEVEL;
    count(this.#sums.territory, place + territory, line, nanos, null);
    count(this.#sums.recording, place + this.#recordings.of(identity), line, nanos, line.title);
    if (line.upc !== null) {
      const label = line.isrc === null ? line.title : null;
      count(this.#sums.release, place + this.#releases.of(line.upc), line, nanos, label);
    }
    this.#block.months.add(month);
    this.#block.platforms.add(platform);
    this.#block.territories.add(territory);
    this.#block.identities.add(identity);
    this.lines += 1;
    if (isUnmatched(line)) this.unmatchedLines += 1;
  }

  /** Ends a block and tells what it holds. */
  closeBlock(): BlockContents {
    const { exactBefore, months, platforms, territories, identities } = this.#block;
    this.#block = newBlock(formatExact(this.#feedback.exact));
    return {
      exactBefore,
      months: bitsOf(months),
      platforms: bitsOf(platforms),
      territories: bitsOf(territories),
      identities: bloomOf(identities),
    };
  }

  /** The sums as rows of JSON, by cut and month. */
  cellRows(): CellRows[] {
    const keys = {
      territory: this.#territories.names,
      recording: this.#recordings.names,
      release: this.#releases.names,
    };
    return (["territory", "recording", "release"] as const).flatMap((cut) => {
      const byMonth = new Map<Month, string[]>();
      for (const [place, sum] of this.#sums[cut]) {
        const month = this.#months.names[Math.floor(place / PLACES_PER_LEVEL ** 2)] as Month;
        const platform = this.#platforms.names[Math.floor(place / PLACES_PER_LEVEL) % PLACES_PER_LEVEL];
        const head = JSON.stringify([platform, keys[cut][place % PLACES_PER_LEVEL], sum.label]).slice(0, -1);
        const row = `${head},${sum.lines},${sum.streams},${sum.downloads},${sum.other},${sum.nanos}]`;
        const rows = byMonth.get(month);
        if (rows === undefined) byMonth.set(month, [row]);
        else rows.push(row);
      }
      return [...byMonth].map(([month, rows]) => ({ cut, month, rows }));
    });
  }
}

function newBlock(exactBefore: string) {
  return {
    exactBefore,
    months: new Set<number>(),
    platforms: new Set<number>(),
    territories: new Set<number>(),
    identities: new Set<string>(),
  };
}

function count(sums: Map<number, Sum>, place: number, line: StatementLine, nanos: bigint, label: string | null): void {
  let sum = sums.get(place);
  if (sum === undefined) {
    sum = { label: label === null ? null : detached(label), lines: 0, streams: 0, downloads: 0, other: 0, nanos: 0n };
    sums.set(place, sum);
  }
  sum.lines += 1;
  sum.nanos += nanos;
  if (sum.label === null && label !== null) sum.label = detached(label);
  if (line.kind === "stream") sum.streams += line.units;
  else if (line.kind === "download") sum.downloads += line.units;
  else sum.other += line.units;
}

/** Writes places as text of '0' and '1', one character per place up to the highest. */
function bitsOf(places: ReadonlySet<number>): string {
  const bits = new Array<string>(Math.max(-1, ...places) + 1).fill("0");
  for (const place of places) bits[place] = "1";
  return bits.join("");
}
