// The home of all that a release holds: itself, its recordings, their works, the checksums of their media; and its one text.
// A file of its own beside `service.ts`: what is sent, compared and given back is this.

import type { Ctx } from "../../db/ctx.ts";
import { documentOf } from "../items/model.ts";
import type { ItemRow } from "../items/repository.ts";
import { listMediaOf, type MediaRow } from "../media/repository.ts";
import type { RecordingDocument } from "../recordings/model.ts";
import type { ReleaseDocument } from "../releases/model.ts";
import { canonicalJson, hashOf } from "./canonical.ts";
import { listItemsOf } from "./repository.ts";

/** All that a release holds, as rows. */
export interface Contents {
  readonly release: ItemRow;
  readonly recordings: readonly ItemRow[];
  readonly works: readonly ItemRow[];
  readonly media: readonly MediaRow[];
}

/** The document of a version: the fields of the release, and beside them what it holds. */
export interface Snapshot extends ReleaseDocument {
  readonly id: string;
  readonly recordings: readonly (RecordingDocument & { readonly id: string })[];
  readonly works: readonly { readonly id: string }[];
  readonly media: readonly {
    readonly id: string;
    readonly itemId: string;
    readonly kind: string;
    readonly type: string;
    readonly sizeBytes: number;
    readonly sha256: string;
  }[];
}

/** Reads what a release holds. Two round trips. */
export async function readContents(ctx: Ctx, release: ItemRow): Promise<Contents> {
  const { tracks } = documentOf<ReleaseDocument>(release);
  const recordingIds = [...new Set(tracks.map(({ recordingId }) => recordingId))];
  const [recordings, media] = await Promise.all([
    listItemsOf(ctx.db, ctx.scope, recordingIds),
    listMediaOf(ctx.db, ctx.scope, [release.id, ...recordingIds]),
  ]);
  const workIds = recordings.flatMap((row) => documentOf<RecordingDocument>(row).workIds);
  const works = await listItemsOf(ctx.db, ctx.scope, [...new Set(workIds)]);
  return { release, recordings, works, media };
}

/** Makes the one document of what a release holds. Its state and its draft's versions are no part of it. */
export function snapshotOf({ release, recordings, works, media }: Contents): Snapshot {
  const withId = (row: ItemRow) => ({ ...documentOf<RecordingDocument>(row), id: row.id });
  return {
    ...documentOf<ReleaseDocument>(release),
    id: release.id,
    recordings: recordings.map(withId),
    works: works.map(withId),
    media: media.map(({ id, itemId, kind, type, sizeBytes, sha256 }) => ({
      id,
      itemId,
      kind,
      type,
      sizeBytes,
      sha256,
    })),
  };
}

/** Gives a document's one text and its hash. */
export function textOf(document: Snapshot): { text: string; sha256: string } {
  const text = canonicalJson(document);
  return { text, sha256: hashOf(text) };
}
