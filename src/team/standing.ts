// The home of who stands where with an artist right now, asked about many people and keys at once, without their requests.
// A file of its own beside `repository.ts`: live connections ask it again and again.

import type { Db } from "../db/client.ts";
import type { Instant } from "../kernel/time.ts";
import { lowerRole, type MemberScope, type Role } from "./model.ts";

/** What a person or a key is to an artist. */
export interface Standing {
  /** A user's id or an API key's. */
  readonly id: string;
  readonly role: Role;
  /** When it ends by itself. */
  readonly until: Instant | null;
  /** Whether it reaches the whole artist, or single releases. */
  readonly reach: MemberScope["kind"];
}

// A membership of one's own comes before an organisation's, and of several organisations the oldest counts, as at sign-in.
const STANDINGS = `
  SELECT id, role, most, until, reach FROM (
    SELECT user_id AS id, role, NULL AS most, until, scope_json->>'kind' AS reach, '' AS place FROM memberships
      WHERE artist_id = ?1 AND user_id IN (SELECT value FROM json_each(?2))
    UNION ALL
    SELECT om.user_id, om.role, oa.role, om.until, 'artist', om.organisation_id FROM organisation_artists oa
      JOIN organisation_members om ON om.organisation_id = oa.organisation_id
      WHERE oa.artist_id = ?1 AND om.user_id IN (SELECT value FROM json_each(?2))
    UNION ALL
    SELECT id, role, NULL, expires_at, 'artist', '' FROM api_keys
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
    const { id, role, most, until, reach } = row as unknown as Standing & { most: Role | null };
    const held = most === null ? role : lowerRole(role, most);
    if (!standings.has(id)) standings.set(id, { id, role: held, until, reach });
  }
  return standings;
}
