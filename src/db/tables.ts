// The home of the foundation's own tables: audit log, idempotency keys, outbox, vault.

import { primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, text } from "./columns.ts";

export const auditLog = sqliteTable(
  "audit_log",
  {
    artistId: text("artist_id").notNull(),
    id: text("id").notNull(),
    at: instant("at").notNull(),
    actor: text("actor").notNull(),
    action: text("action").notNull(),
    target: text("target"),
    before: text("before_json"),
    after: text("after_json"),
    requestId: text("request_id").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.id] })],
);

export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    actor: text("actor").notNull(),
    key: text("key").notNull(),
    operation: text("operation").notNull(),
    requestHash: text("request_hash").notNull(),
    status: integer("status").notNull(),
    body: text("body"),
    headers: text("headers_json"),
    createdAt: instant("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.actor, table.key] })],
);

export const outbox = sqliteTable("outbox", {
  id: text("id").notNull().primaryKey(),
  kind: text("kind").notNull(),
  body: text("body_json").notNull(),
  leaseUntil: instant("lease_until").notNull(),
  attempts: integer("attempts").notNull().default(0),
  createdAt: instant("created_at").notNull(),
  buriedAt: instant("buried_at"),
  lastError: text("last_error"),
});

export const vaultItems = sqliteTable(
  "vault_items",
  {
    artistId: text("artist_id").notNull(),
    id: text("id").notNull(),
    provider: text("provider").notNull(),
    kid: text("kid").notNull(),
    envelope: text("envelope").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.id] })],
);
