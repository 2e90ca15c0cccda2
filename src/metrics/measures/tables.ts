// The home of the table of measures.

import { primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { text } from "../../db/columns.ts";
import { artists } from "../../team/index.ts";

export const measureDays = sqliteTable(
  "measure_days",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    source: text("source").notNull(),
    stream: text("stream").notNull(),
    day: text("day").notNull(),
    cells: text("cells_json").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.source, table.stream, table.day] })],
);
