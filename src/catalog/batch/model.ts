// The home of batches: what is asked of many things at once, and what becomes of each.

import { ID_PREFIXES } from "../../kernel/id.ts";
import { canonicalJson } from "../../kernel/json.ts";
import type { ProblemCode } from "../../kernel/problems.ts";
import { instantToIso } from "../../kernel/time.ts";
import type { Warning } from "../contributions/model.ts";
import { ITEM_KINDS, type ItemKind, type Said } from "../items/model.ts";
import type { PartyDocument } from "../parties/model.ts";
import type { SaidRecording } from "../recordings/model.ts";
import type { SaidRelease } from "../releases/model.ts";
import type { WorkDocument } from "../works/model.ts";

/** Whether all items are carried out or none, or each by itself. */
export const BATCH_MODES = ["atomic", "partial"] as const;

/** One of {@link BATCH_MODES}. */
export type BatchMode = (typeof BATCH_MODES)[number];

/** The states of a batch. `refused`: an atomic one of which an item cannot be carried out, so that none was. */
export const BATCH_STATUSES = ["queued", "running", "done", "refused", "cancelled"] as const;

/** One of {@link BATCH_STATUSES}. */
export type BatchStatus = (typeof BATCH_STATUSES)[number];

/** The most items of a batch, so that an atomic one fits one transaction. */
export const MOST_ITEMS = 2000;

/** A batch of more items is carried out by a job. */
export const MOST_AT_ONCE = 100;

/** The most characters of an answer that is kept whole; a batch that comes to more is carried out by a job. */
export const MOST_ANSWER_CHARACTERS = 300_000;

/** The most characters that the documents of a batch's things may have together, so that all of them fit one transaction. */
export const MOST_WEIGHT_CHARACTERS = 8_000_000;

/** How many items of a partial batch are carried out in one transaction, and before its progress is told. */
export const ITEMS_PER_STEP = 100;

/** What a batch may weigh as JSON or CSV. */
export const MOST_BATCH_BYTES = 4 * 1024 * 1024;

/** One item as it was sent. */
export interface SentItem {
  /** Its place in the batch, from 0. */
  readonly index: number;
  readonly id: string;
  /** The version that is meant; null for whichever there is, when `expect` says what it must hold. */
  readonly version: number | null;
  /** Fields as a PATCH of the thing says them. */
  readonly set: Readonly<Record<string, unknown>>;
  /** Of what takes a batch back: the values that it gave, which must still be there. */
  readonly expect?: Readonly<Record<string, unknown>>;
}

/** What is asked of many things. */
export interface BatchOrder {
  readonly mode: BatchMode;
  readonly items: readonly SentItem[];
  readonly reverts: string | null;
}

