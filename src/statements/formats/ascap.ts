// The home of ASCAP's statements, the American society's: performances at home, and what came from other countries.
import type { TableDeclaration } from "./declaration.ts";
import { AMERICAN_DAY, between, QUARTER } from "./spans.ts";
import { tableFormat } from "./table.ts";

const BETWEEN_DAYS = between(AMERICAN_DAY);

const shared = {
  source: "ascap",
  sample: true,
  version: 1,
  numbers: ".",
  currency: { is: "USD" },
  platform: "ASCAP",
  kind: (row) => (row.get("Type Of Right").toLowerCase() === "mechanical" ? "mechanical" : "performance"),
} as const satisfies Partial<TableDeclaration>;

/** Who is paid, and for whom: never shown. */
const PARTIES = {
  "Statement Recipient ID": { isPrivate: true },
  "Statement Recipient Name": { isPrivate: true },
  "Party ID": { isPrivate: true },
  "Party Name": { isPrivate: true },
  "Legal Earner Party ID": { isPrivate: true },
  "Legal Earner Party Name": { isPrivate: true },
} as const satisfies TableDeclaration["columns"];

/** Amounts are padded with noughts; where such a field puts the minus before the digits, it stands among them. */
function unpadded(printed: string): string {
  return printed.replace(/^0+(?=-)/u, "");
}

/**
 * ASCAP's domestic statement, of 41 columns. A line counts for the quarter of its performance, not of its distribution;
 * the music user is printed by ASCAP's own codes.
 *
 * @see header of a real file; where the minus of an adjustment stands is not known, so it may stand anywhere; checked
 *   2026-11
 */
export const ASCAP_DOMESTIC = tableFormat({
  ...shared,
  id: "ascap.layout_a",
  name: "ASCAP domestic (41 columns)",
  evidence: "A",
  signature: [
    "DistributionYear",
    "Distribution Quarter",
    "Performance Source/Broadcast Medium",
    "CA%",
    "Dollars",
    "Performance Quarter",
  ],
  columns: {
    DistributionYear: "statementPeriod",
    "Distribution Quarter": "statementPeriod",
    ...PARTIES,
    "Performance Source/Broadcast Medium": null,
    "Music User Genre": null,
    "Music User": "platform",
    "Network Service": null,
    "Performance Quarter": "period",
    "Performance Start Date": { is: "period", note: "taken with the end where no quarter is told" },
    "Performance End Date": { is: "period", note: "taken with the start where no quarter is told" },
    "Survey Type": null,
    "Day Part Code": null,
    "Series or Film/Attraction": null,
    "Program Name": null,
    "Work ID": "workId",
    "Work Title": { is: "title", note: "the title of the work" },
    "CA%": null,
    "Classification Code": null,
    "Number of Plays": "units",
    "Performance Type (Usage)": "usage",
    Duration: null,
    "Performing Artist": { is: null, note: "who performed; the line counts for the artist whose statement it is" },
    "Composer Name": null,
    "EE Share": { is: null, note: "already applied by ASCAP: the dollars are this party's share" },
    Credits: null,
    Dollars: "amount",
    "Premium Credits": null,
    "Premium Dollars": { is: null, note: "kept apart as printed, never added to the dollars" },
    "Adjustment Indicator": null,
    "Adjustment Reason Code": null,
    "Original Distribution Date": null,
    "Role Type": null,
    "Type Of Right": "kind",
    Territory: "territory",
    Licensor: null,
    "Program Code": null,
  },
  period: (quarter = "", start = "", end = "") => (quarter === "" ? BETWEEN_DAYS(start, end) : QUARTER(quarter)),
  amount: (row) => unpadded(row.get("Dollars")),
  unitsMayBeBlank: true,
});

/**
 * ASCAP's statement of what societies of other countries paid; the header of its amounts begins with a blank.
 *
 * @see importers written on real files, with 18 of 26 columns; checked 2026-11
 */
export const ASCAP_INTERNATIONAL = tableFormat({
  ...shared,
  id: "ascap.layout_b",
  name: "ASCAP international",
  evidence: "B",
  signature: [
    "Statement Recipient ID",
    "Performance Start Date",
    "Performance End Date",
    "Revenue Class Code",
    "$ Amount",
    "Type Of Right",
  ],
  columns: {
    "File Type": null,
    ...PARTIES,
    "Distribution Date": "statementPeriod",
    "Country Name": null,
    "Performance Start Date": "period",
    "Performance End Date": "period",
    "Work Title": { is: "title", note: "the title of the work" },
    "Work ID": "workId",
    "Revenue Class Code": null,
    "Revenue Class Description": "usage",
    Licensor: { is: "platform", note: "the society that paid ASCAP" },
    "$ Amount": "amount",
    "Member Share": { is: null, note: "already applied by ASCAP" },
    "Series Name": null,
    "Program Name": null,
    "Role Type": null,
    "Type Of Right": "kind",
    Territory: "territory",
  },
  period: BETWEEN_DAYS,
  amount: (row) => unpadded(row.get("$ Amount")),
});
