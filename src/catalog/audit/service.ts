// The home of the completeness audit: a page of the catalog looked at, or one release with all that belongs to it.

import type { Ctx } from "../../db/ctx.ts";
import { bindingOf, type Page, readCursor, writeCursor } from "../../http/page.ts";
import { type Day, dayInZone } from "../../kernel/time.ts";
import { findSecrets } from "../embargo/secrets.ts";
import { documentOf } from "../items/model.ts";
import type { ItemRow } from "../items/repository.ts";
import type { RecordingDocument } from "../recordings/model.ts";
import type { ReleaseDocument } from "../releases/model.ts";
import { getRelease } from "../releases/service.ts";
import type { WorkDocument } from "../works/model.ts";
import {
  AUDITED_KINDS,
  type AuditedKind,
  type Finding,
  recordingFindings,
  releaseFindings,
  SEVERITIES,
  type Severity,
  workFindings,
} from "./model.ts";
import { listFrom, listItemsById, listUsedBy } from "./repository.ts";

/** A thing and what it lacks. */
export interface Audited {
  readonly row: ItemRow;
  readonly findings: readonly Finding[];
}

/** What to look at, and from which severity on. */
export interface AuditQuery {
  readonly kind?: AuditedKind | undefined;
  readonly from: Severity;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * Looks at the next `limit` things and gives those that lack something, recordings first, then releases, then works, each
 * kind in the order it was made in. A page may be short, or empty, when most are complete.
 */
export async function auditPage(ctx: Ctx, query: AuditQuery): Promise<Page<Audited>> {
  const binding = bindingOf(ctx.scope, "audit catalog", { kind: query.kind, from: query.from });
  const [after] = readCursor(ctx, binding, query.cursor) ?? [];
  const kinds = query.kind === undefined ? AUDITED_KINDS : [query.kind];
  const rows = await listFrom(ctx.db, ctx.scope, kinds, after === undefined ? null : String(after), query.limit);
  const looked = rows.slice(0, query.limit);
  const [found, secrets] = await Promise.all([audited(ctx, looked), findSecrets(ctx)]);
  await secrets.note(
    "audit",
    looked.map(({ id }) => id),
  );
  const last = looked.at(-1);
  const nextCursor = rows.length > query.limit && last !== undefined ? writeCursor(ctx, binding, [last.id]) : null;
  return { data: found.flatMap((one) => graded(one, query.from)), nextCursor };
}

/** What a release and everything on it lacks, the release first. @throws Problem `not_found` */
export async function auditRelease(ctx: Ctx, id: string): Promise<Audited[]> {
  const row = await getRelease(ctx, id);
  const release = documentOf<ReleaseDocument>(row);
  const recordings = await listItemsById(ctx.db, ctx.scope, [
    ...new Set(release.tracks.map((track) => track.recordingId)),
  ]);
  const documents = recordings.map((recording) => documentOf<RecordingDocument>(recording));
  const works = await listItemsById(ctx.db, ctx.scope, [...new Set(documents.flatMap(({ workIds }) => workIds))]);
  const others = await audited(ctx, [...recordings, ...works]);
  return [{ row, findings: releaseFindings(release, today(ctx), documents) }, ...others];
}

function graded({ row, findings }: Audited, from: Severity): Audited[] {
  const kept = findings.filter(({ severity }) => SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(from));
  return kept.length === 0 ? [] : [{ row, findings: kept }];
}

async function audited(ctx: Ctx, rows: readonly ItemRow[]): Promise<Audited[]> {
  const recordings = rows.filter(({ kind }) => kind === "recording");
  const workIds = recordings.flatMap((row) => documentOf<RecordingDocument>(row).workIds);
  const [works, released] = await Promise.all([
    listItemsById(ctx.db, ctx.scope, [...new Set(workIds)]),
    listUsedBy(
      ctx.db,
      ctx.scope,
      "release",
      recordings.map(({ id }) => id),
    ),
  ]);
  const byId = new Map(works.map((row) => [row.id, documentOf<WorkDocument>(row)]));
  const onRelease = new Set(released);
  return rows.map((row) => ({ row, findings: findingsOf(row, today(ctx), byId, onRelease) }));
}

function findingsOf(
  row: ItemRow,
  day: Day,
  works: ReadonlyMap<string, WorkDocument>,
  onRelease: ReadonlySet<string>,
): Finding[] {
  switch (row.kind) {
    case "release":
      return releaseFindings(documentOf(row), day);
    case "recording": {
      const recording = documentOf<RecordingDocument>(row);
      const own = recording.workIds.flatMap((id) => works.get(id) ?? []);
      return recordingFindings(recording, own, onRelease.has(row.id));
    }
    default:
      return workFindings(documentOf(row));
  }
}

function today(ctx: Ctx): Day {
  return dayInZone(ctx.now, ctx.artist.timeZone);
}
