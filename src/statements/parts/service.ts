// The home of statements that have parts: an archive of several files, each of which becomes a statement of its own.
// A file of its own because reading makes parts, and every look at such a statement is a look at them.

import { sha256 } from "@oslojs/crypto/sha2";
import { commit } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import { ObjectWriter, openObject } from "../../db/objects.ts";
import { derivedId, type Id } from "../../kernel/id.ts";
import { Problem } from "../../kernel/problems.ts";
import type { StatementProblem, StatementStatus, StatementWarning, Total } from "../model.ts";
import { objectKey, removeObjects } from "../objects.ts";
import { ARCHIVE_CAPS, unpack } from "../reading/archive.ts";
import { FileLook, type Seen } from "../reading/look.ts";
import type { MemberSink } from "../reading/member.ts";
import { type KeptFile, rowOf } from "../receive.ts";
import { findByBytes, findStatements, moveStatements, receiveStatements, type StatementRow } from "../repository.ts";
import { type StatementText, TextRefusal } from "../text.ts";
import { reportPartOf, writeJoined } from "./reports.ts";

/** A file of an archive on its way to becoming a statement. */
interface Member {
  readonly statementId: Id<"statement">;
  readonly filename: string;
  seen: Seen | null;
}

/** Tells an archive of statements from a statement that reads the files of one report. */
export function isArchive(row: StatementRow): boolean {
  return row.parts !== null && row.format === null;
}

/**
 * Makes the files of an archive statements of their own, and the archive's statement the one they are parts of.
 *
 * Files that are no text are passed over and named in a warning; one whose bytes are a living statement already is that
 * statement. Doing it again is harmless: the ids of parts follow from the archive's.
 * @returns null: the archive itself has no lines; the joined text where its files are one report
 * @throws TextRefusal where no file of the archive is text
 */
export async function partsOf(ctx: Ctx, statement: StatementRow): Promise<StatementText | null> {
  const members = await keepMembers(ctx, statement);
  const texts = members.filter((member): member is Member & { seen: Seen } => member.seen !== null);
  const passedOver = members.filter((member) => member.seen === null);
  if (texts.length === 0) throw new TextRefusal("archive_empty", "No file of the archive is text.", "failed");
  const report = await reportIn(ctx, texts);
  if (report !== null) {
    const joined = await writeJoined(ctx, statement.id, report);
    for (const { statementId } of members) await removeObjects(ctx.stores, ctx.scope, statementId, ["original"]);
    return joined;
  }
  const byBytes = new Map(texts.map((member) => [member.seen.sha256, member]));
  const ids: string[] = [];
  const news: StatementRow[] = [];
  for (const member of byBytes.values()) {
    const known = await findByBytes(ctx.db, ctx.scope, member.seen.sha256);
    ids.push(known?.id ?? member.statementId);
    if (known === null) news.push(partRow(ctx, statement, member));
  }
  const warnings: StatementWarning[] = passedOver.map(({ filename }) => ({
    code: "file_passed_over",
    line: null,
    count: 1,
    message: `${filename} is no text and was passed over.`,
  }));
  await commit(ctx, "statement.unpack", {
    writes: [
      ...news.flatMap((row) => receiveStatements(ctx.db, row)),
      ...moveStatements(ctx.db, ctx.scope, statement.id, ["received", "reading"], {
        status: "ready",
        parts: JSON.stringify(ids),
        warnings: JSON.stringify(warnings),
        doneBytes: statement.sizeBytes,
      }),
    ],
    target: statement.id,
    after: { parts: ids },
    jobs: news.map(({ id }) => ({
      kind: "statement.read" as const,
      body: { artistId: ctx.scope.artistId, statementId: id as `stm_${string}` },
    })),
  });
  return null;
}

/** The texts of an archive in order, where they are all the files of one report. */
async function reportIn(
  ctx: Ctx,
  texts: readonly (Member & { seen: Seen })[],
): Promise<{ statementId: string; text: StatementText }[] | null> {
  const parts: { number: number; statementId: string; text: StatementText }[] = [];
  const groups = new Set<string>();
  for (const { statementId, filename, seen } of texts) {
    const { encoding, newline } = seen.encoding;
    if (encoding.startsWith("utf-16")) return null;
    const text: StatementText = { object: "original", bytes: seen.sizeBytes, encoding, newline };
    const part = await reportPartOf(ctx, filename, { statementId, text });
    if (part === null || part.of !== texts.length) return null;
    groups.add(part.group);
    parts.push({ number: part.number, statementId, text });
  }
  if (groups.size !== 1 || new Set(parts.map(({ number }) => number)).size !== texts.length) return null;
  return parts.sort((left, right) => left.number - right.number);
}

function partRow(ctx: Ctx, whole: StatementRow, member: Member & { seen: Seen }): StatementRow {
  const { statementId, filename, seen } = member;
  const file: KeptFile = { statementId, filename, seen, isPreview: whole.isPreview === 1, partOf: whole.id };
  return rowOf(ctx, file);
}

