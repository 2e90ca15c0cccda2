// The home of who stands where with an artist right now, asked about many people and keys at once, without their requests.
// A file of its own beside `repository.ts`: live connections ask it again and again.

import type { Db } from "../db/client.ts";
import type { Instant } from "../kernel/time.ts";
import { lowerRole, mayCall, type Role, releasesIn } from "./model.ts";

/** What a person or a key is to an artist. */
export interface Standing {
  /** A user's id or an API key's. */
  readonly id: string;
  readonly role: Role;
  /** The releases this access is limited to; null for the whole artist. */
  readonly releases: readonly string[] | null;
  /** When it ends by itself. */
  readonly until: Instant | null;
}

/** Tells whether somebody may call an operation as they stand, on everything or within the releases they are limited to. */
export function mayAsStanding({ role, releases }: Standing, operation: string): boolean {
  return mayCall(role, operation, releases === null ? "artist" : "release");
}

// A membership of one's own comes before an organisation's, and of several organisations the oldest counts, as at sign-in.
const STANDINGS = `
  SELECT id, role, most, scope, until FROM (
    SELECT user_id AS id, role, NULL AS most, scope_json AS scope, until, '' AS place FROM memberships
      WHERE artist_id = ?1 AND user_id IN (SELECT value FROM json_each(?2))
    UNION ALL
    SELECT om.user_id, om.role, oa.role, NULL, om.until, om.organisation_id FROM organisation_artists oa
      JOIN organisation_members om ON om.organisation_id = oa.organisation_id
      WHERE oa.artist_id = ?1 AND om.user_id IN (SELECT value FROM json_each(?2))
    UNION ALL
    SELECT id, role, NULL, NULL, expires_at, '' FROM api_keys
      WHERE artist_id = ?1 AND revoked_at IS NULL AND id IN (SELECT value FROM json_each(?2))
  ) WHERE until IS NULL OR until > ?3 ORDER BY id, place`;

/**
 * Says which of these people and keys belong to an artist at a moment, and in which role; who does not is left out.
 *
 * Reads a row or two for each.
 */
export async function findStandings(
  db: Db,
  artistId: string,
  ids: readonly string[],
  now: Instant,
): Promise<ReadonlyMap<string, Standing>> {
  const [rows = []] = await db.readNumbered([{ sql: STANDINGS, params: [artistId, JSON.stringify(ids), now] }]);
  const standings = new Map<string, Standing>();
  for (const row of rows) {
    const { id, role, most, scope, until } = row as unknown as Standing & { most: Role | null; scope: string | null };
    if (standings.has(id)) continue;
    const releases = scope === null ? null : releasesIn(JSON.parse(scope));
    standings.set(id, { id, role: most === null ? role : lowerRole(role, most), releases, until });
  }
  return standings;
}
