// The home of the tables of invitations: to an artist's team, and to an organisation.

import { primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, text } from "../../db/columns.ts";
import { artists, organisations } from "../tables.ts";

export const invitations = sqliteTable(
  "invitations",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    id: text("id").notNull(),
    email: text("email").notNull(),
    role: text("role").notNull(),
    scope: text("scope_json").notNull(),
    until: instant("until"),
    invitedBy: text("invited_by").notNull(),
    createdAt: instant("created_at").notNull(),
    expiresAt: instant("expires_at").notNull(),
    tokenHash: text("token_hash"),
    mailedAt: instant("mailed_at"),
    acceptedAt: instant("accepted_at"),
    revokedAt: instant("revoked_at"),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.id] })],
);

export const organisationInvitations = sqliteTable(
  "organisation_invitations",
  {
    organisationId: text("organisation_id")
      .notNull()
      .references(() => organisations.id),
    id: text("id").notNull(),
    email: text("email").notNull(),
    role: text("role").notNull(),
    until: instant("until"),
    invitedBy: text("invited_by").notNull(),
    createdAt: instant("created_at").notNull(),
    expiresAt: instant("expires_at").notNull(),
    tokenHash: text("token_hash"),
    mailedAt: instant("mailed_at"),
    acceptedAt: instant("accepted_at"),
    revokedAt: instant("revoked_at"),
  },
  (table) => [primaryKey({ columns: [table.organisationId, table.id] })],
);
