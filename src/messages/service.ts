// The home of the verbs of a team's messages, as the Worker carries them out: it knows who asks, the hub knows the rest.

import { commit } from "../db/commit.ts";
import type { BaseCtx, Ctx } from "../db/ctx.ts";
import { bindingOf, type Page, pageFrom, readCursor } from "../http/page.ts";
import { hashSecret } from "../identity/index.ts";
import { isProblemCode, Problem } from "../kernel/problems.ts";
import { findStandings, hasRight } from "../team/index.ts";
import { ask, askForSocket, callerOf, systemCaller, type Visible } from "./ask.ts";
import {
  type ActorId,
  addressSecret,
  type ContextObject,
  isSeen,
  type Message,
  readSecret,
  SECRET_BYTES,
  searchOf,
  secretFrom,
  type Thread,
  TICKET_LIFE_MS,
} from "./model.ts";
import { type HubCaller, REFUSAL_HEADER } from "./protocol.ts";

interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * Opens a thread; who asks takes part in it.
 *
 * @throws Problem `participant_unknown`, `context_unknown`, `invalid_request`, `unavailable`
 */
export async function createThread(
  ctx: Ctx,
  visible: Visible,
  input: { subject: string; participants: readonly ActorId[]; context: ContextObject | null },
): Promise<Thread> {
  const caller = await callerOf(ctx, visible);
  await requireMembers(ctx, input.participants);
  const { context, claim } = { ...input, claim: ctx.claim };
  // That a thing does not exist, and that it is not theirs to see, is the same answer.
  if (context !== null && !(isSeen(caller, context) && (await visible.exists(ctx, context)))) {
    throw new Problem("context_unknown", { detail: `There is no ${context.kind} ${context.id}.` });
  }
  // The hub and D1 have no batch in common: a repeated claim finds the thread that the first try may have left.
  const claimed = claim === null ? null : hashSecret(`${claim.actor}\n${claim.key}\n${claim.requestHash}`);
  const thread = await ask(ctx, caller, "createThread", { ...input, claim: claimed });
  const { subject, participants } = thread;
  await commit(ctx, "thread.create", {
    writes: [],
    target: thread.id,
    after: { subject, participants, context },
    result: thread,
  });
  return thread;
}

/** @throws Problem `participant_unknown` unless all belong to the artist */
async function requireMembers(ctx: Ctx, ids: readonly ActorId[]): Promise<void> {
  if (ids.length === 0) return;
  const standings = await findStandings(ctx.db, ctx.scope.artistId, ids, ctx.now);
  const stranger = ids.find((id) => !standings.has(id));
  if (stranger === undefined) return;
  throw new Problem("participant_unknown", { detail: `${stranger} is nobody who can take part.` });
}

/** Lists the caller's threads, newest first. */
export async function listThreads(ctx: Ctx, visible: Visible, { limit, cursor }: PageQuery): Promise<Page<Thread>> {
  const binding = bindingOf(ctx.scope, "listThreads", {});
  const [before] = readCursor(ctx, binding, cursor) ?? [];
  const place = before === undefined ? null : String(before);
  const threads = await ask(ctx, await callerOf(ctx, visible), "listThreads", { before: place, limit });
  return pageFrom(ctx, binding, threads, limit, ({ id }) => [id]);
}

/**
 * Takes people in and out of a thread.
 *
 * @throws Problem `not_found`, `participant_unknown`, `invalid_request`
 */
export async function changeParticipants(
  ctx: Ctx,
  visible: Visible,
  input: { thread: string; add: readonly ActorId[]; remove: readonly ActorId[] },
): Promise<Thread> {
  const caller = await callerOf(ctx, visible);
  const before = await ask(ctx, caller, "getThread", input);
  await requireMembers(ctx, input.add);
  const after = await ask(ctx, caller, "changeParticipants", input);
  await commit(ctx, "thread.change_participants", {
    writes: [],
    target: after.id,
    before: before.participants,
    after: after.participants,
  });
  return after;
}

/** Lists a thread's messages in their order, or what was changed of them. @throws Problem `not_found` */
export async function listMessages(
  ctx: BaseCtx,
  caller: HubCaller,
  {
    thread,
    after,
    changedAfter,
    limit,
    cursor,
  }: PageQuery & {
    thread: string;
    after: number;
    changedAfter?: number | undefined;
  },
): Promise<Page<Message>> {
  const isOfChanges = changedAfter !== undefined;
  const binding = bindingOf(null, "listMessages", { artist: caller.artistId, thread, after, changedAfter });
  const [place] = readCursor(ctx, binding, cursor) ?? [];
  const from = place === undefined ? (changedAfter ?? after) : Number(place);
  const messages = await ask(ctx, caller, "listMessages", {
    thread,
    after: isOfChanges ? after : from,
    changedAfter: isOfChanges ? from : null,
    limit: limit + 1,
  });
  return pageFrom(ctx, binding, messages, limit, ({ seq, revision }) => [isOfChanges ? revision : seq]);
}

