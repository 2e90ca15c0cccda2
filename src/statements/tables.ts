// The home of the statements' tables.

import { foreignKey, primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";
import { instant, integer, text } from "../db/columns.ts";
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
    periodFrom: text("period_from"),
    periodTo: text("period_to"),
    lines: integer("lines").notNull().default(0),
    unmatchedLines: integer("unmatched_lines").notNull().default(0),
    problems: text("problems_json").notNull().default("[]"),
    dictionary: text("dictionary_json"),
    doneBytes: integer("done_bytes").notNull().default(0),
    createdBy: text("created_by").notNull(),
    createdAt: instant("created_at").notNull(),
    postedAt: instant("posted_at"),
    retractedAt: instant("retracted_at"),
    measures: text("measures").notNull().default("money"),
    totals: text("totals_json").notNull().default("[]"),
    units: integer("units").notNull().default(0),
    windowFrom: text("window_from"),
    windowTo: text("window_to"),
    stated: text("stated_json").notNull().default("[]"),
    apart: text("apart_json").notNull().default("{}"),
    warnings: text("warnings_json").notNull().default("[]"),
    answers: text("answers_json"),
    mapping: text("mapping_json"),
    supersedes: text("supersedes"),
    partOf: text("part_of"),
    parts: text("parts_json"),
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
    memory: text("memory"),
  },
  (table) => [
    primaryKey({ columns: [table.artistId, table.statementId, table.firstLine] }),
    ofStatement(table as never),
  ],
);

export const statementSums = sqliteTable(
  "statement_sums",
  {
    artistId: text("artist_id").notNull(),
    statementId: text("statement_id").notNull(),
    cut: text("cut").notNull(),
    currency: text("currency").notNull(),
    period: text("period").notNull(),
    step: integer("step").notNull(),
    part: integer("part").notNull(),
    cells: text("cells_json").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.artistId, table.statementId, table.cut, table.currency, table.period, table.step, table.part],
    }),
    ofStatement(table as never),
  ],
);

export const reportFiles = sqliteTable(
  "report_files",
  {
    artistId: text("artist_id").notNull(),
    report: text("report").notNull(),
    number: integer("number").notNull(),
    statementId: text("statement_id").notNull(),
  },
  (table) => [primaryKey({ columns: [table.artistId, table.report, table.number] }), ofStatement(table as never)],
);
