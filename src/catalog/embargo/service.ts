// The home of the verbs on embargoes: put a release under one, lift it, and see who saw it.

import { commit } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import { bindingOf, type Page, pageFrom, readCursor } from "../../http/page.ts";
import { Problem } from "../../kernel/problems.ts";
import { actorName } from "../../kernel/scope.ts";
import { findDate } from "../calendar/repository.ts";
import { getItem } from "../items/service.ts";
import { type EmbargoUntil, liftsAt } from "./model.ts";
import {
  type EmbargoRow,
  embargoStatements,
  findEmbargo,
  listSightings,
  type SightingPlace,
  type SightingRow,
} from "./repository.ts";

/** Finds the embargo of a release, ended or not. @throws Problem `not_found` when there never was one */
export async function getEmbargo(ctx: Ctx, releaseId: string): Promise<EmbargoRow> {
  await getItem(ctx, "release", releaseId);
  const row = await findEmbargo(ctx.db, ctx.scope, releaseId);
  if (row === null) throw new Problem("not_found");
  return row;
}

/**
 * Puts a release under embargo, or changes until when.
 *
 * @throws Problem `not_found`, `invalid_request` for a moment that is over
 */
export async function setEmbargo(ctx: Ctx, releaseId: string, until: EmbargoUntil): Promise<EmbargoRow> {
  await getItem(ctx, "release", releaseId);
  const [before, date] = await Promise.all([
    findEmbargo(ctx.db, ctx.scope, releaseId),
    findDate(ctx.db, ctx.scope, releaseId),
  ]);
  const end = liftsAt(until, date?.firstAt ?? null);
  if (end <= ctx.now) {
    const message = until.kind === "release" ? "the release is out" : "is over";
    throw new Problem("invalid_request", {
      detail: `body.until: ${message}.`,
      errors: [{ path: "body.until", code: "past", message }],
    });
  }
  return keep(ctx, "embargo.set", before, rowOf(ctx, releaseId, until.kind, end));
}

/** Lifts an embargo now; one that has ended stays ended. @throws Problem `not_found` */
export async function liftEmbargo(ctx: Ctx, releaseId: string): Promise<void> {
  const before = await getEmbargo(ctx, releaseId);
  if (before.liftsAt <= ctx.now) return;
  await keep(ctx, "embargo.lift", before, { ...rowOf(ctx, releaseId, "lift", ctx.now), until: before.until });
}

function rowOf(ctx: Ctx, releaseId: string, until: EmbargoUntil["kind"], end: number): EmbargoRow {
  const changed = { changedBy: actorName(ctx.actor), changedAt: ctx.now };
  return { artistId: ctx.scope.artistId, releaseId, until, liftsAt: end, ...changed };
}

async function keep(ctx: Ctx, action: string, before: EmbargoRow | null, row: EmbargoRow): Promise<EmbargoRow> {
  const facts = ({ until, liftsAt: end }: EmbargoRow) => ({ until, liftsAt: end });
  await commit(ctx, action, {
    writes: embargoStatements(ctx.db, row),
    target: row.releaseId,
    ...(before === null ? {} : { before: facts(before) }),
    after: facts(row),
    result: row,
  });
  return row;
}

/** Lists who saw a release, or what belongs to it, while that was secret; the latest day first. @throws Problem `not_found` */
export async function listAccess(
  ctx: Ctx,
  releaseId: string,
  query: { limit: number; cursor?: string | undefined },
): Promise<Page<SightingRow>> {
  await getItem(ctx, "release", releaseId);
  const binding = bindingOf(ctx.scope, "listAccess", { releaseId });
  const after = readCursor(ctx, binding, query.cursor)?.map(String) ?? null;
  const rows = await listSightings(ctx.db, ctx.scope, releaseId, after as SightingPlace | null, query.limit);
  return pageFrom(ctx, binding, rows, query.limit, ({ onDay, actor, seenIn, itemId }) => [
    onDay,
    actor,
    seenIn,
    itemId,
  ]);
}
