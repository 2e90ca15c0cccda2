// The home of the measurement of a thousand sockets: what is said by a few is heard by all, by the hub or by a bare server.

const SOCKETS = 1000;
const BURST = 200;
const PACED = 50;
const PACE_MS = 100;

const sleep = (/** @type {number} */ ms) => new Promise((resume) => setTimeout(resume, ms));

/**
 * Opens a thousand sockets and says things over some of them: as fast as it goes, and then ten a second.
 *
 * @param {(at: number) => Promise<any>} open opens the socket of a number; those of the same remainder by `speakers` are one person's
 * @param {number} speakers how many people speak, in turn
 * @param {(text: string) => object} say makes the frame that says a text
 */
export async function measureSockets(open, speakers, say) {
  /** @type {any[]} */
  const sockets = [];
  let heard = 0;
  let wanted = Number.POSITIVE_INFINITY;
  let done = () => {};
  /** @type {number[]} */
  const delays = [];
  const listen = (/** @type {Buffer} */ data) => {
    for (const frame of String(data).split("\n")) {
      const said = /"text":"(burst|paced) ([\d.]+)"/.exec(frame);
      if (said === null) continue;
      heard += 1;
      if (said[1] === "paced") delays.push(performance.now() - Number(said[2]));
      if (heard === wanted) done();
    }
  };
  for (let at = 0; at < SOCKETS; at += 50) {
    const opened = await Promise.all(Array.from({ length: 50 }, (_, n) => open(at + n)));
    for (const socket of opened) socket.on("message", listen);
    sockets.push(...opened);
  }
  const speak = (/** @type {number} */ n, /** @type {string} */ kind) =>
    sockets[n % speakers].send(JSON.stringify(say(`${kind} ${performance.now()}`)));
  const until = (/** @type {number} */ messages) => {
    heard = 0;
    wanted = messages * SOCKETS;
    return new Promise((resolve) => {
      done = () => resolve(undefined);
    });
  };
  const startedAt = performance.now();
  const burst = until(BURST);
  for (let n = 0; n < BURST; n++) speak(n, "burst");
  await burst;
  const perSecond = (BURST * SOCKETS) / ((performance.now() - startedAt) / 1000);
  const paced = until(PACED);
  for (let n = 0; n < PACED; n++) {
    speak(n, "paced");
    await sleep(PACE_MS);
  }
  await paced;
  for (const socket of sockets) socket.terminate();
  delays.sort((left, right) => left - right);
  return { perSecond, p50: delays[delays.length >> 1] ?? 0, p99: delays[Math.floor(delays.length * 0.99)] ?? 0 };
}
