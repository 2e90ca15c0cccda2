// The home of the catalog given back as CSV, as an import takes it.

import type { Ctx } from "../../db/ctx.ts";
import { streamOf } from "../../kernel/bytes.ts";
import { listFrom, listItemsById, listUsedBy } from "../audit/repository.ts";
import { sheetHeader, sheetRow } from "../batch/cells.ts";
import { fieldsOf } from "../batch/model.ts";
import { displayedArtists } from "../contributions/model.ts";
import { findSecrets } from "../embargo/secrets.ts";
import { type CatalogRow, COLUMNS, EMPTY_ROW } from "../imports/csv/columns.ts";
import { csvHeader, csvRow } from "../imports/csv/write.ts";
import { documentOf, type ItemKind } from "../items/model.ts";
import type { ItemRow } from "../items/repository.ts";
import type { RecordingDocument } from "../recordings/model.ts";
import type { ReleaseDocument } from "../releases/model.ts";
import type { WorkDocument } from "../works/model.ts";

/** Releases, or recordings, that are read at a time. */
const PAGE = 50;

const FIELDS = COLUMNS.map(({ field }) => field);

/**
 * Writes every release with its tracks, and then the recordings that are on none, each oldest first.
 *
 * @throws Problem `unavailable` before anything is written, when the catalog cannot be read
 */
export function openCatalogCsv(ctx: Ctx): Promise<ReadableStream<Uint8Array>> {
  return opened(csvHeader(FIELDS), catalogRows(ctx));
}

/**
 * Writes all things of a kind with all that is said of them, oldest first, as a batch takes them back.
 *
 * @throws Problem `unavailable` before anything is written, when the catalog cannot be read
 */
export function openCatalogSheet(
  ctx: Ctx,
  kind: ItemKind,
  columns: readonly string[],
): Promise<ReadableStream<Uint8Array>> {
  return opened(sheetHeader(columns), sheetRows(ctx, kind, columns));
}

/** Begins a file once its first rows are there, so that a database that is away is a problem and no broken file. */
async function opened(header: string, rows: AsyncGenerator<Uint8Array>): Promise<ReadableStream<Uint8Array>> {
  const first = await rows.next();
  return streamOf(
    (async function* () {
      yield new TextEncoder().encode(header);
      if (first.done !== true) yield first.value;
      yield* rows;
    })(),
  );
}

async function* catalogRows(ctx: Ctx): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  const secrets = await findSecrets(ctx);
  for await (const releases of pages(ctx, "release")) {
    const rows = await rowsOfReleases(ctx, releases);
    await secrets.note("export", idsOf(releases));
    yield encoder.encode(rows.map((row) => csvRow(row, FIELDS)).join(""));
  }
  for await (const recordings of pages(ctx, "recording")) {
    const ids = idsOf(recordings);
    const onRelease = new Set(await listUsedBy(ctx.db, ctx.scope, "release", ids));
    const left = recordings.filter(({ id }) => !onRelease.has(id));
    const works = await worksOf(ctx, left);
    const rows = left.map((recording) => recordingRow(recording.id, documentOf(recording), works, null));
    if (rows.length > 0) yield encoder.encode(rows.map((row) => csvRow(row, FIELDS)).join(""));
  }
}

function idsOf(rows: readonly ItemRow[]): string[] {
  return rows.map(({ id }) => id);
}

async function* sheetRows(ctx: Ctx, kind: ItemKind, columns: readonly string[]): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  const secrets = await findSecrets(ctx);
  for await (const rows of pages(ctx, kind)) {
    await secrets.note("export", idsOf(rows));
    yield encoder.encode(rows.map((row) => sheetRow(columns, row, fieldsOf(kind, row))).join(""));
  }
}

async function* pages(ctx: Ctx, kind: ItemKind): AsyncGenerator<ItemRow[]> {
  let after: string | null = null;
  for (;;) {
    const rows: ItemRow[] = await listFrom(ctx.db, ctx.scope, [kind], after, PAGE);
    if (rows.length > 0) yield rows.slice(0, PAGE);
    if (rows.length <= PAGE) return;
    after = rows[PAGE - 1]?.id ?? null;
  }
}

async function rowsOfReleases(ctx: Ctx, releases: readonly ItemRow[]): Promise<CatalogRow[]> {
  const documents = releases.map((row) => documentOf<ReleaseDocument>(row));
  const ids = new Set(documents.flatMap(({ tracks }) => tracks.map(({ recordingId }) => recordingId)));
  const recordings = await listItemsById(ctx.db, ctx.scope, [...ids]);
  const works = await worksOf(ctx, recordings);
  const byId = new Map(recordings.map((row) => [row.id, documentOf<RecordingDocument>(row)]));
  return documents.flatMap((release, at) => {
    const common = releaseCells(release, releases[at]?.id ?? null);
    if (release.tracks.length === 0) return [{ ...EMPTY_ROW, ...common }];
    return release.tracks.flatMap(({ disc, sequence, recordingId }) => {
      const recording = byId.get(recordingId);
      if (recording === undefined) return [];
      const place = { discNumber: disc === 1 ? null : String(disc), trackNumber: String(sequence) };
      const own = recordingRow(recordingId, recording, works, common.releaseArtist ?? null);
      return [{ ...own, ...common, ...place }];
    });
  });
}

function releaseCells(release: ReleaseDocument, releaseId: string | null): Partial<CatalogRow> {
  return {
    catalogNumber: release.catalogNumber,
    releaseTitle: release.title,
    releaseSubtitle: release.subtitle,
    releaseType: release.type,
    releaseArtist: shown(displayedArtists(release.artists)),
    releaseDate: release.releaseAt?.date ?? null,
    label: release.label,
    upc: release.upc,
    releaseId,
  };
}

function recordingRow(
  recordingId: string,
  { title, versionTitle, isrc, durationMs, artists, workIds }: RecordingDocument,
  works: ReadonlyMap<string, WorkDocument>,
  releaseArtist: string | null,
): CatalogRow {
  const artist = shown(displayedArtists(artists));
  return {
    ...EMPTY_ROW,
    recordingId,
    trackTitle: title,
    trackVersion: versionTitle,
    isrc,
    iswc: workIds.flatMap((id) => works.get(id)?.iswc ?? [])[0] ?? null,
    durationS: durationMs === null ? null : seconds(durationMs),
    trackArtist: artist === releaseArtist ? null : artist,
  };
}

function shown(text: string): string | null {
  return text === "" ? null : text;
}

/** Milliseconds as seconds, without needless noughts: `157`, `61.5`. */
function seconds(ms: number): string {
  const digits = String(ms).padStart(4, "0");
  return `${digits.slice(0, -3)}.${digits.slice(-3)}`.replace(/\.?0+$/u, "");
}

async function worksOf(ctx: Ctx, recordings: readonly ItemRow[]): Promise<Map<string, WorkDocument>> {
  const ids = new Set(recordings.flatMap((row) => documentOf<RecordingDocument>(row).workIds));
  const rows = await listItemsById(ctx.db, ctx.scope, [...ids]);
  return new Map(rows.map((row) => [row.id, documentOf<WorkDocument>(row)]));
}
