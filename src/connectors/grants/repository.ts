// The home of the reads and writes of grants.

import { and, eq, lte, type SQL, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { Instant } from "../../kernel/time.ts";
import type { GrantReason } from "./model.ts";
import { providerGrants } from "./tables.ts";

/** One row as it is stored. */
export type GrantRow = typeof providerGrants.$inferSelect;

function own(scope: ArtistScope, id: string): SQL | undefined {
  return and(eq(providerGrants.artistId, scope.artistId), eq(providerGrants.id, id));
}

/** Lists an artist's grants. There is one per provider at most. */
export async function listGrants(db: Db, scope: ArtistScope): Promise<GrantRow[]> {
  const [rows] = await db.read(
    db.orm
      .select()
      .from(providerGrants)
      .where(eq(providerGrants.artistId, scope.artistId))
      .orderBy(providerGrants.id)
      .limit(100),
  );
  return rows;
}

/** Finds a grant. Reads one row. */
export async function findGrant(db: Db, scope: ArtistScope, id: string): Promise<GrantRow | null> {
  const [[row]] = await db.read(db.orm.select().from(providerGrants).where(own(scope, id)));
  return row ?? null;
}

/** Makes a grant that is yet to be given. Fails if there is one for the provider. */
export function newGrantStatements(db: Db, row: typeof providerGrants.$inferInsert): Write[] {
  return [db.orm.insert(providerGrants).values(row)];
}

/** Notes that a grant was given. Fails if it has been taken back meanwhile. */
export function givenStatements(
  db: Db,
  scope: ArtistScope,
  id: string,
  given: { scopes: string; grantedAt: Instant; expiresAt: Instant | null; night: string },
): Write[] {
  const health = { health: "active", healthReason: null, healthUntil: null } as const;
  const fresh = { status: "active", reason: null, leaseId: null, leaseUntil: 0, ...health } as const;
  return [
    db.orm
      .update(providerGrants)
      .set({ ...given, ...fresh, version: sql`${providerGrants.version} + 1` })
      .where(own(scope, id)),
    db.orm.run(oneRowChanged),
  ];
}

/** Makes the refresh of a grant one caller's own. Fails unless its tokens are still those and nobody else is at it. */
export function leaseStatements(
  db: Db,
  scope: ArtistScope,
  { id, version }: GrantRow,
  lease: { leaseId: string; leaseUntil: Instant },
  now: Instant,
): Write[] {
  const isFree = and(eq(providerGrants.version, version), lte(providerGrants.leaseUntil, now));
  const isGood = eq(providerGrants.status, "active");
  return [
    db.orm
      .update(providerGrants)
      .set(lease)
      .where(and(own(scope, id), isFree, isGood)),
    db.orm.run(oneRowChanged),
  ];
}

/** Ends a lease with new tokens. Fails if the lease is not the caller's any more. */
export function refreshedStatements(db: Db, scope: ArtistScope, id: string, leaseId: string): Write[] {
  return [
    db.orm
      .update(providerGrants)
      .set({ leaseId: null, leaseUntil: 0, version: sql`${providerGrants.version} + 1` })
      .where(and(own(scope, id), eq(providerGrants.leaseId, leaseId))),
    db.orm.run(oneRowChanged),
  ];
}

/** Ends a lease without new tokens, so that the next caller may try. */
export function releaseStatements(db: Db, scope: ArtistScope, id: string, leaseId: string): Write[] {
  const mine = and(own(scope, id), eq(providerGrants.leaseId, leaseId));
  return [db.orm.update(providerGrants).set({ leaseId: null, leaseUntil: 0 }).where(mine)];
}

/** Notes that a grant must be given anew. Fails if its tokens are others by now. */
export function lapsedStatements(db: Db, scope: ArtistScope, { id, version }: GrantRow, reason: GrantReason): Write[] {
  return [
    db.orm
      .update(providerGrants)
      .set({ status: "reauth_required", reason, leaseId: null, leaseUntil: 0, version: version + 1 })
      .where(and(own(scope, id), eq(providerGrants.version, version), eq(providerGrants.status, "active"))),
    db.orm.run(oneRowChanged),
  ];
}

/** Forgets a grant. Fails if there is none. */
export function forgetStatements(db: Db, scope: ArtistScope, id: string): Write[] {
  return [db.orm.delete(providerGrants).where(own(scope, id)), db.orm.run(oneRowChanged)];
}
