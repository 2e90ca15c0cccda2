// The home of change: one batch holding the claim, the writes, the audit row and the jobs asked for, all or nothing.

import { sql } from "drizzle-orm";
import type { JobMessage, TimedRequest } from "../jobs/messages.ts";
import { actorName } from "../kernel/scope.ts";
import { packRows } from "./bulk.ts";
import type { Write } from "./client.ts";
import type { BaseCtx, Ctx } from "./ctx.ts";
import { auditLog, idempotencyKeys, outbox } from "./tables.ts";

/** What a verb decided: the writes, what is said of them in the audit, and the work they cause. */
export interface Change {
  readonly writes: readonly Write[];
  /** The id of what was changed. */
  readonly target?: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly jobs?: readonly TimedRequest[];
  /** What the endpoint will present; kept with the claim so that a repeated request gets the same answer. */
  readonly result?: unknown;
  /** Whose audit log it belongs in, when the verb has no scope yet (the artist was just created). */
  readonly artistId?: string;
}

/**
 * Carries a change out: everything in it happens, or nothing does.
 *
 * @param action what is said in the audit, as `noun.verb`
 * @throws ConstraintError when a key or a guard refused; nothing was kept
 */
export async function commit(ctx: BaseCtx | Ctx, action: string, change: Change): Promise<void> {
  const audit = ctx.db.orm.insert(auditLog).values({
    artistId: change.artistId ?? ("scope" in ctx ? ctx.scope.artistId : ""),
    id: ctx.newId("audit"),
    at: ctx.now,
    actor: actorName(ctx.actor),
    action,
    target: change.target ?? null,
    before: change.before === undefined ? null : JSON.stringify(change.before),
    after: change.after === undefined ? null : JSON.stringify(change.after),
    requestId: ctx.requestId,
  });
  await persist(ctx, [...claimWrites(ctx, change.result), ...change.writes, audit], change.jobs ?? []);
}

/**
 * Writes a machine's own bookkeeping (a checkpoint, a snapshot): one batch and its jobs, without an audit row.
 *
 * Anything a person would call a change goes through {@link commit}.
 */
export async function persist(
  ctx: BaseCtx,
  writes: readonly Write[],
  jobs: readonly TimedRequest[] = [],
): Promise<void> {
  const asked = jobs.map(({ at, ...job }) => ({
    at: at ?? null,
    message: { ...job, id: ctx.newId("job") } as JobMessage,
  }));
  const rows = asked.map(({ at, message }) => [
    message.id,
    message.kind,
    JSON.stringify(message.body),
    at ?? ctx.now + ctx.settings.outboxLeaseMs,
  ]);
  const kept = packRows(rows.map((row) => JSON.stringify(row))).map((pack) =>
    ctx.db.orm.run(sql`
      INSERT INTO ${outbox} (id, kind, body_json, lease_until, attempts, created_at)
      SELECT value->>0, value->>1, value->>2, value->>3, 0, ${ctx.now} FROM json_each(${pack})`),
  );
  await ctx.db.write([...writes, ...kept]);
  // What has a time of its own is sent by the sweep, when the time has come.
  const messages = asked.flatMap(({ at, message }) => (at === null ? [message] : []));
  if (messages.length > 0) ctx.send(messages);
}

function claimWrites(ctx: BaseCtx, result: unknown): Write[] {
  if (ctx.claim === null) return [];
  const { actor, key, operation, requestHash } = ctx.claim;
  const { status, body, headers } = ctx.claim.answer(result);
  return [
    ctx.db.orm.insert(idempotencyKeys).values({
      actor,
      key,
      operation,
      requestHash,
      status,
      body,
      headers: JSON.stringify(headers),
      createdAt: ctx.now,
    }),
  ];
}
