// The home of the tables of daily facts.

import { foreignKey, primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { integer, text } from "../../db/columns.ts";
import { artists } from "../../team/index.ts";

const ofArtist = () =>
  text("artist_id")
    .notNull()
    .references(() => artists.id);

export const playDays = sqliteTable(
  "play_days",
  {
    artistId: ofArtist(),
    source: text("source").notNull(),
    day: text("day").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.source, table.day] })],
);

export const playPacks = sqliteTable(
  "play_packs",
  {
    artistId: text("artist_id").notNull(),
    source: text("source").notNull(),
    day: text("day").notNull(),
    cut: text("cut").notNull(),
    cells: text("cells_json").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.source, table.day, table.cut] }),
    foreignKey({
      columns: [table.artistId, table.source, table.day],
      foreignColumns: [playDays.artistId, playDays.source, playDays.day],
    }),
  ],
);

export const playRollups = sqliteTable(
  "play_rollups",
  {
    artistId: ofArtist(),
    source: text("source").notNull(),
    cut: text("cut").notNull(),
    platform: text("platform").notNull(),
    grain: text("grain").notNull(),
    period: text("period").notNull(),
    key: text("key").notNull(),
    label: text("label"),
    cells: integer("cells").notNull(),
    plays: integer("plays").notNull(),
    downloads: integer("downloads").notNull(),
    other: integer("other").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.artistId, table.source, table.cut, table.platform, table.grain, table.period, table.key],
    }),
  ],
);

export const playMonths = sqliteTable(
  "play_months",
  {
    artistId: ofArtist(),
    month: text("month").notNull(),
    days: text("days_json").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.month] })],
);

export const playSources = sqliteTable(
  "play_sources",
  {
    artistId: ofArtist(),
    source: text("source").notNull(),
    lagDays: integer("lag_days").notNull(),
    runs: text("runs_json").notNull(),
    platforms: text("platforms_json").notNull(),
    version: integer("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.source] })],
);
