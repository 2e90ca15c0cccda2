// The home of giving a grant, using it, and taking it back.

import { ConstraintError } from "../../db/client.ts";
import { commit, persist } from "../../db/commit.ts";
import type { BaseCtx, Ctx } from "../../db/ctx.ts";
import { emptyVaultStatements, findSecret, SealBroken, vaultStatements } from "../../db/vault.ts";
import {
  type Arrival,
  type Attempt,
  arrive,
  arriveFromSpotify,
  type Departure,
  depart,
  GrantRefused,
  getAttempt,
  type OAuthTokens,
  refreshTokens,
  spotifyAppOf,
} from "../../identity/index.ts";
import { Problem } from "../../kernel/problems.ts";
import { actorName } from "../../kernel/scope.ts";
import { dayOf } from "../../kernel/time.ts";
import { forgetDays, forgetMeasureStatements } from "../../metrics/index.ts";
import type { Provider } from "../provider.ts";
import { PROVIDERS, type ProviderId, providerOf } from "../providers/registry.ts";
import { newRunStatements } from "../runs/repository.ts";
import { callbackOf, clientOf, missingSettings, redirectUriOf } from "./clients.ts";
import { ACCESS_MARGIN_MS, type GrantReason, type GrantTokens, grantEnd, grantHealth, LEASE_MS } from "./model.ts";
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

/** A provider, and the settings that are missing for it. */
export interface Connectable {
  readonly provider: Provider;
  readonly missing: readonly string[];
}

/** What an artist can connect, and what is connected. */
export interface Connections {
  readonly providers: readonly Connectable[];
  readonly grants: readonly GrantRow[];
}

/** Lists what an artist has connected. */
export async function listConnections(ctx: Ctx): Promise<Connections> {
  return { providers: connectable(ctx), grants: await listGrants(ctx.db, ctx.scope) };
}

function connectable({ settings }: Ctx): Connectable[] {
  return Object.values(PROVIDERS).map((provider) => ({ provider, missing: missingSettings(settings, provider) }));
}

/** Gives one connection. @throws Problem `not_found` */
export async function getConnection(ctx: Ctx, id: string): Promise<Connections> {
  const grant = await findGrant(ctx.db, ctx.scope, id);
  if (grant === null) throw new Problem("not_found");
  return { providers: connectable(ctx), grants: [grant] };
}

interface GrantPayload {
  readonly artistId: string;
  readonly connectionId: string;
  readonly provider: string;
}

/**
 * Begins giving a grant, or giving it anew; until it is given, the one before goes on.
 *
 * @throws Problem `misconfigured`
 */
export async function startGrant(
  ctx: Ctx,
  origin: string,
  providerId: ProviderId,
): Promise<{ grant: GrantRow; departure: Departure }> {
  const provider = PROVIDERS[providerId];
  const redirectUri = redirectUriOf(ctx, provider, origin);
  const client = clientOf(ctx.settings, provider);
  const grant = await grantToGive(ctx, providerId);
  const payload: GrantPayload = { artistId: ctx.scope.artistId, connectionId: grant.id, provider: providerId };
  const { scopes, extra = {} } = provider.oauth;
  const starter = actorName(ctx.actor);
  const departure = await depart(ctx, client, "grant", { redirectUri, scopes, extra, starter, payload });
  return { grant, departure };
}

