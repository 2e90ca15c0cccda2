// The home of what a grant is: what it allows, how long it lasts, and the word for how it is.

/** How a grant is: begun and not finished, good, good for two more weeks at most, or to be given anew. */
export const GRANT_STATUSES = ["unconfigured", "active", "expiring", "reauth_required"] as const;

/** One status of {@link GRANT_STATUSES}. */
export type GrantStatus = (typeof GRANT_STATUSES)[number];

/** How the last pull through a connection went. */
export const HEALTHS = ["active", "degraded", "rate_limited", "quota_exceeded"] as const;

/** One of {@link HEALTHS}. */
export type Health = (typeof HEALTHS)[number];

/** Why a grant must be given anew. */
export const GRANT_REASONS = ["expired", "refused", "unreadable"] as const;

/** One reason of {@link GRANT_REASONS}. */
export type GrantReason = (typeof GRANT_REASONS)[number];

/** What is read of an artist's Spotify: their own playlists. */
export const SPOTIFY_DATA_SCOPES: readonly string[] = ["playlist-read-private", "playlist-read-collaborative"];

const EXPIRING_MS = 14 * 24 * 60 * 60 * 1000;

/**
 * The moment a grant given now ends; never later than the provider ends it. Refreshing does not make it last longer.
 *
 * @param months how long the provider lets a grant live: Spotify six months
 * @see https://developer.spotify.com/blog/2026-06-18-refresh-token-expiration checked 2026-11
 */
export function grantEnd(grantedAt: number, months = 6): number {
  const given = new Date(grantedAt);
  const end = new Date(grantedAt);
  end.setUTCMonth(end.getUTCMonth() + months);
  // 31 August and six months is no day: the last one of February, not the third of March.
  if (end.getUTCDate() !== given.getUTCDate()) end.setUTCDate(0);
  return end.getTime();
}

/** What tells how a grant is. */
export interface GrantFacts {
  readonly status: "unconfigured" | "active" | "reauth_required";
  readonly reason: GrantReason | null;
  readonly expiresAt: number | null;
}

/** Says how a grant is at a moment, which time alone may change. */
export function grantHealth(facts: GrantFacts, now: number): { status: GrantStatus; reason: GrantReason | null } {
  const { status, reason, expiresAt } = facts;
  if (status !== "active" || expiresAt === null) return { status, reason };
  if (expiresAt <= now) return { status: "reauth_required", reason: "expired" };
  return { status: expiresAt - now <= EXPIRING_MS ? "expiring" : "active", reason: null };
}

/** What the vault holds for a grant. */
export interface GrantTokens {
  readonly refreshToken: string;
  readonly accessToken: string;
  readonly accessExpiresAt: number;
}

/** An access token with less than this left is not worth setting out with. */
export const ACCESS_MARGIN_MS = 60_000;

/** How long a refresh is one caller's own. Longer than any answer of Spotify may take. */
export const LEASE_MS = 30_000;
