// The home of SoundCloud for Artists' statement, which was Repost's before.
import { ISO_MONTH } from "./spans.ts";
import { tableFormat } from "./table.ts";

const APPLIED = "already applied by SoundCloud: the revenue is this account's share";

/**
 * SoundCloud for Artists' statement of everything so far: a later one brings earlier months anew. Nothing in it says
 * SoundCloud; its header stands in the third row, below the account.
 *
 * @see importers written on real files, named `lifetime_statement_…`; checked 2026-11
 */
export const SOUNDCLOUD = tableFormat({
  id: "soundcloud.v1",
  name: "SoundCloud for Artists",
  source: "soundcloud",
  evidence: "B",
  sample: true,
  version: 1,
  signature: [
    "Artist(s)",
    "Partner",
    "Units",
    "Reporting Period",
    "Accounting Period",
    "Revenue ({currency})",
    "Split Pay Share (%)",
  ],
  columns: {
    Track: "title",
    "Artist(s)": "artist",
    Partner: "platform",
    Release: "releaseTitle",
    UPC: "upc",
    ISRC: "isrc",
    Country: "territory",
    Type: "kind",
    Units: "units",
    "Reporting Period": "period",
    "Accounting Period": "statementPeriod",
    "Revenue ({currency})": "amount",
    "Revenue Share (%)": { is: null, note: APPLIED },
    "Split Pay Share (%)": { is: null, note: APPLIED },
  },
  period: ISO_MONTH,
  numbers: ".",
  currency: "header",
  kind: { stream: "stream", download: "download" },
  restates: true,
});
