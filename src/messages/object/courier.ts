// The home of what is on its way to sockets: frames leave in the order in which they were handed over.

import type { Instant } from "../../kernel/time.ts";

/**
 * How long frames wait for others when some have just left. To send costs the runtime as much for one frame as for a
 * hundred, so that in a busy thread more is heard, and sooner, when several leave together.
 */
const GATHER_MS = 20;
/** How many characters leave together at most; a single frame may be longer. */
const LOAD_LENGTH = 128 * 1024;

/** Carries frames to sockets, one by one; to those that asked for lines several together when it is not quiet. */
export class Courier {
  readonly #loads = new Map<WebSocket, string>();
  /** Which sockets asked for lines; losing it costs a look at their tags. */
  readonly #readers = new WeakMap<WebSocket, boolean>();
  #leftAt: Instant = 0;
  #isWaiting = false;
  readonly #clock: () => Instant;
  readonly #readsLines: (socket: WebSocket) => boolean;

  /** @param readsLines tells whether a socket asked for several frames in one text, one on a line */
  constructor(clock: () => Instant, readsLines: (socket: WebSocket) => boolean) {
    this.#clock = clock;
    this.#readsLines = readsLines;
  }

  /** Takes a frame; it leaves now, or for who reads lines with the next {@link leave}, after what was taken before it. */
  take(socket: WebSocket, frame: string): void {
    if (!this.#reads(socket)) {
      send(socket, frame);
      return;
    }
    const load = this.#loads.get(socket);
    if (load === undefined) this.#loads.set(socket, frame);
    else if (load.length + frame.length < LOAD_LENGTH) this.#loads.set(socket, `${load}\n${frame}`);
    else {
      send(socket, load);
      this.#loads.set(socket, frame);
    }
  }

  /** Says that a turn is over. While frames wait a timer runs, so that the object does not fall asleep over them. */
  leave(): void {
    if (this.#loads.size === 0 || this.#isWaiting) return;
    const wait = this.#leftAt + GATHER_MS - this.#clock();
    if (wait <= 0) {
      this.#leave();
      return;
    }
    this.#isWaiting = true;
    setTimeout(() => {
      this.#isWaiting = false;
      this.#leave();
    }, wait);
  }

  #reads(socket: WebSocket): boolean {
    const known = this.#readers.get(socket) ?? this.#readsLines(socket);
    this.#readers.set(socket, known);
    return known;
  }

  #leave(): void {
    this.#leftAt = this.#clock();
    for (const [socket, load] of this.#loads) send(socket, load);
    this.#loads.clear();
  }
}

/** A socket may have gone since it was listed; its client resumes. */
function send(socket: WebSocket, text: string): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(text);
}
