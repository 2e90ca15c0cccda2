// The home of the tables of dates and milestones.

import { foreignKey, primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, text } from "../../db/columns.ts";
import { catalogItems } from "../items/tables.ts";

export const catalogDates = sqliteTable(
  "catalog_dates",
  {
    artistId: text("artist_id").notNull(),
    releaseId: text("release_id").notNull(),
    onDay: text("on_day").notNull(),
    firstAt: instant("first_at").notNull(),
    lastAt: instant("last_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.releaseId] }),
    foreignKey({
      columns: [table.artistId, table.releaseId],
      foreignColumns: [catalogItems.artistId, catalogItems.id],
    }),
  ],
);

export const catalogMilestones = sqliteTable(
  "catalog_milestones",
  {
    artistId: text("artist_id").notNull(),
    id: text("id").notNull(),
    releaseId: text("release_id").notNull(),
    name: text("name").notNull(),
    onDay: text("on_day").notNull(),
    offsetDays: integer("offset_days"),
    isDone: integer("is_done").notNull(),
    version: integer("version").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.id] }),
    foreignKey({
      columns: [table.artistId, table.releaseId],
      foreignColumns: [catalogItems.artistId, catalogItems.id],
    }),
  ],
);
