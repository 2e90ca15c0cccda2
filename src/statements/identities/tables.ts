// The home of the tables of printed identities.

import { foreignKey, primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, nanos, text } from "../../db/columns.ts";
import { artists } from "../../team/index.ts";
import { statements } from "../tables.ts";

export const unmatchedIdentities = sqliteTable(
  "unmatched_identities",
  {
    artistId: text("artist_id").notNull(),
    identity: text("identity").notNull(),
    statementId: text("statement_id").notNull(),
    currency: text("currency").notNull(),
    label: text("label"),
    lines: integer("lines").notNull(),
    units: integer("units").notNull(),
    nanos: nanos("nanos").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.identity, table.statementId, table.currency] }),
    foreignKey({ columns: [table.artistId, table.statementId], foreignColumns: [statements.artistId, statements.id] }),
  ],
);

export const identityAssignments = sqliteTable(
  "identity_assignments",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    identity: text("identity").notNull(),
    isrc: text("isrc").notNull(),
    at: instant("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.identity] })],
);
