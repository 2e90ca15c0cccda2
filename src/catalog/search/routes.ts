// The home of the endpoint that lists a whole catalog.

import { endpoint } from "../../http/endpoint.ts";
import { catalogAnswer } from "../../http/kept.ts";
import type { Register } from "../../http/registry.ts";
import { Catalog, CatalogQuery, presentCatalog } from "./schema.ts";
import { findInCatalog } from "./service.ts";

const GetCatalog = endpoint({
  operation: "getCatalog",
  method: "get",
  path: "/api/dashboard/catalog",
  tag: "Catalog",
  summary: "Search the catalog",
  description:
    "Releases, recordings and works, newest first, with how many there are of each kind, type and status. Accents and capitals make no difference.",
  access: "artist",
  query: CatalogQuery,
  answers: { 200: { description: "What was found.", schema: Catalog } },
  example: { query: { q: "night" } },
  handle: async ({ ctx, query, request }) =>
    catalogAnswer(ctx, request, async () => presentCatalog(await findInCatalog(ctx, query))),
  present: (json) => ({ status: 200, json }),
});

/** Adds the search to the API. */
export function registerSearch(register: Register): void {
  register(GetCatalog);
}
