// The home of the wire shapes of exports.

import { z } from "zod";
import { formatNanos } from "../../kernel/money.ts";
import { instantToIso } from "../../kernel/time.ts";
import { EXAMPLES } from "../examples.ts";
import type { Total } from "../model.ts";
import type { StatementRow } from "../repository.ts";
import { EXPORT_FORMATS, EXPORT_STATUSES, MOST_STATEMENTS } from "./model.ts";
import type { ExportState } from "./service.ts";

const MonthParam = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, "must be a month, YYYY-MM");

const FilterShape = z.strictObject({
  source: z.string().min(1).max(64).optional(),
  statementIds: z.array(z.string().min(1).max(40)).min(1).max(MOST_STATEMENTS).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, "must be a currency code, as USD")
    .optional()
    .meta({ description: "Statements that have a total in it. Each is exported whole." }),
});

export const ExportOrderShape = z
  .strictObject({
    bom: z.boolean().default(false).meta({ description: "Begins a CSV with a byte order mark, for spreadsheets." }),
    format: z.enum(EXPORT_FORMATS).meta({ description: "`bundle` is a zip that checks itself." }),
    from: MonthParam,
    to: MonthParam,
    filter: FilterShape.default({}),
  })
  .meta({ id: "StatementExportOrder" });

export const StatementExport = z
  .object({
    id: z.string(),
    status: z.enum(EXPORT_STATUSES),
    format: z.enum(EXPORT_FORMATS),
    period: z.object({ from: z.string(), to: z.string() }),
    filter: z.object({
      source: z.string().optional(),
      statementIds: z.array(z.string()).optional(),
      currency: z.string().optional(),
    }),
    statements: z.int().meta({ description: "How many statements it holds: those posted when it was asked for." }),
    generation: z.int().meta({ description: "Of which generation of the figures it is." }),
    progress: z.object({ done: z.int(), total: z.int(), unit: z.literal("lines") }),
    url: z.string().nullable().meta({
      description: "A link that needs no key, made anew by each reading of a ready export; the one before ends.",
    }),
    expiresAt: z.iso.datetime().nullable().meta({ description: "How long the link works." }),
    sizeBytes: z.int().nullable(),
    sha256: z.string().nullable().meta({ description: "Of the file as it is downloaded." }),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    createdAt: z.iso.datetime(),
    keptUntil: z.iso.datetime().nullable().meta({ description: "When the file will be removed." }),
  })
  .meta({ id: "StatementExport", example: EXAMPLES.StatementExport });

export function presentExport({ row, url }: ExportState): z.input<typeof StatementExport> {
  const { status, errorCode, errorMessage, keepUntil, linkExpiresAt } = row;
  const ids: string[] = JSON.parse(row.statementIds);
  const filter: z.input<typeof FilterShape> = JSON.parse(row.filter);
  const isReady = status === "ready";
  return {
    id: row.id,
    status,
    format: row.format,
    period: { from: row.periodFrom, to: row.periodTo },
    filter,
    statements: ids.length,
    generation: row.generation,
    progress: { done: row.doneLines, total: row.totalLines, unit: "lines" },
    url,
    expiresAt: url === null || linkExpiresAt === null ? null : instantToIso(linkExpiresAt),
    sizeBytes: isReady ? row.sizeBytes : null,
    sha256: isReady ? row.sha256 : null,
    error: errorCode === null ? null : { code: errorCode, message: errorMessage ?? "" },
    createdAt: instantToIso(row.createdAt),
    keptUntil: isReady && keepUntil !== null ? instantToIso(keepUntil) : null,
  };
}

/** What a statement's file of lines must come to, said before it: a download that breaks off is noticed by it. */
export function presentTotals({ lines, totals, sha256 }: StatementRow): Record<string, string> {
  const sums = (JSON.parse(totals) as Total[]).map(
    ({ currency, nanos }) => `${formatNanos(BigInt(nanos))} ${currency}`,
  );
  return {
    "x-statement-lines": String(lines),
    "x-statement-totals": sums.join(", "),
    "x-statement-sha256": sha256,
  };
}
