// The home of adding up: the sums and the index of the lines of one reading step.
// A file of its own because it is the hot path, and pure: it sees lines, and neither store nor clock.

import { parseGtin } from "../kernel/gtin.ts";
import { parseIsrc } from "../kernel/isrc.ts";
import { MAX_INT64 } from "../kernel/money.ts";
import { formatExact } from "../kernel/quantise.ts";
import { detached } from "../kernel/text.ts";
import type { Day, Month } from "../kernel/time.ts";
import type { DetailCut } from "../metrics/index.ts";
import { Memo } from "./formats/cells.ts";
import {
  type ApartReason,
  LineProblemError,
  type RowApart,
  type StatedFact,
  type StatementLine,
} from "./formats/format.ts";
import {
  type CellRows,
  type Dictionary,
  type InvalidCodes,
  identityOf,
  isUnmatched,
  MOST_STATED,
  type ReadingState,
  type StatedOfFile,
  type Total,
} from "./model.ts";
import { bloomOf } from "./reading/bloom.ts";
import { RunningSums } from "./sums/running.ts";

interface Sum {
  label: string | null;
  lines: number;
  streams: number;
  downloads: number;
  other: number;
  nanos: bigint;
}

/**
 * Where one currency, period, store and key meet in one number: maps keyed by numbers are several times faster than by
 * text. Two levels of 2^17 leave 2^19 for currency and period together.
 */
const PLACES_PER_LEVEL = 2 ** 17;
const PERIODS_PER_CURRENCY = 2 ** 14;

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

