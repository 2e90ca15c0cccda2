// The home of PRS's minimal statement: the few columns that were seen of a much richer one.
import { tableFormat } from "./table.ts";

/**
 * PRS for Music's statement in the least form an importer reads: works and amounts, with neither period nor currency.
 *
 * @see the columns and test files of an importer; checked 2026-11
 */
export const PRS = tableFormat({
  id: "prs.simple.v1",
  name: "PRS for Music (minimal)",
  source: "prs",
  evidence: "B",
  sample: false,
  version: 1,
  signature: ["Record Number", "CAE Number", "Work Title", "Amount (performance revenue)"],
  columns: {
    "Record Number": null,
    "CAE Number": { isPrivate: true },
    "Work Title": { is: "title", note: "the title of the work" },
    "Amount (performance revenue)": "amount",
    IP1: { is: null, note: "who has an interest in the work, not who performs it" },
  },
  period: { ofFile: () => null },
  numbers: ".",
  currency: { usually: "GBP" },
  platform: "PRS",
  kind: "performance",
  asks: ["period", "currency"],
});
