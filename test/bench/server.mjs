// The home of the benchmark's servers: each runs in a process of its own, so that the client's work is not measured.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { WebSocketServer } from "../harness/sockets.mjs";
import { startRuntime } from "../tools/runtime.mjs";

const BARE = 'export default { fetch: () => new Response("ok") };';
/** Sends as many bytes as it is asked for, in chunks of the size in which lines go out. */
const STREAM = `export default { fetch(request) {
  let left = Number(new URL(request.url).searchParams.get("bytes"));
  const chunk = new Uint8Array(262144).fill(97);
  const pull = (controller) => {
    const size = Math.min(left, chunk.length);
    left -= size;
    if (size > 0) controller.enqueue(chunk.slice(0, size));
    else controller.close();
  };
  return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }));
} };`;
/** The least object there is that hands what one says on to all: no order kept, nothing stored, nobody asked. */
const OBJECT = `import { DurableObject } from "cloudflare:workers";
export class Room extends DurableObject {
  fetch() {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }
  webSocketMessage(_, text) {
    for (const socket of this.ctx.getWebSockets()) socket.send(text);
  }
}
export default { fetch: (request, env) => env.ROOM.getByName("one").fetch(request) };`;
const SCRIPTS = { bare: BARE, stream: STREAM, object: OBJECT };
const SAMPLE_EVERY_MS = 20;

/** @type {Awaited<ReturnType<typeof startBare>> | Awaited<ReturnType<typeof startBroadcast>> | Awaited<ReturnType<typeof startRuntime>> | null} */
let runtime = null;
/** @type {{ timer: NodeJS.Timeout; peak: number } | null} */
let sampling = null;

const answers = {
  /** @param {{ kind: "bare" | "stream" | "broadcast" | "object" | "full"; persist?: string; bindings?: Record<string, string> }} order */
  async start({ kind, persist, bindings = {} }) {
    // The local router in front of static files is a Worker of its own; the bare Worker has none either.
    const options = { bindings, log, assets: false, ...(persist ? { persist } : {}) };
    if (kind === "broadcast") runtime = await startBroadcast();
    else runtime = kind === "full" ? await startRuntime(options) : await startBare(SCRIPTS[kind]);
    return { url: runtime.url, pid: runtime.workerdPid };
  },
  /** @param {{ sql: string; params: (string | number)[] }} order */
  async sql({ sql, params }) {
    const prepared = (await runtime?.mf?.getD1Database("DB"))?.prepare(sql).bind(...params);
    return (await prepared?.all())?.results;
  },
  /** Begins to watch the runtime's memory; gives what it holds now. */
  async watchMemory() {
    const idle = residentBytes();
    const watch = { peak: idle, timer: setInterval(look, SAMPLE_EVERY_MS) };
    function look() {
      watch.peak = Math.max(watch.peak, residentBytes());
    }
    sampling = watch;
    return { idle };
  },
  /** Ends the watch; gives the most that was seen. */
  async peakMemory() {
    if (sampling) clearInterval(sampling.timer);
    return { peak: Math.max(sampling?.peak ?? 0, residentBytes()) };
  },
  async stop() {
    await runtime?.stop();
    setImmediate(() => process.disconnect());
    return null;
  },
};

process.on(
  "message",
  (/** @type {{ id: number; op: keyof typeof answers } & Record<string, any>} */ { id, op, ...order }) => {
    answers[op](/** @type {any} */ (order)).then(
      (result) => process.send?.({ id, result }),
      (error) => process.send?.({ id, error: String(error?.stack ?? error) }),
    );
  },
);

/** Hands the Worker's lines about jobs on; those about requests are many and needed by nobody. */
function log(/** @type {{ message: string }} */ { message }) {
  if (message.startsWith('{"kind":"job"')) process.send?.({ line: JSON.parse(message), at: Date.now() });
}

function residentBytes() {
  if (runtime?.workerdPid === undefined) return 0;
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${runtime.workerdPid}/status`, "utf8"))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** The least Worker there is, in the same runtime with the same options. @param {string} script */
async function startBare(script) {
  const { Log, LogLevel, Miniflare, convertV4MiniflareOptions } = await import("miniflare");
  const mf = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: 0,
      cf: false,
      unsafeTriggerHandlers: true,
      log: new Log(LogLevel.NONE),
      handleStructuredLogs: () => {},
      modules: true,
      script,
      durableObjects: script === OBJECT ? { ROOM: { className: "Room", useSQLite: true } } : {},
      compatibilityDate: "2026-08-15",
    }),
  );
  const url = (await mf.ready).href.replace(/\/$/, "");
  return { url, mf, workerdPid: childOf(process.pid), stop: () => mf.dispose() };
}

/** The least there is to hand what one says on to all: no order kept, nothing stored, nobody asked who they are. */
async function startBroadcast() {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  server.on("connection", (/** @type {any} */ socket) => {
    socket.on("message", (/** @type {Buffer} */ data) => {
      const text = String(data);
      for (const other of server.clients) other.send(text);
    });
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}`, mf: null, workerdPid: process.pid, stop: async () => server.close() };
}

/** @param {number} pid */
function childOf(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]) || undefined;
  } catch {
    return undefined;
  }
}
