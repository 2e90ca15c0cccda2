// The home of the ledger's table.

import { primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, nanos, text } from "../../db/columns.ts";
import { artists } from "../../team/index.ts";

export const ledgerPostings = sqliteTable(
  "ledger_postings",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    id: text("id").notNull(),
    entryId: text("entry_id").notNull(),
    account: text("account").notNull(),
    currency: text("currency").notNull(),
    period: text("period").notNull(),
    nanos: nanos("nanos").notNull(),
    sourceKind: text("source_kind").notNull(),
    sourceId: text("source_id").notNull(),
    reverses: text("reverses"),
    at: instant("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.id] })],
);