/** Writes every file of an archive to the place of the statement it is to be, and looks at it. */
async function keepMembers(ctx: Ctx, statement: StatementRow): Promise<Member[]> {
  const files = ctx.stores.files;
  const object = await openObject(files, objectKey(ctx.scope, statement.id, "original"));
  const members: Member[] = [];
  await unpack("zip", object.body, ARCHIVE_CAPS, (name): MemberSink => {
    const digest = sha256(new TextEncoder().encode(`${statement.id} ${members.length}`));
    const statementId = derivedId("statement", statement.createdAt, digest);
    const member: Member = { statementId, filename: name.split("/").at(-1) ?? name, seen: null };
    members.push(member);
    const writer = new ObjectWriter(files, objectKey(ctx.scope, statementId, "original"));
    const look = new FileLook();
    let isText = true;
    // What turns out to be no text is left out, and the archive's other files are read all the same.
    const refused = async (error: unknown) => {
      if (!(error instanceof Problem)) throw error;
      isText = false;
      await writer.abort();
    };
    return {
      write: async (chunk) => {
        if (isText) await Promise.all([look.take(chunk), writer.write(chunk)]).catch(refused);
      },
      close: async () => {
        const seen = isText ? await look.finish().catch(refused) : undefined;
        if (seen === undefined || seen.kind !== "text") return;
        await writer.finish();
        member.seen = seen;
      },
    };
  });
  return members;
}

/** Lists the parts of some statements that have any. Reads them all at once. */
export async function listParts(ctx: Ctx, rows: readonly StatementRow[]): Promise<ReadonlyMap<string, StatementRow[]>> {
  const ids = new Map(rows.filter(isArchive).map((row) => [row.id, idsOf(row)]));
  if (ids.size === 0) return new Map();
  const found = await findStatements(ctx.db, ctx.scope, [...new Set([...ids.values()].flat())]);
  const byId = new Map(found.map((row) => [row.id, row]));
  return new Map([...ids].map(([id, parts]) => [id, parts.flatMap((part) => byId.get(part) ?? [])]));
}

function idsOf({ parts }: StatementRow): string[] {
  return parts === null ? [] : JSON.parse(parts);
}

/** What decides about a whole, the first that applies: something still moves, something waits, something failed. */
const WHOLE_STATUS: readonly StatementStatus[] = [
  "received",
  "reading",
  "posting",
  "retracting",
  "needs_mapping",
  "ready",
  "failed",
  "posted",
];

/** A statement of parts as one: where its parts stand, and what they come to together. */
export function asWhole(row: StatementRow, parts: readonly StatementRow[]): StatementRow {
  if (!isArchive(row)) return row;
  const own = parts.filter((part) => part.partOf === row.id);
  if (row.status === "retracted") {
    const isLeaving = own.some(({ status }) => status !== "retracted" && status !== "failed");
    return isLeaving ? { ...row, status: "retracting" } : row;
  }
  const statuses = new Set(parts.map(statusOf));
  const months = parts.flatMap(({ periodFrom, periodTo }) => [periodFrom, periodTo]).filter((month) => month !== null);
  months.sort();
  const sum = (of: (part: StatementRow) => number) => parts.reduce((total, part) => total + of(part), 0);
  return {
    ...row,
    status: WHOLE_STATUS.find((status) => statuses.has(status)) ?? row.status,
    lines: sum(({ lines }) => lines),
    units: sum(({ units }) => units),
    unmatchedLines: sum(({ unmatchedLines }) => unmatchedLines),
    totals: JSON.stringify(totalsOf(parts)),
    problems: JSON.stringify(parts.flatMap(problemsOf)),
    periodFrom: months[0] ?? null,
    periodTo: months.at(-1) ?? null,
    postedAt: parts.every(({ postedAt }) => postedAt !== null)
      ? Math.max(...parts.map(({ postedAt }) => postedAt ?? 0))
      : null,
  };
}

/** A part that is read and has nothing wrong with it is on its way into the books, unless a person is to look first. */
function statusOf({ status, isPreview, problems }: StatementRow): StatementStatus {
  return status === "ready" && isPreview === 0 && problems === "[]" ? "posting" : status;
}

function problemsOf({ filename, problems }: StatementRow): StatementProblem[] {
  return (JSON.parse(problems) as StatementProblem[]).map((problem) => ({
    ...problem,
    message: `${filename}: ${problem.message}`,
  }));
}

/** Totals of parts are each rounded once; what they come to together is the sum of what is booked. */
function totalsOf(parts: readonly StatementRow[]): Total[] {
  const sums = new Map<string, bigint>();
  for (const part of parts) {
    for (const { currency, nanos } of JSON.parse(part.totals) as Total[]) {
      sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(nanos));
    }
  }
  return [...sums].sort().map(([currency, nanos]) => ({ currency, exact: "", nanos: String(nanos) }));
}
