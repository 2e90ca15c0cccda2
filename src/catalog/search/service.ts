// The home of the verb that finds what there is in a catalog.

import type { Ctx } from "../../db/ctx.ts";
import { bindingOf, type Page, pageFrom, readCursor } from "../../http/page.ts";
import { matchOf, type Question } from "./model.ts";
import { type FoundRow, listFacets, listFound } from "./repository.ts";

/** What was found, and how much there is in all. */
export interface Found extends Page<FoundRow> {
  readonly facets: readonly { readonly facet: string; readonly value: string; readonly items: number }[];
}

/** Lists releases, recordings and works together, newest first: one round trip beyond signing in. */
export async function findInCatalog(
  ctx: Ctx,
  query: Question & { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Found> {
  const binding = bindingOf(ctx.scope, "getCatalog", { ...query });
  const [before] = readCursor(ctx, binding, query.cursor) ?? [];
  const match = matchOf(ctx.scope.artistId, query);
  const [rows, facets] = await Promise.all([
    match === null
      ? []
      : listFound(ctx.db, ctx.scope, match, before === undefined ? null : String(before), query.limit),
    listFacets(ctx.db, ctx.scope),
  ]);
  return { ...pageFrom(ctx, binding, rows, query.limit, (row) => [row.id]), facets };
}
