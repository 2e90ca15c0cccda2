// The home of the wire shapes of mappings, previews and templates.

import { z } from "zod";
import { isCurrency } from "../../kernel/currency.ts";
import { Problem } from "../../kernel/problems.ts";
import { TERRITORIES, UNKNOWN_TERRITORY, WORLDWIDE_TERRITORY } from "../../kernel/territory.ts";
import { type Day, firstDay, instantToIso, isDay, isMonth, lastDay } from "../../kernel/time.ts";
import type { Answers } from "../formats/format.ts";
import type { Span } from "../formats/spans.ts";
import { normaliseHeader } from "../reading/header.ts";
import { presentStatement, Statement } from "../schema.ts";
import { EXAMPLES } from "./examples.ts";
import type { Guess } from "./guess.ts";
import { type LastingMapping, MAPPABLE, type Mapping } from "./model.ts";
import { periodReader } from "./periods.ts";
import type { Preview } from "./preview.ts";
import type { TemplateRow } from "./repository.ts";
import type { Said } from "./service.ts";
import type { TemplateInput } from "./templates.ts";

const Name = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .refine((name) => !/\p{Cc}/u.test(name), "must not hold control characters")
  .meta({ description: "The name the mapping is kept under; it also names the source.", example: "My label" });

const Words = z.string().trim().min(1).max(200);
const DAY_OR_MONTH = /^(19|20)\d{2}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$/;
const DayOrMonth = z.string().regex(DAY_OR_MONTH, "must be a day, YYYY-MM-DD, or a month, YYYY-MM");

/** How a file's columns are to be read. */
const ColumnsShape = {
  columns: z
    .record(z.string().max(500), z.enum(MAPPABLE))
    .meta({ description: "The column as the file prints it, or as the preview names it, and what it is." }),
  headerRow: z
    .int()
    .min(0)
    .max(10)
    .meta({ description: "The line of the header; 0 where there is none, and columns are called 1, 2 and so on." }),
  periodFormat: z.string().min(1).max(40).meta({
    description: "YYYY, YY, MMMM, MMM, MM, M, DD, D and Q, with marks between them; letters stand in brackets.",
    example: "YYYY-MM",
  }),
  decimalMark: z.enum([".", ","]),
  delimiter: z.enum(["\t", ";", ","]).meta({ description: "What parts the cells; found out where nobody says." }),
  sign: z.union([z.literal(1), z.literal(-1)]).meta({ description: "-1 where what was earned is printed as a loss." }),
  platform: Words.meta({ description: "The store, where no column names it." }),
  territory: z
    .string()
    .refine(
      (code) => TERRITORIES.has(code) || code === UNKNOWN_TERRITORY || code === WORLDWIDE_TERRITORY,
      "must be a territory: ISO 3166-1 alpha-2, XW or ZZ",
    )
    .meta({ description: "The territory, where no column names it." }),
};

const AnswersShape = {
  currency: z.string().length(3).meta({ description: "ISO 4217, where the file does not tell it." }),
  artist: Words.meta({ description: "The artist, where the file does not tell it." }),
  refunds: z.enum(["set_aside", "payout_balance"]).meta({ description: "What refunds without an amount count as." }),
};

/** Answers about one file alone, which no template keeps. */
const OwnAnswersShape = {
  period: z
    .strictObject({ from: DayOrMonth, to: DayOrMonth })
    .meta({ description: "The days of the whole file, where it does not tell them; both ends included." }),
  title: Words.meta({ description: "The recording the file is about, where it does not tell it." }),
};

export const StatementMapping = z
  .strictObject({ ...ColumnsShape, ...AnswersShape, ...OwnAnswersShape, saveAs: Name, template: z.string().max(64) })
  .partial()
  .meta({ id: "StatementMapping" });

const MappingBody = z
  .strictObject({ ...ColumnsShape, ...AnswersShape })
  .partial()
  .required({ columns: true });

