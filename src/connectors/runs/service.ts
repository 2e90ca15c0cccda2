// The home of asking for runs: every night for every connection, and whenever a person wants one; and of reading them back.

import { ConstraintError } from "../../db/client.ts";
import { commit, persist } from "../../db/commit.ts";
import type { BaseCtx, Ctx } from "../../db/ctx.ts";
import { bindingOf, type Page, pageFrom, readCursor } from "../../http/page.ts";
import type { JobRequest } from "../../jobs/messages.ts";
import { Problem } from "../../kernel/problems.ts";
import type { Day, Instant } from "../../kernel/time.ts";
import { grantHealth } from "../grants/model.ts";
import { findGrant } from "../grants/repository.ts";
import { providerOf } from "../providers/registry.ts";
import { nightRunId, PLANNED_AT_ONCE, RUN_LIFE_MS } from "./model.ts";
import {
  findOpenRun,
  findRun,
  listDue,
  listNotes,
  listRuns,
  type NoteRow,
  newRunStatements,
  planStatements,
  type RunRow,
} from "./repository.ts";

/**
 * Plans a night's run for each of the next connections that have none, and asks for itself again if there may be more.
 *
 * Planned twice at once, one of the two gives way and finds the work done. A night that was missed is planned by the next
 * hour; each run reads from where its connection stands, so that no day is lost by it.
 */
export async function planNight(base: BaseCtx, night: Day, asOf: Instant): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const due = await listDue(base.db, night, PLANNED_AT_ONCE);
    if (due.length === 0) return;
    const planned = due.map(({ artistId, id, provider }) => {
      return { artistId, connectionId: id, id: nightRunId(id, night), total: providerOf(provider).streams.length };
    });
    const jobs = planned.map(({ artistId, connectionId, id }): JobRequest => {
      return { kind: "connector.sync", body: { artistId: artistId as `art_${string}`, connectionId, runId: id } };
    });
    const more: JobRequest[] = due.length < PLANNED_AT_ONCE ? [] : [{ kind: "connector.plan", body: { night, asOf } }];
    try {
      return await persist(base, planStatements(base.db, night, asOf, planned), [...jobs, ...more]);
    } catch (error) {
      if (!(error instanceof ConstraintError)) throw error;
      if (attempt === TRIES)
        throw new Problem("in_progress", { detail: "The night is being planned elsewhere.", cause: error });
    }
  }
}

const TRIES = 5;

/** The run a connection has at work or in waiting, or a new one. @throws Problem `not_found`, `reauth_required` */
export async function askRun(ctx: Ctx, connectionId: string): Promise<RunRow> {
  const [grant, open] = await Promise.all([
    findGrant(ctx.db, ctx.scope, connectionId),
    findOpenRun(ctx.db, ctx.scope, connectionId, ctx.now - RUN_LIFE_MS),
  ]);
  if (grant === null) throw new Problem("not_found");
  const { status } = grantHealth(grant, ctx.now);
  if (status === "unconfigured" || status === "reauth_required") throw new Problem("reauth_required");
  if (open !== null) return open;
  const id = ctx.newId("run");
  const total = providerOf(grant.provider).streams.length;
  const { artistId } = ctx.scope;
  const row: RunRow = {
    artistId,
    connectionId,
    id,
    night: null,
    status: "queued",
    asOf: ctx.now,
    startedAt: null,
    endedAt: null,
    resumeAt: null,
    attempts: 0,
    step: 0,
    place: "",
    fromDay: null,
    toDay: null,
    done: 0,
    total,
    readCount: 0,
    writtenCount: 0,
    requests: 0,
    errorCode: null,
    error: null,
  };
  await commit(ctx, "connection.sync", {
    writes: newRunStatements(ctx.db, ctx.scope, { connectionId, id, night: null, asOf: ctx.now, total }),
    target: connectionId,
    after: { run: id },
    jobs: [{ kind: "connector.sync", body: { artistId, connectionId, runId: id } }],
  });
  return row;
}

async function requireConnection(ctx: Ctx, id: string): Promise<string> {
  const grant = await findGrant(ctx.db, ctx.scope, id);
  if (grant === null) throw new Problem("not_found");
  return grant.provider;
}

/** Gives one run. @throws Problem `not_found` */
export async function getRun(ctx: Ctx, connectionId: string, id: string): Promise<RunRow> {
  const run = await findRun(ctx.db, ctx.scope, connectionId, id);
  if (run === null) throw new Problem("not_found");
  return run;
}

/** Lists a connection's runs, newest first. @throws Problem `not_found` */
export async function listConnectionRuns(
  ctx: Ctx,
  connectionId: string,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Page<RunRow>> {
  const binding = bindingOf(ctx.scope, "listConnectionRuns", { connectionId });
  const [before] = readCursor(ctx, binding, cursor) ?? [];
  const [, rows] = await Promise.all([
    requireConnection(ctx, connectionId),
    listRuns(ctx.db, ctx.scope, connectionId, before === undefined ? null : String(before), limit),
  ]);
  return pageFrom(ctx, binding, rows, limit, (row) => [row.id]);
}

/** Lists what readers of a connection's series must know, by day. @throws Problem `not_found` */
export async function listConnectionNotes(
  ctx: Ctx,
  connectionId: string,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Page<NoteRow>> {
  const binding = bindingOf(ctx.scope, "listConnectionNotes", { connectionId });
  const after = readCursor(ctx, binding, cursor);
  const [, rows] = await Promise.all([
    requireConnection(ctx, connectionId),
    listNotes(ctx.db, ctx.scope, connectionId, after as [string, string, string] | null, limit),
  ]);
  return pageFrom(ctx, binding, rows, limit, (row) => [row.day, row.kind, row.key]);
}
