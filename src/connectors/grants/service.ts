// The home of giving a grant, using it, and taking it back.

import { ConstraintError } from "../../db/client.ts";
import { commit, persist } from "../../db/commit.ts";
import type { BaseCtx, Ctx } from "../../db/ctx.ts";
import { emptyVaultStatements, keyRingOf, openVault, SealBroken, vaultStatements } from "../../db/vault.ts";
import {
  type Arrival,
  type Attempt,
  arriveFromSpotify,
  type Departure,
  departToSpotify,
  GrantRefused,
  getAttempt,
  refreshTokens,
  type SpotifyTokens,
  spotifyAppOf,
  spotifyClientOf,
} from "../../identity/index.ts";
import { Problem } from "../../kernel/problems.ts";
import { actorName } from "../../kernel/scope.ts";
import {
  ACCESS_MARGIN_MS,
  type GrantReason,
  type GrantTokens,
  grantEnd,
  grantHealth,
  LEASE_MS,
  SPOTIFY_DATA_SCOPES,
} from "./model.ts";
import {
  findGrant,
  forgetStatements,
  type GrantRow,
  givenStatements,
  lapsedStatements,
  leaseStatements,
  listGrants,
  newGrantStatements,
  refreshedStatements,
  releaseStatements,
} from "./repository.ts";

const PROVIDER = "spotify";

/** Where Spotify sends a person back to after allowing an artist's data to be read. */
export const GRANT_CALLBACK = "/api/integrations/spotify/callback";

/** What an artist can connect, what is connected, and the settings that are missing for it. */
export interface Connections {
  readonly missing: readonly string[];
  readonly grants: readonly GrantRow[];
}

/** Lists what an artist has connected. */
export async function listConnections(ctx: Ctx): Promise<Connections> {
  const missing: string[] = [];
  if (ctx.settings.spotify.clientId === null) missing.push("SPOTIFY_CLIENT_ID");
  if (ctx.settings.vaultKeys === null) missing.push("VAULT_KEYS");
  return { missing, grants: await listGrants(ctx.db, ctx.scope) };
}

interface GrantPayload {
  readonly artistId: string;
  readonly connectionId: string;
}

/**
 * Begins giving a grant, or giving it anew; until it is given, the one before goes on.
 *
 * @throws Problem `misconfigured`
 */
export async function startGrant(ctx: Ctx, origin: string): Promise<{ grant: GrantRow; departure: Departure }> {
  // Asking a person for something that could not be kept would be rude.
  keyRingOf(ctx.settings.vaultKeys);
  spotifyAppOf(ctx.settings, origin, GRANT_CALLBACK);
  const grant = await grantToGive(ctx);
  const payload: GrantPayload = { artistId: ctx.scope.artistId, connectionId: grant.id };
  const departure = await departToSpotify(ctx, "grant", {
    origin,
    callback: GRANT_CALLBACK,
    scopes: SPOTIFY_DATA_SCOPES,
    starter: actorName(ctx.actor),
    payload,
  });
  return { grant, departure };
}

async function grantToGive(ctx: Ctx): Promise<GrantRow> {
  const known = async () => (await listGrants(ctx.db, ctx.scope)).find(({ provider }) => provider === PROVIDER);
  const before = await known();
  if (before !== undefined) return before;
  const grant: GrantRow = {
    artistId: ctx.scope.artistId,
    id: ctx.newId("connection"),
    provider: PROVIDER,
    status: "unconfigured",
    reason: null,
    scopes: "",
    grantedAt: null,
    expiresAt: null,
    version: 0,
    leaseId: null,
    leaseUntil: 0,
    createdBy: actorName(ctx.actor),
    createdAt: ctx.now,
  };
  try {
    const after = { provider: PROVIDER };
    await commit(ctx, "connection.begin", { writes: newGrantStatements(ctx.db, grant), target: grant.id, after });
    return grant;
  } catch (error) {
    const first = error instanceof ConstraintError ? await known() : undefined;
    if (first === undefined) throw error;
    return first;
  }
}

