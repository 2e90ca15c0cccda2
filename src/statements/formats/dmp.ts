// The home of the plain statement that publishers who work with django-music-publisher take in.
import { wordOf } from "./cells.ts";
import type { LineKind } from "./format.ts";
import { tableFormat } from "./table.ts";

const RIGHTS: Readonly<Record<string, LineKind>> = {
  pr: "performance",
  performance: "performance",
  performing: "performance",
  mr: "mechanical",
  mechanical: "mechanical",
  sr: "sync",
  sync: "sync",
};

/**
 * A publisher's statement in the layout of django-music-publisher's tests; it names no period.
 *
 * @see a description of that program's test files, and its manual; a program's own test is no real file; checked 2026-11
 */
export const DMP = tableFormat({
  id: "dmp.publisher_statement",
  name: "Publisher statement (django-music-publisher)",
  source: "dmp",
  evidence: "B",
  sample: false,
  version: 1,
  signature: ["Work Title", "Work ID", "Right Type", "Source", "Amount", "Currency"],
  columns: {
    "Work Title": { is: "title", note: "the title of the work" },
    "Work ID": { is: "workId", note: "as printed: a society's number, an ISRC or an ISWC" },
    Composers: null,
    "Right Type": "kind",
    Source: "platform",
    Amount: "amount",
    Currency: "currency",
  },
  period: { ofFile: () => null },
  numbers: ".",
  kind: (row) => wordOf(RIGHTS, row.get("Right Type").toLowerCase()) ?? "other",
  asks: ["period"],
});
