// The home of the wire shapes of batches, and of reading what is sent for each kind of thing.

import { z } from "zod";
import { readJson, readText } from "../../http/body.ts";
import { parsePart } from "../../http/shape.ts";
import { PROBLEMS, Problem, type ProblemCode } from "../../kernel/problems.ts";
import { instantToIso } from "../../kernel/time.ts";
import { CatalogWarning } from "../contributions/schema.ts";
import { EXAMPLES } from "../examples.ts";
import type { ItemKind } from "../items/model.ts";
import { PartyPatch } from "../parties/schema.ts";
import { RecordingPatch, recordingSaidIn } from "../recordings/schema.ts";
import { ReleasePatch, releaseSaidIn } from "../releases/schema.ts";
import { WorkPatch } from "../works/schema.ts";
import { readBatchCsv, type WrittenRecord } from "./cells.ts";
import {
  BATCH_MODES,
  BATCH_STATUSES,
  CONFLICT_REASONS,
  type ItemResult,
  kindOfId,
  MOST_BATCH_BYTES,
  MOST_ITEMS,
  type ReadPatch,
  type SentItem,
  SKIP_REASONS,
} from "./model.ts";
import type { BatchState } from "./run.ts";

const PATCHES = { release: ReleasePatch, recording: RecordingPatch, work: WorkPatch, party: PartyPatch };

/** Reads what was sent for a thing as its PATCH would; a batch makes no new things. @throws Problem `invalid_request` */
export function readPatch(kind: ItemKind, set: unknown): ReadPatch {
  switch (kind) {
    case "release":
      return { kind, said: releaseSaidIn(parsePart("body", ReleasePatch, set)) };
    case "recording": {
      const { newRecording, ...said } = parsePart("body", RecordingPatch, set);
      if (newRecording === undefined) return { kind, said: recordingSaidIn(said) };
      const message = "a batch changes what there is: make the new recording by itself";
      const errors = [{ path: "body.newRecording", code: "invalid_request", message }];
      throw new Problem("invalid_request", { detail: message, errors });
    }
    case "work":
      return { kind, said: parsePart("body", WorkPatch, set) };
    case "party":
      return { kind, said: parsePart("body", PartyPatch, set) };
  }
}

const mode = z.enum(BATCH_MODES).default("partial").meta({
  description: "`atomic`: all items or none; `partial`: each by itself.",
});
const dryRun = z.boolean().default(false).meta({ description: "Say what would happen, and change nothing." });

/** What a CSV cannot say by itself. */
export const BatchQuery = z.strictObject({ mode, dryRun }).partial();

const BatchItem = z
  .strictObject({
    id: z.string().min(1).max(40).meta({ description: "Of a release, a recording, a work or a party." }),
    version: z.int().min(0).meta({ description: "The version that was seen; another fails as `stale`." }),
    set: z
      .record(z.string().max(100), z.unknown())
      .meta({ description: "The fields to change, as the PATCH of the thing takes them." }),
    problem: z.string().max(10_000).optional().meta({ description: "What was wrong the last time; it is not read." }),
  })
  .meta({ id: "BatchItem" });

export const BatchInput = z
  .strictObject({ dryRun, mode, items: z.array(BatchItem).min(1).max(MOST_ITEMS) })
  .meta({ id: "BatchInput" });

export const RevertInput = z.strictObject({ dryRun, mode }).meta({ id: "RevertInput" });

/** The CSV that may stand for the JSON, for the document. */
export const BATCH_CSV = {
  "text/csv": {
    schema: { type: "string" },
    example: "id,version,title,label\r\nrel_01k9v3m6s0n8w2e4r6t8y0b1c3,1,Night Swims,Harbor Tapes\r\n",
  },
};

/** Reads a batch as JSON or as CSV. @throws Problem as JSON does, and `file_unreadable` */
export async function readBatchBody(request: Request): Promise<{ value: unknown }> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^text\/csv\s*(;|$)/i.test(type)) return readJson(request, MOST_BATCH_BYTES);
  const items = readBatchCsv(await readText(request, MOST_BATCH_BYTES), isTextField);
  const query = new URL(request.url).searchParams;
  return { value: { items, ...orAbsent("mode", query.get("mode")), dryRun: query.get("dryRun") === "true" } };
}

function orAbsent(name: string, value: string | null): object {
  return value === null ? {} : { [name]: value };
}

/** Reads what may be left out: a request that names no type has no body. */
export async function readOptionalJson(request: Request): Promise<{ value: unknown }> {
  return request.headers.has("content-type") ? readJson(request) : { value: {} };
}

function isTextField(id: string, path: readonly string[]): boolean {
  const kind = kindOfId(id);
  let field: z.ZodType | undefined = kind === null ? undefined : PATCHES[kind];
  for (const name of path) {
    const bare = bareOf(field);
    field = bare instanceof z.ZodObject ? bare.shape[name] : undefined;
  }
  const type = bareOf(field)?.def.type;
  return type === "string" || type === "enum";
}

/** The columns of things of a kind: each field by its path, and lists whole. */
export function sheetColumns(kind: ItemKind): string[] {
  const leaves = (path: readonly string[], field: z.ZodType | undefined): string[] => {
    const bare = bareOf(field);
    if (!(bare instanceof z.ZodObject)) return [path.join(".")];
    return Object.entries<z.ZodType>(bare.shape).flatMap(([name, inner]) => leaves([...path, name], inner));
  };
  return leaves([], PATCHES[kind]).filter((column) => column !== "newRecording");
}

