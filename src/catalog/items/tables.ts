// The home of the catalog's tables; what is searched lies in a virtual table of the migration, which triggers keep.

import { foreignKey, primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, text } from "../../db/columns.ts";
import { artists } from "../../team/index.ts";

export const catalogItems = sqliteTable(
  "catalog_items",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    id: text("id").notNull(),
    kind: text("kind").notNull(),
    title: text("title").notNull(),
    artists: text("artists").notNull(),
    code: text("code"),
    type: text("type"),
    status: text("status"),
    words: text("words").notNull(),
    document: text("document_json").notNull(),
    version: integer("version").notNull(),
    deliveredAt: instant("delivered_at"),
    createdAt: instant("created_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
    place: integer("place").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.id] })],
);

export const catalogUses = sqliteTable(
  "catalog_uses",
  {
    artistId: text("artist_id").notNull(),
    usedId: text("used_id").notNull(),
    userId: text("user_id").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.usedId, table.userId] }),
    foreignKey({ columns: [table.artistId, table.usedId], foreignColumns: [catalogItems.artistId, catalogItems.id] }),
    foreignKey({ columns: [table.artistId, table.userId], foreignColumns: [catalogItems.artistId, catalogItems.id] }),
  ],
);

export const catalogFacets = sqliteTable(
  "catalog_facets",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    facet: text("facet").notNull(),
    value: text("value").notNull(),
    items: integer("items").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.facet, table.value] })],
);
