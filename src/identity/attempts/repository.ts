// The home of the reads and writes of authorizations under way.

import { and, eq, gt, lt } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import type { Instant } from "../../kernel/time.ts";
import { oauthAttempts } from "./tables.ts";

/** One row as it is stored. */
export type AttemptRow = typeof oauthAttempts.$inferSelect;

/** Finds an authorization that is still under way. Reads one row. */
export async function findLiveAttempt(db: Db, secretHash: string, now: Instant): Promise<AttemptRow | null> {
  const [[row]] = await db.read(
    db.orm
      .select()
      .from(oauthAttempts)
      .where(and(eq(oauthAttempts.secretHash, secretHash), gt(oauthAttempts.expiresAt, now))),
  );
  return row ?? null;
}

/** Begins an authorization, and forgets those nobody came back from. */
export function attemptStatements(db: Db, attempt: AttemptRow): Write[] {
  return [
    db.orm.delete(oauthAttempts).where(lt(oauthAttempts.expiresAt, attempt.createdAt)),
    db.orm.insert(oauthAttempts).values(attempt),
  ];
}

/** Ends an authorization. Fails the batch when it has ended before: it answers once. */
export function endAttemptStatements(db: Db, secretHash: string): Write[] {
  return [db.orm.delete(oauthAttempts).where(eq(oauthAttempts.secretHash, secretHash)), db.orm.run(oneRowChanged)];
}
