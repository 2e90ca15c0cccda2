// The home of the reads of the full-text table, and of the counts beside it.

import type { Db } from "../../db/client.ts";
import type { ArtistScope } from "../../kernel/scope.ts";

/** What a list shows of a thing. */
export interface FoundRow {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly artists: string;
  readonly code: string | null;
  readonly type: string | null;
  readonly status: string | null;
}

/**
 * The place of a thing in what is found. If it is gone by now, that of the latest thing of any kind that is no newer: what
 * follows the prefix of an id tells when it was made.
 */
const PLACE = `coalesce(
  (SELECT place FROM catalog_items WHERE artist_id = ?2 AND id = ?3),
  (SELECT max(place) + 1 FROM (
    SELECT (SELECT place FROM catalog_items WHERE artist_id = ?2 AND id BETWEEN 'rel_' AND 'rel' || substr(?3, 4)
      ORDER BY id DESC LIMIT 1) AS place
    UNION ALL SELECT (SELECT place FROM catalog_items WHERE artist_id = ?2 AND id BETWEEN 'rec_' AND 'rec' || substr(?3, 4)
      ORDER BY id DESC LIMIT 1)
    UNION ALL SELECT (SELECT place FROM catalog_items WHERE artist_id = ?2 AND id BETWEEN 'wrk_' AND 'wrk' || substr(?3, 4)
      ORDER BY id DESC LIMIT 1))))`;

/**
 * Lists what matches, newest first, one more than `limit`.
 *
 * Reads the rows it lists, and one for the place to go on from.
 * @param match as `matchOf` of the model writes it
 * @param before the id that was shown last
 */
export async function listFound(
  db: Db,
  scope: ArtistScope,
  match: string,
  before: string | null,
  limit: number,
): Promise<FoundRow[]> {
  const after = before === null ? "" : `AND rowid < ${PLACE}`;
  const query = {
    sql: `SELECT id, kind, title, artists, code, type, status FROM catalog_search
      WHERE catalog_search MATCH ?1 ${after} ORDER BY rowid DESC LIMIT ${limit + 1}`,
    params: before === null ? [match] : [match, scope.artistId, before],
  };
  const [rows = []] = await db.readNumbered([query]);
  return rows as unknown as FoundRow[];
}

const FACETS = "SELECT facet, value, items FROM catalog_facets WHERE artist_id = ?1 AND items > 0";

/** Lists how many things there are of each kind, type and status. Reads as many rows: at most 17. */
export async function listFacets(
  db: Db,
  scope: ArtistScope,
): Promise<{ facet: string; value: string; items: number }[]> {
  const [rows = []] = await db.readNumbered([{ sql: FACETS, params: [scope.artistId] }]);
  return rows as { facet: string; value: string; items: number }[];
}
