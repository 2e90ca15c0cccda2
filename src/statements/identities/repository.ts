// The home of the reads and writes of printed identities and of what they were said to be.

import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { Instant } from "../../kernel/time.ts";
import { moveRecordingStatements } from "../../metrics/index.ts";
import { statementSums, statements } from "../tables.ts";
import { identityAssignments, unmatchedIdentities } from "./tables.ts";

/**
 * Tells a printed identity from a valid ISRC as it is kept: two letters, three letters or digits, seven digits. D1 takes
 * no pattern longer than 50 bytes, so it is told in parts.
 */
const IS_NO_ISRC = sql.raw(`NOT (length(j.value->>1) = 12 AND j.value->>1 GLOB '[A-Z][A-Z]*'
          AND NOT substr(j.value->>1, 3, 3) GLOB '*[^A-Z0-9]*' AND NOT substr(j.value->>1, 6) GLOB '*[^0-9]*')`);

/** The key a cell's money stands under: the recording its identity was said to be, else the identity itself. */
export function assignedKey(scope: ArtistScope, identity: SQL): SQL {
  return sql`coalesce((SELECT a.isrc FROM ${identityAssignments} a
    WHERE a.artist_id = ${scope.artistId} AND a.identity = ${identity}), ${identity})`;
}

/** Lists a posted statement's identities without a valid ISRC, in its own batch. */
export function listIdentityStatements(db: Db, scope: ArtistScope, statementId: string): Write[] {
  return [
    db.orm.run(sql`
      INSERT INTO ${unmatchedIdentities} (artist_id, identity, statement_id, currency, label, lines, units, nanos)
      SELECT ${scope.artistId}, j.value->>1, ${statementId}, s.currency, max(j.value->>2), sum(j.value->>3),
        sum((j.value->>4) + (j.value->>5) + (j.value->>6)), sum(j.value->>7)
      FROM ${statementSums} s, json_each(s.cells_json) j
      WHERE s.artist_id = ${scope.artistId} AND s.statement_id = ${statementId} AND s.cut = 'recording'
        AND ${IS_NO_ISRC}
      GROUP BY 2, 4`),
  ];
}

/** Forgets them when the statement leaves the books. */
export function forgetIdentityStatements(db: Db, scope: ArtistScope, statementId: string): Write[] {
  const t = unmatchedIdentities;
  return [db.orm.delete(t).where(and(eq(t.artistId, scope.artistId), eq(t.statementId, statementId)))];
}

/** What is booked under one identity without a valid ISRC. */
export interface IdentityRow {
  readonly identity: string;
  readonly label: string | null;
  readonly lines: number;
  readonly units: number;
  readonly statements: number;
  /** JSON: nanos as text by currency. */
  readonly amounts: string;
  /** The recording it was said to be. */
  readonly isrc: string | null;
}

/** Which identities are listed. */
export type IdentityFilter = "assigned" | "unassigned" | "all";

/** Lists identities in their own order, one more than `limit`. Reads the rows of those it lists. */
export async function listIdentities(
  db: Db,
  scope: ArtistScope,
  filter: IdentityFilter,
  after: string | null,
  limit: number,
): Promise<IdentityRow[]> {
  const asked = {
    all: sql.raw(""),
    assigned: sql.raw(" AND a.isrc IS NOT NULL"),
    unassigned: sql.raw(" AND a.isrc IS NULL"),
  }[filter];
  const place = after === null ? sql.raw("") : sql` AND u.identity > ${after}`;
  const [rows] = await db.read(
    db.orm
      .select({
        identity: sql<string>`g.identity`.as("identity"),
        label: sql<string | null>`max(g.label)`.as("label"),
        lines: sql<number>`sum(g.lines)`.as("sum_lines"),
        units: sql<number>`sum(g.units)`.as("sum_units"),
        statements: sql<number>`max(g.statements)`.as("statements"),
        amounts: sql<string>`json_group_object(g.currency, CAST(g.nanos AS TEXT))`.as("amounts"),
        isrc: sql<string | null>`max(g.isrc)`.as("isrc"),
      })
      .from(sql`(
        SELECT u.identity, u.currency, max(u.label) AS label, sum(u.lines) AS lines, sum(u.units) AS units,
          count(DISTINCT u.statement_id) AS statements, sum(u.nanos) AS nanos, max(a.isrc) AS isrc
        FROM ${unmatchedIdentities} u LEFT JOIN ${identityAssignments} a
          ON a.artist_id = u.artist_id AND a.identity = u.identity
        WHERE u.artist_id = ${scope.artistId}${place}${asked}
        GROUP BY u.identity, u.currency ORDER BY u.identity) g`)
      .groupBy(sql`g.identity`)
      .orderBy(sql`g.identity`)
      .limit(limit + 1),
  );
  return rows;
}

