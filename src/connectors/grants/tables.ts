// The home of the table of grants.

import { primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, text } from "../../db/columns.ts";
import { artists } from "../../team/index.ts";
import type { GrantFacts, GrantReason, Health } from "./model.ts";

export const providerGrants = sqliteTable(
  "provider_grants",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    id: text("id").notNull(),
    provider: text("provider").notNull(),
    status: text("status").$type<GrantFacts["status"]>().notNull(),
    reason: text("reason").$type<GrantReason>(),
    scopes: text("scopes").notNull(),
    grantedAt: instant("granted_at"),
    expiresAt: instant("expires_at"),
    version: integer("version").notNull().default(0),
    leaseId: text("lease_id"),
    leaseUntil: instant("lease_until").notNull().default(0),
    createdBy: text("created_by").notNull(),
    createdAt: instant("created_at").notNull(),
    night: text("night").notNull().default(""),
    health: text("health").$type<Health>().notNull().default("active"),
    healthReason: text("health_reason"),
    healthUntil: instant("health_until"),
    lastSuccessAt: instant("last_success_at"),
    syncRun: text("sync_run"),
    syncUntil: instant("sync_until").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.id] })],
);
