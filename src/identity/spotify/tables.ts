// The home of the table of accounts that people sign in with elsewhere.

import { primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, text } from "../../db/columns.ts";
import { users } from "../tables.ts";

export const signInAccounts = sqliteTable(
  "sign_in_accounts",
  {
    provider: text("provider").notNull(),
    subject: text("subject").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    linkedAt: instant("linked_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.provider, table.subject] })],
);
