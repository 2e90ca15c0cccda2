// The home of the rollups' tables.

import { primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { integer, nanos, text } from "../../db/columns.ts";
import { artists } from "../../team/index.ts";

export const earningRollups = sqliteTable(
  "earning_rollups",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    currency: text("currency").notNull(),
    source: text("source").notNull(),
    cut: text("cut").notNull(),
    platform: text("platform").notNull(),
    month: text("month").notNull(),
    key: text("key").notNull(),
    label: text("label"),
    lines: integer("lines").notNull(),
    streams: integer("streams").notNull(),
    downloads: integer("downloads").notNull(),
    other: integer("other").notNull(),
    nanos: nanos("nanos").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.artistId, table.currency, table.source, table.cut, table.platform, table.month, table.key],
    }),
  ],
);

export const earningKeys = sqliteTable("earning_keys", {
  artistId: text("artist_id")
    .notNull()
    .primaryKey()
    .references(() => artists.id),
  platforms: text("platforms_json").notNull(),
  currencies: text("currencies_json").notNull(),
});
