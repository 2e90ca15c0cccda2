// The home of authorizations under way: begun in one browser, answered in the same one, once, within ten minutes.

import { constantTimeEqual } from "@oslojs/crypto/subtle";
import { ConstraintError } from "../../db/client.ts";
import { persist } from "../../db/commit.ts";
import type { BaseCtx } from "../../db/ctx.ts";
import { Problem } from "../../kernel/problems.ts";
import { hashSecret, TOKEN_BYTES, tokenFrom } from "../model.ts";
import { ATTEMPT_LIFE_MS, type AttemptPurpose, stateOf } from "./model.ts";
import { attemptStatements, endAttemptStatements, findLiveAttempt } from "./repository.ts";

/** What is remembered of an authorization until the person comes back. */
export interface Attempt<Payload> {
  /** Goes into the cookie, and nowhere else. */
  readonly secret: string;
  /** Who began it, as the beginner names them; "" for somebody unknown. */
  readonly starter: string;
  readonly payload: Payload;
}

/** Begins an authorization. @returns its secret, for the cookie */
export async function openAttempt(
  ctx: BaseCtx,
  purpose: AttemptPurpose,
  starter: string,
  payload: unknown,
): Promise<string> {
  const secret = tokenFrom(ctx.randomBytes(TOKEN_BYTES));
  const attempt = {
    secretHash: hashSecret(secret),
    purpose,
    starter,
    payload: JSON.stringify(payload),
    createdAt: ctx.now,
    expiresAt: ctx.now + ATTEMPT_LIFE_MS,
  };
  await persist(ctx, attemptStatements(ctx.db, attempt));
  return secret;
}

/**
 * Finds the authorization that an answer belongs to; does not end it.
 *
 * @param secret what the browser's cookie holds
 * @param state what came back through the other service
 * @throws Problem `attempt_invalid` when it is not this browser's, was for something else, has ended, or never was
 */
export async function getAttempt<Payload>(
  ctx: BaseCtx,
  purposes: readonly AttemptPurpose[],
  secret: string | null,
  state: string | undefined,
): Promise<Attempt<Payload> & { purpose: AttemptPurpose }> {
  if (secret === null || state === undefined || !isSameText(stateOf(secret), state))
    throw new Problem("attempt_invalid");
  const row = await findLiveAttempt(ctx.db, hashSecret(secret), ctx.now);
  const purpose = purposes.find((each) => each === row?.purpose);
  if (row === null || purpose === undefined) throw new Problem("attempt_invalid");
  return { secret, purpose, starter: row.starter, payload: JSON.parse(row.payload) as Payload };
}

/** Ends an authorization. @throws Problem `attempt_invalid` when another request has ended it */
export async function endAttempt(ctx: BaseCtx, { secret }: { secret: string }): Promise<void> {
  try {
    await persist(ctx, endAttemptStatements(ctx.db, hashSecret(secret)));
  } catch (error) {
    if (error instanceof ConstraintError) throw new Problem("attempt_invalid", { cause: error });
    throw error;
  }
}

function isSameText(one: string, other: string): boolean {
  const encoder = new TextEncoder();
  return constantTimeEqual(encoder.encode(one), encoder.encode(other));
}
