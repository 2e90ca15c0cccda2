// The home of works: what was written, by whom, and in which exact shares.

import { parseIswc } from "../../kernel/iswc.ts";
import { type Contribution, unidentified, type Warning } from "../contributions/model.ts";
import { type ItemFacts, partyUses, readCode, refused, type Said, wordsOf } from "../items/model.ts";

/** A writer or publisher and their share of the work: percent as decimal text, null while it is not agreed. */
export interface ShareHolder extends Contribution {
  readonly share: string | null;
}

/** What is kept of a work. */
export interface WorkDocument {
  readonly title: string;
  readonly iswc: string | null;
  readonly alternativeTitles: readonly string[];
  readonly language: string | null;
  readonly writers: readonly ShareHolder[];
  readonly publishers: readonly ShareHolder[];
}

/** A work of which only the title is known. */
export const EMPTY_WORK: Omit<WorkDocument, "title"> = {
  iswc: null,
  alternativeTitles: [],
  language: null,
  writers: [],
  publishers: [],
};

/** The whole of a work, in parts per million of it. */
const WHOLE = 1_000_000;

/** Reads percent as decimal text into parts per million: at most four places, 0 to 100; null when it is none. */
export function readShare(text: string): number | null {
  const match = /^(\d{1,3})(?:\.(\d{1,4}))?$/.exec(text);
  if (match === null) return null;
  const parts = Number(`${match[1]}${(match[2] ?? "").padEnd(4, "0")}`);
  return parts <= WHOLE ? parts : null;
}

/** Writes parts per million as percent: `50`, `33.3333`. */
export function formatShare(parts: number): string {
  const digits = String(parts).padStart(5, "0");
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`.replace(/\.?0+$/, "") || "0";
}

/**
 * Reads the code and the shares of a work as they were said.
 *
 * Writers' shares are of the whole work, and those of its publishers likewise: each kind makes a whole by itself, or none of
 * its shares is said. Publishers may hold less than the whole.
 * @param at where the request says them, as in `body`
 * @throws Problem `iswc_invalid`, `shares_not_whole`
 */
export function readWork<T extends Said<WorkDocument>>(said: T, at: string): T {
  const iswc = readCode(said.iswc, parseIswc, { name: "ISWC", problem: "iswc_invalid", path: `${at}.iswc` });
  const writers = said.writers?.map((writer, index) => exact(writer, `${at}.writers.${index}`));
  const publishers = said.publishers?.map((publisher, index) => exact(publisher, `${at}.publishers.${index}`));
  if (writers !== undefined) requireWhole(writers, `${at}.writers`, "make 100 percent", (sum) => sum === WHOLE);
  if (publishers !== undefined) {
    requireWhole(publishers, `${at}.publishers`, "be 100 percent at most", (sum) => sum <= WHOLE);
  }
  return { ...said, iswc, writers, publishers };
}

function exact(holder: ShareHolder, path: string): ShareHolder {
  if (holder.share === null) return holder;
  const parts = readShare(holder.share);
  if (parts === null) {
    throw refused("shares_not_whole", `${path}.share`, `"${holder.share}" is no percentage of at most four places`);
  }
  return { ...holder, share: formatShare(parts) };
}

function requireWhole(
  holders: readonly ShareHolder[],
  path: string,
  must: string,
  isWhole: (sum: number) => boolean,
): void {
  const said = holders.flatMap(({ share }) => (share === null ? [] : [readShare(share) ?? 0]));
  if (said.length === 0) return;
  if (said.length < holders.length) {
    throw refused("shares_not_whole", path, "either every share is said or none");
  }
  const sum = said.reduce((total, parts) => total + parts, 0);
  if (!isWhole(sum)) throw refused("shares_not_whole", path, `the shares must ${must}, and make ${formatShare(sum)}`);
}

/** What is kept of a work beside its document. */
export function workFacts(id: string, document: WorkDocument): ItemFacts {
  const { title, iswc, alternativeTitles, writers, publishers } = document;
  const names = [...writers, ...publishers].map(({ name }) => name);
  return {
    kind: "work",
    id,
    title,
    artists: [...new Set(writers.map(({ name }) => name))].join(", "),
    code: iswc === null ? null : { value: iswc, path: "body.iswc" },
    type: null,
    status: null,
    words: wordsOf(title, iswc, ...alternativeTitles, ...names),
    document,
    deliveredAt: null,
    uses: [...partyUses("body.writers", writers), ...partyUses("body.publishers", publishers)],
  };
}

/** Warns of credits without a party, and of writers whose shares are not said. */
export function workWarnings({ writers, publishers }: WorkDocument): Warning[] {
  const isOpen = writers.length > 0 && writers.every(({ share }) => share === null);
  return [
    ...unidentified("writers", writers),
    ...unidentified("publishers", publishers),
    ...(isOpen
      ? [{ code: "shares_unknown", path: "writers", message: "the writers' shares are not said" } as const]
      : []),
  ];
}