/** A field that changes; both values as the API shows them. */
export interface Change {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** Why an item is not carried out, by the field that is wrong. */
export interface Failure {
  readonly path: string;
  readonly code: ProblemCode;
  /** Of HTTP, as the single change would answer. */
  readonly status: number;
  readonly message: string;
}

/** Why a field is not taken back: it was changed after the batch, or the recording was delivered with it. */
export const CONFLICT_REASONS = ["changed_since", "delivered"] as const;

/** A field that is not taken back. */
export interface Conflict {
  readonly path: string;
  readonly reason: (typeof CONFLICT_REASONS)[number];
  readonly expected: unknown;
  readonly present: unknown;
}

/** Why nothing had to be done, or was done. */
export const SKIP_REASONS = ["unchanged", "not_applied", "cancelled"] as const;

/** One of {@link SKIP_REASONS}. */
export type SkipReason = (typeof SKIP_REASONS)[number];

/** What becomes of an item. */
export type Result =
  | {
      readonly outcome: "applied";
      /** The version it leads to. */
      readonly version: number;
      readonly changes: readonly Change[];
      readonly warnings: readonly Warning[];
      readonly conflicts: readonly Conflict[];
    }
  | { readonly outcome: "skipped"; readonly reason: SkipReason }
  | { readonly outcome: "failed"; readonly failures: readonly Failure[]; readonly conflicts: readonly Conflict[] };

/** An item and what becomes of it. */
export interface ItemResult {
  readonly sent: SentItem;
  readonly result: Result;
}

/** What a patch says, by the kind of its thing. */
export type ReadPatch =
  | { readonly kind: "release"; readonly said: SaidRelease }
  | { readonly kind: "recording"; readonly said: SaidRecording }
  | { readonly kind: "work"; readonly said: Said<WorkDocument> }
  | { readonly kind: "party"; readonly said: Said<PartyDocument> };

/** Reads what was sent for a thing of a kind as the PATCH of one would. @throws Problem `invalid_request` */
export type PatchReader = (kind: ItemKind, set: unknown) => ReadPatch;

/** The kind of thing that an id names by its beginning; null when it can name none. */
export function kindOfId(id: string): ItemKind | null {
  return ITEM_KINDS.find((kind) => id.startsWith(`${ID_PREFIXES[kind]}_`)) ?? null;
}

/** What is kept of a thing, as far as its fields go. */
interface Kept {
  readonly document: string;
  readonly deliveredAt: number | null;
}

/** The fields of a thing as a PATCH says them. */
export function fieldsOf(kind: string, { document, deliveredAt }: Kept): Record<string, unknown> {
  const fields: Record<string, unknown> = JSON.parse(document);
  if (kind === "recording") fields["deliveredAt"] = deliveredAt === null ? null : instantToIso(deliveredAt);
  return fields;
}

/** Lists the fields in which a thing differs, in the order of its document. */
export function changesBetween(kind: string, before: Kept, after: Kept): Change[] {
  const [from, to] = [fieldsOf(kind, before), fieldsOf(kind, after)];
  return Object.keys(to).flatMap((path) =>
    isSame(from[path], to[path]) ? [] : [{ path, from: from[path] ?? null, to: to[path] ?? null }],
  );
}

/** Whether two values of one field say the same. */
export function isSame(one: unknown, other: unknown): boolean {
  return canonicalJson(one ?? null) === canonicalJson(other ?? null);
}

/** What stays of a delivered recording. */
const DELIVERED_WITH = ["isrc", "deliveredAt"];

/** What is left to do of an item that takes a batch back, and what of it cannot be taken back. */
export function stillOpen(
  { set, expect }: SentItem,
  present: Readonly<Record<string, unknown>>,
): { readonly set: SentItem["set"]; readonly conflicts: readonly Conflict[] } {
  if (expect === undefined) return { set, conflicts: [] };
  const isDelivered = present["deliveredAt"] != null;
  const conflicts = Object.entries(expect).flatMap(([path, expected]): Conflict[] => {
    const about = { path, expected, present: present[path] ?? null };
    if (!isSame(present[path], expected)) return [{ ...about, reason: "changed_since" }];
    return isDelivered && DELIVERED_WITH.includes(path) ? [{ ...about, reason: "delivered" }] : [];
  });
  const kept = new Set(conflicts.map(({ path }) => path));
  return { set: Object.fromEntries(Object.entries(set).filter(([path]) => !kept.has(path))), conflicts };
}

/** How many items were applied, skipped and failed. */
export interface Counts {
  readonly applied: number;
  readonly skipped: number;
  readonly failed: number;
}

/** Counts what became of items. */
export function countsOf(results: readonly ItemResult[]): Counts {
  const of = (outcome: Result["outcome"]) => results.filter(({ result }) => result.outcome === outcome).length;
  return { applied: of("applied"), skipped: of("skipped"), failed: of("failed") };
}

/** What becomes of the items of an atomic batch of which one cannot be carried out: none is. */
export function noneOf(results: readonly ItemResult[]): ItemResult[] {
  return results.map(({ sent, result }) =>
    result.outcome === "applied" ? { sent, result: { outcome: "skipped", reason: "not_applied" } } : { sent, result },
  );
}

/** The items that name a thing which one before them names: two changes of one thing are two batches, or one item. */
export function repeated(items: readonly SentItem[]): ItemResult[] {
  const first = new Map<string, number>();
  return items.flatMap((sent) => {
    const before = first.get(sent.id);
    if (before === undefined) first.set(sent.id, sent.index);
    if (before === undefined) return [];
    const message = `item ${before} names it already`;
    const failure = { path: "id", code: "invalid_request", status: 400, message } as const;
    return [{ sent, result: { outcome: "failed", failures: [failure], conflicts: [] } }];
  });
}

/** The items of the batch that takes another back: for each field it changed the value before, and what it must hold. */
export function takingBack(
  applied: readonly { readonly id: string; readonly changes: readonly Change[] }[],
): SentItem[] {
  return applied.map(({ id, changes }, index) => ({
    index,
    id,
    version: null,
    set: Object.fromEntries(changes.map(({ path, from }) => [path, from])),
    expect: Object.fromEntries(changes.map(({ path, to }) => [path, to])),
  }));
}
