// The home of one HTTP request as the API sees it: what the door hands to every endpoint, and who may be let in.

import type { BaseCtx, Ctx } from "../db/ctx.ts";
import type { Id } from "../kernel/id.ts";

/** How much an operation asks of its caller: nothing, to be signed in, or a role with one artist. */
export type Access = "public" | "signedIn" | "artist";

/** What a caller showed at the door. */
export interface Credentials {
  readonly kind: "apiKey" | "session";
  readonly secret: string;
}

/** Someone who is signed in: a person by session, or a program by key. */
export interface SignedInCtx extends BaseCtx {
  readonly caller:
    | {
        readonly kind: "user";
        readonly userId: Id<"user">;
        readonly email: string | null;
        readonly name: string;
        readonly sessionId: Id<"session">;
      }
    | { readonly kind: "apiKey"; readonly keyId: Id<"apiKey">; readonly name: string; readonly artistId: Id<"artist"> };
}

/** The context that each kind of access hands to an endpoint. */
export interface CtxOf {
  readonly public: BaseCtx;
  readonly signedIn: SignedInCtx;
  readonly artist: Ctx;
}

/**
 * Answers who is calling and whether they may. `http` knows no room; `app.ts` fills this from `identity` and `team`.
 */
export interface Doorman {
  /** @throws Problem `unauthenticated` */
  signedIn(base: BaseCtx, credentials: Credentials | null): Promise<SignedInCtx>;
  /**
   * @param artistId what the header `Artist-Id` named, or null
   * @throws Problem `unauthenticated`, `artist_required`, `not_found` (a stranger, or no such artist: the same
   *   answer), `forbidden` (a member whose role does not allow the operation)
   */
  artist(base: BaseCtx, credentials: Credentials | null, artistId: string | null, operation: string): Promise<Ctx>;
}

/** What the door made of one request. */
export interface Call {
  readonly base: BaseCtx;
  readonly doorman: Doorman;
  /** Facts for the request's one log line; endpoints may add to it. */
  readonly log: Record<string, string | number | boolean | null>;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** What Hono carries for us. */
export interface HttpEnv {
  Bindings: Env & { call: Call };
}
