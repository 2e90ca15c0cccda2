// The home of the verbs on works.

import type { Ctx } from "../../db/ctx.ts";
import type { Page } from "../../http/page.ts";
import { refuseStale, type SeenVersion } from "../../http/version.ts";
import { documentOf, type ItemFacts, merged, type Said } from "../items/model.ts";
import type { ItemRow } from "../items/repository.ts";
import { changeItem, createItem, deleteItem, getItem, type ItemQuery, listItemPage } from "../items/service.ts";
import { EMPTY_WORK, readWork, type WorkDocument, workFacts } from "./model.ts";

/** What must be said of a new work. */
export type NewWork = Said<WorkDocument> & Pick<WorkDocument, "title">;

/** Lists the works, newest first. */
export function listWorks(ctx: Ctx, query: ItemQuery): Promise<Page<ItemRow>> {
  return listItemPage(ctx, "work", query);
}

/** Finds a work. @throws Problem `not_found` */
export function getWork(ctx: Ctx, id: string): Promise<ItemRow> {
  return getItem(ctx, "work", id);
}

/** Keeps a new work. @throws Problem `iswc_invalid`, `shares_not_whole`, `reference_unknown`, `code_taken` */
export async function createWork(ctx: Ctx, said: NewWork): Promise<ItemRow> {
  const { title, ...more } = readWork(said, "body");
  return createItem(ctx, workFacts(ctx.newId("work"), merged({ title, ...EMPTY_WORK }, more)));
}

/** Changes what is said of a work. @throws Problem `not_found`, `stale`, and those of a new one */
export async function updateWork(ctx: Ctx, id: string, seen: SeenVersion, said: Said<WorkDocument>): Promise<ItemRow> {
  const row = await getWork(ctx, id);
  refuseStale(seen, row.version);
  return changeItem(ctx, row, seen, revisedWork(row, said));
}

/** What a work is to be after a change. @throws Problem of its fields */
export function revisedWork(row: ItemRow, said: Said<WorkDocument>): ItemFacts {
  return workFacts(row.id, merged<WorkDocument>(documentOf(row), readWork(said, "body")));
}

/** Removes a work that nothing uses. @throws Problem `not_found`, `stale`, `in_use` */
export async function deleteWork(ctx: Ctx, id: string, seen: SeenVersion): Promise<void> {
  await deleteItem(ctx, await getWork(ctx, id), seen);
}