/** Finds the grant that is to be given, or makes it. */
export async function grantToGive(ctx: Ctx, providerId: ProviderId): Promise<GrantRow> {
  const known = async () => (await listGrants(ctx.db, ctx.scope)).find(({ provider }) => provider === providerId);
  const before = await known();
  if (before !== undefined) return before;
  const grant: GrantRow = {
    artistId: ctx.scope.artistId,
    id: ctx.newId("connection"),
    provider: providerId,
    status: "unconfigured",
    reason: null,
    scopes: "",
    grantedAt: null,
    expiresAt: null,
    version: 0,
    leaseId: null,
    leaseUntil: 0,
    night: "",
    health: "active",
    healthReason: null,
    healthUntil: null,
    lastSuccessAt: null,
    syncRun: null,
    syncUntil: 0,
    createdBy: actorName(ctx.actor),
    createdAt: ctx.now,
  };
  try {
    const after = { provider: providerId };
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
 * Finishes giving a grant: its tokens go into the vault, and a first run is asked for.
 *
 * @param ctx of the person who comes back, admitted anew: who has left the team meanwhile grants nothing
 * @throws Problem `attempt_invalid`, `oauth_refused`, `spotify_app_user_cap`, `provider_unavailable`, `misconfigured`
 */
export async function finishGrant(
  ctx: Ctx,
  origin: string,
  providerId: ProviderId,
  attempt: Attempt<GrantPayload>,
  arrival: Arrival,
): Promise<void> {
  const provider = PROVIDERS[providerId];
  if (attempt.starter !== actorName(ctx.actor) || attempt.payload.provider !== providerId)
    throw new Problem("attempt_invalid");
  const tokens = await arriveFrom(ctx, provider, origin, attempt, arrival);
  const { refreshToken } = tokens;
  if (refreshToken === null)
    throw new Problem("oauth_refused", { detail: `${provider.name} gave nothing that lasts.` });
  try {
    await keepGrant(ctx, provider, attempt.payload.connectionId, { ...tokens, refreshToken });
  } catch (error) {
    if (error instanceof ConstraintError) throw new Problem("attempt_invalid", { cause: error });
    throw error;
  }
}

/** Keeps a grant that was given, and asks for a first run. @throws ConstraintError when it was taken back meanwhile */
export async function keepGrant(
  ctx: Ctx,
  provider: Provider,
  id: string,
  tokens: OAuthTokens & { refreshToken: string },
): Promise<void> {
  const { grantMonths } = provider.oauth;
  const given = {
    scopes: (tokens.scopes ?? provider.oauth.scopes).join(" "),
    grantedAt: ctx.now,
    expiresAt: grantMonths === null ? null : grantEnd(ctx.now, grantMonths),
    night: dayOf(ctx.now),
  };
  const run = { connectionId: id, id: ctx.newId("run"), night: given.night, asOf: ctx.now };
  const secret = sealable(ctx, tokens, tokens.refreshToken);
  const writes = [
    ...givenStatements(ctx.db, ctx.scope, id, given),
    ...(await vaultStatements(ctx, { id, provider: provider.id }, secret)),
    ...newRunStatements(ctx.db, ctx.scope, { ...run, total: provider.streams.length }),
  ];
  const { artistId } = ctx.scope;
  const jobs = [{ kind: "connector.sync", body: { artistId, connectionId: id, runId: run.id } }] as const;
  await commit(ctx, "connection.grant", { writes, target: id, after: { provider: provider.id, ...given }, jobs });
}

async function arriveFrom(
  ctx: Ctx,
  provider: Provider,
  origin: string,
  attempt: Attempt<GrantPayload>,
  arrival: Arrival,
): Promise<OAuthTokens> {
  const redirectUri = redirectUriOf(ctx, provider, origin);
  if (provider.id === "spotify") {
    // Its first call tells whether the app may use the account at all.
    const app = spotifyAppOf(ctx.settings, origin, callbackOf("spotify"));
    return (await arriveFromSpotify(ctx, app, attempt, arrival)).tokens;
  }
  const issuer = new URL(provider.oauth.authorizeUrl).origin;
  return arrive(ctx, clientOf(ctx.settings, provider), { redirectUri, issuer }, attempt, arrival);
}

function sealable(ctx: BaseCtx, tokens: OAuthTokens, refreshToken: string): string {
  const { accessToken, expiresInSeconds } = tokens;
  const kept: GrantTokens = { refreshToken, accessToken, accessExpiresAt: ctx.now + expiresInSeconds * 1000 };
  return JSON.stringify(kept);
}

/**
 * Takes a grant back: its tokens are erased here, and its runs end where they are.
 *
 * @param data `erase` also forgets all that was reported through it
 * @throws Problem `not_found`
 */
export async function disconnect(ctx: Ctx, id: string, data: "keep" | "erase"): Promise<void> {
  const grant = await findGrant(ctx.db, ctx.scope, id);
  if (grant === null) throw new Problem("not_found");
  const writes = [...forgetStatements(ctx.db, ctx.scope, id), ...emptyVaultStatements(ctx, id)];
  const { provider, status } = grant;
  const { artistId } = ctx.scope;
  const jobs = data === "keep" ? [] : [{ kind: "connector.erase", body: { artistId, provider } } as const];
  try {
    const change = { before: { provider, status }, after: { data } };
    await commit(ctx, "connection.disconnect", { writes, target: id, ...change, jobs });
  } catch (error) {
    if (error instanceof ConstraintError) throw new Problem("not_found", { cause: error });
    throw error;
  }
}

/**
 * Forgets what a provider had reported. What is connected again by then is kept: the new connection stands on it.
 *
 * Some days at a time, each a batch of its own: cut off, it goes on where it was.
 */
export async function eraseReports(ctx: Ctx, providerId: string): Promise<void> {
  const grants = await listGrants(ctx.db, ctx.scope);
  if (grants.some(({ provider }) => provider === providerId)) return;
  const { source } = providerOf(providerId);
  const refresh = { kind: "kpi.refresh", body: { artistId: ctx.scope.artistId } } as const;
  await persist(ctx, forgetMeasureStatements(ctx.db, ctx.scope, source));
  for (;;) {
    const forgetting = await forgetDays(ctx, source);
    if (forgetting === null) return;
    try {
      await persist(ctx, forgetting.writes, forgetting.days === 0 ? [] : [refresh]);
    } catch (error) {
      // Another erased the same days, and there may be more.
      if (!(error instanceof ConstraintError)) throw error;
    }
  }
}

const LOOK_MS = 100;
const MOST_LOOKS = 80;

/**
 * Gives an access token that is good for a minute at least, refreshing it when it is not.
 *
 * Of any number who ask at once, one refreshes, under a lease on the grant's row; the others wait for what it gets. The
 * new refresh token and the end of the lease are one batch, because the old one is spent.
 * @param hasFailed the token given last was refused by the provider, so it is not given again
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
  const [grant, open] = await Promise.all([findGrant(ctx.db, ctx.scope, id), findSecret(ctx, ctx.scope, id)]);
  if (grant === null) throw new Problem("not_found");
  const { status, reason } = grantHealth(grant, ctx.now);
  if (status === "unconfigured")
    throw new Problem("reauth_required", { detail: "The connection was never authorised." });
  if (grant.status === "active" && status === "reauth_required") return lapse(ctx, grant, "expired");
  if (status === "reauth_required") throw lapsed(grant.provider, reason);
  const opened = await open?.(grant.provider).catch((error: unknown) => {
    if (error instanceof SealBroken) return null;
    throw error;
  });
  if (opened == null) return lapse(ctx, grant, "unreadable");
  return { grant, tokens: JSON.parse(opened) as GrantTokens };
}

async function refresh(ctx: Ctx, grant: GrantRow, before: GrantTokens, leaseId: string): Promise<string> {
  const { id, provider } = grant;
  try {
    const tokens = await refreshTokens(ctx, clientOf(ctx.settings, providerOf(provider)), before.refreshToken);
    const secret = sealable(ctx, tokens, tokens.refreshToken ?? before.refreshToken);
    const kept = await vaultStatements(ctx, { id, provider }, secret);
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
      await ctx.clock.wait(LOOK_MS * attempt);
    }
  }
}

async function waitForAnother(ctx: Ctx, before: GrantRow, hasFailed: string | undefined): Promise<string> {
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const { grant, tokens } = await readGrant(ctx, before.id);
    if (isGood(ctx, tokens, hasFailed)) return tokens.accessToken;
    if (grant.leaseId === null) break;
    await ctx.clock.wait(LOOK_MS);
  }
  throw new Problem("provider_unavailable", {
    detail: `${providerOf(before.provider).name} has given no new token; try again.`,
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
  throw lapsed(grant.provider, reason);
}

const LAPSED: Readonly<Record<GrantReason, (name: string) => string>> = {
  expired: (name) => `${name} ends every authorisation after six months; it must be given again.`,
  refused: (name) => `The authorisation was taken back at ${name}; it must be given again.`,
  unreadable: () => "The stored authorisation cannot be opened; it must be given again.",
};

function lapsed(providerId: string, reason: GrantReason | null): Problem {
  return new Problem("reauth_required", reason === null ? {} : { detail: LAPSED[reason](providerOf(providerId).name) });
}
