// The home of the verbs on printed identities: list what no code names, and say which recording it is.

import { ConstraintError } from "../../db/client.ts";
import { commit } from "../../db/commit.ts";
import type { Ctx } from "../../db/ctx.ts";
import { bindingOf, type Page, pageFrom, readCursor } from "../../http/page.ts";
import { parseIsrc } from "../../kernel/isrc.ts";
import { Problem } from "../../kernel/problems.ts";
import { causeStatements, nextGenerationStatements } from "../../team/index.ts";
import { matchRecordingStatements } from "../recordings/repository.ts";
import { assignStatements, findIdentity, type IdentityFilter, type IdentityRow, listIdentities } from "./repository.ts";

/** Lists the identities of an artist's posted lines that have no valid ISRC. */
export async function listIdentityPage(
  ctx: Ctx,
  query: { filter: IdentityFilter; limit: number; cursor?: string | undefined },
): Promise<Page<IdentityRow>> {
  const binding = bindingOf(ctx.scope, "listIdentities", { ...query });
  const [after] = readCursor(ctx, binding, query.cursor) ?? [];
  const place = after === undefined ? null : String(after);
  const rows = await listIdentities(ctx.db, ctx.scope, query.filter, place, query.limit);
  return pageFrom(ctx, binding, rows, query.limit, (row) => [row.identity]);
}

/**
 * Says which recording an identity is. Its money moves there at once, of past statements and of coming ones; nothing is
 * read again. Saying the same again changes nothing.
 *
 * @param said `isrc` null lets the identity stand for itself again
 * @throws Problem `not_found` where nothing is booked under the identity, `isrc_invalid`, `conflict`
 */
export async function assignIdentity(
  ctx: Ctx,
  said: { identity: string; isrc: string | null },
): Promise<{ identity: string; isrc: string | null; lines: number }> {
  const { identity } = said;
  const isrc = said.isrc === null ? null : parseIsrc(said.isrc);
  if (isrc === null && said.isrc !== null) {
    const message = `"${said.isrc}" is no ISRC`;
    throw new Problem("isrc_invalid", { detail: message, errors: [{ path: "body.isrc", code: "invalid", message }] });
  }
  const known = await findIdentity(ctx.db, ctx.scope, identity);
  if (known === null) throw new Problem("not_found");
  const assigned = { identity, isrc, lines: known.lines };
  if (known.isrc === isrc) return assigned;
  try {
    await commit(ctx, "identity.assign", {
      writes: [
        ...assignStatements(ctx.db, ctx.scope, identity, known.isrc, isrc, ctx.now),
        ...matchRecordingStatements(ctx.db, ctx.scope, [identity]),
        ...nextGenerationStatements(ctx.db, ctx.scope, ctx.now),
        ...causeStatements(ctx.db, ctx.scope, {
          kind: "corrected",
          statementId: null,
          replacedId: null,
          lines: known.lines,
          at: ctx.now,
        }),
      ],
      target: identity,
      before: { isrc: known.isrc },
      after: { isrc },
      jobs: [{ kind: "kpi.refresh", body: { artistId: ctx.scope.artistId } }],
      result: assigned,
    });
  } catch (error) {
    if (error instanceof ConstraintError && error.kind !== "other") {
      throw new Problem("conflict", { detail: "It was assigned otherwise meanwhile; read it again.", cause: error });
    }
    throw error;
  }
  return assigned;
}
