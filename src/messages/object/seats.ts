// The home of who sits at which socket, for how long, and whether they still may.

import type { Instant } from "../../kernel/time.ts";
import { CLOSE, type Seat } from "../protocol.ts";

/** How long a socket that acts is believed before D1 is asked again whether it may. */
const BELIEVED_MS = 3000;

/** What is remembered of a socket to save work; losing it costs a question to D1 and nothing else. */
interface Memory {
  readonly seat: Seat;
  readonly checkedAt: Instant;
  checking: Promise<boolean> | null;
}

/** The seats of an object's sockets. What counts lies in the sockets' attachments, which outlive the object's memory. */
export class Seats {
  readonly #memory = new WeakMap<WebSocket, Memory>();
  readonly #findHolding: (seats: readonly Seat[]) => Promise<(Seat | null)[]>;

  /** @param findHolding asks D1 which seats still hold */
  constructor(findHolding: (seats: readonly Seat[]) => Promise<(Seat | null)[]>) {
    this.#findHolding = findHolding;
  }

  /** Seats somebody, or renews their seat, as D1 has just confirmed it. */
  seat(socket: WebSocket, seat: Seat, now: Instant): void {
    socket.serializeAttachment(seat);
    this.#memory.set(socket, { seat, checkedAt: now, checking: null });
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
    memory.checking ??= this.recheck([socket], now)
      .then((closed) => closed === 0)
      .finally(() => {
        memory.checking = null;
      });
    return memory.checking;
  }

  /** Asks D1 about sockets and closes those that may no longer be there; gives how many. */
  async recheck(sockets: readonly WebSocket[], now: Instant): Promise<number> {
    if (sockets.length === 0) return 0;
    const held = await this.#findHolding(sockets.map((socket) => this.at(socket)));
    for (const [at, socket] of sockets.entries()) {
      const seat = held[at] ?? null;
      if (seat === null) close(socket);
      else this.seat(socket, seat, now);
    }
    return held.filter((seat) => seat === null).length;
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
