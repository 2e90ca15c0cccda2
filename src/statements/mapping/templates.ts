// The home of the verbs on templates: keep, list, hand out, take in from elsewhere, remove.
import { sha256 } from "@oslojs/crypto/sha2";
import { ConstraintError } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import { bindingOf, type Page, pageFrom, readCursor } from "../../http/page.ts";
import { derivedId } from "../../kernel/id.ts";
import { Problem } from "../../kernel/problems.ts";
import { headerHash, type LastingMapping } from "./model.ts";
import {
  findTemplate,
  keepTemplateStatements,
  listTemplates,
  removeTemplateStatements,
  type TemplateRow,
} from "./repository.ts";

/** A template as one artist hands it to another. */
export interface TemplateInput {
  readonly name: string;
  /** Names of the columns, as {@link columnNames} gives them. */
  readonly header: readonly string[];
  readonly mapping: LastingMapping;
}

/**
 * The row that a template becomes: a new one, or the next version of the one of its name.
 *
 * The id follows from artist and name, so two who keep one name at once keep one template.
 */
export async function templateRow(ctx: Ctx, { name, header, mapping }: TemplateInput): Promise<TemplateRow> {
  const { artistId } = ctx.scope;
  const id = derivedId("template", 0, sha256(new TextEncoder().encode(`${artistId}\n${name}`)));
  const known = await findTemplate(ctx.db, ctx.scope, id);
  return {
    artistId,
    id,
    name,
    version: (known?.version ?? 0) + 1,
    headerHash: headerHash(header, mapping.headerRow),
    header: JSON.stringify(header),
    mapping: JSON.stringify(mapping),
    createdAt: known?.createdAt ?? ctx.now,
    updatedAt: ctx.now,
  };
}

/** Finds a template. @throws Problem `not_found` */
export async function getTemplate(ctx: Ctx, id: string): Promise<TemplateRow> {
  const template = await findTemplate(ctx.db, ctx.scope, id);
  if (template === null) throw new Problem("not_found");
  return template;
}

/** Lists the templates of an artist. */
export async function listTemplatePage(
  ctx: Ctx,
  query: { limit: number; cursor?: string | undefined },
): Promise<Page<TemplateRow>> {
  const binding = bindingOf(ctx.scope, "listMappingTemplates", {});
  const [after] = readCursor(ctx, binding, query.cursor) ?? [];
  const rows = await listTemplates(ctx.db, ctx.scope, after === undefined ? null : String(after), query.limit);
  return pageFrom(ctx, binding, rows, query.limit, (row) => [row.id]);
}

/** Takes in a template, in place of the one of its name if there is one. */
export async function importTemplate(ctx: Ctx, input: TemplateInput): Promise<TemplateRow> {
  const row = await templateRow(ctx, input);
  await commit(ctx, "template.import", {
    writes: keepTemplateStatements(ctx.db, row),
    target: row.id,
    after: { name: row.name, version: row.version, mapping: input.mapping },
    result: row,
  });
  return row;
}

/**
 * Removes a template; statements that were read with it keep their mapping.
 *
 * @param version the version that is meant
 * @throws Problem `not_found`, `if_match_required` when no version is named, `stale` when it is another by now
 */
export async function deleteTemplate(ctx: Ctx, id: string, version: number | null): Promise<void> {
  const template = await getTemplate(ctx, id);
  if (version === null) {
    throw new Problem("if_match_required", { detail: `It is version ${template.version} now.` });
  }
  try {
    await commit(ctx, "template.delete", {
      writes: removeTemplateStatements(ctx.db, ctx.scope, id, version),
      target: id,
      before: { name: template.name, version: template.version, mapping: JSON.parse(template.mapping) },
    });
  } catch (error) {
    if (!(error instanceof ConstraintError) || error.kind !== "guard") throw error;
    throw new Problem("stale", { detail: `It is version ${template.version} now, not ${version}.`, cause: error });
  }
}
