// The home of reports that come in several files: they are joined in order and read as one text.
// A file of its own because files of one report may come in one archive, or one by one.

import { ConstraintError } from "../../db/client.ts";
import { persist } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import { ObjectWriter, openObject } from "../../db/objects.ts";
import type { ReportPart } from "../formats/format.ts";
import { recognise } from "../formats/registry.ts";
import type { StatementProblem } from "../model.ts";
import { type ObjectName, objectKey } from "../objects.ts";
import { findStatements, moveStatements, type StatementRow } from "../repository.ts";
import { cutHead, headBytesOf, knownText, type StatementText, TextRefusal } from "../text.ts";
import { claimReportStatements, listReportFiles, partStatements, reportFileStatements } from "./repository.ts";

const LF = 10;

/** A file of a report, and where its text lies. */
interface PartText {
  readonly statementId: string;
  readonly text: StatementText;
}

/** Tells which file of which report a text is; null where its format knows no such thing, or the file is all of it. */
export async function reportPartOf(ctx: Ctx, filename: string, part: PartText): Promise<ReportPart | null> {
  const head = cutHead(await headBytesOf(ctx, part.statementId, part.text), part.text);
  const found = recognise(head);
  const told = found.kind === "match" ? (found.format.partOf?.(head, filename) ?? null) : null;
  return told === null || told.of === 1 ? null : told;
}

/**
 * Joins a report whose files came one by one, once all of them are here: the statement of the file that came last reads
 * them all, and the others become its parts.
 *
 * @returns the text to read: the joined one, or the statement's own where it is no part of a cut report
 * @throws TextRefusal where other files are still missing, or another statement reads this report
 */
export async function joinReport(ctx: Ctx, statement: StatementRow, text: StatementText): Promise<StatementText> {
  const { id } = statement;
  if (text.object === "joined") return text;
  const part = await reportPartOf(ctx, statement.filename, { statementId: id, text });
  if (part === null) return text;
  const { group, number, of } = part;
  await persist(ctx, reportFileStatements(ctx.db, ctx.scope, { report: group, number, statementId: id }), []);
  const files = (await listReportFiles(ctx.db, ctx.scope, group)).filter((file) => file.number > 0);
  if (files.length < of) {
    const missing = Array.from({ length: of }, (_, at) => at + 1).filter(
      (each) => !files.some((f) => f.number === each),
    );
    const words = `This is file ${number} of ${of} of a report; it is read when file ${missing.join(", ")} is here too.`;
    throw new TextRefusal("parts_missing", words, "needs_mapping");
  }
  const others = files.map((file) => file.statementId).filter((other) => other !== id);
  const note: StatementProblem = {
    line: null,
    column: null,
    code: "part_of_report",
    message: `It is read with ${id}.`,
  };
  try {
    await persist(
      ctx,
      [
        ...claimReportStatements(ctx.db, ctx.scope, group, id),
        ...partStatements(ctx.db, ctx.scope, others, { partOf: id, problems: JSON.stringify([note]) }),
        ...moveStatements(ctx.db, ctx.scope, id, ["received", "reading"], { parts: JSON.stringify(others) }),
      ],
      [],
    );
  } catch (error) {
    if (!(error instanceof ConstraintError && error.kind === "guard")) throw error;
    throw new TextRefusal(
      "part_of_report",
      "Another statement reads the report this file belongs to.",
      "needs_mapping",
    );
  }
  const rows = await findStatements(ctx.db, ctx.scope, others);
  const texts = files.flatMap(({ statementId }): PartText[] => {
    const row = rows.find((each) => each.id === statementId);
    const own = statementId === id ? text : row === undefined ? null : knownText(row);
    return own === null ? [] : [{ statementId, text: own }];
  });
  return writeJoined(ctx, id, texts);
}

/** Writes texts one behind the other, each ending with a line end. */
export async function writeJoined(ctx: Ctx, id: string, parts: readonly PartText[]): Promise<StatementText> {
  const [first] = parts;
  if (first === undefined) throw new TextRefusal("parts_missing", "No file of the report is here.", "failed");
  const writer = new ObjectWriter(ctx.stores.files, objectKey(ctx.scope, id, "joined" satisfies ObjectName));
  let bytes = 0;
  for (const { statementId, text } of parts) {
    const { body } = await openObject(ctx.stores.files, objectKey(ctx.scope, statementId, text.object));
    let last = LF;
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      last = chunk.at(-1) ?? last;
      await writer.write(chunk);
    }
    if (last === LF) continue;
    bytes += 1;
    await writer.write(Uint8Array.of(LF));
  }
  await writer.finish();
  return { object: "joined", bytes, encoding: first.text.encoding, newline: first.text.newline };
}