/** Finds what somebody who comes back was about to grant, and for which artist. @throws Problem `attempt_invalid` */
export function getGrantAttempt(ctx: BaseCtx, arrival: Arrival): Promise<Attempt<GrantPayload>> {
  return getAttempt<GrantPayload>(ctx, ["grant"], arrival.secret, arrival.state);
}

/**
 * Finishes giving a grant: its tokens go into the vault.
 *
 * @param ctx of the person who comes back, admitted anew: who has left the team meanwhile grants nothing
 * @throws Problem as `arriveFromSpotify` does
 */
export async function finishGrant(
  ctx: Ctx,
  origin: string,
  attempt: Attempt<GrantPayload>,
  arrival: Arrival,
): Promise<void> {
  if (attempt.starter !== actorName(ctx.actor)) throw new Problem("attempt_invalid");
  const app = spotifyAppOf(ctx.settings, origin, GRANT_CALLBACK);
  const { tokens } = await arriveFromSpotify(ctx, app, attempt, arrival);
  const { refreshToken } = tokens;
  if (refreshToken === null) throw new Problem("oauth_refused", { detail: "Spotify gave nothing that lasts." });
  const id = attempt.payload.connectionId;
  const scopes = (tokens.scopes ?? SPOTIFY_DATA_SCOPES).join(" ");
  const given = { scopes, grantedAt: ctx.now, expiresAt: grantEnd(ctx.now) };
  const kept = await vaultStatements(ctx, { id, provider: PROVIDER }, sealable(ctx, tokens, refreshToken));
  try {
    const writes = [...givenStatements(ctx.db, ctx.scope, id, given), ...kept];
    await commit(ctx, "connection.grant", { writes, target: id, after: { provider: PROVIDER, ...given } });
  } catch (error) {
    if (error instanceof ConstraintError) throw new Problem("attempt_invalid", { cause: error });
    throw error;
  }
}

function sealable(ctx: BaseCtx, tokens: SpotifyTokens, refreshToken: string): string {
  const { accessToken, expiresInSeconds } = tokens;
  const kept: GrantTokens = { refreshToken, accessToken, accessExpiresAt: ctx.now + expiresInSeconds * 1000 };
  return JSON.stringify(kept);
}

/** Takes a grant back: its tokens are erased here. Spotify itself offers no way to be told. @throws Problem `not_found` */
export async function disconnect(ctx: Ctx, id: string): Promise<void> {
  const grant = await findGrant(ctx.db, ctx.scope, id);
  if (grant === null) throw new Problem("not_found");
  const writes = [...forgetStatements(ctx.db, ctx.scope, id), ...emptyVaultStatements(ctx, id)];
  const before = { provider: grant.provider, status: grant.status };
  try {
    await commit(ctx, "connection.disconnect", { writes, target: id, before });
  } catch (error) {
    if (error instanceof ConstraintError) throw new Problem("not_found", { cause: error });
    throw error;
  }
}

const LOOK_MS = 100;
const MOST_LOOKS = 80;

/**
 * Gives an access token that is good for a minute at least, refreshing it when it is not.
 *
 * Of any number who ask at once, one refreshes, under a lease on the grant's row; the others wait for what it gets. The
 * new refresh token and the end of the lease are one batch, because the old one is spent.
 * @param hasFailed the token given last was refused by Spotify, so it is not given again
 * @throws Problem `not_found`, `reauth_required`, `provider_unavailable`, `misconfigured`
 */
export async function getAccessToken(ctx: Ctx, id: string, hasFailed?: string): Promise<string> {
  const { grant, tokens } = await readGrant(ctx, id);
  if (isGood(ctx, tokens, hasFailed)) return tokens.accessToken;
  const leaseId = ctx.newId("run");
  try {
    const lease = { leaseId, leaseUntil: ctx.now + LEASE_MS };
    await persist(ctx, leaseStatements(ctx.db, ctx.scope, grant, lease, ctx.now));
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    return waitForAnother(ctx, grant, hasFailed);
  }
  return refresh(ctx, grant, tokens, leaseId);
}

