// The home of the endpoint that gives the catalog back.

import { endpoint } from "../../http/endpoint.ts";
import type { Register } from "../../http/registry.ts";
import { streamOf } from "../../kernel/bytes.ts";
import { COLUMNS } from "../imports/csv/columns.ts";
import { catalogCsv } from "./service.ts";

const ExportCatalog = endpoint({
  operation: "exportCatalog",
  method: "get",
  path: "/api/dashboard/catalog/export",
  tag: "Catalog",
  summary: "Get the catalog as CSV",
  description: `One row for each track, as an import takes it back: imported again it changes nothing. A text that a spreadsheet would take for a formula has an apostrophe before it. The columns: ${COLUMNS.map(({ header }) => `\`${header}\``).join(", ")}.`,
  access: "artist",
  answers: { 200: { description: "The catalog.", mediaType: "text/csv" } },
  handle: async ({ ctx }) => streamOf(catalogCsv(ctx)),
  present: (body) =>
    new Response(body, {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": 'attachment; filename="catalogue.csv"',
      },
    }),
});

/** Adds the export to the API. */
export function registerExports(register: Register): void {
  register(ExportCatalog);
}
