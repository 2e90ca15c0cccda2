// The home of what an export is made of: its files in their order, which follow from its row alone.

import type { Ctx } from "../../db/ctx.ts";
import { findStatements, type StatementRow } from "../repository.ts";
import { planBundle } from "./bundle.ts";
import type { PlannedFile } from "./files.ts";
import type { ExportRow } from "./repository.ts";

/** Lists the files of an export. However often it is asked, the answer is the same. */
export async function planExport(ctx: Ctx, row: ExportRow): Promise<PlannedFile[]> {
  const statements = await listSnapshot(ctx, row);
  switch (row.format) {
    case "csv":
      return [{ kind: "lines", name: `statements-${row.periodFrom}-${row.periodTo}.csv`, statements }];
    case "bundle":
      return planBundle(ctx, row, statements);
  }
}

/** The statements that were posted when the export was asked for, in its order; what was taken back since is among them. */
async function listSnapshot(ctx: Ctx, row: ExportRow): Promise<StatementRow[]> {
  const ids: string[] = JSON.parse(row.statementIds);
  const byId = new Map((await findStatements(ctx.db, ctx.scope, ids)).map((statement) => [statement.id, statement]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
