// The home of writing an export: step after step from where the one before stopped, until all of its files are whole.

import { ConstraintError } from "../../db/client.ts";
import { commit, persist } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import type { JobRequest } from "../../jobs/messages.ts";
import { Problem } from "../../kernel/problems.ts";
import { writeSegment } from "./files.ts";
import { KEPT_MS, MOST_BYTES, type Place } from "./model.ts";
import { planExport } from "./plan.ts";
import { type ExportFileRow, type ExportRow, findExport, listFiles, stepStatements } from "./repository.ts";
import { bytesOfExport, bytesOfFile, type Sums, sumsOf } from "./segments.ts";
import { zipSizeBytes } from "./zip-writer.ts";

/** Small files that one step writes; each costs a few requests to R2. */
const FILES_PER_STEP = 60;

/**
 * Takes one step of writing an export; asks for the next until all of it is written.
 *
 * An export that is written, or of which another run took this step, is left as it is. A run that was killed is taken
 * again from the row: it writes the same bytes to the same places.
 */
export async function runExport(ctx: Ctx, exportId: string): Promise<void> {
  const row = await findExport(ctx.db, ctx.scope, exportId);
  if (row === null || (row.status !== "queued" && row.status !== "running")) return;
  try {
    await takeStep(ctx, row);
  } catch (error) {
    // A step that another run took first, or an export that was removed, needs nothing more of this one.
    if (error instanceof ConstraintError && error.kind !== "other") return;
    if (error instanceof Problem && error.code === "export_too_large") await refuse(ctx, row, error);
    else throw error;
  }
}

async function takeStep(ctx: Ctx, row: ExportRow): Promise<void> {
  const plan = await planExport(ctx, row);
  const before = await listFiles(ctx.db, row);
  const whole: ExportFileRow[] = [];
  const budget = ctx.settings.slicesPerRun * ctx.settings.sliceBytes;
  let place: Place = JSON.parse(row.place);
  let left = budget;
  let lines = row.doneLines;
  while (place.file < plan.length && left > 0 && whole.length < FILES_PER_STEP) {
    const file = plan[place.file];
    if (file === undefined) break;
    const written = await writeSegment(ctx, row, file, place, [...before, ...whole], left);
    place = written.place;
    lines += written.lines;
    left -= written.bytes;
    if (!written.isWhole) continue;
    const facts = {
      place: place.file,
      name: file.name,
      originalOf: file.kind === "original" ? file.statementId : null,
      segments: place.segments,
    };
    const sums = await sumsOf(bytesOfFile(ctx, row.id, facts));
    whole.push({ ...facts, ...sums });
    left -= sums.sizeBytes;
    place = { file: place.file + 1, segments: 0, statement: 0, line: 1 };
    // Answers waiting in this isolate get out between files.
    await scheduler.wait(0);
  }
  const files = [...before, ...whole];
  if (zipSizeBytes(files) > MOST_BYTES) {
    throw new Problem("export_too_large", { detail: "The export comes to more than 4 GiB; ask for fewer months." });
  }
  const set = { place: JSON.stringify(place), doneLines: lines };
  if (place.file < plan.length) await goOn(ctx, row, set, whole);
  else await finish(ctx, row, set, whole, await sumsOfExport(ctx, row, files));
}

/** Of one file the sums are known; a zip is read once as it will be downloaded. */
async function sumsOfExport(ctx: Ctx, row: ExportRow, files: readonly ExportFileRow[]): Promise<Sums> {
  const [only] = files;
  return row.format !== "bundle" && only !== undefined ? only : sumsOf(bytesOfExport(ctx, row, files));
}

async function goOn(ctx: Ctx, row: ExportRow, set: Partial<ExportRow>, whole: readonly ExportFileRow[]): Promise<void> {
  const writes = stepStatements(ctx.db, ctx.scope, row, { ...set, status: "running" }, whole);
  await persist(ctx, writes, [jobOf(ctx, row.id)]);
}

async function finish(
  ctx: Ctx,
  row: ExportRow,
  set: Partial<ExportRow>,
  whole: readonly ExportFileRow[],
  { sizeBytes, sha256 }: Sums,
): Promise<void> {
  const ready = { status: "ready", sizeBytes, sha256, readyAt: ctx.now, keepUntil: ctx.now + KEPT_MS } as const;
  await commit(ctx, "export.finish", {
    writes: stepStatements(ctx.db, ctx.scope, row, { ...set, ...ready }, whole),
    target: row.id,
    after: { sizeBytes, sha256 },
  });
}

async function refuse(ctx: Ctx, row: ExportRow, { code, detail = "" }: Problem): Promise<void> {
  await commit(ctx, "export.fail", {
    writes: stepStatements(ctx.db, ctx.scope, row, { status: "failed", errorCode: code, errorMessage: detail }, []),
    target: row.id,
    after: { code, detail },
  });
}

/** The job that takes an export's next step. */
export function jobOf(ctx: Ctx, exportId: string): JobRequest {
  const body = { artistId: ctx.scope.artistId, exportId: exportId as `exp_${string}` };
  return { kind: "export.run", body };
}
