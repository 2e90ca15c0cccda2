// The home of which messages are read: by the root element and the namespace of the standard it belongs to.

import { Problem } from "../../../kernel/problems.ts";
import type { Attributes } from "../../../kernel/xml.ts";
import type { ErnVersion, ReleaseMessage } from "./message.ts";

/** What a message is, as far as its root element tells. */
export interface Dialect {
  readonly kind: ReleaseMessage["kind"];
  readonly version: ErnVersion;
}

const VERSIONS: ReadonlyMap<string, ErnVersion> = new Map([
  ["382", "3.8.2"],
  ["42", "4.2"],
  ["43", "4.3"],
]);

const KINDS: ReadonlyMap<string, Dialect["kind"]> = new Map([
  ["NewReleaseMessage", "releases"],
  ["PurgeReleaseMessage", "purge"],
]);

/**
 * The standards of DDEX beside ERN, by the word in their namespace.
 *
 * @see https://kb.ddex.net/ the standards, checked 2026-11
 */
const OTHERS: Readonly<Record<string, string>> = {
  mead: "MEAD, facts about artists and their music beyond releases",
  pie: "PIE, facts about parties",
  rin: "RIN, notes of a recording session",
  mwn: "MWN, claims of musical works",
  mwl: "MWL, licences of musical works",
  rdr: "RDR, neighbouring rights",
  dsr: "DSR, a sales report",
  cdm: "CDM, claims on sales",
  "ern-c": "the choreography of ERN, which acknowledges messages",
};

const NAMESPACE =
  /^https?:\/\/(?:www\.)?(?:service\.)?ddex\.net\/xml\/(?:\d{4,8}\/)?([a-z]+(?:-[a-z]\b)?)(?:-main)?\/?(\d*)/u;
const TAKEN = "An import takes NewReleaseMessage and PurgeReleaseMessage of ERN 3.8.2, 4.2 and 4.3.";

/**
 * Tells what a message is by its root element.
 *
 * @throws Problem `ern_unsupported` that names what it is instead
 */
export function dialectOf(root: string, attributes: Attributes): Dialect {
  const { standard, number } = standardOf(attributes);
  const kind = KINDS.get(root);
  if (standard === null) throw refused(`The root element is <${root}> and of no standard of DDEX.`);
  if (standard !== "ern") {
    const family = OTHERS[standard] ?? OTHERS[standard.split("-")[0] ?? ""] ?? `the standard ${standard}`;
    throw refused(`This is a DDEX message of ${family} (${root}).`);
  }
  if (kind === undefined) throw refused(`This is a ${root} of ERN.`);
  const version = VERSIONS.get(number);
  if (version === undefined) {
    throw refused(`This is a ${root} of ERN, version ${number === "" ? "unknown" : number.split("").join(".")}.`);
  }
  return { kind, version };
}

/** The standard and its version's digits; what the schema's attribute says counts where no namespace is declared. */
function standardOf(attributes: Attributes): { standard: string | null; number: string } {
  for (const [name, value] of attributes) {
    const found = name.startsWith("xmlns") ? NAMESPACE.exec(value.trim()) : null;
    // Allowed values have a namespace of their own, which every message of ERN 3 declares.
    if (found !== null && found[1] !== "avs") return { standard: found[1] ?? null, number: found[2] ?? "" };
  }
  const said = /^ern\/(\d+)$/u.exec(attributes.get("MessageSchemaVersionId")?.trim() ?? "");
  return said === null ? { standard: null, number: "" } : { standard: "ern", number: said[1] ?? "" };
}

function refused(what: string): Problem {
  return new Problem("ern_unsupported", { detail: `${what} ${TAKEN}` });
}
