// The home of who is acting and for which artist: the tenant key every repository asks for, and the actor of an audit.

import type { Id } from "./id.ts";

const brand: unique symbol = Symbol("ArtistScope");

/**
 * Permission to read and write the data of one artist, and of no other.
 *
 * Every repository function takes one; its brand cannot be written outside this file, so holding a scope proves that
 * a membership, a key or a job was checked.
 */
export interface ArtistScope {
  readonly artistId: Id<"artist">;
  readonly [brand]: true;
}

/**
 * Cuts the key to one artist's data. Only `team/` may call it, after it has checked the caller's right to it; the
 * architecture test refuses any other caller.
 */
export function cutArtistScope(artistId: Id<"artist">): ArtistScope {
  return Object.freeze({ artistId, [brand]: true as const });
}

/** Who is acting: a person, a program with a key, the service itself on a job, or nobody known. */
export type Actor =
  | { readonly kind: "user"; readonly userId: Id<"user"> }
  | { readonly kind: "apiKey"; readonly keyId: Id<"apiKey"> }
  | { readonly kind: "system"; readonly job: string }
  | { readonly kind: "anonymous" };

/** Writes an actor as the one text kept in audits and idempotency claims: `user:usr_…`, `system:statement.read`. */
export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case "user":
      return `user:${actor.userId}`;
    case "apiKey":
      return `key:${actor.keyId}`;
    case "system":
      return `system:${actor.job}`;
    case "anonymous":
      return "anonymous";
  }
}
