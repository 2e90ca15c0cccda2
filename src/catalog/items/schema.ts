// The home of what everything in the catalog shows beside its own facts.

import { z } from "zod";
import { instantToIso } from "../../kernel/time.ts";
import type { Warning } from "../contributions/model.ts";
import { CatalogWarning } from "../contributions/schema.ts";
import { documentOf } from "./model.ts";
import type { ItemRow } from "./repository.ts";

/** What every thing shows. */
export const itemShape = {
  id: z.string(),
  version: z.int().meta({ description: "Also the ETag; say it with `If-Match` to change this." }),
  warnings: z.array(CatalogWarning).meta({ description: "What is allowed and should be looked at." }),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
};

export function presentItem(row: ItemRow, warnings: readonly Warning[]): Record<string, unknown> {
  const { id, version } = row;
  const times = { createdAt: instantToIso(row.createdAt), updatedAt: instantToIso(row.updatedAt) };
  return { ...documentOf<object>(row), id, version, warnings, ...times };
}
