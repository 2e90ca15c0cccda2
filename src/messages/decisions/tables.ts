// The home of the tables of decisions.

import { foreignKey, primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, text } from "../../db/columns.ts";
import { artists } from "../../team/index.ts";
import type { Answer, DecisionStatus } from "./model.ts";

export const decisions = sqliteTable(
  "decisions",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    id: text("id").notNull(),
    threadId: text("thread_id").notNull(),
    messageId: text("message_id").notNull(),
    content: text("content").notNull(),
    hash: text("hash").notNull(),
    status: text("status").$type<DecisionStatus>().notNull(),
    proposedBy: text("proposed_by").notNull(),
    proposedAt: instant("proposed_at").notNull(),
    endedAt: instant("ended_at"),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.id] })],
);

export const decisionAnswers = sqliteTable(
  "decision_answers",
  {
    artistId: text("artist_id").notNull(),
    decisionId: text("decision_id").notNull(),
    party: text("party").notNull(),
    answer: text("answer").$type<Answer>().notNull(),
    hash: text("hash").notNull(),
    at: instant("at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.decisionId, table.party] }),
    foreignKey({ columns: [table.artistId, table.decisionId], foreignColumns: [decisions.artistId, decisions.id] }),
  ],
);
