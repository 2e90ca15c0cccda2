// The home of the verbs on artists and their keys.

import { commit } from "../db/commit.ts";
import type { BaseCtx, Ctx } from "../db/ctx.ts";
import type { SignedInCtx } from "../http/call.ts";
import { bindingOf, type Page, pageFrom, readCursor } from "../http/page.ts";
import { newApiKeySecret } from "../identity/index.ts";
import { isCurrency } from "../kernel/currency.ts";
import { Problem } from "../kernel/problems.ts";
import { actorName, cutArtistScope } from "../kernel/scope.ts";
import { isTimeZone } from "../kernel/time.ts";
import { listMemberships, type OwnMembership } from "./members/repository.ts";
import { isRole, mayGrant, type Role, WHOLE_ARTIST } from "./model.ts";
import {
  type ApiKeyRow,
  artistStatements,
  findArtist,
  findKeyById,
  keyStatements,
  listArtistIdsAfter,
  listKeys,
  revokeKeyStatements,
} from "./repository.ts";

const KEY_BYTES = 32;

/** An artist as its maker sees it. */
export interface NewArtist {
  readonly id: string;
  readonly name: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly createdAt: number;
}

/**
 * Makes an artist; the person who asks becomes its owner.
 *
 * @throws Problem `forbidden` for a key, `currency_unknown`, `time_zone_unknown`
 */
export async function createArtist(
  ctx: SignedInCtx,
  input: { name: string; currency: string; timeZone: string },
): Promise<NewArtist> {
  if (ctx.caller.kind !== "user") {
    throw new Problem("forbidden", { detail: "A key belongs to one artist; only a person can make another." });
  }
  if (!isCurrency(input.currency)) throw unknownValue("currency_unknown", "currency", "is no ISO 4217 currency code");
  if (!isTimeZone(input.timeZone)) throw unknownValue("time_zone_unknown", "timeZone", "is no IANA time zone");
  const artist = { id: ctx.newId("artist"), ...input, createdAt: ctx.now };
  const owner = { id: ctx.newId("membership"), userId: ctx.caller.userId };
  await commit(ctx, "artist.create", {
    writes: artistStatements(ctx.db, { ...artist, generationAt: ctx.now }, owner),
    artistId: artist.id,
    target: artist.id,
    after: artist,
    result: artist,
  });
  return artist;
}

function unknownValue(code: "currency_unknown" | "time_zone_unknown", field: string, message: string): Problem {
  return new Problem(code, { detail: `${field} ${message}.`, errors: [{ path: `body.${field}`, code, message }] });
}

/** Who is asking, and the artists they belong to. */
export interface Me {
  readonly id: string;
  readonly email: string | null;
  readonly name: string;
  readonly memberships: readonly OwnMembership[];
}

/** Says who is signed in. For a key: the key, and the one artist it belongs to. */
export async function getMe(ctx: SignedInCtx): Promise<Me> {
  const { caller } = ctx;
  if (caller.kind === "user") {
    const memberships = await listMemberships(ctx.db, caller.userId, ctx.now);
    return { id: caller.userId, email: caller.email, name: caller.name, memberships };
  }
  const scope = cutArtistScope(caller.artistId);
  const [key, artist] = await Promise.all([
    findKeyById(ctx.db, scope, caller.keyId),
    findArtist(ctx.db, caller.artistId),
  ]);
  const own = { id: caller.keyId, scope: WHOLE_ARTIST, through: null, isSupport: false, offeredUntil: null };
  const memberships =
    key && artist
      ? [{ ...own, artistId: artist.id, artistName: artist.name, role: key.role as Role, until: key.expiresAt }]
      : [];
  return { id: caller.keyId, email: null, name: caller.name, memberships };
}

/**
 * Makes an API key. The secret is in the answer and nowhere else.
 *
 * @throws Problem `forbidden` when the role is above the caller's, `invalid_request` when it would be expired already
 */
export async function createApiKey(
  ctx: Ctx,
  input: { name: string; role: Role; expiresAt: number | null },
): Promise<ApiKeyRow & { key: string }> {
  if (!isRole(ctx.role) || !mayGrant(ctx.role, input.role)) {
    throw new Problem("forbidden", { detail: `The role ${ctx.role} cannot hand out the role ${input.role}.` });
  }
  if (input.expiresAt !== null && input.expiresAt <= ctx.now) {
    const error = { path: "body.expiresAt", code: "past", message: "must lie in the future" };
    throw new Problem("invalid_request", { detail: "body.expiresAt must lie in the future", errors: [error] });
  }
  const { key, hash, prefix, last4 } = newApiKeySecret(ctx.randomBytes(KEY_BYTES));
  const row: ApiKeyRow = {
    artistId: ctx.scope.artistId,
    id: ctx.newId("apiKey"),
    keyHash: hash,
    ...input,
    prefix,
    last4,
    createdBy: actorName(ctx.actor),
    createdAt: ctx.now,
    revokedAt: null,
    lastUsedAt: null,
    reviewedAt: null,
  };
  const result = { ...row, key };
  const { name, role, expiresAt } = input;
  await commit(ctx, "api_key.create", {
    writes: keyStatements(ctx.db, row),
    target: row.id,
    after: { name, role, expiresAt, last4 },
    result,
  });
  return result;
}

/** Lists an artist's keys, newest first. */
export async function listApiKeys(
  ctx: Ctx,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Page<ApiKeyRow>> {
  const binding = bindingOf(ctx.scope, "listApiKeys", {});
  const [before] = readCursor(ctx, binding, cursor) ?? [];
  const rows = await listKeys(ctx.db, ctx.scope, before === undefined ? null : String(before), limit);
  return pageFrom(ctx, binding, rows, limit, (row) => [row.id]);
}

/** Revokes a key; the next request with it is refused. Revoking it again changes nothing. @throws Problem `not_found` */
export async function revokeApiKey(ctx: Ctx, id: string): Promise<void> {
  const row = await findKeyById(ctx.db, ctx.scope, id);
  if (row === null) throw new Problem("not_found");
  if (row.revokedAt !== null) return;
  await commit(ctx, "api_key.revoke", {
    writes: revokeKeyStatements(ctx.db, ctx.scope, id, ctx.now),
    target: id,
    before: { revokedAt: null },
    after: { revokedAt: ctx.now },
    jobs: [{ kind: "hub.recheck", body: { artistId: ctx.scope.artistId, userId: null } }],
  });
}

/**
 * Opens an artist for a job that names it, or for a link that leads to something of it; null when there is none.
 *
 * The queue door asks for this, and whoever has checked such a link.
 */
export async function openArtist(base: BaseCtx, artistId: string): Promise<Ctx | null> {
  const artist = await findArtist(base.db, artistId);
  return artist === null ? null : { ...base, artist, role: "system", releases: null, scope: cutArtistScope(artist.id) };
}

/** Lists artists' ids page by page, for the nightly jobs. */
export function listArtistIds(base: BaseCtx, after: string, limit: number): Promise<string[]> {
  return listArtistIdsAfter(base.db, after, limit);
}

/** Lists the artists a person belongs to at this moment. */
export async function listArtistIdsOf(base: BaseCtx, userId: string): Promise<string[]> {
  return (await listMemberships(base.db, userId, base.now)).map(({ artistId }) => artistId);
}
