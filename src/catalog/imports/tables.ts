// The home of the imports' tables.

import { foreignKey, primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, text } from "../../db/columns.ts";
import { artists } from "../../team/index.ts";

const artistId = () =>
  text("artist_id")
    .notNull()
    .references(() => artists.id);

export const catalogImports = sqliteTable(
  "catalog_imports",
  {
    artistId: artistId(),
    id: text("id").notNull(),
    status: text("status").notNull(),
    format: text("format").notNull(),
    filename: text("filename").notNull(),
    sha256: text("sha256").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    version: text("version"),
    messageId: text("message_id"),
    sender: text("sender"),
    totalEntries: integer("total_entries").notNull().default(0),
    doneEntries: integer("done_entries").notNull().default(0),
    planBytes: integer("plan_bytes").notNull().default(0),
    planOffset: integer("plan_offset").notNull().default(0),
    counts: text("counts_json").notNull(),
    problem: text("problem"),
    createdBy: text("created_by").notNull(),
    createdAt: instant("created_at").notNull(),
    finishedAt: instant("finished_at"),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.id] })],
);

export const catalogImportEntries = sqliteTable(
  "catalog_import_entries",
  {
    artistId: text("artist_id").notNull(),
    importId: text("import_id").notNull(),
    number: integer("number").notNull(),
    outcome: text("outcome").notNull(),
    report: text("report_json").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.importId, table.number] }),
    foreignKey({
      columns: [table.artistId, table.importId],
      foreignColumns: [catalogImports.artistId, catalogImports.id],
    }),
  ],
);

export const catalogImportKeys = sqliteTable(
  "catalog_import_keys",
  {
    artistId: artistId(),
    key: text("key").notNull(),
    itemId: text("item_id").notNull(),
    saidAt: instant("said_at"),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.key] })],
);