const COLUMN_FIELDS = ["columns", ...Object.keys(ColumnsShape).filter((name) => name !== "columns")] as const;

function invalid(path: string, code: string, message: string): Problem {
  return new Problem("invalid_request", { detail: `${path} ${message}`, errors: [{ path, code, message }] });
}

/**
 * What a request says.
 *
 * @throws Problem `invalid_request` where it says two things at once or nothing, `currency_unknown`,
 *   `mapping_unreadable` for days that are none
 */
export function saidIn(body: z.output<typeof StatementMapping>): Said {
  const { columns, template = null, saveAs = null } = body;
  const answers = answersIn(body);
  const surplus = [...COLUMN_FIELDS.filter((name) => name in body), ...(saveAs === null ? [] : ["saveAs"])];
  const [first] = surplus;
  if (template !== null && first !== undefined) throw invalid(`body.${first}`, "unknown", "is told by the template");
  if (template === null && columns === undefined) {
    if (first !== undefined) throw invalid("body.columns", "required", `must be there for ${first}`);
    if (Object.keys(answers).length === 0) {
      throw invalid("body.columns", "required", "must be there, or a template, or an answer");
    }
  }
  return { columns: columns === undefined ? null : columnsIn({ ...body, columns }), template, answers, saveAs };
}

/** The template in a request. @throws Problem `currency_unknown`, `mapping_unreadable` for a format that is none */
export function templateIn({ name, header, mapping }: z.output<typeof MappingTemplateInput>): TemplateInput {
  const { periodFormat } = mapping;
  if (periodFormat !== undefined && periodReader(periodFormat) === null) {
    throw unreadable("body.mapping.periodFormat", `"${periodFormat}" is no period format`);
  }
  const known = new Set(header.map(normaliseHeader));
  const stranger = Object.keys(mapping.columns).find((column) => !known.has(normaliseHeader(column)));
  // At a delimiter that was told, the columns are others than those by which the file is known.
  if (mapping.delimiter === undefined && stranger !== undefined) {
    throw unreadable(`body.mapping.columns.${stranger}`, "is no column of the header");
  }
  return { name, header, mapping: { ...columnsIn(mapping), answers: answersIn(mapping) } };
}

function columnsIn(body: z.output<typeof MappingBody>): Said["columns"] & object {
  const { columns, headerRow = 1, periodFormat, decimalMark, delimiter, sign, platform, territory } = body;
  return { columns, headerRow, periodFormat, decimalMark, delimiter, sign, platform, territory };
}

function answersIn(body: Partial<z.output<typeof StatementMapping>>): Answers {
  const { currency, period, title, artist, refunds } = body;
  if (currency !== undefined && !isCurrency(currency)) {
    throw new Problem("currency_unknown", {
      detail: `body.currency "${currency}" is no known currency code.`,
      errors: [{ path: "body.currency", code: "unknown", message: "is no known currency code" }],
    });
  }
  const told = { currency, period: period === undefined ? undefined : spanIn(period), title, artist, refunds };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}

function spanIn({ from, to }: { from: string; to: string }): Span {
  const span = { from: isMonth(from) ? firstDay(from) : from, to: isMonth(to) ? lastDay(to) : to };
  if (!isDay(span.from) || !isDay(span.to)) throw unreadable("body.period", "must be days of the calendar");
  if (span.from > span.to) throw unreadable("body.period", "must not end before it begins");
  return { from: span.from as Day, to: span.to as Day };
}

function unreadable(path: string, message: string): Problem {
  return new Problem("mapping_unreadable", {
    detail: `${path} ${message}`,
    errors: [{ path, code: "format", message }],
  });
}

/** A mapping as it is shown. */
const ShownMapping = z
  .strictObject({ ...ColumnsShape, ...AnswersShape, ...OwnAnswersShape, saveAs: Name })
  .partial()
  .required({ columns: true });

