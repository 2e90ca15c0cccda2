// The home of the verbs on releases.

import type { Ctx } from "../../db/ctx.ts";
import type { Page } from "../../http/page.ts";
import type { SeenVersion } from "../../http/version.ts";
import { documentOf, type ItemFacts, merged } from "../items/model.ts";
import type { ItemRow } from "../items/repository.ts";
import { changeItem, createItem, deleteItem, getItem, type ItemQuery, listItemPage } from "../items/service.ts";
import { newRecordingFacts } from "../recordings/model.ts";
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
  return createItem(ctx, releaseFacts(ctx.newId("release"), document, "draft", said), within);
}

/**
 * Changes what is said of a release; tracks that are said take the place of all there were.
 *
 * @throws Problem `not_found`, `stale`, and those of a new one
 */
export async function updateRelease(ctx: Ctx, id: string, seen: SeenVersion, said: SaidRelease): Promise<ItemRow> {
  const row = await getRelease(ctx, id);
  const { facts, within } = revisedRelease(ctx, row, said);
  return changeItem(ctx, row, seen, facts, within);
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

/** Removes a release; its recordings stay. @throws Problem `not_found`, `stale`, `in_use` */
export async function deleteRelease(ctx: Ctx, id: string, seen: SeenVersion): Promise<void> {
  await deleteItem(ctx, await getRelease(ctx, id), seen);
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
