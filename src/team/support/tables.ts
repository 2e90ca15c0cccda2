// The home of the table of requests for support access.

import { primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, text } from "../../db/columns.ts";
import { users } from "../../identity/index.ts";
import { artists } from "../tables.ts";

export const supportRequests = sqliteTable(
  "support_requests",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    id: text("id").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    reason: text("reason").notNull(),
    hours: integer("hours").notNull(),
    createdAt: instant("created_at").notNull(),
    expiresAt: instant("expires_at").notNull(),
    decidedAt: instant("decided_at"),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.id] })],
);
