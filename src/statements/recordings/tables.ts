// The home of the table that says which recordings a statement's lines are of.

import { foreignKey, primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { integer, text } from "../../db/columns.ts";
import { statements } from "../tables.ts";

export const statementRecordings = sqliteTable(
  "statement_recordings",
  {
    artistId: text("artist_id").notNull(),
    statementId: text("statement_id").notNull(),
    part: integer("part").notNull(),
    recordings: text("recordings_json").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.statementId, table.part] }),
    foreignKey({ columns: [table.artistId, table.statementId], foreignColumns: [statements.artistId, statements.id] }),
  ],
);
