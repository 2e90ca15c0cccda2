// The home of the profiles of DDEX sales reports that are read, and of what their words for a use mean to us.
import type { LineKind } from "../format.ts";

/**
 * Which of a profile's records are lines: `licensor` ones (LI) with an amount due to a rights controller, `financial`
 * rows (SR08) with an amount due to a record company, or `usage`, which pays nothing.
 */
export type ProfileKind = "licensor" | "financial" | "usage";

/** A profile: the kinds of records that a report of it may hold, and which of them are lines. */
export interface Profile {
  /** As HEAD prints it. */
  readonly name: string;
  readonly kind: ProfileKind;
  /** How its record types begin, beside HEAD, the summaries (SY) and the footer. */
  readonly records: readonly string[];
  /** The footer: a report in blocks counts more than one in single records. */
  readonly footer: "FOOT" | "SRFO";
  /** Whether a work (MW) behind a sale opens the next work of its block; else it describes the licensor before it. */
  readonly hasWorksBySale: boolean;
}

const PROFILES: readonly Profile[] = [
  {
    name: "UGCProfile",
    kind: "licensor",
    records: ["AS", "MW", "RE", "RU", "SU03", "LI"],
    footer: "FOOT",
    hasWorksBySale: false,
  },
  {
    name: "RoyaltyReportingProfile",
    kind: "licensor",
    records: ["AS", "MW", "RE", "RU", "SU03", "LI"],
    footer: "FOOT",
    hasWorksBySale: true,
  },
  {
    name: "FinancialReportingToRecordCompaniesProfileSRB",
    kind: "financial",
    records: ["SR08", "DE01"],
    footer: "SRFO",
    hasWorksBySale: false,
  },
  {
    name: "BasicAudioProfile",
    kind: "usage",
    records: ["AS", "MW", "RE", "SU01", "SU02"],
    footer: "FOOT",
    hasWorksBySale: false,
  },
  {
    name: "BasicAudioProfileSRB",
    kind: "usage",
    records: ["SR01", "SR02"],
    footer: "SRFO",
    hasWorksBySale: false,
  },
];

/** The profile of this name in any capitals (`UgcProfile` is as common as `UGCProfile`); null where none is read. */
export function profileOf(name: string): Profile | null {
  const wanted = name.trim().toLowerCase();
  return PROFILES.find((profile) => profile.name.toLowerCase() === wanted) ?? null;
}

const BY_RIGHT: ReadonlyMap<string, LineKind> = new Map([
  ["performingright", "performance"],
  ["mechanicalright", "mechanical"],
  ["reproductionright", "mechanical"],
  ["synchronizationright", "sync"],
]);

const BY_USE: ReadonlyMap<string, LineKind> = new Map([
  ["stream", "stream"],
  ["ondemandstream", "stream"],
  ["noninteractivestream", "stream"],
  ["contentinfluencedstream", "stream"],
  ["timeinfluencedstream", "stream"],
  ["webcast", "stream"],
  ["simulcast", "stream"],
  ["podcast", "stream"],
  ["download", "download"],
  ["permanentdownload", "download"],
  ["conditionaldownload", "download"],
  ["kioskdownload", "download"],
  ["tethereddownload", "download"],
  ["useasringtone", "download"],
  ["useasringtune", "download"],
  ["useasringbacktone", "download"],
  ["useasringbacktune", "download"],
  ["purchaseasphysicalproduct", "physical"],
  ["broadcast", "performance"],
  ["cable", "performance"],
  ["narrowcast", "performance"],
  ["perform", "performance"],
  ["performasmusiconhold", "performance"],
  ["performinliveperformance", "performance"],
  ["performinpublic", "performance"],
  ["playinpublic", "performance"],
]);

/**
 * How a use counts: what is paid for a right in a work by that right, else by the service's model and use.
 *
 * @param rights RightsType; blank where recordings are paid, or plays are counted
 * @see DDEX allowed values of RightsCoverage, CommercialModelType and UseType, https://dsr2.ddex.net, checked 2026-11
 */
export function kindOf(rights: string, model: string, use: string): LineKind {
  const byRight = BY_RIGHT.get(rights.toLowerCase());
  if (byRight !== undefined) return byRight;
  const used = use.toLowerCase();
  if (model.toLowerCase() === "rightsclaimmodel" || used.startsWith("usermakeavailable")) return "ugc";
  return BY_USE.get(used) ?? "other";
}
