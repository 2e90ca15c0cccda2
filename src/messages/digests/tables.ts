// The home of the tables of digests.

import { index, integer, primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, text } from "../../db/columns.ts";
import { users } from "../../identity/index.ts";
import { artists } from "../../team/index.ts";
import type { Frequency } from "./model.ts";

export const digestSettings = sqliteTable("digest_settings", {
  userId: text("user_id")
    .notNull()
    .primaryKey()
    .references(() => users.id),
  frequency: text("frequency").$type<Frequency>().notNull(),
  changedAt: instant("changed_at").notNull(),
});

export const digestWaiting = sqliteTable(
  "digest_waiting",
  {
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    notedAt: instant("noted_at").notNull(),
    dueAt: instant("due_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.artistId] }),
    index("digest_waiting_by_time").on(table.dueAt, table.userId),
  ],
);

export const digestPlaces = sqliteTable(
  "digest_places",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    threadId: text("thread_id").notNull(),
    seq: integer("seq").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.userId, table.threadId] })],
);
