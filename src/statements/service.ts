// The home of the verbs on statements as a whole: find, list, commit, retract, hand the original back.

import { ConstraintError } from "../db/client.ts";
import { commit } from "../db/commit.ts";
import type { Ctx } from "../db/ctx.ts";
import { findObject } from "../db/objects.ts";
import { bindingOf, type Page, pageFrom, readCursor } from "../http/page.ts";
import type { JobKind, JobRequest } from "../jobs/messages.ts";
import { Problem } from "../kernel/problems.ts";
import type { Day, Month } from "../kernel/time.ts";
import type { DetailCut } from "../metrics/index.ts";
import { isBookedBefore, listEarlier, listOverlaps } from "./check.ts";
import { sweepExports } from "./export/service.ts";
import { holds, RETRACTABLE, type StatedOfFile, type StatementStatus } from "./model.ts";
import { listObjects, objectKey } from "./objects.ts";
import { asWhole, isArchive, listParts } from "./parts/service.ts";
import {
  findStatement,
  findStatements,
  listPostedOver,
  listStatements,
  moveStatements,
  type StatementFilter,
  type StatementRow,
} from "./repository.ts";
import { groupCells, listWindows, sumStatements, type WindowFigure } from "./sums/repository.ts";
import { listAwaitedStatements, sweepUploads } from "./uploads/service.ts";

/** Finds a statement; one of parts as they stand together. @throws Problem `not_found` */
export async function getStatement(ctx: Ctx, id: string): Promise<StatementRow> {
  const statement = await getRow(ctx, id);
  return asWhole(statement, await partsOfRow(ctx, statement));
}

async function getRow(ctx: Ctx, id: string): Promise<StatementRow> {
  const statement = await findStatement(ctx.db, ctx.scope, id);
  if (statement === null) throw new Problem("not_found");
  return statement;
}

async function partsOfRow(ctx: Ctx, statement: StatementRow): Promise<readonly StatementRow[]> {
  return (await listParts(ctx, [statement])).get(statement.id) ?? [];
}

/** Tells whether an artist has such a statement. */
export async function hasStatement(ctx: Ctx, id: string): Promise<boolean> {
  return (await findStatement(ctx.db, ctx.scope, id)) !== null;
}

/** Lists statements, newest first. */
export async function listStatementPage(
  ctx: Ctx,
  query: StatementFilter & { limit: number; cursor?: string | undefined },
): Promise<Page<StatementRow>> {
  const binding = bindingOf(ctx.scope, "listStatements", { ...query });
  const [before] = readCursor(ctx, binding, query.cursor) ?? [];
  const place = before === undefined ? null : String(before);
  const rows = await listStatements(ctx.db, ctx.scope, query, place, query.limit);
  const page = pageFrom(ctx, binding, rows, query.limit, (row) => [row.id]);
  const parts = await listParts(ctx, page.data);
  return { ...page, data: page.data.map((row) => asWhole(row, parts.get(row.id) ?? [])) };
}

/** What a person says when booking a statement that was looked at first. */
export interface Decision {
  readonly acceptDifference: boolean;
  readonly acceptOverlap: boolean;
  /** The posted statement whose place this one takes. */
  readonly supersedes?: string | undefined;
}

/**
 * Books a statement that is read and waits for a decision. What was accepted stands in the audit log.
 *
 * @throws Problem `not_found`, `statement_not_ready`, `stated_total_differs`, `lines_booked_before`,
 *   `supersedes_unknown`
 */
export async function commitStatement(ctx: Ctx, id: string, decision: Decision): Promise<StatementRow> {
  const statement = await getRow(ctx, id);
  if (isArchive(statement)) return commitParts(ctx, statement, decision);
  if (statement.status !== "ready") {
    throw new Problem("statement_not_ready", { detail: `The statement is ${statement.status}, not ready.` });
  }
  const stated: StatedOfFile[] = JSON.parse(statement.stated);
  if (!decision.acceptDifference && stated.some((fact) => !holds(fact))) throw new Problem("stated_total_differs");
  const supersedes = decision.supersedes ?? statement.supersedes;
  if (supersedes !== null) await requireReplaceable(ctx, statement, supersedes);
  const read = { ...statement, supersedes };
  if (!decision.acceptOverlap) {
    const overlaps = await listOverlaps(ctx, read, await listEarlier(ctx, read));
    const booked = overlaps.find((overlap) => isBookedBefore(statement, overlap));
    if (booked !== undefined) {
      const { filename, sameLines, lines } = booked;
      const detail = `${sameLines} of ${lines} lines of the same months are booked from ${filename}.`;
      throw new Problem("lines_booked_before", { detail });
    }
  }
  return move(ctx, read, "statement.commit", "posting", "statement.post", { ...decision });
}

