// The home of the question what was done with an artist, by whom, and when.

import type { Ctx } from "../../db/ctx.ts";
import { bindingOf, type Page, pageFrom, readCursor, writeCursor } from "../../http/page.ts";
import { ID_RANDOM_BYTES, makeId } from "../../kernel/id.ts";
import { addDays, type Day } from "../../kernel/time.ts";
import { type AuditRow, listAudit } from "./repository.ts";

/** What is asked of the log; days are UTC's, both included. */
export interface AuditQuestion {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly from?: Day | undefined;
  readonly to?: Day | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** After every id, whatever its instant. */
const LAST = "aud_~";

/** Lists what was done with an artist, newest first. A page may be short when few of many rows are asked for. */
export async function listAuditPage(ctx: Ctx, question: AuditQuestion): Promise<Page<AuditRow>> {
  const { actor = null, action = null, from, to, limit, cursor } = question;
  const binding = bindingOf(ctx.scope, "listAudit", { ...question });
  const [place] = readCursor(ctx, binding, cursor) ?? [];
  const end = to === undefined ? LAST : firstIdOf(addDays(to, 1));
  const before = place === undefined ? end : String(place);
  const query = { from: from === undefined ? "" : firstIdOf(from), before, actor, action };
  const { rows, walkedTo } = await listAudit(ctx.db, ctx.scope, query, limit);
  const page = pageFrom(ctx, binding, rows, limit, (row) => [row.id]);
  if (page.nextCursor !== null || walkedTo === null) return page;
  return { ...page, nextCursor: writeCursor(ctx, binding, [walkedTo]) };
}

/** Gives the least id of a day: ids sort by the instant they were made at. */
function firstIdOf(day: Day): string {
  return makeId("audit", Math.max(0, Date.parse(`${day}T00:00:00Z`)), new Uint8Array(ID_RANDOM_BYTES));
}
