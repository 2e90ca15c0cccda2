// The home of the tables of runs: what was pulled when, how far each stream has come, and what readers must know.

import { foreignKey, primaryKey, type SQLiteColumn, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, text } from "../../db/columns.ts";
import { providerGrants } from "../grants/tables.ts";
import type { RunStatus } from "./model.ts";

function ofConnection(artistId: SQLiteColumn, connectionId: SQLiteColumn) {
  const columns = [artistId, connectionId] as [SQLiteColumn, SQLiteColumn];
  return foreignKey({ columns, foreignColumns: [providerGrants.artistId, providerGrants.id] }).onDelete("cascade");
}

export const connectionRuns = sqliteTable(
  "connection_runs",
  {
    artistId: text("artist_id").notNull(),
    connectionId: text("connection_id").notNull(),
    id: text("id").notNull(),
    night: text("night"),
    status: text("status").$type<RunStatus>().notNull(),
    asOf: instant("as_of").notNull(),
    startedAt: instant("started_at"),
    endedAt: instant("ended_at"),
    resumeAt: instant("resume_at"),
    attempts: integer("attempts").notNull().default(0),
    step: integer("step").notNull().default(0),
    place: text("place_json").notNull(),
    fromDay: text("from_day"),
    toDay: text("to_day"),
    done: integer("done").notNull().default(0),
    total: integer("total").notNull(),
    readCount: integer("read_count").notNull().default(0),
    writtenCount: integer("written_count").notNull().default(0),
    requests: integer("requests").notNull().default(0),
    errorCode: text("error_code"),
    error: text("error"),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.connectionId, table.id] }),
    ofConnection(table.artistId, table.connectionId),
  ],
);

export const connectionStreams = sqliteTable(
  "connection_streams",
  {
    artistId: text("artist_id").notNull(),
    connectionId: text("connection_id").notNull(),
    stream: text("stream").notNull(),
    throughDay: text("through_day"),
    readAt: instant("read_at"),
    memory: text("memory_json").notNull(),
    version: integer("version").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.connectionId, table.stream] }),
    ofConnection(table.artistId, table.connectionId),
  ],
);

export const connectionNotes = sqliteTable(
  "connection_notes",
  {
    artistId: text("artist_id").notNull(),
    connectionId: text("connection_id").notNull(),
    day: text("day").notNull(),
    kind: text("kind").notNull(),
    key: text("key").notNull(),
    note: text("note_json").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.connectionId, table.day, table.kind, table.key] }),
    ofConnection(table.artistId, table.connectionId),
  ],
);