function presentMapping(mapping: Mapping | LastingMapping | Guess): z.input<typeof ShownMapping> {
  const { answers = {}, label = null, ...rest } = mapping as LastingMapping & { label?: string | null };
  const { columns, headerRow, ...said } = rest;
  return { columns, headerRow, ...said, ...answers, ...(label === null ? {} : { saveAs: label }) } as never;
}

export const MappingTemplate = z
  .object({
    id: z.string(),
    name: Name,
    version: z.int().meta({ description: "One more each time the name is kept anew." }),
    header: z.array(z.string()).meta({ description: "The columns of the files it fits." }),
    mapping: MappingBody,
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: "MappingTemplate", example: EXAMPLES.MappingTemplate });

export const MappingTemplateInput = z
  .strictObject({
    name: Name,
    header: z.array(z.string().max(500)).min(1).max(500),
    mapping: MappingBody,
    id: z.string().max(64).optional().meta({ description: "Where it came from; it gets an id of its own." }),
    version: z.int().min(1).optional().meta({ description: "Where it came from; it gets a version of its own." }),
    createdAt: z.iso.datetime().optional(),
    updatedAt: z.iso.datetime().optional(),
  })
  .meta({ id: "MappingTemplateInput" });

export function presentTemplate(row: TemplateRow): z.input<typeof MappingTemplate> {
  const mapping: LastingMapping = JSON.parse(row.mapping);
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    header: JSON.parse(row.header),
    mapping: presentMapping(mapping),
    createdAt: instantToIso(row.createdAt),
    updatedAt: instantToIso(row.updatedAt),
  };
}

const { lines, units, totals, stated, apart, unmatchedLines } = Statement.shape;

export const StatementPreview = z
  .object({
    statementId: z.string(),
    delimiter: z.string(),
    encoding: z.string(),
    headerRow: z.int(),
    header: z.array(z.string()).meta({ description: "The columns, under the names a mapping calls them by." }),
    lines: z.array(z.int()).meta({ description: "The line of the file on which each row begins." }),
    rows: z.array(z.array(z.string())).meta({ description: "Up to 20 rows, as they are cut." }),
    candidates: z
      .array(z.object({ format: z.string(), score: z.number(), missing: z.array(z.string()) }))
      .meta({ description: "Known formats with columns of this file, best first, and what they miss." }),
    guesses: ShownMapping.nullable().meta({
      description: "The mapping that stands, or a proposal; null where the format is known.",
    }),
    template: z
      .object({ id: z.string(), name: z.string(), version: z.int(), mapping: MappingBody })
      .nullable()
      .meta({ description: "The template kept for files with this header." }),
    asks: z.array(z.string()).meta({ description: "What the known format waits to be told." }),
    counts: z
      .object({
        lines,
        units,
        totals,
        stated,
        apart,
        unmatchedLines,
        overlaps: z.array(
          z.object({
            statementId: z.string(),
            filename: z.string(),
            from: z.string(),
            to: z.string(),
            lines: z.int(),
            sameLines: z.int().meta({ description: "How many of these lines are booked already." }),
          }),
        ),
      })
      .nullable()
      .meta({ description: "What reading has found; null before it is done." }),
  })
  .meta({ id: "StatementPreview", example: EXAMPLES.StatementPreview });

export function presentPreview(preview: Preview): z.input<typeof StatementPreview> {
  const { statement, head, headerRow, header, rows, candidates, mapping, template, asks, overlaps } = preview;
  const shown = presentStatement(statement);
  return {
    statementId: statement.id,
    delimiter: head.delimiter,
    encoding: head.encoding,
    headerRow,
    header: [...header],
    lines: rows.map(({ line }) => line),
    rows: rows.map(({ cells }) => [...cells]),
    candidates: candidates.map((candidate) => ({ ...candidate, missing: [...candidate.missing] })),
    guesses: mapping === null ? null : presentMapping(mapping),
    template: template === null ? null : presentTemplate(template),
    asks: [...asks],
    counts: statement.dictionary === null ? null : { ...shown, overlaps: [...overlaps] },
  };
}
