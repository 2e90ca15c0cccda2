// The home of the reads and writes of accounts that people sign in with elsewhere.

import { and, eq, inArray, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import type { Instant } from "../../kernel/time.ts";
import { endSessionStatements } from "../repository.ts";
import { sessions, users } from "../tables.ts";
import { signInAccounts } from "./tables.ts";

/** One row as it is stored. */
export type AccountRow = typeof signInAccounts.$inferSelect;

/** A session about to be opened, and the one that this browser had before. */
export interface SessionChange {
  readonly session: { tokenHash: string; id: string; expiresAt: Instant };
  readonly broughtHash: string | null;
}

/** Finds the account that one of these ids stands for, the first id that is known. Reads at most one row per id. */
export async function findAccount(db: Db, provider: string, subjects: readonly string[]): Promise<AccountRow | null> {
  const [rows] = await db.read(
    db.orm
      .select()
      .from(signInAccounts)
      .where(and(eq(signInAccounts.provider, provider), inArray(signInAccounts.subject, [...subjects]))),
  );
  const known = subjects.map((subject) => rows.find((row) => row.subject === subject));
  return known.find((row) => row !== undefined) ?? null;
}

/** Finds a person's account with a provider. Reads one row. */
export async function findAccountOf(db: Db, userId: string, provider: string): Promise<AccountRow | null> {
  const [[row]] = await db.read(
    db.orm
      .select()
      .from(signInAccounts)
      .where(and(eq(signInAccounts.userId, userId), eq(signInAccounts.provider, provider))),
  );
  return row ?? null;
}

/** Makes a person of an account seen for the first time, and signs them in. Fails if the account has been seen since. */
export function firstSignInStatements(
  db: Db,
  person: { id: string; name: string },
  account: { provider: string; subject: string },
  change: SessionChange,
  now: Instant,
): Write[] {
  return [
    db.orm.insert(users).values({ ...person, email: null, createdAt: now }),
    db.orm.insert(signInAccounts).values({ ...account, userId: person.id, linkedAt: now }),
    ...sessionStatements(db, person.id, change, now),
  ];
}

/** Signs the person of an account in, and notes the surer id. Fails if the account was unlinked meanwhile. */
export function nextSignInStatements(
  db: Db,
  { provider, subject, userId }: AccountRow,
  surest: string,
  change: SessionChange,
  now: Instant,
): Write[] {
  const account = and(
    eq(signInAccounts.provider, provider),
    eq(signInAccounts.subject, subject),
    eq(signInAccounts.userId, userId),
  );
  return [
    db.orm.update(signInAccounts).set({ subject: surest }).where(account),
    db.orm.run(oneRowChanged),
    ...sessionStatements(db, userId, change, now),
  ];
}

function sessionStatements(db: Db, userId: string, { session, broughtHash }: SessionChange, now: Instant): Write[] {
  const ended = broughtHash === null ? [] : endSessionStatements(db, broughtHash);
  return [db.orm.insert(sessions).values({ ...session, userId, createdAt: now }), ...ended];
}

/** Links an account to a person. Fails if either is linked already. */
export function linkStatements(db: Db, account: AccountRow): Write[] {
  return [db.orm.insert(signInAccounts).values(account)];
}

/** Unlinks an account. Fails if nothing was linked, or if the person could then not sign in any more. */
export function unlinkStatements(db: Db, userId: string, provider: string): Write[] {
  const mine = and(eq(signInAccounts.userId, userId), eq(signInAccounts.provider, provider));
  const another = sql`EXISTS (SELECT 1 FROM ${signInAccounts} WHERE ${signInAccounts.userId} = ${userId})`;
  const mail = sql`EXISTS (SELECT 1 FROM ${users} WHERE ${users.id} = ${userId} AND ${users.email} IS NOT NULL)`;
  return [
    db.orm.delete(signInAccounts).where(mine),
    db.orm.run(oneRowChanged),
    db.orm.run(sql`SELECT iif(${another} OR ${mail}, 1, json('guard'))`),
  ];
}
