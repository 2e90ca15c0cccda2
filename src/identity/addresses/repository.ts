// The home of the reads and writes of addresses that are being proved.

import { and, eq, gt, isNotNull, isNull } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import type { Instant } from "../../kernel/time.ts";
import { emailLinks, users } from "../tables.ts";

function liveLink(tokenHash: string, now: Instant) {
  const t = emailLinks;
  return and(eq(t.tokenHash, tokenHash), isNotNull(t.userId), isNull(t.usedAt), gt(t.expiresAt, now));
}

/** Finds the address a link proves, and to whose account, if the link still works. Reads one row. */
export async function findAddressLink(
  db: Db,
  tokenHash: string,
  now: Instant,
): Promise<{ email: string; userId: string | null } | null> {
  const { email, userId } = emailLinks;
  const [[row]] = await db.read(db.orm.select({ email, userId }).from(emailLinks).where(liveLink(tokenHash, now)));
  return row ?? null;
}

/** Uses a link up and gives its address to a person who has none. Fails if it was used, or if they have one. */
export function addressStatements(
  db: Db,
  linkHash: string,
  { id, email }: { id: string; email: string },
  now: Instant,
): Write[] {
  const without = and(eq(users.id, id), isNull(users.email));
  return [
    db.orm.update(emailLinks).set({ usedAt: now }).where(liveLink(linkHash, now)),
    db.orm.run(oneRowChanged),
    db.orm.update(users).set({ email }).where(without),
    db.orm.run(oneRowChanged),
  ];
}
