// The home of the development mailbox's reads and writes.

import { desc } from "drizzle-orm";
import type { Db, Write } from "../db/client.ts";
import type { Instant } from "../kernel/time.ts";
import type { Mail } from "./model.ts";
import { devMail } from "./tables.ts";

const SHOWN = 50;

/** Lists the latest mails of development, newest first. */
export async function listDevMail(db: Db): Promise<(Mail & { at: Instant })[]> {
  const [rows] = await db.read(db.orm.select().from(devMail).orderBy(desc(devMail.id)).limit(SHOWN));
  return rows;
}

/** Keeps a mail in the development mailbox. */
export function devMailStatements(db: Db, id: string, mail: Mail, at: Instant): Write[] {
  return [db.orm.insert(devMail).values({ id, ...mail, at })];
}
