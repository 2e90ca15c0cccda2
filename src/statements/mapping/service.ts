// The home of mapping: what a person says of a file is held against all of it before it is read again.
import { ConstraintError } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import { type FieldError, Problem } from "../../kernel/problems.ts";
import { AnswerMissingError, type Answers, ASKABLE, type FileHead, LineProblemError } from "../formats/format.ts";
import { formatOf, recognise } from "../formats/registry.ts";
import { NOTHING_READ, type StatementProblem, UNREAD } from "../model.ts";
import { isArchive } from "../parts/service.ts";
import { readSlice } from "../read.ts";
import { normaliseHeader } from "../reading/header.ts";
import { forgetReadingStatements, moveStatements, type StatementRow } from "../repository.ts";
import { getStatement } from "../service.ts";
import { Tally } from "../tally.ts";
import {
  answersOf,
  cutHead,
  headBytesOf,
  knownText,
  mappingOf,
  readerFor,
  type StatementText,
  TextRefusal,
} from "../text.ts";
import { writeText } from "../unpack.ts";
import { columnNames, type LastingMapping, lasting, type Mapping, mappingErrors } from "./model.ts";
import { keepTemplateStatements } from "./repository.ts";
import { getTemplate, templateRow } from "./templates.ts";

/** What a person says of a statement: its columns, or a template for them, or answers alone. */
export interface Said {
  /** Null where none are named. */
  readonly columns: Omit<LastingMapping, "answers"> | null;
  readonly template: string | null;
  readonly answers: Answers;
  readonly saveAs: string | null;
}

/** As much of a text is checked while the person waits; what lies behind is checked by the job that reads it. */
const CHECKED_BYTES = 16 * 1024 * 1024;

/**
 * Takes a person's word on how a statement is to be read, and asks for it to be read so.
 *
 * A mapping is tried on the file first: one that leaves a line unreadable changes nothing.
 * @throws Problem `not_found`, `conflict` in a state in which nothing is open, `mapping_unreadable`
 */
export async function mapStatement(ctx: Ctx, id: string, said: Said): Promise<StatementRow> {
  const statement = await getStatement(ctx, id);
  if (isArchive(statement)) throw new Problem("conflict", { detail: OF_PARTS });
  const joined = (JSON.parse(statement.problems) as StatementProblem[]).find(({ code }) => OF_REPORTS.includes(code));
  if (joined !== undefined) throw new Problem("conflict", { detail: joined.message });
  if (!isOpen(statement)) {
    const detail = `The statement is ${statement.status}; it can be mapped while it waits for that, or for its commit.`;
    throw new Problem("conflict", { detail });
  }
  const text = await openText(ctx, statement).catch((error: unknown) => {
    if (error instanceof TextRefusal) throw new Problem("mapping_unreadable", { detail: error.message, cause: error });
    throw error;
  });
  const bytes = await headBytesOf(ctx, id, text);
  const mapping = await mappingSaid(ctx, statement, said);
  if (mapping === null) {
    const answers = { ...answersOf(statement), ...said.answers };
    checkAnswers(statement, said.answers, cutHead(bytes, text));
    return readAnew(ctx, statement, text, { mapping: null, answers: JSON.stringify(answers) }, null);
  }
  if (statement.status === "ready" && statement.mapping === null) {
    throw new Problem("conflict", { detail: `The statement is read as ${statement.format}; its columns are known.` });
  }
  await checkMapping(ctx, statement, text, cutHead(bytes, text, mapping.delimiter), mapping);
  // The next file's header is looked for before anybody has said what parts its cells.
  const header = columnNames(cutHead(bytes, text), mapping.headerRow);
  const template =
    said.saveAs === null ? null : await templateRow(ctx, { name: said.saveAs, header, mapping: lasting(mapping) });
  return readAnew(ctx, statement, text, { mapping: JSON.stringify(mapping), answers: null }, template);
}

const OF_PARTS = "The file holds several; each of its parts is a statement of its own.";

/** Files of a report are read with one another; one mapped by itself would be booked twice. */
const OF_REPORTS = ["parts_missing", "part_of_report"];

/** Whether a person may still say how a statement is read: no job is under way or asked for that books it. */
function isOpen({ status, isPreview, problems }: StatementRow): boolean {
  return status === "needs_mapping" || (status === "ready" && (isPreview === 1 || problems !== "[]"));
}

/**
 * The text of a statement; of one that waits for a mapping it is written out where that was not done.
 *
 * @throws Problem `statement_not_ready` where there is none yet, or none any longer; TextRefusal
 */
export async function openText(ctx: Ctx, statement: StatementRow): Promise<StatementText> {
  const text = knownText(statement);
  if (text !== null) return text;
  if (isArchive(statement)) throw new Problem("statement_not_ready", { detail: OF_PARTS });
  const written = statement.status === "needs_mapping" ? await writeText(ctx, statement) : null;
  if (written !== null) return written;
  throw new Problem("statement_not_ready", {
    detail: `The statement is ${statement.status}; it has no lines to show.`,
  });
}

