// The home of one window: its pages gathered, twins told from contradictions, gaps and shifts noticed.

import type { Day } from "../../kernel/time.ts";
import {
  type Ask,
  type MeasureFact,
  type PlayFact,
  ProviderFault,
  type Stream,
  type TotalFact,
  type Window,
} from "../provider.ts";

/** All that the pages of a window say. */
export interface Gathered {
  readonly days: ReadonlySet<Day>;
  readonly plays: readonly PlayFact[];
  readonly measures: readonly MeasureFact[];
  readonly totals: readonly TotalFact[];
  readonly labels: Readonly<Record<string, string>>;
  /** How many facts were read, twins included. */
  readonly readCount: number;
}

/** A window has more pages than one delivery may ask for. */
export class TooManyPages extends Error {}

const TRIES = 3;

/**
 * Reads a window whole. A list that changes while it is read is read anew, from its first page.
 *
 * @param hasRoom says before each page whether it may still be asked for
 * @throws ProviderFault; TooManyPages
 */
export async function gather(
  stream: Stream,
  pull: { ask: Ask; window: Window; today: Day; labels: ReadonlyMap<string, string> },
  hasRoom: () => boolean,
): Promise<Gathered> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await gatherOnce(stream, pull, hasRoom);
    } catch (error) {
      const hasMoved = error instanceof ProviderFault && error.kind === "moved";
      if (!hasMoved || attempt === TRIES) throw error;
    }
  }
}

async function gatherOnce(
  stream: Stream,
  pull: { ask: Ask; window: Window; today: Day; labels: ReadonlyMap<string, string> },
  hasRoom: () => boolean,
): Promise<Gathered> {
  const days = new Set<Day>();
  const plays = new Map<string, PlayFact>();
  const measures = new Map<string, MeasureFact>();
  const totals = new Map<string, TotalFact>();
  const labels: Record<string, string> = {};
  const expected = new Map<string, number>();
  const listed = new Map<string, Set<string>>();
  let readCount = 0;
  let page: string | null = null;
  do {
    if (!hasRoom()) throw new TooManyPages();
    const { facts, next } = await stream.pull({ ...pull, page });
    for (const day of facts.days ?? []) days.add(day);
    for (const fact of facts.plays ?? []) keep(plays, [fact.day, fact.cut, fact.key], fact);
    for (const fact of facts.measures ?? []) keep(measures, [fact.day, fact.metric, fact.dimension, fact.key], fact);
    for (const fact of facts.totals ?? []) keep(totals, [fact.id], fact);
    Object.assign(labels, facts.labels);
    for (const [list, count] of Object.entries(facts.expected ?? {})) keep(expected, [list], count);
    for (const [list, ids] of Object.entries(facts.listed ?? {})) {
      const seen = listed.get(list) ?? new Set();
      for (const id of ids) seen.add(id);
      listed.set(list, seen);
    }
    readCount += (facts.plays?.length ?? 0) + (facts.measures?.length ?? 0) + (facts.totals?.length ?? 0);
    if (next !== null && next === page) throw new ProviderFault("contract", "A page says that it follows itself.");
    page = next;
  } while (page !== null);
  for (const [list, count] of expected) {
    if ((listed.get(JSON.parse(list)[0])?.size ?? 0) !== count)
      throw new ProviderFault("moved", "A list holds more or less than it says.");
  }
  const all = { plays: [...plays.values()], measures: [...measures.values()], totals: [...totals.values()] };
  return { days, ...all, labels, readCount };
}

/** Keeps a fact. Pages may overlap, so the same fact twice is one; another under its key means that the list moved. */
function keep<T>(kept: Map<string, T>, place: readonly string[], fact: T): void {
  const key = JSON.stringify(place);
  const before = kept.get(key);
  if (before === undefined) kept.set(key, fact);
  else if (JSON.stringify(before) !== JSON.stringify(fact))
    throw new ProviderFault("moved", "A list changed while it was read.");
}
