// The home of the verb that finds what there is in a catalog.

import type { Ctx } from "../../db/ctx.ts";
import { bindingOf, type Page, pageFrom, readCursor } from "../../http/page.ts";
import { findSecrets, listHidden } from "../embargo/secrets.ts";
import { matchOf, type Question } from "./model.ts";
import { type FoundRow, listFacets, listFound, listTraits } from "./repository.ts";

/** How many things have something in common. */
interface Facet {
  readonly facet: string;
  readonly value: string;
  readonly items: number;
}

/** What was found, and how much there is in all. */
export interface Found extends Page<FoundRow> {
  readonly facets: readonly Facet[];
}

/**
 * Lists releases, recordings and works together, newest first: one round trip beyond signing in, and another for a caller
 * who may not know of everything. What they may not know of is not counted either.
 */
export async function findInCatalog(
  ctx: Ctx,
  query: Question & { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Found> {
  const binding = bindingOf(ctx.scope, "getCatalog", { ...query });
  const [before] = readCursor(ctx, binding, query.cursor) ?? [];
  const match = matchOf(ctx.scope.artistId, query);
  const hidden = await listHidden(ctx);
  const [rows, facets, traits, secrets] = await Promise.all([
    match === null
      ? []
      : listFound(ctx.db, ctx.scope, match, before === undefined ? null : String(before), hidden, query.limit),
    listFacets(ctx.db, ctx.scope),
    hidden.length === 0 ? [] : listTraits(ctx.db, ctx.scope, hidden),
    findSecrets(ctx),
  ]);
  const page = pageFrom(ctx, binding, rows, query.limit, (row) => [row.id]);
  await secrets.note(
    "catalog",
    page.data.map(({ id }) => id),
  );
  return { ...page, facets: without(facets, traits) };
}

/** Takes things out of the counts they are in. */
function without(facets: readonly Facet[], traits: readonly Record<string, string | null>[]): Facet[] {
  return facets
    .map((row) => ({ ...row, items: row.items - traits.filter((thing) => thing[row.facet] === row.value).length }))
    .filter(({ items }) => items > 0);
}
