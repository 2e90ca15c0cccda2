// The home of the hub: the object of one team, which keeps its messages in order and carries them to those who take part.
// It is a door of its own: it reads the clock and randomness, and nothing it must remember lies in memory alone.

import { DurableObject } from "cloudflare:workers";
import { openDb } from "../db/client.ts";
import { ID_RANDOM_BYTES, makeId } from "../kernel/id.ts";
import { PROBLEMS, Problem } from "../kernel/problems.ts";
import { type Instant, instantToIso } from "../kernel/time.ts";
import { noteWaiting } from "./digests/service.ts";
import { type ActorId, fileKey, isSeen } from "./model.ts";
import { Courier } from "./object/courier.ts";
import * as digests from "./object/digests.ts";
import * as files from "./object/files.ts";
import * as messages from "./object/messages.ts";
import { Seats } from "./object/seats.ts";
import { type Desk, firstOf, openStorage } from "./object/storage.ts";
import * as threads from "./object/threads.ts";
import { carryOut, type DeskVerb } from "./object/verbs.ts";
import {
  CLOSE,
  ClientFrame,
  type HubCaller,
  type HubCalls,
  type HubVerb,
  type HubVerbs,
  MAX_FRAME,
  type Outcome,
  type Place,
  REFUSAL_HEADER,
  readAfter,
  type Seat,
  type ServerFrame,
  type Told,
  wireMessage,
} from "./protocol.ts";
import { findHolding } from "./repository.ts";

const SOCKETS_PER_ACTOR = 100;
/** How many missed messages are sent at once; there may be more, and the client asks again. */
const RESUMED_AT_ONCE = 500;
const TYPING_EVERY_MS = 1000;

/** What a close without a code, and one without a close, are called. @see RFC 6455, 7.4.1, checked 2026-11 */
const NO_CODE = 1005;
const CUT_OFF = 1006;

/** The tag of sockets that read several frames in one text, one on a line. */
const LINES = "lines";

