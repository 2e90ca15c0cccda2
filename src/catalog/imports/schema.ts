// The home of the wire shapes of imports.

import { z } from "zod";
import { instantToIso } from "../../kernel/time.ts";
import { EXAMPLES } from "../examples.ts";
import { ITEM_KINDS } from "../items/model.ts";
import { type Counts, type EntryReport, IMPORT_FORMATS, IMPORT_STATUSES, OUTCOMES } from "./model.ts";
import type { ImportEntryRow, ImportRow } from "./repository.ts";

const THING_OUTCOMES = ["created", "updated", "unchanged", "taken_down"] as const;

const ThingCounts = z.object({ created: z.int(), updated: z.int(), unchanged: z.int(), taken_down: z.int() }).meta({
  id: "CatalogImportThingCounts",
});

export const CatalogImport = z
  .object({
    id: z.string(),
    status: z.enum(IMPORT_STATUSES),
    format: z.enum(IMPORT_FORMATS),
    filename: z.string(),
    sha256: z.string(),
    sizeBytes: z.int(),
    version: z.string().nullable().meta({ description: "Of ERN, for a message." }),
    messageId: z.string().nullable(),
    sender: z.string().nullable().meta({ description: "DPID of who sent the message, or their name." }),
    progress: z.object({ done: z.int(), total: z.int(), unit: z.literal("entries") }),
    entries: z
      .object({ created: z.int(), updated: z.int(), unchanged: z.int(), taken_down: z.int(), refused: z.int() })
      .meta({ description: "An entry is a release with all that belongs to it, or recordings that are on none." }),
    things: z.object({ release: ThingCounts, recording: ThingCounts, work: ThingCounts, party: ThingCounts }),
    notes: z.int().meta({ description: "How much was not taken as it stood; the entries say what." }),
    problem: z
      .object({ code: z.string(), detail: z.string().nullable() })
      .nullable()
      .meta({ description: "Why the whole file could not be read." }),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "CatalogImport", example: EXAMPLES.CatalogImport });

export function presentImport(row: ImportRow): z.input<typeof CatalogImport> {
  const { id, status, format, filename, sha256, sizeBytes, version, messageId, sender } = row;
  const counts: Counts = JSON.parse(row.counts);
  return {
    ...{ id, status, format, filename, sha256, sizeBytes, version, messageId, sender },
    progress: { done: row.doneEntries, total: row.totalEntries, unit: "entries" },
    entries: counts.entries,
    things: counts.things,
    notes: counts.notes,
    problem: row.problem === null ? null : JSON.parse(row.problem),
    createdAt: instantToIso(row.createdAt),
    finishedAt: row.finishedAt === null ? null : instantToIso(row.finishedAt),
  };
}

const ImportNote = z
  .object({
    line: z.int().meta({ description: "Of the file." }),
    path: z.string().meta({ description: "The column of a table, or the element of a message." }),
    code: z.enum(["refused", "code_invalid", "not_kept", "replaced", "outdated", "conflict"]),
    message: z.string(),
  })
  .meta({ id: "CatalogImportNote" });

export const CatalogImportEntry = z
  .object({
    number: z.int(),
    line: z.int(),
    title: z.string(),
    outcome: z.enum(OUTCOMES),
    things: z.array(
      z.object({
        kind: z.enum(ITEM_KINDS),
        id: z.string(),
        title: z.string(),
        line: z.int(),
        outcome: z.enum(THING_OUTCOMES),
      }),
    ),
    notes: z.array(ImportNote),
  })
  .meta({ id: "CatalogImportEntry", example: EXAMPLES.CatalogImportEntry });

export function presentEntry({ number, outcome, report }: ImportEntryRow): z.input<typeof CatalogImportEntry> {
  const { line, title, things, notes }: EntryReport = JSON.parse(report);
  return { number, line, title, outcome, things: [...things], notes: [...notes] };
}