/** Finds messages by their words, newest first. */
export async function searchMessages(
  ctx: Ctx,
  visible: Visible,
  { q, limit, cursor }: PageQuery & { q: string },
): Promise<Page<Message>> {
  const binding = bindingOf(ctx.scope, "searchMessages", { q });
  const [place] = readCursor(ctx, binding, cursor) ?? [];
  const query = searchOf(q);
  if (query === null) return { data: [], nextCursor: null };
  const before = place === undefined ? null : Number(place);
  const found = await ask(ctx, await callerOf(ctx, visible), "search", { query, before, limit });
  const page = pageFrom(ctx, binding, found, limit, (each) => [each.place]);
  return { ...page, data: page.data.map(({ message }) => message) };
}

const EXPORTED_AT_ONCE = 500;

/** Reads a whole thread, some hundred messages at a time. @throws Problem `not_found` */
export async function exportThread(
  ctx: Ctx,
  visible: Visible,
  thread: string,
): Promise<{ thread: Thread; pages: AsyncGenerator<Message[]> }> {
  const caller = await callerOf(ctx, visible);
  const whole = await ask(ctx, caller, "getThread", { thread });
  async function* pages(): AsyncGenerator<Message[]> {
    for (let after = 0; after < whole.lastSeq; ) {
      const messages = await ask(ctx, caller, "listMessages", { thread, after, limit: EXPORTED_AT_ONCE });
      const last = messages.at(-1);
      if (last === undefined) return;
      yield messages;
      after = last.seq;
    }
  }
  return { thread: whole, pages: pages() };
}

/** A ticket for one socket: shown this once. */
export interface Ticket {
  readonly ticket: string;
  readonly expiresAt: number;
}

/**
 * Makes a ticket for a socket. It works once, for half a minute, for this caller in this role and session.
 *
 * @param sessionToken the caller's session; null for a key
 */
export async function createTicket(ctx: BaseCtx, caller: HubCaller, sessionToken: string | null): Promise<Ticket> {
  const secret = secretFrom(ctx.randomBytes(SECRET_BYTES));
  const expiresAt = ctx.now + TICKET_LIFE_MS;
  const session = sessionToken === null ? null : hashSecret(sessionToken);
  // A socket lives on while embargoes come: whoever may not know of them talks of the catalog by HTTP, which looks each time.
  const isTold = hasRight(caller.role, "embargo.view");
  const sees = caller.sees.filter((seen) => isTold || !/^(?:release|recording)\b/.test(seen));
  await ask(ctx, caller, "addTicket", {
    hash: hashSecret(secret),
    seat: { ...caller, sees, session, until: null },
    expiresAt,
  });
  return { ticket: addressSecret(ctx.settings.signingKey, "ticket", caller.artistId, secret), expiresAt };
}

/**
 * Opens a socket for a ticket.
 *
 * @param origin what the browser says it comes from; null for a program
 * @throws Problem `origin_refused`, `unauthenticated` for a ticket that was used, has expired or never was,
 *   `invalid_request`, `rate_limited` for too many sockets, `unavailable`
 */
export async function openSocket(
  ctx: BaseCtx,
  request: Request,
  { ticket, after, frames }: { ticket: string; after: string; frames: string },
): Promise<Response> {
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== new URL(request.url).origin) {
    throw new Problem("origin_refused", { detail: "A socket is opened from this site's own pages, or by a program." });
  }
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new Problem("invalid_request", { detail: "Ask with Upgrade: websocket." });
  }
  const known = readSecret(ctx.settings.signingKey, "ticket", ticket);
  if (known === null) throw new Problem("unauthenticated");
  const asked = new URLSearchParams({ ticket: hashSecret(known.secret), after, frames });
  const headers = { upgrade: "websocket" };
  const response = await askForSocket(ctx, known.artistId, new Request(`https://hub/?${asked}`, { headers }));
  const refused = response.headers.get(REFUSAL_HEADER);
  if (refused !== null) throw new Problem(isProblemCode(refused) ? refused : "unavailable");
  return response;
}

/** Closes the sockets of one person or key, or of all, whose access to the artist has ended or changed. */
export async function recheckAccess(ctx: Ctx, userId: string | null): Promise<void> {
  await ask(ctx, systemCaller(ctx.scope.artistId), "recheck", { actor: userId });
}
