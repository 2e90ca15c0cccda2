// The home of what an export is made of: its files in their order, which follow from its row alone.

import type { Ctx } from "../../db/ctx.ts";
import { findStatements, type StatementRow } from "../repository.ts";
import { planBundle } from "./bundle.ts";
import type { PlannedFile } from "./files.ts";
import { pdfOf } from "./printed.ts";
import type { ExportRow } from "./repository.ts";

/** Lists the files of an export. However often it is asked, the answer is the same. */
export async function planExport(ctx: Ctx, row: ExportRow): Promise<PlannedFile[]> {
  const statements = await listSnapshot(ctx, row);
  const name = exportFilename(row);
  switch (row.format) {
    case "csv":
      return [{ kind: "lines", name, statements }];
    case "pdf": {
      const title = `Statements ${row.periodFrom} to ${row.periodTo}`;
      return [{ kind: "made", name, make: () => pdfOf(ctx, title, statements.map(asPosted), row.createdAt) }];
    }
    case "bundle":
      return planBundle(ctx, row, statements);
  }
}

/** The statements that were posted when the export was asked for, in its order, with those taken back since. */
async function listSnapshot(ctx: Ctx, row: ExportRow): Promise<StatementRow[]> {
  const ids: string[] = JSON.parse(row.statementIds);
  const byId = new Map((await findStatements(ctx.db, ctx.scope, ids)).map((statement) => [statement.id, statement]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** The snapshot's statements were posted, whatever became of them since. */
function asPosted(statement: StatementRow): StatementRow {
  return { ...statement, status: "posted" };
}

/** What a downloaded export is called. */
export function exportFilename({ format, periodFrom, periodTo }: ExportRow): string {
  return `statements-${periodFrom}-${periodTo}.${format === "bundle" ? "zip" : format}`;
}
