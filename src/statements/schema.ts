// The home of the wire shapes of statements and their lines.

import { z } from "zod";
import { formatNanos } from "../kernel/money.ts";
import { platformOf } from "../kernel/platform.ts";
import { formatExact } from "../kernel/quantise.ts";
import { instantToIso } from "../kernel/time.ts";
import { EXAMPLES } from "./examples.ts";
import type { StatementFormat } from "./formats/format.ts";
import type { ExplainedLine, ShownLine } from "./lines.ts";
import { holds, STATEMENT_STATUSES, type StatedOfFile, type Total } from "./model.ts";
import { MoneyShape } from "./money-shape.ts";
import type { StatementRow } from "./repository.ts";

const MonthText = z.string().meta({ description: "A calendar month, YYYY-MM.", example: "2024-01" });

export const StatementProblemShape = z
  .object({
    line: z.int().nullable().meta({ description: "The line of the file, the first being 1." }),
    column: z.string().nullable(),
    code: z.string(),
    message: z.string(),
  })
  .meta({ id: "StatementProblem" });

export const Statement = z
  .object({
    id: z.string(),
    status: z.enum(STATEMENT_STATUSES),
    filename: z.string(),
    sha256: z.string(),
    sizeBytes: z.int(),
    format: z.string().nullable(),
    source: z.string().nullable(),
    period: z.object({ from: MonthText, to: MonthText }).nullable(),
    measures: z.enum(["money", "plays"]).meta({ description: "Plays are never money and never summed with it." }),
    lines: z.int(),
    units: z.int().meta({ description: "The units of all lines together; plays, in a file of plays." }),
    totals: z
      .array(MoneyShape)
      .meta({ description: "The exact sum of the file, rounded once to nine places; one for each of its currencies." }),
    statedTotal: MoneyShape.nullable().meta({ description: "What the file itself says it sums to, if it does." }),
    stated: z
      .array(
        z.object({
          what: z.enum(["amount", "units", "lines", "records", "balance"]),
          currency: z.string().nullable(),
          stated: z.string(),
          found: z.string().nullable(),
          line: z.int(),
          holds: z.boolean(),
        }),
      )
      .meta({ description: "What the file states of itself, and what its lines come to." }),
    apart: z
      .record(z.string(), z.int())
      .meta({ description: "Rows that are no lines, by reason: totals, payouts, balances, refunds set aside." }),
    window: z
      .object({ from: z.string(), to: z.string() })
      .nullable()
      .meta({ description: "The days a file of plays is about, where its rows tell none." }),
    unmatchedLines: z.int().meta({ description: "Lines that name neither a recording nor a release by a code." }),
    problems: z.array(StatementProblemShape),
    warnings: z.array(z.object({ code: z.string(), line: z.int().nullable(), count: z.int(), message: z.string() })),
    partOf: z.string().nullable().meta({ description: "The statement that this file is a part of." }),
    parts: z.array(z.string()),
    supersedes: z.string().nullable(),
    progress: z.object({ done: z.int(), total: z.int().nullable(), unit: z.enum(["bytes", "lines", "items"]) }),
    createdAt: z.iso.datetime(),
    postedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "Statement", example: EXAMPLES.Statement });

export function presentStatement(row: StatementRow): z.input<typeof Statement> {
  const { periodFrom, periodTo, windowFrom, windowTo } = row;
  const isRead = row.status !== "received" && row.status !== "reading";
  const bytes = row.textBytes ?? row.sizeBytes;
  const totals: Total[] = JSON.parse(row.totals);
  const stated: StatedOfFile[] = JSON.parse(row.stated);
  // Of several stated amounts in one currency none is the total: they are of parts, as in a sales report's summaries.
  const amounts = stated.filter(({ what, currency }) => what === "amount" && currency !== null);
  const total = amounts.length === 1 ? amounts[0] : undefined;
  return {
    id: row.id,
    status: row.status,
    filename: row.filename,
    sha256: row.sha256,
    sizeBytes: row.sizeBytes,
    format: row.format,
    source: row.source,
    period: periodFrom === null || periodTo === null ? null : { from: periodFrom, to: periodTo },
    measures: row.measures === "plays" ? "plays" : "money",
    lines: row.lines,
    units: row.units,
    totals: isRead ? totals.map(({ currency, nanos }) => ({ amount: formatNanos(BigInt(nanos)), currency })) : [],
    statedTotal: total === undefined ? null : { amount: total.stated, currency: total.currency ?? "" },
    stated: stated.map((fact) => ({ ...fact, holds: holds(fact) })),
    apart: JSON.parse(row.apart),
    window: windowFrom === null || windowTo === null ? null : { from: windowFrom, to: windowTo },
    unmatchedLines: row.unmatchedLines,
    problems: JSON.parse(row.problems),
    warnings: JSON.parse(row.warnings),
    partOf: row.partOf,
    parts: row.parts === null ? [] : JSON.parse(row.parts),
    supersedes: row.supersedes,
    progress: { done: isRead ? bytes : row.doneBytes, total: bytes, unit: "bytes" },
    createdAt: instantToIso(row.createdAt),
    postedAt: row.postedAt === null ? null : instantToIso(row.postedAt),
  };
}

