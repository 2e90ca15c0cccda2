// The home of parties: people, groups and companies that are credited, with the codes that tell them apart.

import { parseDpid } from "../../kernel/dpid.ts";
import { parseIpiBase, parseIpiName } from "../../kernel/ipi.ts";
import { parseIsni } from "../../kernel/isni.ts";
import type { Warning } from "../contributions/model.ts";
import { type ItemFacts, readCode, type Said, wordsOf } from "../items/model.ts";

/** A name as it is written in one language. */
export interface LocalName {
  readonly language: string;
  readonly name: string;
}

/** What is kept of a party. */
export interface PartyDocument {
  readonly name: string;
  /** IPI name number, 11 digits; it names one party of an artist. */
  readonly ipi: string | null;
  readonly ipiBase: string | null;
  readonly isni: string | null;
  readonly dpid: string | null;
  readonly localNames: readonly LocalName[];
}

/** A party of which only the name is known. */
export const EMPTY_PARTY: Omit<PartyDocument, "name"> = {
  ipi: null,
  ipiBase: null,
  isni: null,
  dpid: null,
  localNames: [],
};

/**
 * Reads the codes of a party as they were said.
 *
 * @param at where the request says them, as in `body`
 * @throws Problem `ipi_invalid`, `isni_invalid`, `dpid_invalid`
 */
export function readParty<T extends Said<PartyDocument>>(said: T, at: string): T {
  const field = (name: string, problem: "ipi_invalid" | "isni_invalid" | "dpid_invalid", key: string) => ({
    name,
    problem,
    path: `${at}.${key}`,
  });
  return {
    ...said,
    ipi: readCode(said.ipi, parseIpiName, field("IPI name number", "ipi_invalid", "ipi")),
    ipiBase: readCode(said.ipiBase, parseIpiBase, field("IPI base number", "ipi_invalid", "ipiBase")),
    isni: readCode(said.isni, parseIsni, field("ISNI", "isni_invalid", "isni")),
    dpid: readCode(said.dpid, (text) => parseDpid(text)?.dpid ?? null, field("DPID", "dpid_invalid", "dpid")),
  };
}

/** What is kept of a party beside its document. */
export function partyFacts(id: string, document: PartyDocument): ItemFacts {
  const { name, ipi, isni, localNames } = document;
  return {
    kind: "party",
    id,
    title: name,
    artists: "",
    code: ipi === null ? null : { value: ipi, path: "body.ipi" },
    type: null,
    status: null,
    words: wordsOf(name, ipi, isni, ...localNames.map((local) => local.name)),
    document,
    deliveredAt: null,
    uses: [],
  };
}

/** Warns of a DPID whose check character is wrong: those in the wild often are, and work all the same. */
export function partyWarnings({ dpid }: PartyDocument): Warning[] {
  if (dpid === null || parseDpid(dpid)?.isChecked === true) return [];
  return [{ code: "dpid_check_failed", path: "dpid", message: `the check character of ${dpid} is wrong` }];
}
