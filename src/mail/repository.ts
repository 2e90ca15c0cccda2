// The home of the reads and writes of mail.

import { and, desc, eq, isNull, lt, sql } from "drizzle-orm";
import type { Db, Write } from "../db/client.ts";
import { oneRowChanged } from "../db/scoped.ts";
import type { Instant } from "../kernel/time.ts";
import type { Mail } from "./model.ts";
import { mailClaims as c, devMail } from "./tables.ts";

const SHOWN = 50;

/** A mail of development, as it is shown. */
export type KeptMail = Required<Mail> & { readonly at: Instant };

/** Lists the latest mails of development, newest first. */
export async function listDevMail(db: Db): Promise<KeptMail[]> {
  const [rows] = await db.read(db.orm.select().from(devMail).orderBy(desc(devMail.id)).limit(SHOWN));
  return rows.map(({ headers, ...mail }) => ({ ...mail, headers: JSON.parse(headers) as Required<Mail>["headers"] }));
}

/** Keeps a mail in the development mailbox. */
export function devMailStatements(db: Db, id: string, { headers = {}, ...mail }: Mail, at: Instant): Write[] {
  return [db.orm.insert(devMail).values({ id, ...mail, headers: JSON.stringify(headers), at })];
}

/** Tells whether a mail of this name has left. Reads 1 row. */
export async function hasLeft(db: Db, name: string): Promise<boolean> {
  const [[row]] = await db.read(db.orm.select({ sentAt: c.sentAt }).from(c).where(eq(c.name, name)));
  return row?.sentAt != null;
}

/** Claims a mail's name for a while. Fails when it has left, or somebody else has it. */
export function claimStatements(db: Db, name: string, now: Instant, until: Instant): Write[] {
  const setWhere = sql`${c.sentAt} IS NULL AND ${c.until} <= ${now}`;
  return [
    db.orm.insert(c).values({ name, until }).onConflictDoUpdate({ target: c.name, set: { until }, setWhere }),
    db.orm.run(oneRowChanged),
  ];
}

/** Gives a claim back, if nobody else has it by now: nothing has left. */
export function releaseStatements(db: Db, name: string, until: Instant): Write[] {
  return [db.orm.delete(c).where(and(eq(c.name, name), eq(c.until, until), isNull(c.sentAt)))];
}

/** Says that a mail has left, for good. */
export function leftStatements(db: Db, name: string, now: Instant): Write[] {
  return [db.orm.update(c).set({ sentAt: now }).where(eq(c.name, name))];
}

/** Forgets mails that left before a moment, and claims that ended before it. */
export function forgetStatements(db: Db, before: Instant): Write[] {
  return [db.orm.delete(c).where(lt(c.until, before))];
}
