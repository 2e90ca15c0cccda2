// The home of who sits at which socket, for how long, and whether they still may.

import type { Instant } from "../../kernel/time.ts";
import type { ActorId } from "../model.ts";
import { CLOSE, type Seat } from "../protocol.ts";

/** How long a socket that acts is believed before D1 is asked again whether it may. */
const BELIEVED_MS = 3000;
/** How many seats one question to D1 is about at most. */
const ASKED_AT_ONCE = 500;

/** What is remembered of a socket to save work; losing it costs a question to D1 and nothing else. */
interface Memory {
  readonly seat: Seat;
  readonly checkedAt: Instant;
  checking: Promise<boolean> | null;
}

interface Question {
  readonly seat: Seat;
  readonly answer: (held: Seat | null) => void;
  readonly fail: (error: unknown) => void;
}

/** The seats of an object's sockets. What counts lies in the sockets' attachments, which outlive the object's memory. */
export class Seats {
  readonly #memory = new WeakMap<WebSocket, Memory>();
  readonly #findHolding: (seats: readonly Seat[]) => Promise<(Seat | null)[]>;
  /** The runtime can list them too, and builds its list anew for every question. */
  readonly #byActor = new Map<ActorId, Set<WebSocket>>();
  #questions: Question[] = [];
  #isAsking = false;

  /**
   * @param sockets those that outlived the object's memory
   * @param findHolding asks D1 which seats still hold
   */
  constructor(sockets: readonly WebSocket[], findHolding: (seats: readonly Seat[]) => Promise<(Seat | null)[]>) {
    this.#findHolding = findHolding;
    for (const socket of sockets) this.#enter(socket, this.at(socket).id);
  }

  /** Seats somebody as D1 has just confirmed it. */
  seat(socket: WebSocket, seat: Seat, now: Instant): void {
    this.#renew(socket, seat, now);
    this.#enter(socket, seat.id);
  }

  #renew(socket: WebSocket, seat: Seat, now: Instant): void {
    socket.serializeAttachment(seat);
    this.#memory.set(socket, { seat, checkedAt: now, checking: null });
  }

  #enter(socket: WebSocket, actor: ActorId): void {
    const known = this.#byActor.get(actor);
    if (known === undefined) this.#byActor.set(actor, new Set([socket]));
    else known.add(socket);
  }

  /** Forgets a socket that has closed. */
  vacate(socket: WebSocket): void {
    const { id } = this.at(socket);
    const others = this.#byActor.get(id);
    others?.delete(socket);
    if (others?.size === 0) this.#byActor.delete(id);
  }

  /** The open sockets of one person or key. */
  of(actor: ActorId): WebSocket[] {
    return [...(this.#byActor.get(actor) ?? [])].filter(({ readyState }) => readyState === WebSocket.OPEN);
  }

  /** Who sits at a socket. */
  at(socket: WebSocket): Seat {
    return this.#recall(socket).seat;
  }

  /** Tells whether a socket's access has ended by itself, and closes it then. */
  isOver(socket: WebSocket, now: Instant): boolean {
    const { until } = this.at(socket);
    if (until === null || until > now) return false;
    close(socket);
    return true;
  }

  /** Tells whether a socket may act; asks D1 unless that was done a moment ago, and closes it when it may not. */
  async mayAct(socket: WebSocket, now: Instant): Promise<boolean> {
    if (this.isOver(socket, now)) return false;
    const memory = this.#recall(socket);
    if (now - memory.checkedAt < BELIEVED_MS) return true;
    // All that comes from it meanwhile waits for the one question, and goes on in its order.
    memory.checking ??= this.confirm(memory.seat)
      .then((held) => this.#settle(socket, held, now))
      .finally(() => {
        memory.checking = null;
      });
    return memory.checking;
  }

  /** Asks D1 whether one seat holds, and for its end. Seats asked about meanwhile go together in the next question. */
  confirm(seat: Seat): Promise<Seat | null> {
    return new Promise((answer, fail) => {
      this.#questions.push({ seat, answer, fail });
      if (!this.#isAsking) void this.#ask();
    });
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    while (this.#questions.length > 0) {
      const asked = this.#questions.splice(0, ASKED_AT_ONCE);
      try {
        const held = await this.#findHolding(asked.map(({ seat }) => seat));
        for (const [at, { answer }] of asked.entries()) answer(held[at] ?? null);
      } catch (error) {
        for (const { fail } of asked) fail(error);
      }
    }
    this.#isAsking = false;
  }

  /** Asks D1 about sockets and closes those that may no longer be there; gives how many. */
  async recheck(sockets: readonly WebSocket[], now: Instant): Promise<number> {
    if (sockets.length === 0) return 0;
    const held = await this.#findHolding(sockets.map((socket) => this.at(socket)));
    return sockets.filter((socket, at) => !this.#settle(socket, held[at] ?? null, now)).length;
  }

  #settle(socket: WebSocket, held: Seat | null, now: Instant): boolean {
    if (held === null) close(socket);
    else this.#renew(socket, held, now);
    return held !== null;
  }

  #recall(socket: WebSocket): Memory {
    const known = this.#memory.get(socket);
    if (known !== undefined) return known;
    const memory: Memory = { seat: socket.deserializeAttachment() as Seat, checkedAt: 0, checking: null };
    this.#memory.set(socket, memory);
    return memory;
  }
}

function close(socket: WebSocket): void {
  socket.close(CLOSE.accessChanged, "access has changed");
}
