// ROOM royalties: who is owed what.
//
// Owns: the ledger. Promises: double entry, append-only; per entry and currency the postings sum to nought; what was
// booked wrongly is reversed by new postings, never changed. Never: rounds an amount.

export { earningEntries, type LedgerPosting, reversalsOf } from "./ledger/model.ts";
export { listPostingsOfSource, listPostingsOfSources, postingStatements, trialBalances } from "./ledger/repository.ts";
export { ledgerPostings } from "./ledger/tables.ts";