/** Books the parts of a statement that wait for it. */
async function commitParts(ctx: Ctx, whole: StatementRow, decision: Decision): Promise<StatementRow> {
  const waiting = (await partsOfRow(ctx, whole)).filter(({ status }) => status === "ready");
  if (waiting.length === 0) throw new Problem("statement_not_ready", { detail: "None of its parts is ready." });
  for (const part of waiting) await commitStatement(ctx, part.id, decision);
  return getStatement(ctx, whole.id);
}

/** Only a posted statement of the same kind gives up its place, and only to one. */
async function requireReplaceable(ctx: Ctx, statement: StatementRow, id: string): Promise<void> {
  const replaced = id === statement.id ? null : await findStatement(ctx.db, ctx.scope, id);
  if (replaced?.status === "posted" && replaced.source === statement.source) return;
  throw new Problem("supersedes_unknown", { detail: "supersedes must name a posted statement of the same source." });
}

/**
 * Takes a statement back. What is booked is taken out by a job; what is not is retracted at once. Asking again is
 * harmless.
 *
 * @throws Problem `not_found`, `statement_not_retractable` while it is being read or booked
 */
export async function askRetraction(ctx: Ctx, id: string): Promise<StatementRow> {
  const statement = await getRow(ctx, id);
  if (isArchive(statement) && statement.status !== "retracted") return retractParts(ctx, statement);
  const { status } = statement;
  if (status === "retracting" || status === "retracted") return statement;
  if (!RETRACTABLE.includes(status)) {
    throw new Problem("statement_not_retractable", {
      detail: `The statement is ${status}; try again when it is done.`,
    });
  }
  await leaveReport(ctx, statement);
  const moved =
    status === "posted"
      ? await move(ctx, statement, "statement.ask_retraction", "retracting", "statement.retract")
      : await move(ctx, statement, "statement.discard", "retracted", null);
  // The files of a report were only kept for the statement that read them.
  for (const file of statement.parts === null ? [] : (JSON.parse(statement.parts) as string[])) {
    await askRetraction(ctx, file);
  }
  return moved;
}

/** Takes back an archive's own parts, none of them while one is on its way, and then the archive. */
async function retractParts(ctx: Ctx, whole: StatementRow): Promise<StatementRow> {
  const own = (await partsOfRow(ctx, whole)).filter(({ partOf }) => partOf === whole.id);
  const moving = own.find(({ status }) => !RETRACTABLE.includes(status));
  if (moving !== undefined) {
    const detail = `Its part ${moving.filename} is ${moving.status}; try again when it is done.`;
    throw new Problem("statement_not_retractable", { detail });
  }
  for (const part of own) await askRetraction(ctx, part.id);
  await move(ctx, whole, "statement.discard", "retracted", null);
  return getStatement(ctx, whole.id);
}

/** A file of a report goes with the statement that reads the report, and not by itself. */
async function leaveReport(ctx: Ctx, statement: StatementRow): Promise<void> {
  const whole = statement.partOf === null ? null : await findStatement(ctx.db, ctx.scope, statement.partOf);
  const isRead = whole !== null && !isArchive(whole) && whole.status !== "retracted" && whole.status !== "failed";
  if (isRead && whole.status !== "retracting") {
    const detail = `The file is read as a part of ${whole.id}; take that back.`;
    throw new Problem("statement_not_retractable", { detail });
  }
}

async function move(
  ctx: Ctx,
  statement: StatementRow,
  action: string,
  status: StatementStatus,
  job: (JobKind & `statement.${string}`) | null,
  said: object = {},
): Promise<StatementRow> {
  const { id, supersedes } = statement;
  const set = { status, supersedes, ...(status === "retracted" ? { retractedAt: ctx.now } : {}) };
  const moved = { ...statement, ...set };
  const body = { artistId: ctx.scope.artistId, statementId: id as `stm_${string}` };
  try {
    await commit(ctx, action, {
      writes: moveStatements(ctx.db, ctx.scope, id, [statement.status], set),
      target: id,
      before: { status: statement.status },
      after: { status, ...said },
      jobs: job === null ? [] : [{ kind: job, body } as JobRequest],
      result: moved,
    });
  } catch (error) {
    if (error instanceof ConstraintError && error.kind === "guard") {
      throw new Problem("conflict", { detail: "The statement moved on meanwhile; read it again.", cause: error });
    }
    throw error;
  }
  return moved;
}

