// The home of answers kept for repeated requests.

import { and, eq } from "drizzle-orm";
import type { Db } from "./client.ts";
import { idempotencyKeys } from "./tables.ts";

/** The answer kept for a claim; `body` is null when it held a secret. */
export interface KeptAnswer {
  readonly requestHash: string;
  readonly status: number;
  readonly body: string | null;
  readonly headers: Record<string, string>;
}

/** Finds what was answered to the first request of a caller's idempotency key. */
export async function findKeptAnswer(db: Db, actor: string, key: string): Promise<KeptAnswer | null> {
  const [[row]] = await db.read(
    db.orm
      .select()
      .from(idempotencyKeys)
      .where(and(eq(idempotencyKeys.actor, actor), eq(idempotencyKeys.key, key))),
  );
  if (row === undefined) return null;
  const { requestHash, status, body, headers } = row;
  return { requestHash, status, body, headers: headers === null ? {} : JSON.parse(headers) };
}
