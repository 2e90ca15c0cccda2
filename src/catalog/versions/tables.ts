// The home of the table of versions: what was sent to the stores, for good.

import { foreignKey, primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, text } from "../../db/columns.ts";
import { catalogItems } from "../items/tables.ts";

export const catalogVersions = sqliteTable(
  "catalog_versions",
  {
    artistId: text("artist_id").notNull(),
    releaseId: text("release_id").notNull(),
    number: integer("number").notNull(),
    action: text("action").notNull(),
    sha256: text("sha256").notNull(),
    document: text("document_json").notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.releaseId, table.number] }),
    foreignKey({
      columns: [table.artistId, table.releaseId],
      foreignColumns: [catalogItems.artistId, catalogItems.id],
    }),
  ],
);
