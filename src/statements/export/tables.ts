// The home of the exports' tables.

import { foreignKey, primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, text } from "../../db/columns.ts";
import { artists } from "../../team/index.ts";

export const statementExports = sqliteTable(
  "statement_exports",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    id: text("id").notNull(),
    status: text("status").notNull(),
    format: text("format").notNull(),
    hasBom: integer("has_bom").notNull(),
    periodFrom: text("period_from").notNull(),
    periodTo: text("period_to").notNull(),
    filter: text("filter_json").notNull(),
    generation: integer("generation").notNull(),
    statementIds: text("statements_json").notNull(),
    totalLines: integer("total_lines").notNull(),
    doneLines: integer("done_lines").notNull().default(0),
    step: integer("step").notNull().default(0),
    place: text("place_json").notNull(),
    sizeBytes: integer("size_bytes"),
    sha256: text("sha256"),
    errorCode: text("error_code"),
    errorMessage: text("error_message"),
    createdBy: text("created_by").notNull(),
    createdAt: instant("created_at").notNull(),
    readyAt: instant("ready_at"),
    keepUntil: instant("keep_until"),
    linkHash: text("link_hash"),
    linkExpiresAt: instant("link_expires_at"),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.id] })],
);

export const statementExportFiles = sqliteTable(
  "statement_export_files",
  {
    artistId: text("artist_id").notNull(),
    exportId: text("export_id").notNull(),
    place: integer("place").notNull(),
    name: text("name").notNull(),
    originalOf: text("original_of"),
    segments: integer("segments").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    sha256: text("sha256").notNull(),
    crc32: integer("crc32").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.exportId, table.place] }),
    foreignKey({
      columns: [table.artistId, table.exportId],
      foreignColumns: [statementExports.artistId, statementExports.id],
    }),
  ],
);
