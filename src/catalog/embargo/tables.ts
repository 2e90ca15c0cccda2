// The home of the tables of embargoes and of who saw what was under one.

import { foreignKey, primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, text } from "../../db/columns.ts";
import { artists } from "../../team/index.ts";
import { catalogItems } from "../items/tables.ts";

export const catalogEmbargoes = sqliteTable(
  "catalog_embargoes",
  {
    artistId: text("artist_id").notNull(),
    releaseId: text("release_id").notNull(),
    until: text("until").notNull(),
    liftsAt: instant("lifts_at").notNull(),
    changedBy: text("changed_by").notNull(),
    changedAt: instant("changed_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.releaseId] }),
    foreignKey({
      columns: [table.artistId, table.releaseId],
      foreignColumns: [catalogItems.artistId, catalogItems.id],
    }),
  ],
);

export const catalogSightings = sqliteTable(
  "catalog_sightings",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    releaseId: text("release_id").notNull(),
    onDay: text("on_day").notNull(),
    actor: text("actor").notNull(),
    seenIn: text("seen_in").notNull(),
    itemId: text("item_id").notNull(),
    times: integer("times").notNull(),
    firstAt: instant("first_at").notNull(),
    lastAt: instant("last_at").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.artistId, table.releaseId, table.onDay, table.actor, table.seenIn, table.itemId],
    }),
  ],
);