function bareOf(field: z.ZodType | undefined): z.ZodType | undefined {
  const isWrapped = field instanceof z.ZodOptional || field instanceof z.ZodNullable || field instanceof z.ZodDefault;
  return isWrapped ? bareOf(field.unwrap() as z.ZodType) : field;
}

/** The most characters of what is sent for one item. */
const MOST_ITEM_CHARACTERS = 120_000;

/** The items in their order. @throws Problem `too_large` when one is too large to be kept as a row */
export function sentItemsIn({ items }: z.output<typeof BatchInput>): SentItem[] {
  return items.map(({ id, version, set }, index) => {
    if (JSON.stringify(set).length > MOST_ITEM_CHARACTERS) {
      const message = `has more than ${MOST_ITEM_CHARACTERS} characters; change it by itself`;
      const path = `body.items.${index}.set`;
      throw new Problem("too_large", { detail: `${path} ${message}.`, errors: [{ path, code: "too_large", message }] });
    }
    return { index, id, version, set };
  });
}

const about = {
  index: z.int().meta({ description: "Its place among the items sent, from 0." }),
  id: z.string(),
};
const value = z.unknown();
const problemCode = z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]);

export const Batch = z
  .object({
    id: z.string().meta({ description: "Of a dry run it names nothing that is kept." }),
    dryRun: z.boolean(),
    status: z
      .enum(BATCH_STATUSES)
      .meta({ description: "`refused`: atomic, with an item that failed; none was changed." }),
    mode: z.enum(BATCH_MODES),
    reverts: z.string().nullable().meta({ description: "The batch that this one takes back." }),
    progress: z.object({ done: z.int(), total: z.int(), unit: z.literal("items") }),
    counts: z.object({ applied: z.int(), skipped: z.int(), failed: z.int() }),
    applied: z
      .array(
        z.object({
          ...about,
          version: z.int().meta({ description: "The version it has from now on." }),
          changes: z.array(z.object({ path: z.string(), from: value, to: value })),
          warnings: z.array(CatalogWarning).meta({ description: "The first twenty about it as it is now." }),
        }),
      )
      .meta({ description: "What was changed; with the two lists below once the batch is at rest, else empty." }),
    skipped: z.array(z.object({ ...about, reason: z.enum(SKIP_REASONS) })),
    failed: z
      .array(
        z.object({
          ...about,
          path: z.string().meta({ description: "Which field of `set`; `version` of a stale item." }),
          code: problemCode,
          status: z.int().meta({ description: "As a change of this thing alone would answer; 409 for a stale item." }),
          message: z.string(),
        }),
      )
      .meta({ description: "What was wrong; an item may stand here more than once." }),
    conflicts: z
      .array(
        z.object({ ...about, path: z.string(), reason: z.enum(CONFLICT_REASONS), expected: value, present: value }),
      )
      .meta({
        description: "Fields that are not taken back, since they do not hold any more what the batch gave them.",
      }),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "Batch", example: EXAMPLES.Batch });

export function presentBatch({ row, results, isRehearsal }: BatchState): z.input<typeof Batch> {
  const { id, status, mode: how, reverts, done, total, applied, skipped, failed, createdAt, finishedAt } = row;
  const lists: Pick<z.input<typeof Batch>, "applied" | "skipped" | "failed" | "conflicts"> = {
    applied: [],
    skipped: [],
    failed: [],
    conflicts: [],
  };
  for (const { sent, result } of results) {
    const of = { index: sent.index, id: sent.id };
    if (result.outcome === "skipped") lists.skipped.push({ ...of, reason: result.reason });
    else lists.conflicts.push(...result.conflicts.map((conflict) => ({ ...of, ...conflict })));
    if (result.outcome === "failed")
      lists.failed.push(...result.failures.map((failure) => ({ ...of, ...presentFailure(failure) })));
    if (result.outcome === "applied") {
      const { version, changes, warnings } = result;
      lists.applied.push({ ...of, version, changes: [...changes], warnings: [...warnings] });
    }
  }
  return {
    id,
    dryRun: isRehearsal,
    status,
    mode: how,
    reverts,
    progress: { done, total, unit: "items" },
    counts: { applied, skipped, failed },
    ...lists,
    createdAt: instantToIso(createdAt),
    finishedAt: finishedAt === null ? null : instantToIso(finishedAt),
  };
}

type FailedItem = Extract<ItemResult["result"], { outcome: "failed" }>;

// A stale item is a conflict of its batch: 412 would be about a header that no batch has.
function presentFailure({ path, code, status, message }: FailedItem["failures"][number]) {
  return { path, code, status: code === "stale" ? 409 : status, message };
}

export const FailedItems = z
  .object({
    mode: z.enum(BATCH_MODES),
    items: z.array(
      z.object({
        id: z.string(),
        version: z.int().nullable(),
        set: z.record(z.string(), z.unknown()),
        problem: z.string(),
      }),
    ),
  })
  .meta({ id: "FailedItems", example: EXAMPLES.FailedItems });

/** Items that failed, as they were sent, with what was wrong. */
export function failedRecords(failed: readonly ItemResult[]): (WrittenRecord & { problem: string })[] {
  return failed.map(({ sent: { id, version, set }, result }) => {
    const failures = result.outcome === "failed" ? result.failures : [];
    return { id, version, set, problem: failures.map(({ path, message }) => `${path}: ${message}`).join("; ") };
  });
}
