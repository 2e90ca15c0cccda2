// The home of people's reads and writes.

import { and, count, eq, gt, isNull, sql } from "drizzle-orm";
import type { Db, Write } from "../db/client.ts";
import { oneRowChanged } from "../db/scoped.ts";
import type { Instant } from "../kernel/time.ts";
import { emailLinks, sessions, users } from "./tables.ts";

/** Counts the links made for an address since a moment. */
export async function countLinks(db: Db, email: string, since: Instant): Promise<number> {
  const [[row]] = await db.read(
    db.orm
      .select({ links: count() })
      .from(emailLinks)
      .where(and(eq(emailLinks.email, email), gt(emailLinks.createdAt, since))),
  );
  return row?.links ?? 0;
}

/** Finds the address a link signs in with, if the link still works. */
export async function findLiveLink(db: Db, tokenHash: string, now: Instant): Promise<{ email: string } | null> {
  const [[row]] = await db.read(
    db.orm
      .select({ email: emailLinks.email })
      .from(emailLinks)
      .where(
        and(
          eq(emailLinks.tokenHash, tokenHash),
          isNull(emailLinks.userId),
          isNull(emailLinks.usedAt),
          gt(emailLinks.expiresAt, now),
        ),
      ),
  );
  return row ?? null;
}

export function linkStatements(db: Db, link: typeof emailLinks.$inferInsert): Write[] {
  return [db.orm.insert(emailLinks).values(link)];
}

/** Uses a link up, makes its person if there is none of that address, and opens a session. Fails if it was used. */
export function signInStatements(
  db: Db,
  linkHash: string,
  person: { id: string; email: string; name: string },
  session: { tokenHash: string; id: string; expiresAt: Instant; userAgent: string | null; lastSeenAt: Instant },
  now: Instant,
): Write[] {
  const live = and(eq(emailLinks.tokenHash, linkHash), isNull(emailLinks.usedAt), gt(emailLinks.expiresAt, now));
  return [
    db.orm.update(emailLinks).set({ usedAt: now }).where(live),
    db.orm.run(oneRowChanged),
    db.orm
      .insert(users)
      .values({ ...person, createdAt: now })
      .onConflictDoNothing({ target: users.email }),
    db.orm.insert(sessions).values({
      ...session,
      userId: sql`(SELECT ${users.id} FROM ${users} WHERE ${users.email} = ${person.email})`,
      createdAt: now,
    }),
  ];
}

export function endSessionStatements(db: Db, tokenHash: string): Write[] {
  return [db.orm.delete(sessions).where(eq(sessions.tokenHash, tokenHash))];
}

/** Finds whose session a token's hash stands for, if it has not ended. Reads one row. */
export async function findSessionUser(db: Db, tokenHash: string, now: Instant): Promise<string | null> {
  const [[row]] = await db.read(
    db.orm
      .select({ userId: sessions.userId })
      .from(sessions)
      .where(and(eq(sessions.tokenHash, tokenHash), gt(sessions.expiresAt, now))),
  );
  return row?.userId ?? null;
}
