// The home of the table of calendars that programs subscribe to.

import { primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, text } from "../../db/columns.ts";
import { artists } from "../../team/index.ts";

export const catalogFeeds = sqliteTable(
  "catalog_feeds",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    id: text("id").notNull(),
    tokenHash: text("token_hash").notNull(),
    name: text("name").notNull(),
    owner: text("owner").notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.id] })],
);
