// The home of other people's secrets: sealed before they are stored, opened only where they belong, sealed anew when keys change.

import { decodeBase64, decodeBase64urlIgnorePadding, encodeBase64urlNoPadding } from "@oslojs/encoding";
import { and, asc, eq, sql } from "drizzle-orm";
import type { JobRequest } from "../jobs/messages.ts";
import { Problem } from "../kernel/problems.ts";
import type { ArtistScope } from "../kernel/scope.ts";
import type { Write } from "./client.ts";
import { persist } from "./commit.ts";
import type { BaseCtx, Ctx } from "./ctx.ts";
import { vaultItems } from "./tables.ts";

const VERSION = "v1";
const KEY_BYTES = 32;
/** 96 bits, as AES-GCM wants. With a key per artist, random ones may be used for 2^32 sealings before two can meet. */
const IV_BYTES = 12;
const ITEMS_PER_PAGE = 100;

/** The keys that seal the keys of artists: one is current, older ones only open. */
export interface KeyRing {
  readonly current: string;
  readonly keys: ReadonlyMap<string, Uint8Array>;
}

/** An envelope that does not open: altered, moved to another row, or sealed with another key of the same name. */
export class SealBroken extends Error {
  constructor(cause?: unknown) {
    super("a sealed secret cannot be opened", { cause });
    this.name = "SealBroken";
  }
}

/**
 * Reads the setting `VAULT_KEYS`: `kid:base64` pairs of 32 bytes each, separated by commas, the current one first.
 *
 * @throws Problem `misconfigured` saying what is missing or wrong, never a value
 */
export function keyRingOf(text: string | null): KeyRing {
  if (text === null)
    throw misconfigured("Set VAULT_KEYS, as in k1:<32 random bytes in base64>; the current key first.");
  const keys = new Map<string, Uint8Array>();
  for (const pair of text.split(",")) {
    const [, kid = "", encoded = ""] = /^\s*([a-z0-9]{1,16}):([A-Za-z0-9+/]+=*)\s*$/.exec(pair) ?? [];
    const key = bytesOf(encoded);
    if (kid === "" || key?.length !== KEY_BYTES) {
      throw misconfigured(
        "Correct VAULT_KEYS: each key is its name of small letters and digits, `:`, and 32 bytes in base64.",
      );
    }
    if (keys.has(kid)) throw misconfigured(`Correct VAULT_KEYS: it names ${kid} twice.`);
    keys.set(kid, key);
  }
  const [current = ""] = keys.keys();
  return { current, keys };
}

function misconfigured(detail: string): Problem {
  return new Problem("misconfigured", { detail });
}

function bytesOf(base64: string): Uint8Array | null {
  try {
    return decodeBase64(base64);
  } catch {
    return null;
  }
}

/**
 * Seals a secret for one place.
 *
 * The place (owner, what it belongs to, provider) is authenticated with it, so that a copy in another row is worthless;
 * the key is derived from the owner, so that no two owners share one.
 * @param iv 12 random bytes, never used before with this owner
 * @returns `v1.kid.iv.ciphertext`
 */
export async function seal(
  ring: KeyRing,
  place: readonly [owner: string, ...string[]],
  secret: string,
  iv: Uint8Array,
) {
  if (iv.length !== IV_BYTES) throw new RangeError(`an IV has ${IV_BYTES} bytes, not ${iv.length}`);
  const kid = ring.current;
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: placeBytes(kid, place) },
    await ownerKey(ring, kid, place[0]),
    new TextEncoder().encode(secret),
  );
  return [VERSION, kid, encodeBase64urlNoPadding(iv), encodeBase64urlNoPadding(new Uint8Array(sealed))].join(".");
}

/**
 * Opens what {@link seal} sealed for the very same place.
 *
 * @throws SealBroken; Problem `misconfigured` when the ring lacks its key
 */
export async function unseal(
  ring: KeyRing,
  place: readonly [owner: string, ...string[]],
  envelope: string,
): Promise<string> {
  const [version, kid, ivText, sealedText, ...more] = envelope.split(".");
  const iv = canonicalBytes(ivText);
  const sealed = canonicalBytes(sealedText);
  if (version !== VERSION || kid === undefined || more.length > 0 || iv?.length !== IV_BYTES || sealed === null) {
    throw new SealBroken();
  }
  const key = await ownerKey(ring, kid, place[0]);
  try {
    const algorithm = { name: "AES-GCM", iv, additionalData: placeBytes(kid, place) };
    return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, key, sealed));
  } catch (cause) {
    throw new SealBroken(cause);
  }
}

/** A JSON list names a place without ambiguity: `["ab","c"]` is not `["a","bc"]`. */
function placeBytes(kid: string, place: readonly string[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify([VERSION, kid, ...place]));
}

/** Only the one spelling that sealing writes is taken, so that no altered letter goes unnoticed. */
function canonicalBytes(text: string | undefined): Uint8Array | null {
  if (text === undefined) return null;
  try {
    const bytes = decodeBase64urlIgnorePadding(text);
    return encodeBase64urlNoPadding(bytes) === text ? bytes : null;
  } catch {
    return null;
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc5869 HKDF, checked 2026-11 */
async function ownerKey(ring: KeyRing, kid: string, owner: string): Promise<CryptoKey> {
  const bytes = ring.keys.get(kid);
  if (bytes === undefined) {
    // A name that no key could have was written by somebody else.
    if (!/^[a-z0-9]{1,16}$/.test(kid)) throw new SealBroken();
    throw misconfigured(`VAULT_KEYS lacks the key ${kid}, with which secrets in the database are sealed.`);
  }
  const base = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]);
  const info = new TextEncoder().encode(JSON.stringify(["vault", VERSION, kid, owner]));
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info },
    base,
    { name: "AES-GCM", length: KEY_BYTES * 8 },
    false,
    ["encrypt", "decrypt"],
  );
}

