// The home of The MLC's work summary, the American account of mechanical royalties.
import { between, ISO_DAY } from "./spans.ts";
import { tableFormat } from "./table.ts";

/**
 * The MLC's work summary; one song code may have several titles.
 *
 * @see names of columns in importers, without a sure order; checked 2026-11
 */
export const MLC = tableFormat({
  id: "mlc.work_summary",
  name: "The MLC work summary",
  source: "mlc",
  evidence: "B",
  sample: true,
  version: 1,
  signature: [
    "MLC Song Code",
    "Work Primary Title",
    "DSP Name",
    "Usage Period Start Date",
    "Usage Period End Date",
    "Number of Usages",
    "Distributed Amount",
  ],
  columns: {
    "Payee Name": { isPrivate: true },
    "Payee MLC Number": { isPrivate: true },
    "MLC Song Code": "workId",
    ISWC: "iswc",
    "Member Song Identifier": { is: "workId", note: "taken where The MLC tells no code of its own" },
    "Work Primary Title": { is: "title", note: "the title of the work" },
    "Work Writer List": null,
    "Original Publisher Name": null,
    "Admin Publisher Name": null,
    "Work Payable %": { is: null, note: "already applied by The MLC: the distributed amount is the payee's share" },
    "DSP Name": "platform",
    "Use Type": "usage",
    Territory: "territory",
    "Usage Period Start Date": "period",
    "Usage Period End Date": "period",
    "Number of Usages": "units",
    "Royalty Amount": "gross",
    "Distributed Amount": "amount",
  },
  period: between(ISO_DAY),
  numbers: ".",
  currency: { is: "USD" },
  kind: "mechanical",
});
