// The home of the batches' tables.

import { foreignKey, primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, text } from "../../db/columns.ts";
import { artists } from "../../team/index.ts";

export const catalogBatches = sqliteTable(
  "catalog_batches",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    id: text("id").notNull(),
    status: text("status").notNull(),
    mode: text("mode").notNull(),
    reverts: text("reverts"),
    total: integer("total").notNull(),
    done: integer("done").notNull(),
    applied: integer("applied").notNull(),
    skipped: integer("skipped").notNull(),
    failed: integer("failed").notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: instant("created_at").notNull(),
    finishedAt: instant("finished_at"),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.id] })],
);

export const catalogBatchItems = sqliteTable(
  "catalog_batch_items",
  {
    artistId: text("artist_id").notNull(),
    batchId: text("batch_id").notNull(),
    place: integer("place").notNull(),
    itemId: text("item_id").notNull(),
    sent: text("sent_json"),
    outcome: text("outcome").notNull(),
    result: text("result_json"),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.batchId, table.place] }),
    foreignKey({
      columns: [table.artistId, table.batchId],
      foreignColumns: [catalogBatches.artistId, catalogBatches.id],
    }),
  ],
);
