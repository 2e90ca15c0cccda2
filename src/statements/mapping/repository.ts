// The home of the templates' reads and writes.

import { and, eq, gt, sql } from "drizzle-orm";
import type { Db, Write } from "../../db/client.ts";
import { oneRowChanged } from "../../db/scoped.ts";
import type { ArtistScope } from "../../kernel/scope.ts";
import type { FileHead } from "../formats/format.ts";
import { headerHashes } from "./model.ts";
import { mappingTemplates } from "./tables.ts";

export type TemplateRow = typeof mappingTemplates.$inferSelect;

/** Finds a template. Reads 1 row. */
export async function findTemplate(db: Db, scope: ArtistScope, id: string): Promise<TemplateRow | null> {
  const t = mappingTemplates;
  const [[row]] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), eq(t.id, id))),
  );
  return row ?? null;
}

/** Finds the template made last for a file with one of this head's headers. An artist has few: it reads them all. */
export async function findFittingTemplate(db: Db, scope: ArtistScope, head: FileHead): Promise<TemplateRow | null> {
  const t = mappingTemplates;
  const hashes = JSON.stringify(headerHashes(head));
  const [[row]] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), sql`${t.headerHash} IN (SELECT value FROM json_each(${hashes}))`))
      .orderBy(sql`${t.updatedAt} DESC, ${t.id}`)
      .limit(1),
  );
  return row ?? null;
}

/** Lists templates in order of id, one more than `limit`. */
export async function listTemplates(
  db: Db,
  scope: ArtistScope,
  after: string | null,
  limit: number,
): Promise<TemplateRow[]> {
  const t = mappingTemplates;
  const [rows] = await db.read(
    db.orm
      .select()
      .from(t)
      .where(and(eq(t.artistId, scope.artistId), after === null ? undefined : gt(t.id, after)))
      .orderBy(t.id)
      .limit(limit + 1),
  );
  return rows;
}

/** Keeps a template, in place of the one of its name if there is one, as its next version. */
export function keepTemplateStatements(db: Db, row: TemplateRow): Write[] {
  const { headerHash, header, mapping, updatedAt } = row;
  const t = mappingTemplates;
  return [
    db.orm
      .insert(t)
      .values(row)
      .onConflictDoUpdate({
        target: [t.artistId, t.id],
        set: { headerHash, header, mapping, updatedAt, version: sql`${t.version} + 1` },
      }),
  ];
}

/** Removes one version of a template; the batch fails if it is another by now. */
export function removeTemplateStatements(db: Db, scope: ArtistScope, id: string, version: number): Write[] {
  const t = mappingTemplates;
  return [
    db.orm.delete(t).where(and(eq(t.artistId, scope.artistId), eq(t.id, id), eq(t.version, version))),
    db.orm.run(oneRowChanged),
  ];
}
