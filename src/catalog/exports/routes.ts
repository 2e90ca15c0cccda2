// The home of the endpoint that gives the catalog back.

import { z } from "zod";
import { endpoint } from "../../http/endpoint.ts";
import type { Register } from "../../http/registry.ts";
import { sheetColumns } from "../batch/schema.ts";
import { COLUMNS } from "../imports/csv/columns.ts";
import { ITEM_KINDS } from "../items/model.ts";
import { openCatalogCsv, openCatalogSheet } from "./service.ts";

const ExportCatalog = endpoint({
  operation: "exportCatalog",
  method: "get",
  path: "/api/dashboard/catalog/export",
  tag: "Catalog",
  summary: "Get the catalog as CSV",
  description: `One row for each track, as an import takes it back: imported again it changes nothing. A text that a spreadsheet would take for a formula has an apostrophe before it. The columns: ${COLUMNS.map(({ header }) => `\`${header}\``).join(", ")}. With \`of\` one row for each thing of a kind, with its version and all that is said of it, as a batch takes it: sent back as it is it changes nothing.`,
  access: "artist",
  query: z.strictObject({
    format: z.enum(["csv"]).default("csv"),
    of: z.enum(ITEM_KINDS).optional().meta({ description: "Things of this kind, to be edited in a batch." }),
  }),
  answers: { 200: { description: "The catalog.", mediaType: "text/csv" } },
  handle: async ({ ctx, query: { of } }) => ({
    body: await (of === undefined ? openCatalogCsv(ctx) : openCatalogSheet(ctx, of, sheetColumns(of))),
    filename: of === undefined ? "catalogue.csv" : `${of}.csv`,
  }),
  present: ({ body, filename }) =>
    new Response(body, {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": `attachment; filename="${filename}"`,
      },
    }),
});

/** Adds the export to the API. */
export function registerExports(register: Register): void {
  register(ExportCatalog);
}
