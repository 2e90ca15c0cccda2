// The home of the table of authorizations under way.

import { sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, text } from "../../db/columns.ts";

export const oauthAttempts = sqliteTable("oauth_attempts", {
  secretHash: text("secret_hash").notNull().primaryKey(),
  purpose: text("purpose").notNull(),
  starter: text("starter").notNull(),
  payload: text("payload_json").notNull(),
  createdAt: instant("created_at").notNull(),
  expiresAt: instant("expires_at").notNull(),
});
