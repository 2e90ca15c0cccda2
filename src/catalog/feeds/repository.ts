// The home of the reads and writes of calendars that programs subscribe to.

import { and, asc, eq } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import { catalogFeeds } from "./tables.ts";

/** A subscription as kept: of its secret, only the hash. */
export type FeedRow = typeof catalogFeeds.$inferSelect;

/**
 * Finds a subscription by its secret's hash, whosever it is. Reads 1 row.
 *
 * It takes no scope: the secret is all that its caller shows, and the artist is what it leads to.
 */
export async function findFeed(db: Db, tokenHash: string): Promise<FeedRow | null> {
  const [[row]] = await db.read(db.orm.select().from(catalogFeeds).where(eq(catalogFeeds.tokenHash, tokenHash)));
  return row ?? null;
}

/** Finds a subscription of an artist's. Reads 1 row. */
export async function findFeedById(db: Db, scope: ArtistScope, id: string): Promise<FeedRow | null> {
  const t = catalogFeeds;
  const [[row]] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.id, id))),
  );
  return row ?? null;
}

/** Lists the subscriptions of one person or key, oldest first. Reads the artist's. */
export async function listFeedsOf(db: Db, scope: ArtistScope, owner: string, limit: number): Promise<FeedRow[]> {
  const t = catalogFeeds;
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.owner, owner)))
      .orderBy(asc(t.id))
      .limit(limit),
  );
  return rows;
}

/** Adds a subscription. */
export function addFeedStatements(db: Db, row: FeedRow): Write[] {
  return [db.orm.insert(catalogFeeds).values(row)];
}

/** Removes a subscription; its secret works no more. */
export function removeFeedStatements(db: Db, { artistId, id }: FeedRow): Write[] {
  const t = catalogFeeds;
  return [db.orm.delete(t).where(and(eq(t.artistId, artistId), eq(t.id, id))), db.orm.run(oneRowChanged)];
}
