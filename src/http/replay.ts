// The home of safe repetition: the same POST with the same Idempotency-Key has one effect and one answer.

import { sha256 } from "@oslojs/crypto/sha2";
import { encodeHexLowerCase } from "@oslojs/encoding";
import { findKeptAnswer, type KeptAnswer } from "../db/claims.ts";
import type { BaseCtx, Claim } from "../db/ctx.ts";
import { canonicalJson } from "../kernel/json.ts";
import { Problem } from "../kernel/problems.ts";
import { actorName } from "../kernel/scope.ts";

const MAX_KEY_LENGTH = 255;

/** A request's claim to be the first of its key, without the answer it will keep. */
export type ClaimHead = Omit<Claim, "answer">;

/**
 * Reads the claim a request makes with `Idempotency-Key`, or null when it makes none.
 *
 * A key belongs to its caller: two callers may use the same one. A caller nobody knows cannot claim.
 * @param body the body as it was parsed: blanks and the order of fields make no other request
 * @throws Problem `invalid_request` when the key is empty or longer than 255 characters
 */
export function claimOf(ctx: BaseCtx, request: Request, operation: string, body: unknown): ClaimHead | null {
  const key = request.headers.get("idempotency-key");
  if (key === null || ctx.actor.kind === "anonymous") return null;
  if (key.length === 0 || key.length > MAX_KEY_LENGTH) {
    const message = `must have 1 to ${MAX_KEY_LENGTH} characters`;
    throw new Problem("invalid_request", {
      detail: `Idempotency-Key ${message}.`,
      errors: [{ path: "headers.idempotency-key", code: "length", message }],
    });
  }
  const { pathname, search } = new URL(request.url);
  const artist = "scope" in ctx ? (ctx as { scope: { artistId: string } }).scope.artistId : "";
  const text = [operation, artist, pathname + search, canonicalJson(body)].join("\n");
  const requestHash = encodeHexLowerCase(sha256(new TextEncoder().encode(text)));
  return { actor: actorName(ctx.actor), key, operation, requestHash };
}

/**
 * Looks for the answer kept for a claim.
 *
 * @returns null when this is the first request of its key
 * @throws Problem `idempotency_key_reused` when the key came with another request, `secret_already_shown` when the
 *   answer held a secret and was therefore not kept
 */
export async function replay(ctx: BaseCtx, claim: ClaimHead): Promise<Response | null> {
  const kept = await findKeptAnswer(ctx.db, claim.actor, claim.key);
  if (kept === null) return null;
  if (kept.requestHash !== claim.requestHash) {
    throw new Problem("idempotency_key_reused", { detail: "This Idempotency-Key came with another request before." });
  }
  return repeated(kept);
}

const NO_CONTENT = 204;

function repeated(kept: KeptAnswer): Response {
  if (kept.status === NO_CONTENT) {
    return new Response(null, { status: NO_CONTENT, headers: { ...kept.headers, "idempotent-replayed": "true" } });
  }
  if (kept.body === null) {
    throw new Problem("secret_already_shown", { detail: "The answer held a secret and was not kept." });
  }
  const headers = new Headers(kept.headers);
  headers.set("content-type", "application/json");
  headers.set("idempotent-replayed", "true");
  return new Response(kept.body, { status: kept.status, headers });
}