/** Where an artist's secret lies: the thing it belongs to, and whose service it is for. */
export interface VaultPlace {
  readonly id: string;
  readonly provider: string;
}

/**
 * Seals a secret and describes the writes that put it into the vault, over whatever lay in its place.
 *
 * @throws Problem `misconfigured`
 */
export async function vaultStatements(ctx: Ctx, { id, provider }: VaultPlace, secret: string): Promise<Write[]> {
  const ring = keyRingOf(ctx.settings.vaultKeys);
  const { artistId } = ctx.scope;
  const envelope = await seal(ring, [artistId, id, provider], secret, ctx.randomBytes(IV_BYTES));
  const set = { kid: ring.current, envelope, updatedAt: ctx.now };
  return [
    ctx.db.orm
      .insert(vaultItems)
      .values({ artistId, id, provider, ...set })
      .onConflictDoUpdate({ target: [vaultItems.artistId, vaultItems.id], set: { provider, ...set } }),
  ];
}

/** Describes the writes that take a secret out of the vault for good. */
export function emptyVaultStatements(ctx: Ctx, id: string): Write[] {
  const mine = and(eq(vaultItems.artistId, ctx.scope.artistId), eq(vaultItems.id, id));
  return [ctx.db.orm.delete(vaultItems).where(mine)];
}

/**
 * Opens a secret of an artist; null when there is none.
 *
 * @throws SealBroken; Problem `misconfigured`
 */
export async function openVault(
  ctx: BaseCtx,
  scope: ArtistScope,
  { id, provider }: VaultPlace,
): Promise<string | null> {
  const open = await findSecret(ctx, scope, id);
  return open === null ? null : open(provider);
}

/**
 * Finds a secret of an artist, to be opened by who says whose service it is for: so it can be read in one batch with what
 * says so. Null when there is none.
 *
 * @returns opens it. @throws SealBroken; Problem `misconfigured`
 */
export async function findSecret(
  ctx: BaseCtx,
  scope: ArtistScope,
  id: string,
): Promise<((provider: string) => Promise<string>) | null> {
  const [[row]] = await ctx.db.read(
    ctx.db.orm
      .select({ envelope: vaultItems.envelope })
      .from(vaultItems)
      .where(and(eq(vaultItems.artistId, scope.artistId), eq(vaultItems.id, id))),
  );
  if (row === undefined) return null;
  return (provider) => unseal(keyRingOf(ctx.settings.vaultKeys), [scope.artistId, id, provider], row.envelope);
}

/** The jobs that seal anew what older keys of the ring hold; none where there is no vault or no older key. */
export function rotationJobs(settings: BaseCtx["settings"]): JobRequest[] {
  if (settings.vaultKeys === null) return [];
  const { current, keys } = keyRingOf(settings.vaultKeys);
  const old = [...keys.keys()].filter((kid) => kid !== current);
  return old.map((kid) => ({ kind: "vault.rotate", body: { kid, after: ["", ""] } }));
}

/**
 * Seals one page of an old key's secrets with the current key, and asks for the next page in the same batch.
 *
 * A secret that was replaced meanwhile is left as it is, and so is one that does not open: it is skipped, not lost.
 * Reads at most 100 rows.
 * @throws Problem `misconfigured`
 */
export async function rotateVault(ctx: BaseCtx, kid: string, after: readonly [string, string]): Promise<void> {
  const ring = keyRingOf(ctx.settings.vaultKeys);
  if (kid === ring.current) return;
  const [rows] = await ctx.db.read(
    ctx.db.orm
      .select()
      .from(vaultItems)
      .where(and(eq(vaultItems.kid, kid), sql`(${vaultItems.artistId}, ${vaultItems.id}) > (${after[0]}, ${after[1]})`))
      .orderBy(asc(vaultItems.artistId), asc(vaultItems.id))
      .limit(ITEMS_PER_PAGE),
  );
  const last = rows.at(-1);
  if (last === undefined) return;
  const writes = await Promise.all(rows.map((row) => resealStatements(ctx, ring, row)));
  const next: JobRequest = { kind: "vault.rotate", body: { kid, after: [last.artistId, last.id] } };
  await persist(ctx, writes.flat(), rows.length < ITEMS_PER_PAGE ? [] : [next]);
}

async function resealStatements(ctx: BaseCtx, ring: KeyRing, row: typeof vaultItems.$inferSelect): Promise<Write[]> {
  const place = [row.artistId, row.id, row.provider] as const;
  try {
    const secret = await unseal(ring, place, row.envelope);
    const envelope = await seal(ring, place, secret, ctx.randomBytes(IV_BYTES));
    const same = and(
      eq(vaultItems.artistId, row.artistId),
      eq(vaultItems.id, row.id),
      eq(vaultItems.envelope, row.envelope),
    );
    return [ctx.db.orm.update(vaultItems).set({ kid: ring.current, envelope }).where(same)];
  } catch (error) {
    if (error instanceof SealBroken) return [];
    throw error;
  }
}
