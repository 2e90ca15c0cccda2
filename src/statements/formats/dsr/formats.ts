// The home of DDEX's flat-file sales reports as statement formats: the profiles that tell money, and those of plays.
import type { FileHead, FormatMatch, StatementFormat } from "../format.ts";
import { openingOf, partOf, reportHeadOf, typeOf } from "./head.ts";
import { type Profile, profileOf } from "./profiles.ts";
import { columnsOf, DsrReader } from "./reader.ts";

/** Raised whenever the same record would be read otherwise; posted blocks name the reader that read them. */
const VERSION = 1;

/**
 * A report has no row of headers: what it is stands in its HEAD record. A file of an unknown profile, or of the oldest
 * ones, which begin with FHEA, is taken for a report of money: that record then tells why it cannot be read, which
 * a person mapping columns by hand could not mend.
 */
function identify(head: FileHead, isOurs: (profile: Profile | null) => boolean): FormatMatch | null {
  const first = openingOf(head);
  if (first === null || head.delimiter !== "\t") return null;
  const type = typeOf(first.cells);
  const [, version = "", name = ""] = first.cells;
  const profile = profileOf(name);
  const isReport = type === "FHEA" || (type === "HEAD" && (profile !== null || /^dsrf\//iu.test(version)));
  return isReport && isOurs(profile) ? { score: 1, headerLine: 0, missing: [] } : null;
}

function dsrFormat(
  format: Pick<StatementFormat, "id" | "name" | "evidence" | "sample" | "measures" | "reads">,
  isOurs: (profile: Profile | null) => boolean,
): StatementFormat {
  return {
    ...format,
    source: "ddex",
    asks: [],
    summaryOf: null,
    restates: false,
    partOf,
    quoting: () => false,
    identify: (head) => identify(head, isOurs),
    columns: (head) => columnsOf(reportHeadOf(head)),
    reader: (head) => new DsrReader(`${format.id}@${VERSION}`, reportHeadOf(head)),
  };
}

const READS = ["period", "platform", "territory", "isrc", "upc", "title", "artist", "kind", "units"];

/** DDEX sales reports that tell what is due: UGC, royalty and financial profiles. */
export const DDEX_DSR_FLAT = dsrFormat(
  {
    id: "ddex.dsr.flat",
    name: "DDEX sales report (DSR flat file: UGC, royalty and financial profiles)",
    evidence: "A",
    sample: true,
    measures: "money",
    reads: [...READS, "amount", "currency"],
  },
  (profile) => profile?.kind !== "usage",
);

/** DDEX sales reports that tell uses and no money due: the basic audio profiles. */
export const DDEX_DSR_USAGE = dsrFormat(
  {
    id: "ddex.dsr.usage",
    name: "DDEX usage report (DSR flat file: basic audio profiles)",
    evidence: "B",
    sample: false,
    measures: "plays",
    reads: READS,
  },
  (profile) => profile?.kind === "usage",
);
