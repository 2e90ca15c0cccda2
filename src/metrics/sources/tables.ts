// The home of the sources' table.

import { primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { text } from "../../db/columns.ts";
import { artists } from "../../team/index.ts";

export const earningSources = sqliteTable(
  "earning_sources",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    source: text("source").notNull(),
    periods: text("periods_json").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.source] })],
);
