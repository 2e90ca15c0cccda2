// The home of the uploads' tables.

import { foreignKey, primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, text } from "../../db/columns.ts";
import { artists } from "../../team/index.ts";

export const statementUploads = sqliteTable(
  "statement_uploads",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    id: text("id").notNull(),
    status: text("status").notNull(),
    statementId: text("statement_id").notNull(),
    multipartId: text("multipart_id").notNull(),
    filename: text("filename").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    partBytes: integer("part_bytes").notNull(),
    isPreview: integer("is_preview").notNull(),
    refusedCode: text("refused_code"),
    refusedDetail: text("refused_detail"),
    createdBy: text("created_by").notNull(),
    createdAt: instant("created_at").notNull(),
    expiresAt: instant("expires_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.id] })],
);

export const statementUploadParts = sqliteTable(
  "statement_upload_parts",
  {
    artistId: text("artist_id").notNull(),
    uploadId: text("upload_id").notNull(),
    part: integer("part").notNull(),
    etag: text("etag").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.uploadId, table.part] }),
    foreignKey({
      columns: [table.artistId, table.uploadId],
      foreignColumns: [statementUploads.artistId, statementUploads.id],
    }),
  ],
);
