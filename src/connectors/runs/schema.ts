// The home of the wire shapes of runs and notes.

import { z } from "zod";
import { pageOf } from "../../http/page.ts";
import { type Instant, instantToIso } from "../../kernel/time.ts";
import { RUN_STATUSES } from "./model.ts";
import type { NoteRow, RunRow } from "./repository.ts";

const EXAMPLE = {
  id: "run_01k9v3m6s0n8w2e4r6t8y0b1c3",
  status: "succeeded",
  night: "2026-11-05",
  startedAt: "2026-11-05T00:05:31.000Z",
  endedAt: "2026-11-05T00:06:12.000Z",
  resumeAt: null,
  window: { from: "2026-10-23", to: "2026-11-01" },
  progress: { done: 6, total: 6, unit: "items" },
  read: 214,
  written: 37,
  requests: 25,
  error: null,
} as const;

export const Run = z
  .object({
    id: z.string(),
    status: z.enum(RUN_STATUSES),
    night: z.iso.date().nullable().meta({ description: "The night it is of; null when it was asked for." }),
    startedAt: z.iso.datetime().nullable(),
    endedAt: z.iso.datetime().nullable(),
    resumeAt: z.iso.datetime().nullable().meta({ description: "Of a run that waits: until when." }),
    window: z
      .object({ from: z.iso.date(), to: z.iso.date() })
      .nullable()
      .meta({ description: "The days it has read." }),
    progress: z.object({ done: z.int(), total: z.int().nullable(), unit: z.enum(["items"]) }).meta({
      description: "Streams of the provider.",
    }),
    read: z.int().meta({ description: "Facts it was told." }),
    written: z.int().meta({ description: "Facts that were new or changed." }),
    requests: z.int().meta({ description: "Calls made to the provider." }),
    error: z
      .object({ code: z.string(), message: z.string() })
      .nullable()
      .meta({ description: "Why it waits or failed." }),
  })
  .meta({ id: "ConnectionRun", example: EXAMPLE });

export const Runs = pageOf(Run).meta({ id: "ConnectionRuns", example: { data: [EXAMPLE], nextCursor: null } });

export const AskedRun = z
  .object({ run: z.string() })
  .meta({ id: "AskedRun", example: { run: "run_01k9v3m6s0n8w2e4r6t8y0b1c3" } });

const NOTE = { day: "2026-11-04", kind: "total_fell", key: "soundcloud:tracks:81", note: { plays: -12, downloads: 0 } };

export const Notes = pageOf(
  z.object({
    day: z.iso.date(),
    kind: z.enum(["total_fell", "days_in_one"]).meta({
      description: "The provider took back what it had counted; or one day holds what came in several.",
    }),
    key: z.string(),
    note: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
).meta({ id: "ConnectionNotes", example: { data: [NOTE], nextCursor: null } });

export function presentRun(run: RunRow): object {
  const iso = (at: Instant | null) => (at === null ? null : instantToIso(at));
  return {
    id: run.id,
    status: run.status,
    night: run.night,
    startedAt: iso(run.startedAt),
    endedAt: iso(run.endedAt),
    resumeAt: iso(run.resumeAt),
    window: run.fromDay === null || run.toDay === null ? null : { from: run.fromDay, to: run.toDay },
    progress: { done: run.done, total: run.total, unit: "items" },
    read: run.readCount,
    written: run.writtenCount,
    requests: run.requests,
    error: run.errorCode === null ? null : { code: run.errorCode, message: run.error ?? "" },
  };
}

export function presentNote({ day, kind, key, note }: NoteRow): object {
  return { day, kind, key, note: JSON.parse(note) };
}
