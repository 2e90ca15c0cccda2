// The home of the verbs on parties.

import type { Ctx } from "../../db/ctx.ts";
import type { Page } from "../../http/page.ts";
import { refuseStale, type SeenVersion } from "../../http/version.ts";
import { documentOf, type ItemFacts, merged, type Said } from "../items/model.ts";
import type { ItemRow } from "../items/repository.ts";
import { changeItem, createItem, deleteItem, getItem, type ItemQuery, listItemPage } from "../items/service.ts";
import { EMPTY_PARTY, type PartyDocument, partyFacts, readParty } from "./model.ts";

/** What must be said of a new party. */
export type NewParty = Said<PartyDocument> & Pick<PartyDocument, "name">;

/** Lists the parties, newest first. */
export function listParties(ctx: Ctx, query: ItemQuery): Promise<Page<ItemRow>> {
  return listItemPage(ctx, "party", query);
}

/** Finds a party. @throws Problem `not_found` */
export function getParty(ctx: Ctx, id: string): Promise<ItemRow> {
  return getItem(ctx, "party", id);
}

/** Keeps a new party. @throws Problem of its codes; `code_taken` when another has its IPI name number */
export function createParty(ctx: Ctx, said: NewParty): Promise<ItemRow> {
  const { name, ...more } = readParty(said, "body");
  return createItem(ctx, partyFacts(ctx.newId("party"), merged({ name, ...EMPTY_PARTY }, more)));
}

/** Changes what is said of a party. @throws Problem `not_found`, `stale`, of its codes, `code_taken` */
export async function updateParty(
  ctx: Ctx,
  id: string,
  seen: SeenVersion,
  said: Said<PartyDocument>,
): Promise<ItemRow> {
  const row = await getParty(ctx, id);
  refuseStale(seen, row.version);
  return changeItem(ctx, row, seen, revisedParty(row, said));
}

/** What a party is to be after a change. @throws Problem of its fields */
export function revisedParty(row: ItemRow, said: Said<PartyDocument>): ItemFacts {
  return partyFacts(row.id, merged<PartyDocument>(documentOf(row), readParty(said, "body")));
}

/** Removes a party that nothing credits. @throws Problem `not_found`, `stale`, `in_use` */
export async function deleteParty(ctx: Ctx, id: string, seen: SeenVersion): Promise<void> {
  await deleteItem(ctx, await getParty(ctx, id), seen);
}
