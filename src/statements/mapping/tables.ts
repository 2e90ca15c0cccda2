// The home of the templates' table.

import { primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, text } from "../../db/columns.ts";
import { artists } from "../../team/index.ts";

export const mappingTemplates = sqliteTable(
  "mapping_templates",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    id: text("id").notNull(),
    name: text("name").notNull(),
    version: integer("version").notNull(),
    headerHash: text("header_hash").notNull(),
    header: text("header_json").notNull(),
    mapping: text("mapping_json").notNull(),
    createdAt: instant("created_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.id] })],
);
