// The home of the verbs on releases.

import type { Ctx } from "../../db/ctx.ts";
import type { Page } from "../../http/page.ts";
import { refuseStale, type SeenVersion } from "../../http/version.ts";
import { Problem } from "../../kernel/problems.ts";
import { alongRelease, goneWithRelease } from "../calendar/dates.ts";
import type { Move } from "../calendar/model.ts";
import { documentOf, type ItemFacts, merged } from "../items/model.ts";
import type { ItemRow } from "../items/repository.ts";
import { changeItem, createItem, deleteItem, getItem, type ItemQuery, listItemPage } from "../items/service.ts";
import { removeObjects } from "../media/objects.ts";
import { listMediaIds, removeMediaStatements } from "../media/repository.ts";
import { newRecordingFacts } from "../recordings/model.ts";
import { requireOpen } from "../versions/model.ts";
import { findVersion } from "../versions/repository.ts";
import {
  EMPTY_RELEASE,
  type NewRelease,
  placeTracks,
  type ReleaseDocument,
  readRelease,
  releaseFacts,
  type SaidRelease,
  type SaidTrack,
  type Track,
} from "./model.ts";

/** Lists the releases, newest first. */
export function listReleases(ctx: Ctx, query: ItemQuery): Promise<Page<ItemRow>> {
  return listItemPage(ctx, "release", query);
}

/** Finds a release. @throws Problem `not_found` */
export function getRelease(ctx: Ctx, id: string): Promise<ItemRow> {
  return getItem(ctx, "release", id);
}

/**
 * Keeps a new release as a draft, with the recordings that came with its tracks.
 *
 * @throws Problem `reference_unknown`, `code_taken`, and those of its fields
 */
export async function createRelease(ctx: Ctx, { tracks: said = [], ...more }: NewRelease): Promise<ItemRow> {
  const { title, type, ...fields } = { ...readRelease(more, "body"), title: more.title, type: more.type };
  const { tracks, within } = readTracks(ctx, said);
  const document = merged<ReleaseDocument>({ title, type, ...EMPTY_RELEASE, tracks }, fields);
  const facts = releaseFacts(ctx.newId("release"), document, "draft", said);
  const along = await alongRelease(ctx, facts.id, null, document);
  return createItem(ctx, facts, within, along.writes);
}

/** A release as changed, and the milestones that moved with its date. */
export interface ChangedRelease {
  readonly row: ItemRow;
  readonly moves: readonly Move[];
}

/**
 * Changes what is said of a release; tracks that are said take the place of all there were.
 *
 * @throws Problem `not_found`, `stale`, `release_locked` where it is looked at or on its way, and those of a new one
 */
export async function updateRelease(
  ctx: Ctx,
  id: string,
  seen: SeenVersion,
  said: SaidRelease,
): Promise<ChangedRelease> {
  const row = await getRelease(ctx, id);
  refuseStale(seen, row.version);
  requireOpen(row);
  const { facts, within } = revisedRelease(ctx, row, said);
  const along = await alongRelease(ctx, id, documentOf(row), facts.document as ReleaseDocument);
  return { row: await changeItem(ctx, row, seen, facts, within, along.writes), moves: along.moves };
}

/**
 * What a release is to be after a change, and the new recordings that its tracks bring.
 *
 * @throws Problem of its fields
 */
export function revisedRelease(
  ctx: Ctx,
  row: ItemRow,
  { tracks: said, ...more }: SaidRelease,
): { facts: ItemFacts; within: ItemFacts[] } {
  const before = documentOf<ReleaseDocument>(row);
  const { tracks, within } = said === undefined ? { tracks: before.tracks, within: [] } : readTracks(ctx, said);
  const document = { ...merged(before, readRelease(more, "body")), tracks };
  return { facts: releaseFacts(row.id, document, row.status ?? "draft", said), within };
}

/** Removes a release; its recordings stay. @throws Problem `not_found`, `stale`, `in_use` when it was ever sent out */
export async function deleteRelease(ctx: Ctx, id: string, seen: SeenVersion): Promise<void> {
  const row = await getRelease(ctx, id);
  refuseStale(seen, row.version);
  const [version, mediaIds] = await Promise.all([
    findVersion(ctx.db, ctx.scope, id, null),
    listMediaIds(ctx.db, ctx.scope, id),
  ]);
  if (version !== null) {
    throw new Problem("in_use", {
      detail: "It was sent to stores: take it down, and archive it; its codes and income stay.",
    });
  }
  await deleteItem(ctx, row, seen, [...goneWithRelease(ctx, id), ...removeMediaStatements(ctx.db, ctx.scope, id)]);
  ctx.later(removeObjects(ctx, mediaIds));
}

function readTracks(ctx: Ctx, said: readonly SaidTrack[]): { tracks: Track[]; within: ItemFacts[] } {
  const within: ItemFacts[] = [];
  const recordingIds = said.map(({ recordingId = "", recording }, at) => {
    if (recording === undefined) return recordingId;
    const facts = newRecordingFacts(ctx.newId("recording"), recording, `body.tracks.${at}.recording`);
    within.push(facts);
    return facts.id;
  });
  return { tracks: placeTracks(said, recordingIds, "body.tracks"), within };
}
