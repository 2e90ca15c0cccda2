// The home of the verbs on one's own sessions: see where one is signed in, and end it there.

import { commit } from "../../db/commit.ts";
import type { SignedInCtx } from "../../http/call.ts";
import { Problem } from "../../kernel/problems.ts";
import { endOneStatements, endOthersStatements, listSessions, type SessionRow } from "./repository.ts";

/** A session, and whether it is the one that asks. */
export type Session = SessionRow & { readonly isCurrent: boolean };

type Person = Extract<SignedInCtx["caller"], { kind: "user" }>;

function personOf(ctx: SignedInCtx): Person {
  if (ctx.caller.kind === "user") return ctx.caller;
  throw new Problem("forbidden", { detail: "A key has no sessions; revoke the key instead." });
}

/** Lists the sessions of the person who asks. @throws Problem `forbidden` for a key */
export async function listOwnSessions(ctx: SignedInCtx): Promise<Session[]> {
  const { userId, sessionId } = personOf(ctx);
  const rows = await listSessions(ctx.db, userId, ctx.now);
  return rows.map((row) => ({ ...row, isCurrent: row.id === sessionId }));
}

/** Ends a session; the next request with it is refused. @throws Problem `not_found`, `forbidden` for a key */
export async function endSession(ctx: SignedInCtx, id: string): Promise<void> {
  const { userId } = personOf(ctx);
  const rows = await listSessions(ctx.db, userId, ctx.now);
  if (!rows.some((row) => row.id === id)) throw new Problem("not_found");
  await commit(ctx, "session.end", {
    writes: endOneStatements(ctx.db, userId, id),
    target: id,
    jobs: [{ kind: "session.ended", body: { userId } }],
  });
}

/** Ends every session of the person but the one that asks. @throws Problem `forbidden` for a key */
export async function endOtherSessions(ctx: SignedInCtx): Promise<void> {
  const { userId, sessionId } = personOf(ctx);
  await commit(ctx, "session.end_others", {
    writes: endOthersStatements(ctx.db, userId, sessionId),
    target: userId,
    jobs: [{ kind: "session.ended", body: { userId } }],
  });
}
