// The home of the wire shapes of what is found in a catalog.

import { z } from "zod";
import { pageOf, pageQuery } from "../../http/page.ts";
import { EXAMPLES } from "../examples.ts";
import { RELEASE_STATUSES, RELEASE_TYPES } from "../releases/model.ts";
import { FOUND_KINDS } from "./model.ts";
import type { Found } from "./service.ts";

export const CatalogQuery = z.strictObject({
  q: z.string().max(200).optional().meta({
    description:
      "Words of titles, artists, writers, labels, and codes as people write them; each may be the beginning of one.",
  }),
  kind: z.enum(FOUND_KINDS).optional(),
  type: z.enum(RELEASE_TYPES).optional().meta({ description: "Of releases." }),
  status: z.enum(RELEASE_STATUSES).optional().meta({ description: "Of releases." }),
  ...pageQuery,
});

export const CatalogItem = z
  .object({
    kind: z.enum(FOUND_KINDS),
    id: z.string(),
    title: z.string().meta({ description: "With its version or subtitle." }),
    artists: z.string().meta({ description: "As displayed; of a work its writers." }),
    code: z.string().nullable().meta({ description: "UPC, ISRC or ISWC." }),
    type: z.enum(RELEASE_TYPES).nullable(),
    status: z.enum(RELEASE_STATUSES).nullable(),
  })
  .meta({ id: "CatalogItem", example: EXAMPLES.CatalogItem });

const counts = z.record(z.string(), z.int());

export const Catalog = pageOf(CatalogItem)
  .extend({
    facets: z
      .object({ kind: counts, type: counts, status: counts })
      .meta({ description: "How many there are in all, whatever was asked for." }),
  })
  .meta({ id: "Catalog", example: EXAMPLES.Catalog });

export function presentCatalog({ data, facets, nextCursor }: Found): unknown {
  const of = (name: string) =>
    Object.fromEntries(facets.filter(({ facet }) => facet === name).map(({ value, items }) => [value, items]));
  return { data, facets: { kind: of("kind"), type: of("type"), status: of("status") }, nextCursor };
}
