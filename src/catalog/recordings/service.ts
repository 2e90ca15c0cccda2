// The home of the verbs on recordings.

import type { Ctx } from "../../db/ctx.ts";
import type { Page } from "../../http/page.ts";
import { refuseStale, type SeenVersion } from "../../http/version.ts";
import { Problem } from "../../kernel/problems.ts";
import { documentOf, type ItemFacts, merged } from "../items/model.ts";
import type { ItemRow } from "../items/repository.ts";
import { changeItem, createItem, deleteItem, getItem, type ItemQuery, listItemPage } from "../items/service.ts";
import { removeObjects } from "../media/objects.ts";
import { listMediaIds, removeMediaStatements } from "../media/repository.ts";
import {
  derived,
  firstDelivery,
  type NewRecording,
  newRecordingFacts,
  type RecordingDocument,
  readRecording,
  recordingFacts,
  type SaidRecording,
  touchesLock,
} from "./model.ts";

/** Lists the recordings, newest first. */
export function listRecordings(ctx: Ctx, query: ItemQuery): Promise<Page<ItemRow>> {
  return listItemPage(ctx, "recording", query);
}

/** Finds a recording. @throws Problem `not_found` */
export function getRecording(ctx: Ctx, id: string): Promise<ItemRow> {
  return getItem(ctx, "recording", id);
}

/** Keeps a new recording. @throws Problem `isrc_invalid`, `reference_unknown`, `code_taken` */
export async function createRecording(ctx: Ctx, said: NewRecording): Promise<ItemRow> {
  return createItem(ctx, newRecordingFacts(ctx.newId("recording"), said));
}

/**
 * Changes what is said of a recording, or makes a new one of it.
 *
 * @param isNew whether a recording of its own is to come of it, derived from this one, which stays as it is
 * @throws Problem `not_found`, `stale`, `isrc_locked` for another ISRC of a delivered one, and those of a new one
 */
export async function updateRecording(
  ctx: Ctx,
  id: string,
  seen: SeenVersion,
  said: SaidRecording,
  isNew: boolean,
): Promise<ItemRow> {
  const row = await getRecording(ctx, id);
  refuseStale(seen, row.version);
  if (isNew) {
    const before = documentOf<RecordingDocument>(row);
    const { deliveredAt, ...more } = readRecording(said, "body");
    return createItem(ctx, recordingFacts(ctx.newId("recording"), derived(id, before, more), deliveredAt ?? null));
  }
  return changeItem(ctx, row, seen, revisedRecording(row, said));
}

/**
 * What a recording is to be after a change.
 *
 * @throws Problem `isrc_locked`, and those of its fields
 */
export function revisedRecording(row: ItemRow, said: SaidRecording): ItemFacts {
  const before = documentOf<RecordingDocument>(row);
  const { deliveredAt, ...more } = readRecording(said, "body");
  const after = merged(before, more);
  if (touchesLock(before, row.deliveredAt, after)) {
    const message = `It was delivered as ${before.isrc}. If the sound has changed, send "newRecording": true.`;
    throw new Problem("isrc_locked", {
      detail: message,
      errors: [{ path: "body.isrc", code: "isrc_locked", message }],
    });
  }
  return recordingFacts(row.id, after, firstDelivery(row.deliveredAt, deliveredAt));
}

/** Removes a recording that nothing uses and nobody has. @throws Problem `not_found`, `stale`, `in_use` */
export async function deleteRecording(ctx: Ctx, id: string, seen: SeenVersion): Promise<void> {
  const row = await getRecording(ctx, id);
  refuseStale(seen, row.version);
  if (row.deliveredAt !== null) {
    throw new Problem("in_use", { detail: "It was delivered to stores: its ISRC and its income stay." });
  }
  const mediaIds = await listMediaIds(ctx.db, ctx.scope, id);
  await deleteItem(ctx, row, seen, removeMediaStatements(ctx.db, ctx.scope, id));
  ctx.later(removeObjects(ctx, mediaIds));
}
