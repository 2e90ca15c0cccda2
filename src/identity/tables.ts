// The home of people's tables.

import { sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, text } from "../db/columns.ts";

export const users = sqliteTable("users", {
  id: text("id").notNull().primaryKey(),
  /** Null for a person who only ever signed in with another service: nobody has verified an address of theirs. */
  email: text("email").unique(),
  name: text("name").notNull(),
  createdAt: instant("created_at").notNull(),
});

export const sessions = sqliteTable("sessions", {
  tokenHash: text("token_hash").notNull().primaryKey(),
  id: text("id").notNull(),
  userId: text("user_id")
    .notNull()
    .references(() => users.id),
  createdAt: instant("created_at").notNull(),
  expiresAt: instant("expires_at").notNull(),
  userAgent: text("user_agent"),
  lastSeenAt: instant("last_seen_at"),
});

export const emailLinks = sqliteTable("email_links", {
  tokenHash: text("token_hash").notNull().primaryKey(),
  email: text("email").notNull(),
  createdAt: instant("created_at").notNull(),
  expiresAt: instant("expires_at").notNull(),
  usedAt: instant("used_at"),
  /** Whose account the address is to be added to; null for a link that signs in. */
  userId: text("user_id").references(() => users.id),
});
