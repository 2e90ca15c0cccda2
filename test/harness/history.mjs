// The home of the history check: many clients talk while runtimes are killed and connections break, and then what each saw
// is held against what is kept.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomFrom } from "../seed/statement.mjs";
import { hashApiKey, newApiKey } from "../tools/keys.mjs";
import { openStage } from "./kill.mjs";
import { ask, Client } from "./sockets.mjs";

const ARTIST = `art_${"0".repeat(26)}`;
/** The part of the talk in which the kills fall, so that there is always something left to say after the last. */
const KILLED_WITHIN = 0.9;

const sleep = (/** @type {number} */ ms) => new Promise((resume) => setTimeout(resume, ms));
const idOf = (/** @type {string} */ prefix, /** @type {number} */ at) => `${prefix}_${String(at).padStart(26, "0")}`;

/** An artist with a key for every client. @param {Awaited<ReturnType<typeof openStage>>} stage @param {number} count */
async function admitKeys(stage, count) {
  const keys = Array.from({ length: count }, () => newApiKey());
  await stage.rows(
    "INSERT INTO artists (id, name, currency, time_zone, generation, generation_at, created_at) VALUES (?, 'Glass Harbor', 'USD', 'UTC', 0, 0, 0)",
    ARTIST,
  );
  await stage.rows(
    `INSERT INTO api_keys (artist_id, id, key_hash, name, role, prefix, last4, created_by, created_at)
      SELECT ?1, json_extract(value, '$[0]'), json_extract(value, '$[1]'), 'client', 'editor', 'ad_live_', 'last', 'test', 0
      FROM json_each(?2)`,
    ARTIST,
    JSON.stringify(keys.map((key, at) => [idOf("key", at), hashApiKey(key)])),
  );
  return keys;
}

/**
 * Lets clients talk through kills and breaks.
 *
 * @param {{ clients: number; threads: number; each: number; kills: number; seed: number; longestMs: number }} plan
 *   `each` messages a client; what each client does is the seed's, only how the clients fall together is not
 * @returns {Promise<{ faults: string[]; messages: number; kills: number; drops: number; changes: number; resumeP99Ms: number; ms: number }>}
 */
export async function playHistory({ clients: count, threads: threadCount, each, kills, seed, longestMs }) {
  const startedAt = Date.now();
  const deadline = startedAt + longestMs;
  const persist = mkdtempSync(join(tmpdir(), "history-"));
  const stage = await openStage({ persist, assets: false });
  /** @type {Client[]} */
  let clients = [];
  try {
    const keys = await admitKeys(stage, count);
    const membersOf = (/** @type {number} */ thread) =>
      keys.map((_, at) => at).filter((at) => at % threadCount === thread);
    const threads = [];
    for (let at = 0; at < threadCount; at++) {
      const participants = membersOf(at).map((member) => idOf("key", member));
      const made = await ask(stage.url, keys[at] ?? "", "POST", "", { subject: `Thread ${at}`, participants });
      if (made.status !== 201) throw new Error(`thread: ${made.status} ${JSON.stringify(made.body)}`);
      threads.push(made.body.id);
    }
    clients = keys.map((key, at) => new Client({ url: () => stage.url, key, thread: threads[at % threadCount] }));
    let drops = 0;
    let changes = 0;
    let killed = 0;
    const talk = clients.map(async (client, at) => {
      const random = randomFrom(seed * count + at);
      for (let n = 0; n < each; n++) {
        await sleep(random.below(400));
        if (random.below(5) === 0) {
          client.drop();
          drops += 1;
        }
        await client.send(`${n}`, random.below(4) === 0);
        const change = random.below(16);
        if (change > 1) continue;
        await client.change(`${n}`, change === 0 ? `${n}, or so` : null);
        changes += 1;
      }
    });
    // A kill falls where so much has been said, however fast that was: each hits a talk that is going on.
    const random = randomFrom(seed);
    const spoken = () => clients.reduce((sum, { acked }) => sum + acked.size, 0);
    for (; killed < kills && Date.now() < deadline; killed++) {
      const part = (KILLED_WITHIN * (killed + random.below(1000) / 1000)) / kills;
      while (spoken() < part * count * each && Date.now() < deadline) await sleep(10);
      await stage.kill();
      await stage.restart();
    }
    await Promise.race([Promise.all(talk), sleep(Math.max(0, deadline - Date.now()))]);
    const faults = await faultsOf({ stage, clients, keys, threads, each });
    const resumes = clients.flatMap((client) => client.resumes).sort((left, right) => left - right);
    const resumeP99Ms = Math.round(resumes[Math.floor(resumes.length * 0.99)] ?? 0);
    return { faults, messages: count * each, kills: killed, drops, changes, resumeP99Ms, ms: Date.now() - startedAt };
  } finally {
    await Promise.all(clients.map((client) => client.end()));
    await stage.stop();
    rmSync(persist, { recursive: true, force: true });
  }
}

