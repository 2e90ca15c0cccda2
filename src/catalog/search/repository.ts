// The home of the reads of the full-text table, and of the counts beside it.

import { and, eq, sql } from "drizzle-orm";
import type { Db } from "../../db/client.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import { catalogItems } from "../items/tables.ts";

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
 * @param hidden the ids that are left out
 */
export async function listFound(
  db: Db,
  scope: ArtistScope,
  match: string,
  before: string | null,
  hidden: readonly string[],
  limit: number,
): Promise<FoundRow[]> {
  const after = before === null ? "" : `AND rowid < ${PLACE}`;
  const shown = hidden.length === 0 ? "" : "AND id NOT IN (SELECT value FROM json_each(?4))";
  const query = {
    sql: `SELECT id, kind, title, artists, code, type, status FROM catalog_search
      WHERE catalog_search MATCH ?1 ${after} ${shown} ORDER BY rowid DESC LIMIT ${limit + 1}`,
    params: [match, scope.artistId, before, JSON.stringify(hidden)].slice(
      0,
      hidden.length > 0 ? 4 : before === null ? 1 : 3,
    ),
  };
  const [rows = []] = await db.readNumbered([query]);
  return rows as unknown as FoundRow[];
}

/** Says of what kind, type and status some things are. Reads 1 row for each. */
export async function listTraits(
  db: Db,
  scope: ArtistScope,
  ids: readonly string[],
): Promise<{ kind: string; type: string | null; status: string | null }[]> {
  const { artistId, id, kind, type, status } = catalogItems;
  const isOne = sql`${id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  const [rows] = await db.read(
    db.orm
      .select({ kind, type, status })
      .from(catalogItems)
      .where(and(eq(artistId, scope.artistId), isOne)),
  );
  return rows;
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
