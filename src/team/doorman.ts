// The home of admission: who a caller is, and which artist's data they may touch in which role.
// A file of its own beside `service.ts`, because it fills the port that `http` declares.

import { commit } from "../db/commit.ts";
import type { BaseCtx, Ctx } from "../db/ctx.ts";
import type { Credentials, Doorman, SignedInCtx } from "../http/call.ts";
import { hashSecret } from "../identity/index.ts";
import { Problem } from "../kernel/problems.ts";
import { type Actor, cutArtistScope } from "../kernel/scope.ts";
import {
  denialStatements,
  findKey,
  findSession,
  isSightingDue,
  keySeenStatements,
  type SessionAdmission,
  sessionSeenStatements,
} from "./admission/repository.ts";
import { type MemberScope, mayCall, type Role, releasesIn, WHOLE_ARTIST } from "./model.ts";

/** Makes the doorman that `app.ts` posts at the API's door. */
export function createDoorman(): Doorman {
  return { signedIn, artist };
}

async function signedIn(base: BaseCtx, credentials: Credentials | null): Promise<SignedInCtx> {
  if (credentials === null) throw new Problem("unauthenticated");
  const hash = hashSecret(credentials.secret);
  if (credentials.kind === "apiKey") {
    const key = await findKey(base.db, hash, base.now);
    if (key === null) throw new Problem("unauthenticated");
    const { keyId, name } = key;
    return {
      ...base,
      actor: { kind: "apiKey", keyId },
      caller: { kind: "apiKey", keyId, name, artistId: key.artist.id },
    };
  }
  const [session] = await findSession(base.db, hash, null, base.now);
  if (session === undefined) throw new Problem("unauthenticated");
  const { userId, email, name, sessionId } = session;
  noteSession(base, hash, { ...session, membership: null });
  return { ...base, actor: { kind: "user", userId }, caller: { kind: "user", userId, email, name, sessionId } };
}

async function artist(
  base: BaseCtx,
  credentials: Credentials | null,
  artistId: string | null,
  operation: string,
): Promise<Ctx> {
  if (credentials === null) throw new Problem("unauthenticated");
  const { actor, role, reach, facts } = await memberOf(base, credentials, artistId);
  if (!mayCall(role, operation, reach.kind)) {
    base.later(base.db.note(denialStatements(base, { actor, artistId: facts.id, role, operation })));
    const who = reach.kind === "artist" ? `The role ${role}` : "Access to single releases";
    throw new Problem("forbidden", { detail: `${who} may not do this.` });
  }
  return { ...base, actor, role, releases: releasesIn(reach), scope: cutArtistScope(facts.id), artist: facts };
}

async function memberOf(
  base: BaseCtx,
  { kind, secret }: Credentials,
  artistId: string | null,
): Promise<{ actor: Actor; role: Role; reach: MemberScope; facts: Ctx["artist"] }> {
  const hash = hashSecret(secret);
  if (kind === "apiKey") {
    const key = await findKey(base.db, hash, base.now);
    if (key === null) throw new Problem("unauthenticated");
    if (artistId !== null && artistId !== key.artist.id) throw new Problem("not_found");
    if (isSightingDue(key.lastUsedAt, base.now)) base.later(base.db.note(keySeenStatements(base.db, key, base.now)));
    return { actor: { kind: "apiKey", keyId: key.keyId }, role: key.role, reach: WHOLE_ARTIST, facts: key.artist };
  }
  const [session, another] = await findSession(base.db, hash, artistId, base.now);
  if (session === undefined) throw new Problem("unauthenticated");
  const { membership, userId } = session;
  if (membership === null && artistId !== null) throw new Problem("not_found");
  if (membership === null || another !== undefined) {
    const detail = membership === null ? "You belong to no artist yet." : "You belong to several artists.";
    throw new Problem("artist_required", { detail: `${detail} Name one with the header Artist-Id.` });
  }
  noteSession(base, hash, session);
  const { role, scope, artist: facts } = membership;
  return { actor: { kind: "user", userId }, role, reach: scope, facts };
}

/** Writes down, after the answer, that somebody was seen; support is audited beside it, so that no visit is silent. */
function noteSession(base: BaseCtx, hash: string, session: SessionAdmission): void {
  const writes = sessionSeenStatements(base.db, hash, session, base.now);
  if (writes.length > 0) base.later(base.db.note(writes));
  const { membership, userId } = session;
  if (membership?.isSupport && isSightingDue(membership.lastSeenAt, base.now)) {
    const visit = { writes: [], artistId: membership.artist.id, target: membership.id };
    base.later(commit({ ...base, actor: { kind: "user", userId } }, "support.visit", visit));
  }
}
