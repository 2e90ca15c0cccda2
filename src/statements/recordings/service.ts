// The home of the verb that says which recordings the lines of statements are of.

import { persist } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import { matchRecordingStatements } from "./repository.ts";

/** Looks some ISRCs up in the catalog anew, for the lines of every posted statement. Doing it again changes nothing. */
export async function matchRecordings(ctx: Ctx, codes: readonly string[]): Promise<void> {
  await persist(ctx, matchRecordingStatements(ctx.db, ctx.scope, codes));
}
