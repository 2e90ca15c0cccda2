// The home of the statements' tables.

import { foreignKey, primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, nanos, text } from "../db/columns.ts";
import { artists } from "../team/index.ts";

export const statements = sqliteTable(
  "statements",
  {
    artistId: text("artist_id")
      .notNull()
      .references(() => artists.id),
    id: text("id").notNull(),
    status: text("status").notNull(),
    filename: text("filename").notNull(),
    sha256: text("sha256").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    textObject: text("text_object"),
    textBytes: integer("text_bytes"),
    encoding: text("encoding"),
    newline: text("newline"),
    format: text("format"),
    formatVersion: text("format_version"),
    source: text("source"),
    isPreview: integer("is_preview").notNull(),
    currency: text("currency"),
    periodFrom: text("period_from"),
    periodTo: text("period_to"),
    lines: integer("lines").notNull().default(0),
    unmatchedLines: integer("unmatched_lines").notNull().default(0),
    totalExact: text("total_exact"),
    totalNanos: nanos("total_nanos"),
    statedNanos: nanos("stated_nanos"),
    problems: text("problems_json").notNull().default("[]"),
    dictionary: text("dictionary_json"),
    doneBytes: integer("done_bytes").notNull().default(0),
    createdBy: text("created_by").notNull(),
    createdAt: instant("created_at").notNull(),
    postedAt: instant("posted_at"),
    retractedAt: instant("retracted_at"),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.id] })],
);

const ofStatement = (table: { artistId: never; statementId: never }) =>
  foreignKey({ columns: [table.artistId, table.statementId], foreignColumns: [statements.artistId, statements.id] });

export const statementCheckpoints = sqliteTable(
  "statement_checkpoints",
  {
    artistId: text("artist_id").notNull(),
    statementId: text("statement_id").notNull(),
    number: integer("number").notNull(),
    state: text("state_json").notNull(),
    at: instant("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.statementId, table.number] }), ofStatement(table as never)],
);

export const statementBlocks = sqliteTable(
  "statement_blocks",
  {
    artistId: text("artist_id").notNull(),
    statementId: text("statement_id").notNull(),
    firstLine: integer("first_line").notNull(),
    lastLine: integer("last_line").notNull(),
    byteFrom: integer("byte_from").notNull(),
    byteTo: integer("byte_to").notNull(),
    exactBefore: text("exact_before").notNull(),
    months: text("months").notNull(),
    platforms: text("platforms").notNull(),
    territories: text("territories").notNull(),
    identities: text("identities").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.statementId, table.firstLine] }),
    ofStatement(table as never),
  ],
);

export const statementCells = sqliteTable(
  "statement_cells",
  {
    artistId: text("artist_id").notNull(),
    statementId: text("statement_id").notNull(),
    cut: text("cut").notNull(),
    month: text("month").notNull(),
    step: integer("step").notNull(),
    part: integer("part").notNull(),
    cells: text("cells_json").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.artistId, table.statementId, table.cut, table.month, table.step, table.part],
    }),
    ofStatement(table as never),
  ],
);
