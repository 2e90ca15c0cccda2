// The home of the table of links that one side has proposed.

import { primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, text } from "../../db/columns.ts";

export const organisationProposals = sqliteTable(
  "organisation_proposals",
  {
    artistId: text("artist_id").notNull(),
    organisationId: text("organisation_id").notNull(),
    proposedBy: text("proposed_by").notNull(),
    role: text("role").notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.organisationId] })],
);
