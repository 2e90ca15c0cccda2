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

/** How long an acknowledgement may take before a message is sent again over the same socket. */
const ACK_MS = 15_000;
/** How long a client waits before it connects again, the first time and at most; each failure doubles it. */
const RETRY_MS = { first: 50, most: 2000 };

/**
 * A client in one thread that loses its connection whenever it likes: it sends until it is acknowledged, takes only the
 * message that comes next, and resumes from there.
 */
export class Client {
  /** @type {{ id: string; seq: number; sender: string; clientId: string; text: string | null }[]} what it has seen, in order */
  view = [];
  /** The last change it knows of. */
  revision = 0;
  /** @type {Map<string, { id: string; seq: number }>} what it was promised */
  acked = new Map();
  /** @type {string[]} what must never happen */
  faults = [];
  /** How long resuming took after each break, in milliseconds. @type {number[]} */
  resumes = [];
  #isOver = false;
  /** @type {any} */
  #socket = null;
  /** Ends the wait for an answer. @type {(() => void) | null} */
  #heard = null;
  /** The message whose change is awaited. @type {string | null} */
  #changing = null;

  /** @param {{ url: () => string; key: string; thread: string }} options */
  constructor(options) {
    this.options = options;
    this.work = this.#stayConnected();
  }

  async #stayConnected() {
    for (let wait = RETRY_MS.first; !this.#isOver; wait = Math.min(wait * 2, RETRY_MS.most)) {
      const resumed = this.resumes.length;
      await this.#connectOnce().catch(() => undefined);
      if (this.resumes.length > resumed) wait = RETRY_MS.first;
      if (!this.#isOver) await sleep(wait * (0.5 + Math.random()));
    }
  }

  async #connectOnce() {
    const { url, key, thread } = this.options;
    const startedAt = performance.now();
    // Now in the one way and now in the other, so that both are held to the same history.
    const frames = Math.random() < 0.5 ? "single" : "lines";
    const socket = await openSocket(url(), key, `${thread}:${this.view.length}:${this.revision}`, frames);
    this.#socket = socket;
    let isResumed = false;
    await new Promise((resolve) => {
      socket.on("message", (/** @type {Buffer} */ data) => {
        const texts = frames === "single" ? [String(data)] : String(data).split("\n");
        for (const text of texts) {
          const frame = JSON.parse(text);
          if (frame.type === "resumed" && !isResumed) this.resumes.push(performance.now() - startedAt);
          isResumed ||= frame.type === "resumed";
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
      const { id, seq, sender, clientId, text, revision } = frame;
      const known = this.view[seq - 1];
      if (seq > this.view.length + 1) {
        this.#resume();
        return;
      }
      if (known === undefined) this.view.push({ id, seq, sender, clientId, text });
      else if (known.id !== id) this.faults.push(`place ${seq} has two messages`);
      else if (revision > this.revision) known.text = text;
      this.revision = Math.max(this.revision, revision);
      if (id === this.#changing) this.#heard?.();
    } else if (frame.type === "resumed") {
      this.revision = Math.max(this.revision, frame.revision);
      if (frame.isMore) this.#resume();
      // What was said over the last socket may have got lost with it.
      else this.#heard?.();
    } else if (frame.type === "ack") {
      const known = this.acked.get(frame.clientId);
      if (known !== undefined && known.seq !== frame.seq) this.faults.push(`${frame.clientId} has two places`);
      this.acked.set(frame.clientId, { id: frame.id, seq: frame.seq });
      this.#heard?.();
    } else if (frame.type === "error" && frame.clientId !== undefined) {
      setTimeout(() => this.#heard?.(), (frame.retryAfterSeconds ?? 1) * 1000);
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
      const heard = this.#hearing();
      for (let times = 0; times < (twice ? 2 : 1); times++)
        this.#say({ type: "send", thread, clientId, text: clientId });
      await heard;
    }
  }

  /** Changes the words of a message that was acknowledged, or deletes it, until it is seen changed. */
  async change(/** @type {string} */ clientId, /** @type {string | null} */ text) {
    const { thread } = this.options;
    const { id = "", seq = 0 } = this.acked.get(clientId) ?? {};
    this.#changing = id;
    while (this.view[seq - 1]?.text !== text && !this.#isOver) {
      const heard = this.#hearing();
      const frame = text === null ? { type: "delete" } : { type: "edit", text };
      this.#say({ ...frame, thread, message: id });
      await heard;
    }
    this.#changing = null;
  }

  /** Waits for an answer, and no longer than {@link ACK_MS}. */
  #hearing() {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ACK_MS);
      this.#heard = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }

  #resume() {
    this.#say({ type: "resume", thread: this.options.thread, after: this.view.length, revision: this.revision });
  }

  /** Loses the connection as a train in a tunnel does. */
  drop() {
    this.#socket?.terminate();
  }

  async end() {
    this.#isOver = true;
    this.#heard?.();
    this.#socket?.terminate();
    await this.work;
  }
}
