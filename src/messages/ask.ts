// The home of asking the hub: who asks, and what its answers and its silence mean.
// A file of its own beside `service.ts`: guests and files ask in the same way.

import type { BaseCtx, Ctx } from "../db/ctx.ts";
import { Problem } from "../kernel/problems.ts";
import type { ContextObject } from "./model.ts";
import type { HubCaller, HubCalls, HubVerb, HubVerbs } from "./protocol.ts";

/**
 * What messages must know of the rooms that own what threads are about; `app.ts` fills it.
 */
export interface Visible {
  /** What a role may see, limited to releases or not, as {@link HubCaller} has it. */
  sees(standing: { role: string; releases: readonly string[] | null }): readonly string[];
  /** The things of those that a caller may not know of at this moment all the same: what is under embargo, for most. */
  hidden(looker: Pick<Ctx, "db" | "now" | "actor" | "scope" | "role">): Promise<readonly string[]>;
  /** Tells whether the artist has such a thing, and the caller may know of it. */
  exists(ctx: Ctx, object: ContextObject): Promise<boolean>;
}

/** The caller of a request, as the hub is told of them. */
export async function callerOf(ctx: Ctx, visible: Visible): Promise<HubCaller> {
  const { actor, role, releases, scope } = ctx;
  if (actor.kind !== "user" && actor.kind !== "apiKey") throw new Problem("unauthenticated");
  const id = actor.kind === "user" ? actor.userId : actor.keyId;
  const hidden = await visible.hidden(ctx);
  return { artistId: scope.artistId, id, role, sees: visible.sees(ctx), hidden, releases, only: null };
}

/** The service itself, which takes part in nothing. */
export function systemCaller(artistId: string): HubCaller {
  return { artistId, id: "system", role: "system", sees: [], hidden: [], releases: null, only: null };
}

/** A guest, who may enter one thread. */
export function guestCaller(artistId: string, userId: string, thread: string): HubCaller {
  return { artistId, id: userId, role: "guest", sees: [], hidden: [], releases: null, only: thread };
}

/** The object of an artist's team. Its class is ours and has these calls; the binding cannot say so by itself. */
function hubOf(ctx: BaseCtx, artistId: string): HubCalls {
  return ctx.stores.hub.getByName(artistId) as unknown as HubCalls;
}

/**
 * Asks the hub of the caller's artist.
 *
 * @throws Problem as the verb does, and `unavailable` when the object is overloaded or cannot be reached
 */
export async function ask<V extends HubVerb>(
  ctx: BaseCtx,
  caller: HubCaller,
  verb: V,
  input: HubVerbs[V]["in"],
): Promise<HubVerbs[V]["out"]> {
  const outcome = await hubOf(ctx, caller.artistId).ask(caller, verb, input).catch(unreachable);
  if ("value" in outcome) return outcome.value;
  const { code, ...extras } = outcome.problem;
  throw new Problem(code, extras);
}

/** Hands a request for a socket on. @throws Problem `unavailable` */
export function askForSocket(ctx: BaseCtx, artistId: string, request: Request): Promise<Response> {
  return hubOf(ctx, artistId).fetch(request).catch(unreachable);
}

/** An object restarts with every deployment and may be moved, so its silence is never a fault of the request. */
function unreachable(cause: unknown): never {
  throw new Problem("unavailable", { retryAfterSeconds: 2, cause });
}
