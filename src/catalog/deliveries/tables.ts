// The home of the table of deliveries: what a store was asked to do with a version.

import { foreignKey, primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, text } from "../../db/columns.ts";
import { catalogVersions } from "../versions/tables.ts";

export const catalogDeliveries = sqliteTable(
  "catalog_deliveries",
  {
    artistId: text("artist_id").notNull(),
    id: text("id").notNull(),
    releaseId: text("release_id").notNull(),
    number: integer("number").notNull(),
    store: text("store").notNull(),
    action: text("action").notNull(),
    status: text("status").notNull(),
    reason: text("reason"),
    createdAt: instant("created_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.id] }),
    foreignKey({
      columns: [table.artistId, table.releaseId, table.number],
      foreignColumns: [catalogVersions.artistId, catalogVersions.releaseId, catalogVersions.number],
    }),
  ],
);