/** The mapping that was said, directly, by a template, or by answers to one that stands; null for answers alone. */
async function mappingSaid(ctx: Ctx, statement: StatementRow, said: Said): Promise<Mapping | null> {
  const { columns, answers, saveAs } = said;
  if (columns !== null) return { ...columns, answers, label: saveAs };
  if (said.template !== null) {
    const template = await getTemplate(ctx, said.template);
    const kept: LastingMapping = JSON.parse(template.mapping);
    return { ...kept, answers: { ...kept.answers, ...answers }, label: template.name };
  }
  const standing = mappingOf(statement);
  return standing === null ? null : { ...standing, answers: { ...standing.answers, ...answers } };
}

/** Refuses answers that nobody asked for: they would change nothing, and their sender would not know. */
function checkAnswers(statement: StatementRow, answers: Answers, head: FileHead): void {
  const found = recognise(head);
  const format = statement.format === null ? null : formatOf(statement.format);
  const known = format ?? (found.kind === "match" ? found.format : null);
  if (known === null) {
    throw refused([{ path: "body.columns", code: "required", message: "must say what the file's columns are" }]);
  }
  const asked = new Set<string>([...known.asks, ...askedBy(statement)]);
  const surplus = ASKABLE.filter((name) => answers[name] !== undefined && !asked.has(name));
  if (surplus.length === 0) return;
  throw refused(
    surplus.map((name) => ({ path: `body.${name}`, code: "unknown", message: `is told by files of ${known.id}` })),
  );
}

/** What a statement that waits for an answer asks. */
export function askedBy(statement: Pick<StatementRow, "problems" | "status">): string[] {
  if (statement.status !== "needs_mapping") return [];
  const problems: StatementProblem[] = JSON.parse(statement.problems);
  return ASKABLE.filter((name) => problems.some(({ code }) => code === `${name}_needed`));
}

/** Reads a text with a mapping, as far as a person can wait for it. @throws Problem `mapping_unreadable` */
async function checkMapping(
  ctx: Ctx,
  statement: StatementRow,
  text: StatementText,
  head: FileHead,
  mapping: Mapping,
): Promise<void> {
  const errors = mappingErrors(mapping, head);
  if (errors.length > 0) throw refused(errors);
  try {
    const reader = readerFor(ctx, { ...statement, mapping: JSON.stringify(mapping), answers: null }, text, head);
    if (reader === null) throw new Error("a mapping makes no reader");
    const tally = new Tally(NOTHING_READ);
    const place = { offset: 0, line: 1 };
    while (place.offset < Math.min(text.bytes, CHECKED_BYTES)) {
      await readSlice(ctx, statement.id, text, reader, tally, place);
      // Answers waiting in this isolate get out between slices.
      await scheduler.wait(0);
    }
    if (tally.lines > 0) return;
  } catch (error) {
    if (error instanceof AnswerMissingError) {
      throw refused([{ path: `body.${error.asks}`, code: "required", message: error.message }]);
    }
    if (!(error instanceof LineProblemError)) throw error;
    const { line, column, code, message } = error.problem;
    const where = column === null ? `Line ${line}` : `Line ${line}, column "${column}"`;
    throw refused([{ path: pathOf(mapping, column), code, message }], `${where}: ${message}.`);
  }
  throw refused([{ path: "body.headerRow", code: "lines_missing", message: "leaves no line below the header" }]);
}

function refused(errors: readonly FieldError[], detail?: string): Problem {
  const first = errors[0];
  return new Problem("mapping_unreadable", { detail: detail ?? `${first?.path} ${first?.message}`, errors });
}

/** Where in the request a column of the file stands. */
function pathOf(mapping: Mapping, column: string | null): string {
  const name = Object.keys(mapping.columns).find((each) => normaliseHeader(each) === normaliseHeader(column ?? ""));
  return name === undefined ? "body.columns" : `body.columns.${name}`;
}

/** Forgets what was read and asks for the statement to be read as it was now said. @throws Problem `conflict` */
async function readAnew(
  ctx: Ctx,
  statement: StatementRow,
  { object, bytes, encoding, newline }: StatementText,
  said: Pick<StatementRow, "mapping" | "answers">,
  template: Awaited<ReturnType<typeof templateRow>> | null,
): Promise<StatementRow> {
  const { id, status } = statement;
  const text = { textObject: object, textBytes: bytes, encoding, newline };
  // Answers change nothing of what the format is.
  const unknown = said.mapping === null ? {} : { format: null, formatVersion: null, source: null, measures: "money" };
  const set = { ...UNREAD, ...text, ...unknown, ...said, status: "received" as const, problems: "[]" };
  const { scope } = ctx;
  try {
    await commit(ctx, "statement.map", {
      writes: [
        ...moveStatements(ctx.db, scope, id, [status], set, statement),
        ...forgetReadingStatements(ctx.db, scope, id),
        ...(template === null ? [] : keepTemplateStatements(ctx.db, template)),
      ],
      target: id,
      before: { status, mapping: mappingOf(statement), answers: answersOf(statement) },
      after: { mapping: mappingOf(said), answers: answersOf(said), template: template?.id ?? null },
      jobs: [{ kind: "statement.read", body: { artistId: scope.artistId, statementId: id as `stm_${string}` } }],
    });
  } catch (error) {
    if (!(error instanceof ConstraintError) || error.kind !== "guard") throw error;
    throw new Problem("conflict", { detail: "The statement moved on meanwhile; read it again.", cause: error });
  }
  return { ...statement, ...set };
}