/** The object of one team's messages, named by the artist. */
export class Hub extends DurableObject<Env> implements HubCalls {
  readonly #seats: Seats;
  readonly #courier = new Courier(
    () => Date.now(),
    (socket) => this.ctx.getTags(socket).includes(LINES),
  );
  /** When somebody was last told to be typing; losing it costs one frame too many. */
  readonly #typedAt = new WeakMap<WebSocket, number>();
  /** Whether what is sent will be looked at should it lie unread; forgotten, that is written once more. */
  #isLooking = false;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    openStorage(state.storage);
    this.#seats = new Seats(state.getWebSockets(), (seats) => this.#findHolding(seats));
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /** Answers the Worker, which has verified the caller on this very request. */
  async ask<V extends HubVerb>(
    caller: HubCaller,
    verb: V,
    input: HubVerbs[V]["in"],
  ): Promise<Outcome<HubVerbs[V]["out"]>> {
    try {
      if (caller.artistId !== this.ctx.id.name) throw new Problem("not_found");
      if (verb === "recheck") {
        const { actor } = input as HubVerbs["recheck"]["in"];
        return { value: (await this.#recheck(actor)) as HubVerbs[V]["out"] };
      }
      const value = this.#run(caller, (desk) => carryOut(desk, verb as DeskVerb, input as never));
      if (verb === "send") await this.#lookLater();
      if (verb === "reserveFile" || verb === "remove") await this.#schedule();
      return { value: value as HubVerbs[V]["out"] };
    } catch (error) {
      return { problem: problemFacts(error) };
    } finally {
      this.#courier.leave();
    }
  }

  /** Opens a socket for a ticket, which is used up by it whatever comes of it. */
  override async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const seat = this.#useTicket(searchParams.get("ticket") ?? "");
    const after = readAfter(searchParams.get("after") ?? "");
    const held = seat === null ? null : await this.#seats.confirm(seat);
    if (held === null) return refusal("unauthenticated");
    if (after === null) return refusal("invalid_request");
    const others = this.#seats.of(held.id).length;
    if (others >= SOCKETS_PER_ACTOR) return refusal("rate_limited");
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server, searchParams.get("frames") === LINES ? [LINES] : []);
    this.#seats.seat(server, held, Date.now());
    this.#greet(server, held, after);
    if (others === 0) this.#tellPresence(held.id, true);
    this.#courier.leave();
    await this.#wakeAt(held.until);
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    if (typeof data !== "string" || data.length > MAX_FRAME) {
      socket.close(CLOSE.tooLong, "text of at most 64 KB");
      return;
    }
    const frame = readFrame(data);
    if (frame === null) {
      this.#say(socket, { type: "error", code: "invalid_request", detail: "This is no message of the protocol." });
    } else {
      await this.#hear(socket, frame);
    }
    this.#courier.leave();
    if (frame?.type === "send") await this.#lookLater();
    if (frame?.type === "delete") await this.#schedule();
  }

  async #hear(socket: WebSocket, frame: ClientFrame): Promise<void> {
    try {
      if (await this.#seats.mayAct(socket, Date.now())) this.#carryOut(socket, this.#seats.at(socket), frame);
    } catch (error) {
      const { code, detail, retryAfterSeconds } = problemFacts(error);
      this.#say(socket, {
        type: "error",
        code,
        thread: frame.thread,
        ...(frame.type === "send" ? { clientId: frame.clientId } : {}),
        ...(detail === undefined ? {} : { detail }),
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      });
    }
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    // A hibernating socket's close is not answered by itself; 1005 and 1006 are never sent, they say that nothing was.
    if (code === NO_CODE || code === CUT_OFF) socket.close();
    else socket.close(code);
    this.#leave(socket);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#leave(socket);
  }

  /** Ends accesses whose time has come, sweeps uploads that were never sent, and looks for whom something lies unread. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    const { sql } = this.ctx.storage;
    for (const socket of this.ctx.getWebSockets()) this.#seats.isOver(socket, now);
    sql.exec("DELETE FROM tickets WHERE expires_at <= ?", now);
    sql.exec("DELETE FROM links WHERE expires_at <= ?", now);
    const unsent = files.listUnsent(sql, now);
    if (unsent.length > 0) {
      await this.env.FILES.delete(unsent.map((id) => fileKey(String(this.ctx.id.name), id)));
      files.forgetFiles(sql, unsent);
    }
    await this.#lookForUnread(now);
    await this.#schedule();
  }

  /** Sees to it that what was just sent is looked at, should it lie unread. */
  async #lookLater(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    digests.lookBy(this.ctx.storage.sql, Date.now());
    await this.#schedule();
  }

  /** Notes in D1 for whom messages lie unread: their mails are written there, across all of a person's artists. */
  async #lookForUnread(now: number): Promise<void> {
    const artistId = String(this.ctx.id.name);
    const note = (people: readonly ActorId[]) => noteWaiting(openDb(this.env.DB), artistId, people, now);
    this.#isLooking = await digests.look(this.ctx.storage.sql, now, note);
  }

  /** Runs a verb: everything it writes is kept or nothing, and what it tells is told afterwards. */
  #run<T>(caller: HubCaller, verb: (desk: Desk) => T): T {
    const told: Told[] = [];
    const now = Date.now();
    const desk: Desk = {
      sql: this.ctx.storage.sql,
      caller,
      now,
      newId: (kind) => makeId(kind, now, crypto.getRandomValues(new Uint8Array(ID_RANDOM_BYTES))),
      tell: (event) => told.push(event),
    };
    const result = this.ctx.storage.transactionSync(() => verb(desk));
    for (const event of told) this.#tell(event, now);
    return result;
  }

  #carryOut(socket: WebSocket, seat: Seat, frame: ClientFrame): void {
    const { thread } = frame;
    switch (frame.type) {
      case "send": {
        const { message } = this.#run(seat, (desk) => messages.send(desk, frame));
        const { id, seq, clientId } = message;
        this.#say(socket, { type: "ack", clientId, thread, id, seq, at: instantToIso(message.at) });
        return;
      }
      case "edit":
        this.#run(seat, (desk) => messages.edit(desk, frame));
        return;
      case "delete":
        this.#run(seat, (desk) => messages.remove(desk, frame));
        return;
      case "read":
        this.#run(seat, (desk) => threads.read(desk, frame));
        return;
      case "resume":
        this.#replay(socket, seat, thread, { seq: frame.after, revision: frame.revision });
        return;
      case "typing": {
        const now = Date.now();
        if (now - (this.#typedAt.get(socket) ?? 0) < TYPING_EVERY_MS) return;
        this.#typedAt.set(socket, now);
        this.#run(seat, (desk) => {
          threads.enterThread(desk, thread);
          desk.tell({ thread, by: seat.id, frame: { type: "typing", thread, user: seat.id } });
        });
      }
    }
  }

  #greet(socket: WebSocket, seat: Seat, after: ReadonlyMap<string, Place>): void {
    const { greeting, peers } = this.#run(seat, (desk) => ({
      greeting: threads.greeting(desk),
      peers: threads.listPeers(desk, seat.id),
    }));
    const online = peers.filter((peer) => this.#seats.of(peer).length > 0);
    this.#say(socket, { type: "hello", user: seat.id, threads: greeting, online });
    for (const [thread, place] of after) {
      try {
        this.#replay(socket, seat, thread, place);
      } catch (error) {
        // A thread that is no longer to be seen must not cost the others.
        this.#say(socket, { type: "error", code: problemFacts(error).code, thread });
      }
    }
  }

  #replay(socket: WebSocket, seat: Seat, thread: string, place: Place): void {
    const { changed, added, revision } = this.#run(seat, (desk) =>
      messages.listMissed(desk, { thread, ...place, limit: RESUMED_AT_ONCE + 1 }),
    );
    const sent = added.slice(0, RESUMED_AT_ONCE);
    for (const message of [...changed, ...sent]) this.#say(socket, { type: "message", ...wireMessage(message) });
    const seq = sent.at(-1)?.seq ?? place.seq;
    this.#say(socket, { type: "resumed", thread, seq, revision, isMore: added.length > sent.length });
  }

  #tell({ thread, frame, hidden, by, only }: Told, now: number): void {
    const desk = { sql: this.ctx.storage.sql };
    const context = threads.contextOf(desk, thread);
    const blockers = threads.listBlockers(desk, by);
    const text = JSON.stringify(frame);
    const hiddenText = hidden === undefined ? null : JSON.stringify(hidden);
    // Who types need not hear of it, and who has blocked somebody hears nothing of them.
    const isForSelf = frame.type !== "typing";
    for (const actor of only ?? threads.listParticipants(desk, thread)) {
      if (actor === by && !isForSelf) continue;
      const words = blockers.has(actor) ? hiddenText : text;
      if (words === null) continue;
      for (const socket of this.#seats.of(actor)) {
        if (this.#seats.isOver(socket, now)) continue;
        const seat = this.#seats.at(socket);
        const sees = seat.only === null ? isSeen(seat, context) : seat.only === thread;
        if (sees) this.#courier.take(socket, words);
      }
    }
  }

  #say(socket: WebSocket, frame: ServerFrame): void {
    this.#courier.take(socket, JSON.stringify(frame));
  }

  #tellPresence(user: ActorId, isOnline: boolean): void {
    const text = JSON.stringify({ type: "presence", user, isOnline } satisfies ServerFrame);
    for (const peer of threads.listPeers({ sql: this.ctx.storage.sql }, user)) {
      for (const socket of this.#seats.of(peer)) this.#courier.take(socket, text);
    }
  }

  #leave(socket: WebSocket): void {
    const seat = this.#seats.at(socket);
    this.#seats.vacate(socket);
    if (this.#seats.of(seat.id).length === 0) this.#tellPresence(seat.id, false);
    this.#courier.leave();
  }

  #useTicket(secretHash: string): Seat | null {
    const used = this.ctx.storage.sql.exec<{ seat_json: string; expires_at: number }>(
      "DELETE FROM tickets WHERE hash = ? RETURNING seat_json, expires_at",
      secretHash,
    );
    const ticket = firstOf(used);
    return ticket === null || ticket.expires_at <= Date.now() ? null : (JSON.parse(ticket.seat_json) as Seat);
  }

  async #recheck(actor: ActorId | null): Promise<number> {
    const sockets = actor === null ? this.ctx.getWebSockets() : this.#seats.of(actor);
    const closed = await this.#seats.recheck(sockets, Date.now());
    await this.#schedule();
    return closed;
  }

  #findHolding(seats: readonly Seat[]): Promise<(Seat | null)[]> {
    return findHolding(openDb(this.env.DB), String(this.ctx.id.name), seats, Date.now());
  }

  /** Sets the one alarm to the first moment at which there is something to end or to sweep. */
  async #schedule(): Promise<void> {
    // One that closes may be listed until its client answers, and must not set the alarm again and again.
    const open = this.ctx.getWebSockets().filter(({ readyState }) => readyState === WebSocket.OPEN);
    const ends = open.flatMap((socket) => this.#seats.at(socket).until ?? []);
    const sweepAt = files.nextSweepAt(this.ctx.storage.sql);
    const lookAt = digests.nextLookAt(this.ctx.storage.sql);
    const next = Math.min(...ends, sweepAt ?? Number.POSITIVE_INFINITY, lookAt ?? Number.POSITIVE_INFINITY);
    await this.#wakeAt(Number.isFinite(next) ? next : null);
  }

  /** Has the alarm ring at a moment, or earlier when that was asked for. */
  async #wakeAt(next: Instant | null): Promise<void> {
    if (next === null) return;
    const set = await this.ctx.storage.getAlarm();
    if (set === null || next < set) await this.ctx.storage.setAlarm(Math.max(next, Date.now()));
  }
}

function readFrame(data: string): ClientFrame | null {
  try {
    return ClientFrame.parse(JSON.parse(data));
  } catch {
    return null;
  }
}

function refusal(code: "unauthenticated" | "invalid_request" | "rate_limited"): Response {
  return new Response(null, { status: PROBLEMS[code].status, headers: { [REFUSAL_HEADER]: code } });
}

function problemFacts(error: unknown) {
  if (error instanceof Problem) {
    const { code, detail, retryAfterSeconds } = error;
    return { code, detail, retryAfterSeconds };
  }
  console.error(
    JSON.stringify({ kind: "hub", error: String(error), stack: error instanceof Error ? error.stack : "" }),
  );
  return { code: "internal" as const, detail: undefined, retryAfterSeconds: undefined };
}
