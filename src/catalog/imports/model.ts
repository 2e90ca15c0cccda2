// The home of imports: their states, their limits, and the report of what became of what a file said.

import type { ItemKind } from "../items/model.ts";
import type { ImportNote } from "./entry.ts";

/** The states of an import. `done` and `failed` are final. */
export const IMPORT_STATUSES = ["received", "applying", "done", "failed"] as const;

/** One of {@link IMPORT_STATUSES}. */
export type ImportStatus = (typeof IMPORT_STATUSES)[number];

/** What a file may be written in. */
export const IMPORT_FORMATS = ["csv", "ern"] as const;

/** One of {@link IMPORT_FORMATS}. */
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** What may become of what a file says. */
export const OUTCOMES = ["created", "updated", "unchanged", "taken_down", "refused"] as const;

/** One of {@link OUTCOMES}. */
export type Outcome = (typeof OUTCOMES)[number];

/** What became of one thing. */
export interface ThingReport {
  readonly kind: ItemKind;
  readonly id: string;
  readonly title: string;
  readonly line: number;
  readonly outcome: "created" | "updated" | "unchanged" | "taken_down";
}

/** What became of one entry; a refused one has no things. */
export interface EntryReport {
  readonly line: number;
  readonly title: string;
  readonly things: readonly ThingReport[];
  readonly notes: readonly ImportNote[];
}

/** How many entries and how many things of each kind came to what. */
export interface Counts {
  readonly entries: Readonly<Record<Outcome, number>>;
  readonly things: Readonly<Record<ItemKind, Readonly<Record<ThingReport["outcome"], number>>>>;
  /** Notes of everything that was not taken as it stood. */
  readonly notes: number;
}

const NO_THINGS = { created: 0, updated: 0, unchanged: 0, taken_down: 0 };

/** The counts before anything was done. */
export const NO_COUNTS: Counts = {
  entries: { ...NO_THINGS, refused: 0 },
  things: { release: NO_THINGS, recording: NO_THINGS, work: NO_THINGS, party: NO_THINGS },
  notes: 0,
};

/** Adds what became of one more entry. */
export function counted(before: Counts, outcome: Outcome, { things, notes }: EntryReport): Counts {
  const after = { ...before.things };
  for (const { kind, outcome: each } of things) after[kind] = { ...after[kind], [each]: after[kind][each] + 1 };
  return {
    entries: { ...before.entries, [outcome]: before.entries[outcome] + 1 },
    things: after,
    notes: before.notes + notes.length,
  };
}
