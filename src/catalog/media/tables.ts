// The home of the table of media: artwork and sound of the catalog's things.

import { foreignKey, primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, text } from "../../db/columns.ts";
import { catalogItems } from "../items/tables.ts";

export const catalogMedia = sqliteTable(
  "catalog_media",
  {
    artistId: text("artist_id").notNull(),
    id: text("id").notNull(),
    itemId: text("item_id").notNull(),
    kind: text("kind").notNull(),
    filename: text("filename").notNull(),
    type: text("type").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    sha256: text("sha256").notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.id] }),
    foreignKey({
      columns: [table.artistId, table.itemId],
      foreignColumns: [catalogItems.artistId, catalogItems.id],
    }),
  ],
);
