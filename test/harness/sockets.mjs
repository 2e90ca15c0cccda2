// The home of the hub's clients in Node: one of them as a careful dashboard would write it, and many for a measurement.
import { createRequire } from "node:module";

const MESSAGES = "/api/dashboard/team/messages";

/** A WebSocket of the package `ws`, which has no types of its own. @type {any} */
export const { WebSocket, WebSocketServer } = createRequire(import.meta.url)("ws");

/** @param {string} url @param {string} key @param {string} method @param {string} path @param {unknown} [body] */
export async function ask(url, key, method, path, body) {
  const answer = await fetch(url + MESSAGES + path, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? null : JSON.parse(text) };
}

/**
 * Opens a socket with a new ticket.
 *
 * @param {string} url @param {string} key @param {string} [after]
 * @param {"single" | "lines"} [frames] whether several frames may come in one text
 */
export async function openSocket(url, key, after = "", frames = "single") {
  const { status, body } = await ask(url, key, "POST", "/ticket");
  if (status !== 201) throw new Error(`ticket: ${status}`);
  const query = new URLSearchParams({ ticket: body.ticket, after, frames });
  return new WebSocket(`${url.replace("http", "ws")}${MESSAGES}/socket?${query}`);
}

const sleep = (/** @type {number} */ ms) => new Promise((resume) => setTimeout(resume, ms));

const ACK_MS = 4000;

/**
 * A client in one thread that loses its connection whenever it likes: it sends until it is acknowledged, takes only the
 * message that comes next, and resumes from there.
 */
export class Client {
  /** @type {{ id: string; seq: number; sender: string; clientId: string }[]} what it has seen, in order */
  view = [];
  /** @type {Map<string, { id: string; seq: number }>} what it was promised */
  acked = new Map();
  /** @type {string[]} what must never happen */
  faults = [];
  /** How long resuming took after each break, in milliseconds. @type {number[]} */
  resumes = [];
  #isOver = false;
  /** @type {any} */
  #socket = null;
  /** @type {(() => void) | null} */
  #heard = null;

  /** @param {{ url: () => string; key: string; thread: string }} options */
  constructor(options) {
    this.options = options;
    this.work = this.#stayConnected();
  }

  async #stayConnected() {
    while (!this.#isOver) {
      await this.#connectOnce().catch(() => undefined);
      if (!this.#isOver) await sleep(20 + Math.random() * 80);
    }
  }

  async #connectOnce() {
    const { url, key, thread } = this.options;
    const startedAt = performance.now();
    // Now in the one way and now in the other, so that both are held to the same history.
    const frames = Math.random() < 0.5 ? "single" : "lines";
    const socket = await openSocket(url(), key, `${thread}:${this.view.length}`, frames);
    this.#socket = socket;
    await new Promise((resolve) => {
      socket.on("message", (/** @type {Buffer} */ data) => {
        const texts = frames === "single" ? [String(data)] : String(data).split("\n");
        for (const text of texts) {
          const frame = JSON.parse(text);
          if (frame.type === "resumed") this.resumes.push(performance.now() - startedAt);
          this.#hear(frame);
        }
      });
      socket.on("error", resolve);
      socket.on("close", resolve);
    });
    if (this.#socket === socket) this.#socket = null;
  }

  /** @param {any} frame */
  #hear(frame) {
    if (frame.type === "message" && frame.thread === this.options.thread) {
      const { id, seq, sender, clientId } = frame;
      if (seq === this.view.length + 1) this.view.push({ id, seq, sender, clientId });
      else if (seq > this.view.length) this.#say({ type: "resume", thread: frame.thread, after: this.view.length });
      else if (this.view[seq - 1]?.id !== id) this.faults.push(`place ${seq} has two messages`);
    } else if (frame.type === "resumed" && frame.isMore) {
      this.#say({ type: "resume", thread: frame.thread, after: this.view.length });
    } else if (frame.type === "ack") {
      const known = this.acked.get(frame.clientId);
      if (known !== undefined && known.seq !== frame.seq) this.faults.push(`${frame.clientId} has two places`);
      this.acked.set(frame.clientId, { id: frame.id, seq: frame.seq });
      this.#heard?.();
    }
  }

  /** @param {object} frame */
  #say(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  /** Sends a message, again and again until it is acknowledged; `twice` sends it twice at once. */
  async send(/** @type {string} */ clientId, /** @type {boolean} */ twice) {
    const { thread } = this.options;
    while (!this.acked.has(clientId) && !this.#isOver) {
      const heard = new Promise((resolve) => {
        this.#heard = () => resolve(undefined);
      });
      for (let times = 0; times < (twice ? 2 : 1); times++)
        this.#say({ type: "send", thread, clientId, text: clientId });
      await Promise.race([heard, sleep(this.#socket === null ? 50 : ACK_MS)]);
    }
  }

  /** Loses the connection as a train in a tunnel does. */
  drop() {
    this.#socket?.terminate();
  }

  async end() {
    this.#isOver = true;
    this.#socket?.terminate();
    await this.work;
  }
}