export const StatementLineShape = z
  .object({
    line: z.int(),
    period: MonthText,
    day: z.string().nullable().meta({ description: "The day of use, where the file tells it." }),
    platform: z.string().meta({ description: "The store as the file prints it." }),
    platformId: z.string(),
    territory: z.string().meta({ description: "ISO 3166-1 alpha-2, ZZ unknown, XW worldwide." }),
    isrc: z.string().nullable(),
    upc: z.string().nullable(),
    title: z.string(),
    artist: z.string(),
    kind: z.string(),
    units: z.int(),
    amount: MoneyShape.nullable().meta({ description: "Null on a line of plays, which are no money." }),
    recordingId: z
      .string()
      .nullable()
      .meta({ description: "The recording of the catalog that its ISRC names, or that it was said to be." }),
  })
  .meta({ id: "StatementLine", example: EXAMPLES.StatementLine });

export function presentLine(line: ShownLine): z.input<typeof StatementLineShape> {
  const { exact: _, nanos, currency, ...facts } = line;
  const amount = currency === "" ? null : { amount: formatNanos(nanos), currency };
  return { ...facts, platformId: platformOf(line.platform).id, amount };
}

export const LineExplanation = z
  .object({
    statement: z.object({
      id: z.string(),
      filename: z.string(),
      sha256: z.string(),
      status: z.enum(STATEMENT_STATUSES),
    }),
    number: z.int(),
    line: StatementLineShape.nullable().meta({ description: "Null where the row is no line." }),
    apart: z.string().nullable().meta({ description: "Why the row is no line." }),
    raw: z.string().meta({ description: "The line as the file prints it." }),
    columns: z.array(
      z.object({
        column: z.string(),
        printed: z.string(),
        field: z.string().nullable(),
        became: z.string().nullable(),
        note: z.string().optional(),
      }),
    ),
    readBy: z.string().meta({ description: "The format and the version of its reader." }),
    rounding: z
      .object({
        exact: z.string().meta({ description: "The amount as printed, with all its places." }),
        booked: z.string(),
        runningBefore: z.string(),
        runningAfter: z.string(),
        rule: z.string(),
      })
      .nullable()
      .meta({ description: "Why the booked amount has its ninth place." }),
    postings: z.array(
      z.object({
        id: z.string(),
        entryId: z.string(),
        account: z.string(),
        period: MonthText,
        amount: MoneyShape,
        reverses: z.string().nullable(),
        at: z.iso.datetime(),
      }),
    ),
  })
  .meta({ id: "LineExplanation", example: EXAMPLES.LineExplanation });

const ROUNDING_RULE =
  "The running sum of the file is rounded half to even to nine places; a line is booked at the difference between the rounded sums after and before it, so that all lines sum to the rounded total.";

export function presentExplanation(explained: ExplainedLine): z.input<typeof LineExplanation> {
  const { statement, line, cells, exactBefore, exactAfter } = explained;
  return {
    statement: { id: statement.id, filename: statement.filename, sha256: statement.sha256, status: statement.status },
    number: explained.number,
    line: line === null ? null : presentLine(line),
    apart: explained.apart,
    raw: explained.raw,
    columns: cells.map((cell) => ({ ...cell })),
    readBy: explained.readBy,
    rounding:
      line === null || line.currency === ""
        ? null
        : {
            exact: formatExact(line.exact),
            booked: formatNanos(line.nanos),
            runningBefore: exactBefore,
            runningAfter: exactAfter,
            rule: ROUNDING_RULE,
          },
    postings: explained.postings.map((posting) => ({
      id: posting.id,
      entryId: posting.entryId,
      account: posting.account,
      period: posting.period,
      amount: { amount: formatNanos(posting.nanos), currency: posting.currency },
      reverses: posting.reverses,
      at: instantToIso(posting.at),
    })),
  };
}

export const StatementFormatShape = z
  .object({
    id: z.string(),
    name: z.string(),
    source: z.string(),
    evidence: z.enum(["A", "B"]).meta({ description: "A: seen in a real file. B: seen in importers of real files." }),
    sample: z.boolean().meta({ description: "Whether this project tests it on a real or derived sample." }),
    measures: z.enum(["money", "plays"]),
    reads: z.array(z.string()),
    asks: z.array(z.string()).meta({ description: "What a person may be asked, where the file does not tell it." }),
  })
  .meta({ id: "StatementFormat", example: EXAMPLES.StatementFormat });

export function presentFormat({ id, name, source, evidence, sample, measures, reads, asks }: StatementFormat) {
  return { id, name, source, evidence, sample, measures, reads: [...reads], asks: [...asks] };
}
