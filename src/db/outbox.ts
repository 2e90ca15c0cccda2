// The home of work that must not be lost: finished jobs leave the outbox, forgotten ones are sent again.

import { and, eq, isNull, lt, sql } from "drizzle-orm";
import { type JobMessage, parseJob } from "../jobs/messages.ts";
import type { BaseCtx } from "./ctx.ts";
import { idempotencyKeys, outbox } from "./tables.ts";

const SWEEP_LIMIT = 100;
const MAX_ATTEMPTS = 20;
const CLAIM_LIFE_MS = 24 * 60 * 60 * 1000;
const LONGEST_LEASE_MS = 60 * 60 * 1000;

/** Takes a finished job out of the outbox. A job that comes again afterwards finds its work done. */
export async function finishJob(ctx: BaseCtx, id: string): Promise<void> {
  await ctx.db.write([ctx.db.orm.delete(outbox).where(eq(outbox.id, id))]);
}

/** Puts a job aside that can never succeed, with what it failed of; it stays visible in the table. */
export async function buryJob(ctx: BaseCtx, id: string, error: string): Promise<void> {
  await ctx.db.write([
    ctx.db.orm
      .update(outbox)
      .set({ buriedAt: ctx.now, lastError: error.slice(0, 500) })
      .where(eq(outbox.id, id)),
  ]);
}

/**
 * Finds the jobs whose lease has run out, leases them anew for twice as long, and hands them back for sending.
 *
 * Each call takes at most 100; jobs sent 20 times are buried. Also forgets idempotency keys older than a day.
 */
export async function sweepOutbox(ctx: BaseCtx): Promise<JobMessage[]> {
  const orm = ctx.db.orm;
  const due = and(lt(outbox.leaseUntil, ctx.now), isNull(outbox.buriedAt));
  const [rows] = await ctx.db.read(orm.select().from(outbox).where(due).orderBy(outbox.leaseUntil).limit(SWEEP_LIMIT));
  const messages: JobMessage[] = [];
  const writes = rows.map((row) => {
    const message = parseJob(row.id, row.kind, JSON.parse(row.body));
    if (message === null || row.attempts >= MAX_ATTEMPTS) {
      const lastError = message === null ? "unknown kind or shape" : "sent too often";
      return orm.update(outbox).set({ buriedAt: ctx.now, lastError }).where(eq(outbox.id, row.id));
    }
    messages.push(message);
    const leaseMs = Math.min(ctx.settings.outboxLeaseMs * 2 ** Math.min(row.attempts, 12), LONGEST_LEASE_MS);
    return orm
      .update(outbox)
      .set({ attempts: sql`${outbox.attempts} + 1`, leaseUntil: ctx.now + leaseMs })
      .where(eq(outbox.id, row.id));
  });
  const forget = orm.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, ctx.now - CLAIM_LIFE_MS));
  await ctx.db.write([...writes, forget]);
  return messages;
}