/**
 * Holds what everybody saw against what is kept: one gapless order in each thread, every view its beginning and in the end
 * the whole of it as it was last changed, every acknowledged message in it once.
 *
 * @param {{ stage: Awaited<ReturnType<typeof openStage>>; clients: Client[]; keys: string[]; threads: string[]; each: number }} played
 */
async function faultsOf({ stage, clients, keys, threads, each }) {
  const faults = clients.flatMap((client) => client.faults);
  for (const [at, thread] of threads.entries()) {
    const members = clients.filter((client) => client.options.thread === thread);
    const history = await wholeOf(stage.url, keys[at] ?? "", thread);
    history.forEach(({ seq }, place) => {
      if (seq !== place + 1) faults.push(`${thread}: place ${place + 1} is ${seq}`);
    });
    if (history.length !== members.length * each) faults.push(`${thread}: ${history.length} messages`);
    const spoken = new Set(history.map(({ sender, clientId }) => `${sender} ${clientId}`));
    if (spoken.size !== history.length) faults.push(`${thread}: a message is there twice`);
    const byId = new Map(history.map((message) => [message.id, message]));
    await untilSeen(members, history);
    for (const client of members) {
      if (client.acked.size !== each) faults.push(`${thread}: ${client.acked.size} acknowledged`);
      for (const [clientId, { id, seq }] of client.acked) {
        const kept = byId.get(id);
        if (kept?.seq !== seq || kept.clientId !== clientId)
          faults.push(`${thread}: ${clientId} was promised and is lost`);
      }
      if (client.view.length !== history.length)
        faults.push(`${thread}: saw ${client.view.length} of ${history.length}`);
      if (client.view.some(({ id }, place) => id !== history[place]?.id)) faults.push(`${thread}: saw another order`);
      if (!hasSeen(client, history)) faults.push(`${thread}: missed a change`);
    }
  }
  return faults;
}

/** @param {string} url @param {string} key @param {string} thread @returns {Promise<{ id: string; seq: number; sender: string; clientId: string; text: string | null }[]>} */
async function wholeOf(url, key, thread) {
  const all = [];
  for (;;) {
    const { status, body } = await ask(url, key, "GET", `/${thread}/messages?limit=100&after=${all.length}`);
    if (status !== 200) throw new Error(`history: ${status}`);
    all.push(...body.data);
    if (body.nextCursor === null) return all;
  }
}

/** @typedef {Awaited<ReturnType<typeof wholeOf>>} History */

/** Whether a client has seen all, as it is now. @param {Client} client @param {History} history */
function hasSeen({ view }, history) {
  return view.length === history.length && view.every(({ text }, place) => text === history[place]?.text);
}

/** @param {Client[]} clients @param {History} history */
async function untilSeen(clients, history) {
  const deadline = Date.now() + 60_000;
  while (!clients.every((client) => hasSeen(client, history)) && Date.now() < deadline) await sleep(20);
}

/** One line about what was done. @param {Awaited<ReturnType<typeof playHistory>>} played @param {number} seed */
export function summaryOf({ messages, changes, kills, drops, resumeP99Ms, ms }, seed) {
  return `${messages} messages, ${changes} changed or deleted, through ${kills} kills and ${drops} drops; resumed within ${resumeP99Ms} ms (p99); ${Math.round(ms / 1000)} s; SEED=${seed}`;
}
