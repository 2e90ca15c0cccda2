// The home of the audit bundle: all that is needed to work out offline what some statements come to, and to check it.

import { listAuditOf } from "../../db/audit.ts";
import type { Ctx } from "../../db/ctx.ts";
import { rowOf, textCell } from "../../kernel/csv.ts";
import { formatNanos } from "../../kernel/money.ts";
import { Problem } from "../../kernel/problems.ts";
import { instantToIso } from "../../kernel/time.ts";
import { type LedgerPosting, listPostingsOfSources } from "../../royalties/index.ts";
import type { Total } from "../model.ts";
import type { StatementRow } from "../repository.ts";
import type { PlannedFile } from "./files.ts";
import { LineChecks } from "./line-checks.ts";
import { safeName } from "./model.ts";
import type { ExportFileRow, ExportRow } from "./repository.ts";
import { bytesOfFile } from "./segments.ts";

/** Goes up whenever a verifier of before could not read the bundle. */
const BUNDLE_VERSION = 1;

/** The program that checks a bundle, among the Worker's static files. */
const VERIFIER = "/export/verify.mjs";

const README = `This is an audit bundle of royalty statements.

originals/        the files as they were uploaded, byte for byte
lines/*.csv       their lines as they were read: "amount" is as booked, "amount_exact" as printed
lines/*.crc32     a check sum of each line of those, to name one that was changed
statements.json   of each statement: its file, what read it, its totals, what it states of itself
postings.csv      how the statements were booked: debits are positive, credits negative
changes.json      what was done to the statements, and by whom
manifest.json     every other file with its size and SHA-256; manifest.sha256 is its own

To check all of it, offline, with Node 18 or newer:

    node verify.mjs bundle.zip      (or, where it was unpacked:  node verify.mjs .)

It adds the lines up exactly, books each of them again by the rule below, and holds the sums against the totals and
the postings. It ends with 0 if all is right, and else with 1 and the file and line that is not.

The rule: the running exact sum of a file is rounded half to even to nine places; a line is booked at the difference
between the rounded sums after and before it. So the lines sum to the total, which is the exact sum rounded once.

In CSV, a text that a spreadsheet would take for a formula has an apostrophe before it.
`;

function made(name: string, make: (PlannedFile & { kind: "made" })["make"]): PlannedFile {
  return { kind: "made", name, make };
}

/** Lists the files of a bundle. The manifest names all before it by their sums, and the last file is its own sum. */
export function planBundle(ctx: Ctx, row: ExportRow, statements: readonly StatementRow[]): PlannedFile[] {
  return [
    ...statements.flatMap((statement): PlannedFile[] => [
      { kind: "original", name: originalName(statement), statementId: statement.id },
      { kind: "lines", name: linesName(statement), statements: [statement] },
      made(checksName(statement), (before) => lineChecks(ctx, row, before.at(-1))),
    ]),
    made("statements.json", async () => json({ statements: statements.map(statementFacts) })),
    made("postings.csv", () => postingsCsv(ctx, statements)),
    made("changes.json", () => changesJson(ctx, row, statements)),
    made("README.txt", async () => README),
    made("verify.mjs", () => ctx.stores.asset(VERIFIER)),
    made("manifest.json", async (before) => manifest(ctx, row, before)),
    made("manifest.sha256", async (before) => `${before.at(-1)?.sha256 ?? ""}  manifest.json\n`),
  ];
}

function originalName({ id, filename }: StatementRow): string {
  return `originals/${id}/${safeName(filename)}`;
}

function linesName({ id }: StatementRow): string {
  return `lines/${id}.csv`;
}

function checksName({ id }: StatementRow): string {
  return `lines/${id}.crc32`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** What is booked of a statement, as it was when the bundle was asked for: posted. */
function statementFacts(row: StatementRow): object {
  const totals: Total[] = JSON.parse(row.totals);
  return {
    id: row.id,
    status: "posted",
    filename: row.filename,
    original: originalName(row),
    lines: linesName(row),
    sha256: row.sha256,
    sizeBytes: row.sizeBytes,
    source: row.source,
    readBy: row.formatVersion,
    measures: row.measures,
    period: { from: row.periodFrom, to: row.periodTo },
    lineCount: row.lines,
    units: row.units,
    totals: totals.map(({ currency, exact, nanos }) => ({ currency, exact, amount: formatNanos(BigInt(nanos)) })),
    stated: JSON.parse(row.stated),
    apart: JSON.parse(row.apart),
    warnings: JSON.parse(row.warnings),
    answers: row.answers === null ? null : JSON.parse(row.answers),
    mapping: row.mapping === null ? null : JSON.parse(row.mapping),
    supersedes: row.supersedes,
    createdAt: instantToIso(row.createdAt),
    postedAt: row.postedAt === null ? null : instantToIso(row.postedAt),
  };
}

const POSTING_COLUMNS = ["statement_id", "id", "entry_id", "account", "period", "amount", "currency", "at"];

/** The postings by which the statements were booked; what took one of them back came later. */
async function postingsCsv(ctx: Ctx, statements: readonly StatementRow[]): Promise<string> {
  const ids = statements.map(({ id }) => id);
  const postings = await listPostingsOfSources(ctx.db, ctx.scope, ids);
  const booked = postings.filter(({ reverses }) => reverses === null);
  return rowOf(POSTING_COLUMNS) + booked.map(postingRow).join("");
}

function postingRow(posting: LedgerPosting): string {
  const { sourceId, id, entryId, account, period, nanos, currency, at } = posting;
  return rowOf([sourceId, id, entryId, textCell(account), period, formatNanos(nanos), currency, instantToIso(at)]);
}

/** Audit ids begin with the time they were made at. */
const AUDIT_PREFIX = "aud_";

/** What was done to the statements until the bundle was asked for. */
async function changesJson(ctx: Ctx, row: ExportRow, statements: readonly StatementRow[]): Promise<string> {
  const ids = statements.map(({ id }) => id);
  const since = ids.reduce((first, id) => (id.slice(4) < first ? id.slice(4) : first), "z");
  const rows = await listAuditOf(ctx.db, ctx.scope, ids, AUDIT_PREFIX + since.slice(0, 10));
  const changes = rows.filter(({ at }) => at <= row.createdAt);
  return json({
    changes: changes.map(({ id, at, actor, action, target, before, after, requestId }) => ({
      id,
      at: instantToIso(at),
      actor,
      action,
      statementId: target,
      before: before === null ? null : JSON.parse(before),
      after: after === null ? null : JSON.parse(after),
      requestId,
    })),
  });
}

/** The CRC-32 of every physical line of a file of lines, so that a changed one can be named: four bytes each. */
async function lineChecks(ctx: Ctx, row: ExportRow, lines: ExportFileRow | undefined): Promise<Uint8Array> {
  if (lines === undefined) throw new Problem("internal", { cause: new Error("checks without lines") });
  const checks = new LineChecks();
  for await (const chunk of bytesOfFile(ctx, row.id, lines)) checks.add(chunk);
  return checks.bytes();
}

function manifest(ctx: Ctx, row: ExportRow, files: readonly ExportFileRow[]): string {
  return json({
    bundleVersion: BUNDLE_VERSION,
    exportId: row.id,
    artist: { id: ctx.artist.id, name: ctx.artist.name },
    period: { from: row.periodFrom, to: row.periodTo },
    filter: JSON.parse(row.filter),
    generation: row.generation,
    askedAt: instantToIso(row.createdAt),
    files: files.map(({ name, sizeBytes, sha256 }) => ({ name, sizeBytes, sha256 })),
  });
}
