// The home of the table of finished answers.

import { primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { integer, text } from "../db/columns.ts";
import { artists } from "../team/index.ts";

export const kpiSnapshots = sqliteTable(
  "kpi_snapshots",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    view: text("view").notNull(),
    generation: integer("generation").notNull(),
    day: text("day").notNull(),
    body: text("body").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.view] })],
);
