// The home of the ledger's reads and writes.

import { and, eq, sql } from "drizzle-orm";
import { packRows } from "../../db/bulk.ts";
import type { Db, Write } from "../../db/client.ts";
import { exactNanos } from "../../db/scoped.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { LedgerPosting } from "./model.ts";
import { ledgerPostings } from "./tables.ts";

/** Lists the postings that came of one source, a statement for example, oldest first. */
export function listPostingsOfSource(db: Db, scope: ArtistScope, sourceId: string): Promise<LedgerPosting[]> {
  return listPostingsOfSources(db, scope, [sourceId]);
}

/** Lists the postings that came of some sources, oldest first. Reads their rows and index entries. */
export async function listPostingsOfSources(
  db: Db,
  scope: ArtistScope,
  sourceIds: readonly string[],
): Promise<LedgerPosting[]> {
  const isNamed = sql`${ledgerPostings.sourceId} IN (SELECT value FROM json_each(${JSON.stringify(sourceIds)}))`;
  const [rows] = await db.read(
    db.orm
      .select({
        id: ledgerPostings.id,
        entryId: ledgerPostings.entryId,
        account: ledgerPostings.account,
        currency: ledgerPostings.currency,
        period: ledgerPostings.period,
        nanos: exactNanos(ledgerPostings.nanos).as("exact_nanos"),
        sourceKind: ledgerPostings.sourceKind,
        sourceId: ledgerPostings.sourceId,
        reverses: ledgerPostings.reverses,
        at: ledgerPostings.at,
      })
      .from(ledgerPostings)
      .where(and(eq(ledgerPostings.artistId, scope.artistId), isNamed))
      .orderBy(ledgerPostings.id),
  );
  return rows as LedgerPosting[];
}

/** Adds postings: many rows in one statement. */
export function postingStatements(db: Db, scope: ArtistScope, postings: readonly LedgerPosting[]): Write[] {
  const rows = postings.map((posting) =>
    JSON.stringify([
      posting.id,
      posting.entryId,
      posting.account,
      posting.currency,
      posting.period,
      posting.nanos.toString(),
      posting.sourceKind,
      posting.sourceId,
      posting.reverses,
      posting.at,
    ]),
  );
  return packRows(rows).map((pack) =>
    db.orm.run(sql`
      INSERT INTO ${ledgerPostings}
        (artist_id, id, entry_id, account, currency, period, nanos, source_kind, source_id, reverses, at)
      SELECT ${scope.artistId}, value->>0, value->>1, value->>2, value->>3, value->>4, CAST(value->>5 AS INTEGER),
        value->>6, value->>7, value->>8, value->>9
      FROM json_each(${pack})`),
  );
}

/** The sum of all postings by currency, which is nought in books that balance, and of one side by source. */
export async function trialBalances(
  db: Db,
  scope: ArtistScope,
): Promise<{ account: string; currency: string; sourceId: string; nanos: bigint }[]> {
  const [rows] = await db.read(
    db.orm
      .select({
        account: ledgerPostings.account,
        currency: ledgerPostings.currency,
        sourceId: ledgerPostings.sourceId,
        nanos: exactNanos(sql`sum(${ledgerPostings.nanos})`).as("exact_nanos"),
      })
      .from(ledgerPostings)
      .where(eq(ledgerPostings.artistId, scope.artistId))
      .groupBy(ledgerPostings.account, ledgerPostings.currency, ledgerPostings.sourceId),
  );
  return rows;
}
