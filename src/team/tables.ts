// The home of the tables of artists, their members and their keys.

import { primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, text } from "../db/columns.ts";
import { users } from "../identity/index.ts";

export const artists = sqliteTable("artists", {
  id: text("id").notNull().primaryKey(),
  name: text("name").notNull(),
  currency: text("currency").notNull(),
  timeZone: text("time_zone").notNull(),
  generation: integer("generation").notNull().default(0),
  generationAt: instant("generation_at").notNull(),
  createdAt: instant("created_at").notNull(),
  catalogGeneration: integer("catalog_generation").notNull().default(0),
  secretsUntil: instant("secrets_until").notNull().default(0),
});

export const memberships = sqliteTable(
  "memberships",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    id: text("id").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    role: text("role").notNull(),
    until: instant("until"),
    createdAt: instant("created_at").notNull(),
    scope: text("scope_json").notNull().default('{"kind":"artist"}'),
    version: integer("version").notNull().default(1),
    lastSeenAt: instant("last_seen_at"),
    reviewedAt: instant("reviewed_at"),
    isSupport: integer("is_support").notNull().default(0),
    offeredBy: text("offered_by"),
    offeredUntil: instant("offered_until"),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.id] })],
);

export const organisations = sqliteTable("organisations", {
  id: text("id").notNull().primaryKey(),
  name: text("name").notNull(),
  createdAt: instant("created_at").notNull(),
});

export const organisationMembers = sqliteTable(
  "organisation_members",
  {
    organisationId: text("organisation_id")
      .notNull()
      .references(() => organisations.id),
    id: text("id").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    role: text("role").notNull(),
    until: instant("until"),
    createdAt: instant("created_at").notNull(),
    version: integer("version").notNull().default(1),
    lastSeenAt: instant("last_seen_at"),
  },
  (table) => [primaryKey({ columns: [table.organisationId, table.id] })],
);

export const organisationArtists = sqliteTable(
  "organisation_artists",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    organisationId: text("organisation_id")
      .notNull()
      .references(() => organisations.id),
    createdAt: instant("created_at").notNull(),
    role: text("role").notNull().default("label"),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.organisationId] })],
);

export const apiKeys = sqliteTable(
  "api_keys",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    id: text("id").notNull(),
    keyHash: text("key_hash").notNull(),
    name: text("name").notNull(),
    role: text("role").notNull(),
    prefix: text("prefix").notNull(),
    last4: text("last4").notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: instant("created_at").notNull(),
    expiresAt: instant("expires_at"),
    revokedAt: instant("revoked_at"),
    lastUsedAt: instant("last_used_at"),
    reviewedAt: instant("reviewed_at"),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.id] })],
);

export const generationCauses = sqliteTable(
  "generation_causes",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    generation: integer("generation").notNull(),
    kind: text("kind").notNull(),
    statementId: text("statement_id"),
    lines: integer("lines").notNull(),
    at: instant("at").notNull(),
    replacedId: text("replaced_id"),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.generation] })],
);
