// The home of the development mailbox's table.

import { sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, text } from "../db/columns.ts";

export const devMail = sqliteTable("dev_mail", {
  id: text("id").notNull().primaryKey(),
  to: text("to_address").notNull(),
  subject: text("subject").notNull(),
  text: text("text").notNull(),
  html: text("html").notNull(),
  at: instant("at").notNull(),
});
