// The home of the table of budgets.

import { primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, text } from "../../db/columns.ts";

export const providerBudgets = sqliteTable(
  "provider_budgets",
  {
    provider: text("provider").notNull(),
    name: text("name").notNull(),
    paidAt: instant("paid_at").notNull().default(0),
    period: text("period").notNull().default(""),
    used: integer("used").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.provider, table.name] })],
);
