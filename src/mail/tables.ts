// The home of the tables of mail: the mailbox of development, and the claims of mails that leave once.

import { sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, text } from "../db/columns.ts";

export const devMail = sqliteTable("dev_mail", {
  id: text("id").notNull().primaryKey(),
  to: text("to_address").notNull(),
  subject: text("subject").notNull(),
  text: text("text").notNull(),
  html: text("html").notNull(),
  at: instant("at").notNull(),
  headers: text("headers").notNull().default("{}"),
});

export const mailClaims = sqliteTable("mail_claims", {
  name: text("name").notNull().primaryKey(),
  until: instant("until").notNull(),
  sentAt: instant("sent_at"),
});
