// The home of the ledger's nouns: accounts, postings, and how earnings and their reversal are posted.

import type { Currency } from "../../kernel/currency.ts";
import type { Id } from "../../kernel/id.ts";
import type { Instant, Month } from "../../kernel/time.ts";

/** One line of the ledger: debits are positive, credits negative. */
export interface LedgerPosting {
  readonly id: Id<"posting">;
  /** Postings of one entry and currency sum to nought. */
  readonly entryId: Id<"entry">;
  readonly account: string;
  readonly currency: Currency;
  /** Month of use. */
  readonly period: Month;
  readonly nanos: bigint;
  readonly sourceKind: "statement";
  readonly sourceId: string;
  /** The posting this one takes back. */
  readonly reverses: Id<"posting"> | null;
  readonly at: Instant;
}

type NewId = <K extends "posting" | "entry">(kind: K) => Id<K>;

/**
 * Posts what a statement reports: the source owes it (`receivable:distrokid`), and nobody has been allocated it yet
 * (`unallocated:art_…`). One entry per month of use; months of nought are left out.
 */
export function earningEntries(
  statement: { statementId: string; source: string; artistId: string; currency: Currency; at: Instant },
  months: readonly { period: Month; nanos: bigint }[],
  newId: NewId,
): LedgerPosting[] {
  const { statementId, source, artistId, currency, at } = statement;
  return months
    .filter(({ nanos }) => nanos !== 0n)
    .flatMap(({ period, nanos }): LedgerPosting[] => {
      const entryId = newId("entry");
      const shared = {
        entryId,
        currency,
        period,
        sourceKind: "statement",
        sourceId: statementId,
        reverses: null,
        at,
      } as const;
      return [
        { ...shared, id: newId("posting"), account: `receivable:${source}`, nanos },
        { ...shared, id: newId("posting"), account: `unallocated:${artistId}`, nanos: -nanos },
      ];
    });
}

/** Takes postings back by their negatives, entry by entry; those already taken back are passed over. */
export function reversalsOf(postings: readonly LedgerPosting[], at: Instant, newId: NewId): LedgerPosting[] {
  const taken = new Set(postings.map((posting) => posting.reverses));
  const entries = new Map<string, Id<"entry">>();
  return postings
    .filter((posting) => posting.reverses === null && !taken.has(posting.id))
    .map((posting) => {
      const entryId = entries.get(posting.entryId) ?? newId("entry");
      entries.set(posting.entryId, entryId);
      return { ...posting, id: newId("posting"), entryId, nanos: -posting.nanos, reverses: posting.id, at };
    });
}
