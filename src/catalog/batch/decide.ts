// The home of deciding a batch: what each of its items comes to, as the single change of the thing would; writes nothing.

import type { Ctx } from "../../db/ctx.ts";
import { Problem } from "../../kernel/problems.ts";
import { listItemsById } from "../audit/repository.ts";
import type { Warning } from "../contributions/model.ts";
import { documentOf, type ItemFacts, refused } from "../items/model.ts";
import type { ItemRow } from "../items/repository.ts";
import { codeKey, rowOf, type Surroundings, settle, surroundingsOf, usedIds } from "../items/service.ts";
import { partyWarnings } from "../parties/model.ts";
import { revisedParty } from "../parties/service.ts";
import { recordingWarnings } from "../recordings/model.ts";
import { revisedRecording } from "../recordings/service.ts";
import { releaseWarnings } from "../releases/model.ts";
import { revisedRelease } from "../releases/service.ts";
import { requireOpen } from "../versions/model.ts";
import { workWarnings } from "../works/model.ts";
import { revisedWork } from "../works/service.ts";
import {
  type Conflict,
  changesBetween,
  type Failure,
  fieldsOf,
  type ItemResult,
  kindOfId,
  type PatchReader,
  type ReadPatch,
  type Result,
  type SentItem,
  stillOpen,
} from "./model.ts";
import type { ThingChange } from "./repository.ts";

/** What becomes of an item; `change` is what is to be written for it. */
export interface Decided extends ItemResult {
  readonly change: ThingChange | null;
}

/** An item whose fields were read. */
interface Drafted {
  readonly sent: SentItem;
  readonly before: ItemRow;
  readonly facts: ItemFacts;
  readonly conflicts: readonly Conflict[];
}

/** The most warnings that are said of one thing. */
const MOST_WARNINGS = 20;

/** A document and what changed of it travel in one row, each as JSON within JSON, which may double it. */
const MOST_CHARACTERS = 120_000;

/**
 * Decides items in their order: each as if those before it were carried out.
 *
 * Three round trips, however many there are; reads 1 row for each thing, its code, and each of what it uses.
 * @param isWhole whether an item of which a field cannot be taken back is left alone as a whole
 */
export async function decide(
  ctx: Ctx,
  read: PatchReader,
  items: readonly SentItem[],
  isWhole: boolean,
): Promise<Decided[]> {
  const rows = await listItemsById(
    ctx.db,
    ctx.scope,
    items.map(({ id }) => id),
  );
  const things = new Map(rows.map((row) => [row.id, row]));
  const drafts = items.map((sent) => attempt(sent, () => draft(ctx, read, sent, things.get(sent.id), isWhole)));
  const facts = drafts.flatMap((drafted) => ("facts" in drafted ? [drafted.facts] : []));
  const around = await surroundingsOf(ctx, facts);
  return drafts.map((drafted) => {
    if (!("facts" in drafted)) return drafted;
    return attempt(drafted.sent, () => decideOne(ctx, around, drafted));
  });
}

function attempt<T>(sent: SentItem, work: () => T): T | Decided {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return failed(sent, failuresOf(error));
  }
}

function failed(sent: SentItem, failures: readonly Failure[], conflicts: readonly Conflict[] = []): Decided {
  return { sent, result: { outcome: "failed", failures, conflicts }, change: null };
}

/** A problem by the fields of an item: what a request would call `body.isrc` is `isrc` here. */
function failuresOf({ code, status, detail = "", errors }: Problem): Failure[] {
  if (errors.length === 0) return [{ path: code === "stale" ? "version" : "id", code, status, message: detail }];
  return errors.map(({ path, message }) => ({ path: path.replace(/^body\.?/, ""), code, status, message }));
}

function draft(
  ctx: Ctx,
  read: PatchReader,
  sent: SentItem,
  before: ItemRow | undefined,
  isWhole: boolean,
): Drafted | Decided {
  const kind = kindOfId(sent.id);
  // In the order in which a PATCH is refused: its shape, that there is no such thing, its version, what it means.
  const said = kind === null || sent.expect !== undefined ? null : read(kind, sent.set);
  if (kind === null || before?.kind !== kind) {
    throw new Problem("not_found", { detail: `there is no "${sent.id}" in the catalog` });
  }
  if (sent.version !== null && sent.version !== before.version) {
    throw new Problem("stale", { detail: `it is at version ${before.version} by now; read it again` });
  }
  const { set, conflicts } = stillOpen(sent, fieldsOf(kind, before));
  if (conflicts.length > 0 && (isWhole || Object.keys(set).length === 0)) {
    return failed(sent, conflicts.map(failureOf), conflicts);
  }
  return { sent, before, facts: revised(ctx, before, said ?? read(kind, set)), conflicts };
}

function failureOf({ path, reason }: Conflict): Failure {
  const message = reason === "delivered" ? "the recording was delivered with it" : "it was changed after the batch";
  return { path, code: reason === "delivered" ? "isrc_locked" : "conflict", status: 409, message };
}

function revised(ctx: Ctx, row: ItemRow, patch: ReadPatch): ItemFacts {
  switch (patch.kind) {
    case "release": {
      requireOpen(row);
      const added = patch.said.tracks?.findIndex(({ recording }) => recording !== undefined) ?? -1;
      if (added >= 0) {
        const message = "a batch changes what there is: add the recording first";
        throw refused("invalid_request", `body.tracks.${added}.recording`, message);
      }
      return revisedRelease(ctx, row, patch.said).facts;
    }
    case "recording":
      return revisedRecording(row, patch.said);
    case "work":
      return revisedWork(row, patch.said);
    case "party":
      return revisedParty(row, patch.said);
  }
}

function decideOne(ctx: Ctx, around: Surroundings, { sent, before, facts, conflicts }: Drafted): Decided {
  const row = { ...before, ...rowOf(facts), version: before.version + 1, updatedAt: ctx.now };
  const changes = changesBetween(before.kind, before, row);
  if (changes.length === 0) return { sent, result: { outcome: "skipped", reason: "unchanged" }, change: null };
  const result: Result = {
    outcome: "applied",
    version: row.version,
    changes,
    warnings: warningsOf(row).slice(0, MOST_WARNINGS),
    conflicts,
  };
  if (row.document.length + JSON.stringify(result).length > MOST_CHARACTERS) {
    throw new Problem("too_large", { detail: "it is too large to be changed in a batch; change it by itself" });
  }
  settle(around, facts);
  // Whoever comes after it may have the code that it gives up.
  if (before.code !== null && before.code !== row.code) around.coded.delete(codeKey(before.kind, before.code));
  return { sent, result, change: { before, row, uses: usedIds(facts) } };
}

function warningsOf(row: ItemRow): Warning[] {
  switch (row.kind) {
    case "release":
      return releaseWarnings(documentOf(row));
    case "recording":
      return recordingWarnings(documentOf(row));
    case "work":
      return workWarnings(documentOf(row));
    default:
      return partyWarnings(documentOf(row));
  }
}