/** Opens the original bytes. @throws Problem `not_found`, also when the original is no longer kept */
export async function openOriginal(ctx: Ctx, id: string): Promise<{ statement: StatementRow; object: R2ObjectBody }> {
  const statement = await getRow(ctx, id);
  const object = await findObject(ctx.stores.files, objectKey(ctx.scope, id, "original"));
  if (object === null) throw new Problem("not_found");
  return { statement, object };
}

/** An upload takes minutes; a file this old without a statement belongs to none. */
const ORPHAN_AGE_MS = 24 * 60 * 60 * 1000;

/**
 * Closes an artist's uploads that have expired, and removes the files that neither a statement nor an open upload names:
 * an upload that was cut off between keeping its file and committing its statement leaves one. Exports whose time is over
 * go with them.
 */
export async function sweepFiles(ctx: Ctx): Promise<void> {
  await sweepUploads(ctx);
  await sweepExports(ctx);
  const awaited = await listAwaitedStatements(ctx);
  for await (const page of listObjects(ctx.stores, ctx.scope)) {
    const old = page.filter(({ uploadedAt }) => uploadedAt < ctx.now - ORPHAN_AGE_MS);
    const ids = old.map(({ id }) => id);
    const named = await findStatements(ctx.db, ctx.scope, ids);
    const known = new Set([...named.map(({ id }) => id), ...awaited]);
    const orphans = old.filter(({ id }) => !known.has(id)).map(({ key }) => key);
    if (orphans.length > 0) await ctx.stores.files.delete(orphans);
  }
}

/** What one statement holds, by month and key. */
export interface StatementSums {
  readonly statement: StatementRow;
  readonly sums: readonly { month: Month; key: string; label: string | null; nanos: bigint }[];
}

/** Sums some statements in the way a figure is grouped; a group by source is keyed by the statement's own. */
export async function sumByGroup(
  ctx: Ctx,
  ids: readonly string[],
  currency: string,
  groupBy: "platform" | "territory" | "recording" | "release" | "source" | null,
): Promise<StatementSums[]> {
  const cut: DetailCut = groupBy === "recording" || groupBy === "release" ? groupBy : "territory";
  const by = groupBy === "platform" ? "platform" : groupBy === null || groupBy === "source" ? "none" : "key";
  const distinct = [...new Set(ids)];
  const [rows, sums] = await Promise.all([
    findStatements(ctx.db, ctx.scope, distinct),
    groupCells(ctx.db, ctx.scope, distinct, cut, currency, by),
  ]);
  return rows.map((statement) => {
    const own = sums[distinct.indexOf(statement.id)] ?? [];
    const keyed = groupBy === "source" ? own.map((sum) => ({ ...sum, key: statement.source ?? "" })) : own;
    return { statement, sums: keyed };
  });
}

/** What one posted statement has in a figure. */
export interface Contribution {
  readonly statement: StatementRow;
  readonly nanos: bigint;
  readonly lines: number;
}

/** Finds which posted statements a month's figure comes from, and how much of it from each; those with none left out. */
export async function listContributions(
  ctx: Ctx,
  of: {
    currency: string;
    cut: DetailCut;
    month: Month;
    platform: string | null;
    key: string | null;
    source: string | null;
  },
): Promise<Contribution[]> {
  const posted = await listPostedOver(ctx.db, ctx.scope, of.month);
  const mine = posted.filter((row) => row.measures === "money" && (of.source === null || row.source === of.source));
  const sums = await sumStatements(
    ctx.db,
    ctx.scope,
    mine.map((row) => row.id),
    of,
  );
  return mine.flatMap((statement, at): Contribution[] => {
    const sum = sums[at];
    return sum === undefined || sum.lines === 0 ? [] : [{ statement, ...sum }];
  });
}

/** Lists what files of plays say of spans of days: they tell no day, so no figure of a day, week or month has them. */
export async function listWindowPlays(
  ctx: Ctx,
  query: { from: Day; to: Day; limit: number; cursor?: string | undefined },
): Promise<Page<WindowFigure>> {
  const binding = bindingOf(ctx.scope, "listPlayWindows", { ...query });
  const [statementId, key] = readCursor(ctx, binding, query.cursor) ?? [];
  const after = statementId === undefined ? null : { statementId: String(statementId), key: String(key) };
  const rows = await listWindows(ctx.db, ctx.scope, query, after, query.limit + 1);
  return pageFrom(ctx, binding, rows, query.limit, (row) => [row.statementId, row.key]);
}
