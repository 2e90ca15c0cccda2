// The home of the table of milestone templates.

import { primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, text } from "../../db/columns.ts";
import { artists } from "../../team/index.ts";

export const catalogPlans = sqliteTable(
  "catalog_plans",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    id: text("id").notNull(),
    name: text("name").notNull(),
    milestones: text("milestones_json").notNull(),
    isDefault: integer("is_default").notNull(),
    version: integer("version").notNull(),
    createdAt: instant("created_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.id] })],
);