/** Finds one identity. */
export async function findIdentity(
  db: Db,
  scope: ArtistScope,
  identity: string,
): Promise<{ lines: number; isrc: string | null } | null> {
  const [[row]] = await db.read(
    db.orm
      .select({
        lines: sql<number>`coalesce(sum(u.lines), 0)`.as("sum_lines"),
        isrc: sql<string | null>`(SELECT isrc FROM ${identityAssignments} a
          WHERE a.artist_id = ${scope.artistId} AND a.identity = ${identity})`.as("isrc"),
      })
      .from(sql`${unmatchedIdentities} u`)
      .where(sql`u.artist_id = ${scope.artistId} AND u.identity = ${identity}`),
  );
  return row === undefined || (row.lines === 0 && row.isrc === null) ? null : row;
}

/** Lists the identities that were said to be one recording. */
export async function listAssigned(db: Db, scope: ArtistScope, isrc: string): Promise<string[]> {
  const t = identityAssignments;
  const [rows] = await db.read(
    db.orm
      .select({ identity: t.identity })
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.isrc, isrc))),
  );
  return rows.map((row) => row.identity);
}

/**
 * Moves an identity's money, of every posted statement, from where it stands to where it is said to belong.
 *
 * The batch fails if the identity was said to be something else meanwhile.
 * @param before the ISRC it was said to be, if any
 * @param after the ISRC it is; null to let it stand for itself again
 */
export function assignStatements(
  db: Db,
  scope: ArtistScope,
  identity: string,
  before: string | null,
  after: string | null,
  at: Instant,
): Write[] {
  const t = identityAssignments;
  const isThis = and(eq(t.artistId, scope.artistId), eq(t.identity, identity));
  const kept: Write =
    after === null
      ? db.orm.delete(t).where(and(isThis, eq(t.isrc, before ?? "")))
      : before === null
        ? db.orm.insert(t).values({ artistId: scope.artistId, identity, isrc: after, at })
        : db.orm
            .update(t)
            .set({ isrc: after, at })
            .where(and(isThis, eq(t.isrc, before)));
  const cells = sql`
    SELECT p.source AS source, s.currency AS currency, s.period AS month, j.value->>0 AS platform, j.value->>2 AS label,
      j.value->>3 AS lines, j.value->>4 AS streams, j.value->>5 AS downloads, j.value->>6 AS other, j.value->>7 AS nanos
    FROM ${unmatchedIdentities} u
    JOIN ${statements} p ON p.artist_id = u.artist_id AND p.id = u.statement_id
    JOIN ${statementSums} s ON s.artist_id = u.artist_id AND s.statement_id = u.statement_id
      AND s.cut = 'recording' AND s.currency = u.currency, json_each(s.cells_json) j
    WHERE u.artist_id = ${scope.artistId} AND u.identity = ${identity} AND j.value->>1 = ${identity}`;
  return [
    kept,
    db.orm.run(oneRowChanged),
    ...moveRecordingStatements(db, scope, { from: before ?? identity, to: after ?? identity }, cells),
  ];
}
