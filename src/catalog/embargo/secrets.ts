// The home of keeping secrets: who may know of what is under embargo, and that whoever sees it is written down.
// A file of its own beside `service.ts`: everything that answers with things of the catalog asks it.

import type { BaseCtx, Ctx } from "../../db/ctx.ts";
import { Problem } from "../../kernel/problems.ts";
import { actorName } from "../../kernel/scope.ts";
import { hasRight } from "../../team/index.ts";
import type { Secret } from "./model.ts";
import { listSecrets, secretIds, sightingStatements } from "./repository.ts";

/** What of {@link Ctx} tells who looks, and at what. */
export type Looker = Pick<BaseCtx, "db" | "now" | "actor"> & Pick<Ctx, "scope" | "role">;

/** What is secret at the moment of a request, as its caller may know of it. */
export interface Secrets {
  /** Tells whether the caller may know of a thing. */
  shows(id: string): boolean;
  /**
   * Writes down which secrets an answer is about to show; called before it is given, so that none is shown unseen.
   *
   * @param seenIn where, as the access log says it: `release`, `calendar`
   */
  note(seenIn: string, ids: readonly string[]): Promise<void>;
}

/** Tells whether a caller may know of what is under embargo; jobs may. */
export function knowsSecrets({ role }: { readonly role: string }): boolean {
  return role === "system" || hasRight(role, "embargo.view");
}

/** The ids a query must leave out for a caller, or null when they may see everything. */
export function hiddenFrom(ctx: Looker): ReturnType<typeof secretIds> | null {
  return knowsSecrets(ctx) ? null : secretIds(ctx.scope, ctx.now);
}

/** Lists the ids a caller may not know of. */
export async function listHidden(ctx: Looker): Promise<string[]> {
  if (knowsSecrets(ctx)) return [];
  return [...new Set((await listSecrets(ctx.db, ctx.scope, ctx.now)).map(({ id }) => id))];
}

/** Reads what is secret now. Asked for together with what is to be shown, it is one round trip. */
export async function findSecrets(ctx: Looker): Promise<Secrets> {
  const secrets = Map.groupBy(await listSecrets(ctx.db, ctx.scope, ctx.now), ({ id }) => id);
  const isTold = knowsSecrets(ctx);
  return {
    shows: (id) => isTold || !secrets.has(id),
    note: async (seenIn, ids) => {
      const seen = [...new Set(ids)].flatMap((id): Secret[] => secrets.get(id) ?? []);
      if (seen.length === 0 || ctx.role === "system") return;
      const sighting = { actor: actorName(ctx.actor), seenIn, now: ctx.now };
      await ctx.db.write(sightingStatements(ctx.db, ctx.scope, seen, sighting));
    },
  };
}

/** Refuses to know of a thing that the caller may not know of. @throws Problem `not_found` */
export function requireShown(secrets: Secrets, id: string): void {
  if (!secrets.shows(id)) throw new Problem("not_found");
}
