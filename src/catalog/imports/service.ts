// The home of the questions about imports: which there are, how far they are, and what became of what they said.

import type { Ctx } from "../../db/ctx.ts";
import { answered } from "../../db/objects.ts";
import { bindingOf, type Page, pageFrom, readCursor } from "../../http/page.ts";
import { Problem } from "../../kernel/problems.ts";
import type { Outcome } from "./model.ts";
import { listObjects } from "./objects.ts";
import {
  findImport,
  type ImportEntryRow,
  type ImportRow,
  listImportEntries,
  listImports,
  listKnown,
} from "./repository.ts";

/** Finds an import. @throws Problem `not_found` */
export async function getImport(ctx: Ctx, id: string): Promise<ImportRow> {
  const row = await findImport(ctx.db, ctx.scope, id);
  if (row === null) throw new Problem("not_found");
  return row;
}

/** Lists the imports, newest first. */
export async function listImportPage(
  ctx: Ctx,
  query: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<ImportRow>> {
  const binding = bindingOf(ctx.scope, "list imports", {});
  const [before] = readCursor(ctx, binding, query.cursor) ?? [];
  const rows = await listImports(ctx.db, ctx.scope, before === undefined ? null : String(before), query.limit);
  return pageFrom(ctx, binding, rows, query.limit, (row) => [row.id]);
}

/** Lists what became of an import's entries, in the order of the file. @throws Problem `not_found` */
export async function listEntryPage(
  ctx: Ctx,
  id: string,
  query: { readonly limit: number; readonly cursor?: string | undefined; readonly outcome?: Outcome | undefined },
): Promise<Page<ImportEntryRow>> {
  const row = await getImport(ctx, id);
  const binding = bindingOf(ctx.scope, `list entries of ${id}`, { outcome: query.outcome });
  const [after] = readCursor(ctx, binding, query.cursor) ?? [];
  const from = typeof after === "number" ? after : -1;
  const rows = await listImportEntries(ctx.db, row, from, query.outcome, query.limit);
  return pageFrom(ctx, binding, rows, query.limit, (entry) => [entry.number]);
}

/** How old an object without an import is before it is removed: no upload takes so long. */
const ORPHAN_AGE_MS = 24 * 60 * 60 * 1000;

/** Removes files of an artist that an upload left behind when it was cut off before its import existed. */
export async function sweepImports(ctx: Ctx): Promise<void> {
  for await (const page of listObjects(ctx)) {
    const old = page.filter(({ uploadedAt }) => uploadedAt < ctx.now - ORPHAN_AGE_MS);
    const ids = [...new Set(old.map(({ importId }) => importId))];
    const known = new Set(await listKnown(ctx.db, ctx.scope, ids));
    const orphans = old.flatMap(({ key, importId }) => (known.has(importId) ? [] : [key]));
    if (orphans.length > 0) await answered(ctx.stores.files.delete(orphans));
  }
}
