// The home of the table of guests.

import { primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, text } from "../../db/columns.ts";
import { users } from "../../identity/index.ts";
import { artists } from "../../team/index.ts";

export const messageGuests = sqliteTable(
  "message_guests",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    id: text("id").notNull(),
    threadId: text("thread_id").notNull(),
    email: text("email").notNull(),
    tokenHash: text("token_hash"),
    userId: text("user_id").references(() => users.id),
    invitedBy: text("invited_by").notNull(),
    createdAt: instant("created_at").notNull(),
    expiresAt: instant("expires_at").notNull(),
    acceptedAt: instant("accepted_at"),
    endedAt: instant("ended_at"),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.id] })],
);