/** Adds up the lines of one reading step, going on from where the step before it stopped. */
export class Tally {
  readonly #sumsBy: RunningSums;
  readonly #months: Places;
  readonly #platforms: Places;
  readonly #territories: Places;
  readonly #recordings = new Places([]);
  readonly #releases = new Places([]);
  readonly #currencies = new Places([]);
  readonly #periods = new Places([]);
  readonly #sums = {
    territory: new Map<number, Sum>(),
    recording: new Map<number, Sum>(),
    release: new Map<number, Sum>(),
  } satisfies Record<DetailCut, Map<number, Sum>>;
  readonly #isIsrc = new Memo((isrc) => parseIsrc(isrc) !== null);
  readonly #isGtin = new Memo((upc) => parseGtin(upc) !== null);
  readonly #apart: Partial<Record<ApartReason, number>>;
  readonly #stated: StatedOfFile[];
  readonly #invalid: { -readonly [K in keyof InvalidCodes]: InvalidCodes[K] };
  #block: BlockDraft;
  lines: number;
  unmatchedLines: number;
  units: number;

  constructor(before: ReadingState) {
    this.#sumsBy = new RunningSums(before.exact);
    this.#months = new Places([...before.dictionary.months]);
    this.#platforms = new Places([...before.dictionary.platforms]);
    this.#territories = new Places([...before.dictionary.territories]);
    this.#apart = { ...before.apart };
    this.#stated = [...before.stated];
    this.#invalid = { ...before.invalidCodes };
    this.#block = newBlock(this.#sumsBy.text());
    this.lines = before.lines;
    this.unmatchedLines = before.unmatchedLines;
    this.units = before.units;
  }

  /** The running exact sums, as decimals by currency. */
  get exact(): Record<string, string> {
    return this.#sumsBy.decimals();
  }

  get totals(): Total[] {
    return this.#sumsBy.totals();
  }

  get dictionary(): Dictionary {
    return {
      months: this.#months.names as Month[],
      platforms: this.#platforms.names,
      territories: this.#territories.names,
    };
  }

  /** How many sums this step has made. */
  get cells(): number {
    return this.#sums.territory.size + this.#sums.recording.size + this.#sums.release.size;
  }

  get apart(): Partial<Record<ApartReason, number>> {
    return this.#apart;
  }

  get stated(): readonly StatedOfFile[] {
    return this.#stated;
  }

  get invalidCodes(): InvalidCodes {
    return this.#invalid;
  }

  /** @throws LineProblemError when a running total no longer fits 64 bits of nanos */
  add(line: StatementLine): void {
    const nanos = this.#sumsBy.add(line.currency, line.exact);
    const total = this.#sumsBy.lastNanos;
    if (total > MAX_INT64 || total < -MAX_INT64) {
      const message = "the statement's total no longer fits the books";
      throw new LineProblemError({ line: line.line, column: null, code: "amount_too_large", message });
    }
    this.units += line.units;
    if (!Number.isSafeInteger(this.units)) {
      const message = "the statement's units no longer fit the books";
      throw new LineProblemError({ line: line.line, column: null, code: "amount_too_large", message });
    }
    const month = this.#months.of(line.period);
    const platform = this.#platforms.of(line.platform);
    const territory = this.#territories.of(line.territory);
    const identity = identityOf(line);
    const isPlays = line.currency === "";
    const period = isPlays && line.day !== null ? this.#periods.of(line.day) : this.#periods.of(line.period);
    const slot = this.#currencies.of(line.currency) * PERIODS_PER_CURRENCY + period;
    const place = (slot * PLACES_PER_LEVEL + platform) * PLACES_PER_LEVEL;
    // Exports of plays are about the artist as a whole or about one recording, and the two must not be added.
    const isOfArtist = !isPlays || line.title === "";
    const isOfRecording = !isPlays || line.title !== "";
    if (isOfArtist) count(this.#sums.territory, place + territory, line, nanos, null);
    if (isOfRecording) count(this.#sums.recording, place + this.#recordings.of(identity), line, nanos, line.title);
    if (line.upc !== null) {
      const label = line.isrc === null ? line.title : null;
      count(this.#sums.release, place + this.#releases.of(line.upc), line, nanos, label);
    }
    this.#block.months.add(month);
    this.#block.platforms.add(platform);
    this.#block.territories.add(territory);
    this.#block.identities.add(identity);
    this.lines += 1;
    if (isOfRecording && isUnmatched(line)) this.unmatchedLines += 1;
    this.#checkCodes(line);
  }

  /** Counts a row that is no line, and keeps what it says of the file. */
  setApart(row: RowApart): void {
    this.#apart[row.apart] = (this.#apart[row.apart] ?? 0) + 1;
    this.state(row.states);
  }

  /** Keeps what a file says of itself. Of facts that hold already, only the first ones are kept. */
  state(facts: readonly StatedFact[]): void {
    for (const fact of facts) {
      const isSettled = fact.found !== null && fact.found === fact.stated;
      if (isSettled && this.#stated.length >= MOST_STATED) continue;
      if (this.#stated.length < MOST_STATED * 2) this.#stated.push(statedOf(fact));
    }
  }

  #checkCodes(line: StatementLine): void {
    const isrc = line.isrc === null || this.#isIsrc.of(line.isrc);
    const upc = line.upc === null || this.#isGtin.of(line.upc);
    if (isrc && upc) return;
    if (!isrc) this.#invalid.isrcs += 1;
    if (!upc) this.#invalid.upcs += 1;
    this.#invalid.firstLine ??= line.line;
  }

  /** Ends a block and tells what it holds. */
  closeBlock(): BlockContents {
    const { exactBefore, months, platforms, territories, identities } = this.#block;
    this.#block = newBlock(this.#sumsBy.text());
    return {
      exactBefore,
      months: bitsOf(months),
      platforms: bitsOf(platforms),
      territories: bitsOf(territories),
      identities: bloomOf(identities),
    };
  }

  /** The sums as rows of JSON, by cut, currency and period. */
  cellRows(): CellRows[] {
    const keys = {
      territory: this.#territories.names,
      recording: this.#recordings.names,
      release: this.#releases.names,
    };
    return (["territory", "recording", "release"] as const).flatMap((cut) => {
      const bySlot = new Map<number, string[]>();
      for (const [place, sum] of this.#sums[cut]) {
        const slot = Math.floor(place / PLACES_PER_LEVEL ** 2);
        const platform = this.#platforms.names[Math.floor(place / PLACES_PER_LEVEL) % PLACES_PER_LEVEL];
        const head = JSON.stringify([platform, keys[cut][place % PLACES_PER_LEVEL], sum.label]).slice(0, -1);
        const row = `${head},${sum.lines},${sum.streams},${sum.downloads},${sum.other},${sum.nanos}]`;
        const rows = bySlot.get(slot);
        if (rows === undefined) bySlot.set(slot, [row]);
        else rows.push(row);
      }
      return [...bySlot].map(
        ([slot, rows]): CellRows => ({
          cut,
          currency: this.#currencies.names[Math.floor(slot / PERIODS_PER_CURRENCY)] ?? "",
          period: this.#periods.names[slot % PERIODS_PER_CURRENCY] as Month | Day,
          rows,
        }),
      );
    });
  }
}

interface BlockDraft {
  readonly exactBefore: string;
  readonly months: Set<number>;
  readonly platforms: Set<number>;
  readonly territories: Set<number>;
  readonly identities: Set<string>;
}

function newBlock(exactBefore: string): BlockDraft {
  return { exactBefore, months: new Set(), platforms: new Set(), territories: new Set(), identities: new Set() };
}

function statedOf({ what, currency, stated, found, line }: StatedFact): StatedOfFile {
  const written = (value: bigint) => (what === "amount" || what === "balance" ? formatExact(value) : String(value));
  return { what, currency, stated: written(stated), found: found === null ? null : written(found), line };
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
