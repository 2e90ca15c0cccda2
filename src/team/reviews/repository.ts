// The home of the reads and writes of reviews of access.

import { and, eq, gt, isNull, or, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { users } from "../../identity/index.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { Instant } from "../../kernel/time.ts";
import type { Role } from "../model.ts";
import { apiKeys, memberships } from "../tables.ts";

const MOST_SHOWN = 200;

/** Access that nobody has used for a long time. */
export interface Unused {
  readonly id: string;
  readonly kind: "member" | "key";
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Instant;
  readonly lastSeenAt: Instant | null;
  readonly reviewedAt: Instant | null;
}

/** Lists members and keys with access that were neither seen, nor made, nor confirmed since a moment; at most 200 of each. */
export async function listUnused(db: Db, scope: ArtistScope, since: Instant, now: Instant): Promise<Unused[]> {
  const [m, k] = [memberships, apiKeys];
  const [members, keys] = await db.read(
    db.orm
      .select({
        id: sql<string>`${m.id}`.as("member_id"),
        name: users.name,
        role: sql<Role>`${m.role}`.as("member_role"),
        createdAt: sql<number>`${m.createdAt}`.as("member_created_at"),
        lastSeenAt: m.lastSeenAt,
        reviewedAt: m.reviewedAt,
      })
      .from(m)
      .innerJoin(users, eq(users.id, m.userId))
      .where(
        and(
          eq(m.artistId, scope.artistId),
          or(isNull(m.until), gt(m.until, now)),
          sql`max(coalesce(${m.lastSeenAt}, 0), ${m.createdAt}, coalesce(${m.reviewedAt}, 0)) <= ${since}`,
        ),
      )
      .orderBy(m.id)
      .limit(MOST_SHOWN),
    db.orm
      .select({
        id: k.id,
        name: k.name,
        role: sql<Role>`${k.role}`.as("key_role"),
        createdAt: k.createdAt,
        lastSeenAt: k.lastUsedAt,
        reviewedAt: k.reviewedAt,
      })
      .from(k)
      .where(
        and(
          eq(k.artistId, scope.artistId),
          isNull(k.revokedAt),
          or(isNull(k.expiresAt), gt(k.expiresAt, now)),
          sql`max(coalesce(${k.lastUsedAt}, 0), ${k.createdAt}, coalesce(${k.reviewedAt}, 0)) <= ${since}`,
        ),
      )
      .orderBy(k.id)
      .limit(MOST_SHOWN),
  );
  return [
    ...members.map((row) => ({ ...row, kind: "member" as const })),
    ...keys.map((row) => ({ ...row, kind: "key" as const })),
  ];
}

/** Says that somebody looked at a member's or a key's access and kept it. */
export function reviewedStatements(
  db: Db,
  scope: ArtistScope,
  kind: Unused["kind"],
  id: string,
  now: Instant,
): Write[] {
  if (kind === "key") {
    const row = and(eq(apiKeys.artistId, scope.artistId), eq(apiKeys.id, id));
    return [db.orm.update(apiKeys).set({ reviewedAt: now }).where(row)];
  }
  const row = and(eq(memberships.artistId, scope.artistId), eq(memberships.id, id));
  return [db.orm.update(memberships).set({ reviewedAt: now }).where(row)];
}