function isGood(ctx: Ctx, { accessToken, accessExpiresAt }: GrantTokens, hasFailed: string | undefined): boolean {
  return accessToken !== hasFailed && accessExpiresAt - ctx.now > ACCESS_MARGIN_MS;
}

async function readGrant(ctx: Ctx, id: string): Promise<{ grant: GrantRow; tokens: GrantTokens }> {
  const [grant, opened] = await Promise.all([
    findGrant(ctx.db, ctx.scope, id),
    openVault(ctx, ctx.scope, { id, provider: PROVIDER }).catch((error: unknown) => {
      if (error instanceof SealBroken) return null;
      throw error;
    }),
  ]);
  if (grant === null) throw new Problem("not_found");
  const { status, reason } = grantHealth(grant, ctx.now);
  if (status === "unconfigured")
    throw new Problem("reauth_required", { detail: "The connection was never authorised." });
  if (grant.status === "active" && status === "reauth_required") return lapse(ctx, grant, "expired");
  if (status === "reauth_required") throw lapsed(reason);
  if (opened === null) return lapse(ctx, grant, "unreadable");
  return { grant, tokens: JSON.parse(opened) as GrantTokens };
}

async function refresh(ctx: Ctx, grant: GrantRow, before: GrantTokens, leaseId: string): Promise<string> {
  const { id } = grant;
  try {
    const tokens = await refreshTokens(ctx, spotifyClientOf(ctx.settings), before.refreshToken);
    const secret = sealable(ctx, tokens, tokens.refreshToken ?? before.refreshToken);
    const kept = await vaultStatements(ctx, { id, provider: PROVIDER }, secret);
    await keep(ctx, [...refreshedStatements(ctx.db, ctx.scope, id, leaseId), ...kept]);
    return tokens.accessToken;
  } catch (error) {
    if (error instanceof GrantRefused) return lapse(ctx, grant, "refused");
    if (error instanceof ConstraintError) throw new Problem("not_found", { cause: error });
    // If this fails as well, the lease ends by itself.
    await persist(ctx, releaseStatements(ctx.db, ctx.scope, id, leaseId)).catch(() => undefined);
    throw error;
  }
}

const KEEP_TRIES = 3;

/** The old refresh token is spent and the new one exists nowhere else, so a stumbling database is asked again. */
async function keep(ctx: Ctx, writes: Parameters<typeof persist>[1]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await persist(ctx, writes);
    } catch (error) {
      if (!(error instanceof Problem) || attempt === KEEP_TRIES) throw error;
      await scheduler.wait(LOOK_MS * attempt);
    }
  }
}

async function waitForAnother(ctx: Ctx, before: GrantRow, hasFailed: string | undefined): Promise<string> {
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const { grant, tokens } = await readGrant(ctx, before.id);
    if (isGood(ctx, tokens, hasFailed)) return tokens.accessToken;
    if (grant.leaseId === null) break;
    await scheduler.wait(LOOK_MS);
  }
  throw new Problem("provider_unavailable", {
    detail: "Spotify has given no new token; try again.",
    retryAfterSeconds: 5,
  });
}

/** Marks a grant that works no more, erases what is left of it, and says so. */
async function lapse(ctx: Ctx, grant: GrantRow, reason: GrantReason): Promise<never> {
  const writes = [...lapsedStatements(ctx.db, ctx.scope, grant, reason), ...emptyVaultStatements(ctx, grant.id)];
  try {
    const change = { before: { status: grant.status }, after: { status: "reauth_required", reason } };
    await commit(ctx, "connection.lapse", { writes, target: grant.id, ...change });
  } catch (error) {
    // Another has marked it already, or it has been given anew: either way this caller has no token.
    if (!(error instanceof ConstraintError)) throw error;
  }
  throw lapsed(reason);
}

const LAPSED: Readonly<Record<GrantReason, string>> = {
  expired: "Spotify ends every authorisation after six months; it must be given again.",
  refused: "The authorisation was taken back at Spotify; it must be given again.",
  unreadable: "The stored authorisation cannot be opened; it must be given again.",
};

function lapsed(reason: GrantReason | null): Problem {
  return new Problem("reauth_required", reason === null ? {} : { detail: LAPSED[reason] });
}
